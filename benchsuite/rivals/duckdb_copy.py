"""duckdb_copy.py KIND SOURCE FILE OPTIONS: DuckDB's COPY of the records from an attached database."""

import pathlib
import sys

import duckdb

kind, source, filename, options = sys.argv[1:]
module = __import__(f"duckdb_extension_{kind}_scanner")
extension = next(pathlib.Path(module.__file__).parent.rglob("*.duckdb_extension"))
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute(f"ATTACH '{source}' AS source (TYPE {kind}, READ_ONLY)")
# No order is asked for: DuckDB reads in the order of the table anyway, and sorting would cost it a lot.
connection.execute(f"COPY (SELECT * FROM source.records) TO '{filename}' ({options})")

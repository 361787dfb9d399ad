"""The data: Rowport's example workspace, and its records in PostgreSQL and MariaDB."""

import dataclasses
import pathlib
import sqlite3
import subprocess
import urllib.parse

import psycopg

COLUMNS = {
    "id": ("bigint", "bigint"),
    "order_id": ("text", "varchar(16)"),
    "sale_date": ("date", "date"),
    "item": ("text", "varchar(200)"),
    "quantity": ("integer", "int"),
    "price_cents": ("bigint", "bigint"),
    "cost_cents": ("bigint", "bigint"),
    "shipping_cents": ("bigint", "bigint"),
    "fee_cents": ("bigint", "bigint"),
    "status": ("text", "varchar(20)"),
    "note": ("text", "text"),
    "brand_id": ("integer", "int"),
    "updated_at": ("timestamp", "datetime"),
}
NOT_NULL = set(COLUMNS) - {"note", "brand_id"}

# One escaping that both PostgreSQL's COPY and MariaDB's LOAD DATA read by default.
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclasses.dataclass
class Databases:
    postgres: str
    mysql: str
    work: pathlib.Path
    sqlite: pathlib.Path | None = None

    def fill(self, bench, wanted: list[str]) -> None:
        folder = self.work / "data"
        self.sqlite = folder / f"demo-{bench.rows}.sqlite"
        if not self.sqlite.exists():
            print(f"Generating {bench.rows:,} records", flush=True)
            run([bench.rowport, "demo", "--rows", str(bench.rows), "--data-dir", str(folder), "--only-generate"])
        plain = folder / f"records-{bench.rows}.tsv"
        if not plain.exists():
            self._write_plain(plain)
        self._fill_postgres(plain, bench.memory_rows if {"memory", "background-s3"} & set(wanted) else 0)
        self._fill_mysql(plain)

    def _write_plain(self, plain: pathlib.Path) -> None:
        partial = plain.with_suffix(".partial")
        with sqlite3.connect(self.sqlite) as connection, partial.open("w", encoding="utf-8", newline="") as out:
            for row in connection.execute(f"SELECT {', '.join(COLUMNS)} FROM records ORDER BY id"):
                out.write("\t".join("\\N" if value is None else str(value).translate(ESCAPES) for value in row) + "\n")
        partial.rename(plain)

    def _definition(self, dialect: int) -> str:
        columns = [f"{name} {types[dialect]}{' NOT NULL' if name in NOT_NULL else ''}" for name, types in COLUMNS.items()]
        return ", ".join([*columns, "PRIMARY KEY (id)"])

    def _fill_postgres(self, plain: pathlib.Path, memory_rows: int) -> None:
        print("Loading PostgreSQL", flush=True)
        script = f"""
            DROP TABLE IF EXISTS records, many_records;
            CREATE TABLE records ({self._definition(0)});
            \\copy records FROM '{plain}'
            VACUUM (FREEZE, ANALYZE) records;
        """
        run(["psql", self.postgres, "-qX", "-v", "ON_ERROR_STOP=1"], script)
        if memory_rows:
            with psycopg.connect(self.postgres, autocommit=True) as connection:
                rows = connection.execute("SELECT count(*) FROM records").fetchone()[0]
                rest = ", ".join(list(COLUMNS)[1:])
                connection.execute(f"CREATE TABLE many_records ({self._definition(0)})")
                connection.execute(
                    f"INSERT INTO many_records SELECT id + turn * {rows}, {rest} FROM records,"
                    f" generate_series(0, {-(-memory_rows // rows) - 1}) AS turn LIMIT {memory_rows}"
                )
                connection.execute("VACUUM (FREEZE, ANALYZE) many_records")

    def _fill_mysql(self, plain: pathlib.Path) -> None:
        print("Loading MariaDB", flush=True)
        script = f"""
            DROP DATABASE IF EXISTS bench;
            CREATE DATABASE bench CHARACTER SET utf8mb4;
            USE bench;
            CREATE TABLE records ({self._definition(1)});
            LOAD DATA LOCAL INFILE '{plain}' INTO TABLE records CHARACTER SET utf8mb4;
            ANALYZE TABLE records;
        """
        run([*self.mariadb(), "--local-infile=1"], script)

    @property
    def mysql_url(self) -> str:
        return self.mysql.rstrip("/") + "/bench"

    def mariadb(self) -> list[str]:
        """MariaDB's own client, on the same road that Rowport takes."""
        url = urllib.parse.urlsplit(self.mysql)
        address = [f"--host={url.hostname}", f"--port={url.port}", f"--user={url.username}", f"--password={url.password}"]
        return ["mariadb", "--no-defaults", "--protocol=tcp", "--default-character-set=utf8mb4", *address]

    @property
    def libpq(self) -> str:
        """PostgreSQL's address in the form that DuckDB takes."""
        url = urllib.parse.urlsplit(self.postgres)
        return (
            f"host={url.hostname} port={url.port} user={url.username} password={url.password} dbname={url.path.strip('/')}"
        )


def run(argv: list[str], stdin: str | None = None) -> None:
    done = subprocess.run(argv, input=stdin, stdin=None if stdin else subprocess.DEVNULL, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{argv[0]} failed: {done.stderr or done.stdout}")

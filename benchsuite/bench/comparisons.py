"""What is compared with what, and what Rowport must reach. Each comparison returns lines of the report."""

import contextlib
import dataclasses
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from broken_rules import broken_rules
from changes import changes
from measure import Bench, Command, Result
from report import Line


def faster(work: str, subject: Result, rival: Result, limit: float) -> Line:
    detail = (
        f"{subject.wall:.2f} s with {subject.peak_mib:.0f} MiB against {rival.wall:.2f} s with {rival.peak_mib:.0f} MiB"
    )
    return Line(work, rival.name, subject.wall / rival.wall, limit, detail)


def postgres_csv(bench: Bench, databases) -> list[Line]:
    """PostgreSQL to CSV, guard on"""
    output, other, third = bench.file("rowport.csv"), bench.file("psql.csv"), bench.file("duckdb.csv")
    subject, psql, duckdb = bench.in_turns(
        Command("rowport", bench.export(databases.postgres, "csv", str(output)), output),
        psql_copy(databases, f"\\copy (SELECT * FROM records) TO '{other}' WITH (FORMAT csv, HEADER)", other),
        duckdb_copy(bench, "postgres", databases.libpq, third, "FORMAT csv, HEADER"),
    )
    work = "PostgreSQL → CSV, guard on"
    return [faster(work, subject, psql, 0.85), faster(work, subject, duckdb, 0.7)]


def postgres_ndjson(bench: Bench, databases) -> list[Line]:
    """PostgreSQL to NDJSON"""
    output, other, third = bench.file("rowport.ndjson"), bench.file("psql.ndjson"), bench.file("duckdb.ndjson")
    subject, psql, duckdb = bench.in_turns(
        Command("rowport", bench.export(databases.postgres, "ndjson", str(output)), output),
        psql_copy(databases, f"\\copy (SELECT row_to_json(records) FROM records) TO '{other}'", other, "psql row_to_json"),
        duckdb_copy(bench, "postgres", databases.libpq, third, "FORMAT json"),
    )
    # One line is one row here, whoever wrote it: nobody may be fast by leaving some out.
    for path in (output, other, third):
        with path.open("rb") as lines:
            found = sum(1 for _ in lines)
        if found != bench.rows:
            raise SystemExit(f"{path} has {found} rows instead of {bench.rows}")
    work = "PostgreSQL → NDJSON"
    return [faster(work, subject, psql, 0.4), faster(work, subject, duckdb, 0.7)]


def postgres_parquet(bench: Bench, databases) -> list[Line]:
    """PostgreSQL to Parquet, both with Snappy"""
    output, other = bench.file("rowport.parquet"), bench.file("duckdb.parquet")
    subject, duckdb = bench.in_turns(
        Command("rowport", bench.export(databases.postgres, "parquet", str(output)), output),
        duckdb_copy(bench, "postgres", databases.libpq, other, "FORMAT parquet, COMPRESSION snappy"),
    )
    work = "PostgreSQL → Parquet"
    memory = f"{subject.peak_mib:.0f} MiB against {duckdb.peak_mib:.0f} MiB"
    return [
        faster(work, subject, duckdb, 1.0),
        Line(f"{work}: memory", duckdb.name, subject.peak_mib / duckdb.peak_mib, 0.5, memory),
    ]


def postgres_xlsx(bench: Bench, databases) -> list[Line]:
    """PostgreSQL to XLSX"""
    files = {name: bench.file(f"{name}.xlsx") for name in ("rowport", "rust", "exceljs", "xlsxwriter")}
    url = databases.postgres
    subject, rust, exceljs, xlsxwriter = bench.in_turns(
        Command("rowport", bench.export(url, "xlsx", str(files["rowport"])), files["rowport"]),
        Command("rust_xlsxwriter", [bench.stopwatch, "xlsx", url, str(files["rust"])], files["rust"]),
        Command("ExcelJS", ["node", str(bench.rivals / "exceljs_stream.js"), url, str(files["exceljs"])], files["exceljs"]),
        Command(
            "xlsxwriter",
            [bench.python, str(bench.rivals / "xlsxwriter_stream.py"), url, str(files["xlsxwriter"])],
            files["xlsxwriter"],
        ),
    )
    work = "PostgreSQL → XLSX"
    size = f"{subject.bytes / 2**20:.1f} MiB against {xlsxwriter.bytes / 2**20:.1f} MiB"
    return [
        faster(work, subject, rust, 0.4),
        faster(work, subject, exceljs, 0.1),
        faster(work, subject, xlsxwriter, 0.06),
        Line(f"{work}: file size", xlsxwriter.name, subject.bytes / xlsxwriter.bytes, 1.15, size),
    ]


def sqlite_csv(bench: Bench, databases) -> list[Line]:
    """SQLite to CSV, guard on"""
    output, other = bench.file("rowport.csv"), bench.file("sqlite3.csv")
    path = str(databases.sqlite)
    subject, sqlite3 = bench.in_turns(
        Command("rowport", bench.export(f"sqlite:{path}", "csv", str(output)), output),
        Command("sqlite3 -csv", ["sqlite3", "-readonly", "-header", "-csv", path, "SELECT * FROM records"], stdout=other),
    )
    return [faster("SQLite → CSV, guard on", subject, sqlite3, 0.6)]


def mariadb_csv(bench: Bench, databases) -> list[Line]:
    """MariaDB to CSV"""
    output, other = bench.file("rowport.csv"), bench.file("mariadb.tsv")
    query = [*databases.mariadb(), "--quick", "--batch", "--execute=SELECT * FROM records", "bench"]
    subject, mariadb = bench.in_turns(
        Command("rowport", bench.export(databases.mysql_url, "csv", str(output)), output),
        Command("mariadb --quick --batch", query, stdout=other),
    )
    return [faster("MariaDB → CSV", subject, mariadb, 1.0)]


def http_csv(bench: Bench, databases) -> list[Line]:
    """PostgreSQL to CSV over HTTP to curl"""
    output, over_http, other = bench.file("rowport.csv"), bench.file("http.csv"), bench.file("fastapi.csv")
    with contextlib.ExitStack() as stack:
        rowport = stack.enter_context(rowport_server(bench, databases.postgres))
        fastapi = stack.enter_context(fastapi_server(bench, databases.postgres))
        export = f"{rowport.url}/api/v1/sources/bench/datasets/records/export?format=csv&tier=streamed"
        subject, command_line, rival = bench.in_turns(
            Command("rowport over HTTP", curl(export, over_http), over_http),
            Command("rowport command line", bench.export(databases.postgres, "csv", str(output)), output),
            Command("FastAPI StreamingResponse", curl(f"{fastapi.url}/export", other), other),
        )
        work = "PostgreSQL → CSV over HTTP"
        peaks = f"; the servers' peaks: {rowport.peak_mib():.0f} and {fastapi.peak_mib():.0f} MiB"
    if over_http.read_bytes() != output.read_bytes():
        raise SystemExit("the export over HTTP differs from the one of the command line")
    lines = [faster(work, subject, command_line, 1.1), faster(work, subject, rival, 0.25)]
    # curl's own memory says nothing.
    details = [re.sub(r" with \d+ MiB", "", line.detail) + peaks for line in lines]
    return [dataclasses.replace(line, detail=detail) for line, detail in zip(lines, details)]


FORMATS = ["csv", "tsv", "json", "ndjson", "xlsx", "parquet"]


def first_byte(bench: Bench, databases) -> list[Line]:
    """First byte of every format, from PostgreSQL into a pipe"""
    lines = []
    for form in FORMATS:
        [result] = bench.in_turns(Command(form, bench.export(databases.postgres, form, "-"), pipe=True))
        detail = f"{result.first_byte * 1000:.0f} ms of {result.wall:.2f} s"
        lines.append(Line(f"First byte of {form}", "its whole time", result.first_byte / result.wall, 0.02, detail))
    return lines


# The peaks that an export may reach, in MiB, however long it is.
MEMORY = {"csv": 32, "ndjson": 32, "json": 32, "xlsx": 48, "parquet": 128}


def memory(bench: Bench, databases) -> list[Line]:
    """Peak memory at one and at ten times the size, from PostgreSQL into a pipe"""
    lines = []
    for form, limit in MEMORY.items():
        few, many = (
            bench.once(Command(form, bench.export(databases.postgres, form, "-", dataset), pipe=True)).peak_kib / 1024
            for dataset in ("records", "many_records")
        )
        print(f"  {form:32} {few:8.1f} MiB {many:8.1f} MiB", flush=True)
        rows = f"{bench.memory_rows:,} rows"
        lines.append(Line(f"Memory, {form}, {rows}", "its limit", many, limit, f"{many:.1f} MiB", "MiB"))
        detail = f"{many:.1f} MiB against {few:.1f} MiB"
        lines.append(Line(f"Memory, {form}, {rows}", f"{bench.rows:,} rows", many / few, 1.1, detail))
    return lines


# What a server may have while it makes a file in a bucket, in MiB.
BACKGROUND_MEMORY = 256


def background_s3(bench: Bench, databases) -> list[Line]:
    """A long export in the background, to S3, against the direct tier of the same server"""
    with contextlib.ExitStack() as stack:
        bucket = stack.enter_context(s3_server(bench))
        rowport = stack.enter_context(rowport_server(bench, databases.postgres, bucket))
        dataset = f"{rowport.url}/api/v1/sources/bench/datasets/many_records"
        background = [bench.python, str(bench.rivals / "background_export.py"), dataset, str(bench.memory_rows)]
        # What each of the two says of itself is the only thing that it writes.
        direct = curl(f"{dataset}/export?format=csv&tier=direct", pathlib.Path("/dev/null"))
        subject, rival = bench.in_turns(
            Command("in the background, to S3", background, pipe=True),
            Command("direct", [*direct, "--write-out", "%{size_download}"], pipe=True),
        )
        peak = rowport.peak_mib()
    work = f"{bench.memory_rows:,} rows to S3 in the background"
    detail = f"{subject.wall:.1f} s against {rival.wall:.1f} s; the bucket is one of {bucket.server}"
    if bucket.keeps_equal_once:
        # What it has it does not write again, and every run sends the same bytes.
        detail += f", and the first file, whose bytes were new there, took {subject.samples[0].wall:.1f} s"
    return [
        # A throughput of at least 0.9 is a time of at most 1 / 0.9.
        Line(work, "direct tier", subject.wall / rival.wall, 1 / 0.9, detail),
        Line(f"{work}: memory", "its limit", peak, BACKGROUND_MEMORY, f"the server's peak: {peak:.0f} MiB", "MiB"),
    ]


ALL = {
    "postgres-csv": postgres_csv,
    "postgres-ndjson": postgres_ndjson,
    "postgres-parquet": postgres_parquet,
    "postgres-xlsx": postgres_xlsx,
    "sqlite-csv": sqlite_csv,
    "mariadb-csv": mariadb_csv,
    "http-csv": http_csv,
    "first-byte": first_byte,
    "memory": memory,
    "background-s3": background_s3,
    "changes": changes,
    "broken-rules": broken_rules,
}


def psql_copy(databases, copy: str, output: pathlib.Path, name: str = "psql \\copy") -> Command:
    return Command(name, ["psql", databases.postgres, "-qX", "-c", copy], output)


def duckdb_copy(bench: Bench, kind: str, source: str, output: pathlib.Path, options: str) -> Command:
    return Command("DuckDB", [bench.python, str(bench.rivals / "duckdb_copy.py"), kind, source, str(output), options], output)


def curl(url: str, output: pathlib.Path) -> list[str]:
    return ["curl", "--silent", "--show-error", "--fail", "--output", str(output), url]


@dataclasses.dataclass(frozen=True)
class Server:
    url: str
    pid: int

    def peak_mib(self) -> float:
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


@contextlib.contextmanager
def serving(argv: list[str], port: int, environment: dict[str, str], health: str):
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(argv, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(url + health, timeout=5).close()
                    break
                time.sleep(0.1)
            else:
                log.seek(0)
                raise SystemExit(f"{argv[0]} does not answer: {log.read().decode()}")
            yield Server(url, process.pid)
        finally:
            process.terminate()
            process.wait()


@contextlib.contextmanager
def rowport_server(bench: Bench, source: str, bucket: "Bucket | None" = None):
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        argv = [bench.rowport, "serve", "--no-sign-in", "--source", f"bench={source}", "--listen", f"127.0.0.1:{port}", "--data-dir", folder]
        environment = {}
        if bucket:
            config = pathlib.Path(folder) / "rowport.toml"
            config.write_text(
                f'[storage]\nbucket = "{bucket.name}"\nendpoint = "{bucket.endpoint}"\n'
                f'region = "{bucket.region}"\nallow_http = true\n'
            )
            argv += ["--config", str(config)]
            environment = {"AWS_ACCESS_KEY_ID": bucket.access_key, "AWS_SECRET_ACCESS_KEY": bucket.secret_key}
        with serving(argv, port, environment, "/api/v1/sources") as server:
            yield server


@dataclasses.dataclass(frozen=True)
class Bucket:
    server: str
    region: str
    endpoint: str
    name: str
    access_key: str
    secret_key: str
    # Whether the server keeps blocks that are equal once.
    keeps_equal_once: bool = False


def s3_server(bench: Bench):
    """Garage where there is one. The tests' own server copies the whole file once more when it is completed."""
    return garage_server(bench) if bench.garage.program() else s3s_server(bench)


@contextlib.contextmanager
def garage_server(bench: Bench):
    bench.garage.run("start")
    try:
        said = bench.garage.run("env")
        found = dict(re.findall(r"ROWPORT_TEST_S3_(\w+)=(\S+)", said))
        yield Bucket(
            server="Garage",
            region=found["REGION"],
            endpoint=found["ENDPOINT"],
            name=found["BUCKET"],
            access_key=found["KEY_ID"],
            secret_key=found["SECRET"],
            keeps_equal_once=True,
        )
    finally:
        bench.garage.run("stop")


@contextlib.contextmanager
def s3s_server(bench: Bench):
    process = subprocess.Popen([bench.s3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        said = (urllib.parse.unquote(word) for word in process.stdout.readline().split())
        yield Bucket("s3s-fs", "us-east-1", *said)
    finally:
        process.stdin.close()
        process.wait()


def fastapi_server(bench: Bench, source: str):
    port = free_port()
    argv = [bench.python, "-m", "uvicorn", "--app-dir", str(bench.rivals), "fastapi_stream:app", "--port", str(port)]
    return serving([*argv, "--log-level", "warning"], port, {"DATABASE_URL": source}, "/openapi.json")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""Changing rows through Rowport, journal and all, against the plain statements of PostgreSQL."""

import subprocess

from measure import Bench, Command
from report import Line

# As many as a chunk of the journal has, and many of them.
FEW = 10_000

CONFIGURATION = """
[sources.bench]
url = "{url}"
[sources.bench.datasets.changing]
deleted_at = "deleted_at"
deleted_by = "deleted_by"
"""


def changes(bench: Bench, databases) -> list[Line]:
    """Deleting and marking rows with a journal, against plain DELETE and UPDATE"""
    configuration = bench.file("changes.toml")
    configuration.write_text(CONFIGURATION.format(url=databases.postgres))
    marking = ["--config", str(configuration)]
    subprocess.run([bench.rowport, "prepare", "--source", databases.postgres], check=True, stdout=subprocess.DEVNULL)
    rows = bench.rows
    subject, plain = bench.in_turns(
        Command("rowport bulk delete", delete(bench, databases, rows), pipe=True, before=fresh(databases, rows)),
        Command("DELETE", psql(databases, "DELETE FROM changing"), pipe=True, before=fresh(databases, rows)),
    )
    marked, updated = bench.in_turns(
        Command("rowport bulk delete, marked", delete(bench, databases, rows, marking), pipe=True, before=fresh(databases, rows)),
        Command(
            "UPDATE",
            psql(databases, "UPDATE changing SET deleted_at = now(), deleted_by = 'local'"),
            pipe=True,
            before=fresh(databases, rows),
        ),
    )
    [few] = bench.in_turns(
        Command("rowport bulk delete, few", delete(bench, databases, FEW), pipe=True, before=fresh(databases, FEW))
    )
    detail = f"{subject.peak_mib:.0f} MiB against {few.peak_mib:.0f} MiB for {FEW:,} rows"
    return [
        compared(f"{rows:,} rows deleted, journalled", subject, plain),
        compared(f"{rows:,} rows marked as deleted, journalled", marked, updated),
        Line("memory of a change", f"{FEW:,} rows", subject.peak_mib / few.peak_mib, 1.10, detail),
        Line("memory of a change", "its limit", subject.peak_mib, 128, detail, "MiB"),
    ]


def compared(work: str, subject, plain) -> Line:
    detail = f"{subject.wall:.2f} s against {plain.wall:.2f} s"
    return Line(work, plain.name, subject.wall / plain.wall, 3.0, detail)


def delete(bench: Bench, databases, rows: int, more: list[str] | None = None) -> list[str]:
    source = "bench" if more else databases.postgres
    return [bench.rowport, "bulk", "delete", "--source", source, "--dataset", "changing", "--confirm", str(rows), *(more or [])]


def psql(databases, statement: str) -> list[str]:
    return ["psql", databases.postgres, "-X", "-c", statement]


def fresh(databases, rows: int):
    """Makes the table anew, and leaves nothing for the server to write in the middle of the measurement."""

    def fill() -> None:
        script = f"""
            DROP TABLE IF EXISTS changing;
            CREATE TABLE changing AS
                SELECT *, NULL::timestamptz AS deleted_at, NULL::text AS deleted_by FROM records WHERE id <= {rows};
            ALTER TABLE changing ADD PRIMARY KEY (id);
            CREATE INDEX ON changing (status);
            VACUUM (ANALYZE) changing;
            CHECKPOINT;
        """
        arguments = ["psql", databases.postgres, "-qX", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(arguments, input=script, text=True, check=True, stderr=subprocess.DEVNULL)

    return fill

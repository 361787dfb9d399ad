"""Changes of many rows some of which the database does not take, against the same changes of rows that it takes."""

import subprocess

from measure import Bench, Command
from report import Line

ROWS = 100_000
BAD = 137

# Each is given as it would be typed, with what PostgreSQL refuses it for.
CHANGES = {
    "deleted, some referred to": ["delete"],
    "set, some against a check": ["set", "--add", "amount=1"],
    "set, some not unique": ["set", "--copy", "code=next_code"],
}

# What the command line says when not every row was changed.
PARTLY = 7


def broken_rules(bench: Bench, databases) -> list[Line]:
    """Changes of which some rows are refused, against the same changes without such rows"""
    subprocess.run([bench.rowport, "prepare", "--source", databases.postgres], check=True, stdout=subprocess.DEVNULL)
    lines = []
    for work, words in CHANGES.items():
        argv = [bench.rowport, "bulk", *words, "--source", databases.postgres, "--dataset", "parts"]
        argv += ["--filter", "id > 0", "--confirm", str(ROWS)]
        broken, clean = bench.in_turns(
            Command(f"{words[0]}, {BAD} refused", argv, pipe=True, before=fresh(databases, BAD), status=PARTLY),
            Command(f"{words[0]}, none refused", argv, pipe=True, before=fresh(databases, 0)),
        )
        detail = f"{broken.wall:.2f} s against {clean.wall:.2f} s"
        lines.append(Line(f"{ROWS:,} rows {work} ({BAD})", "none refused", broken.wall / clean.wall, 5.0, detail))
    return lines


def fresh(databases, bad: int):
    """Makes the tables anew, with so many rows that break each rule, evenly spread."""

    def fill() -> None:
        is_bad = f"id % {ROWS // BAD} = 0 AND id <= {bad} * {ROWS // BAD}"
        script = f"""
            DROP TABLE IF EXISTS uses, parts;
            CREATE TABLE parts AS
                SELECT *, CASE WHEN {is_bad} THEN 999 ELSE 1 END AS amount, 'a' || id AS code,
                    CASE WHEN {is_bad} THEN 'taken' ELSE 'b' || id END AS next_code
                FROM records WHERE id <= {ROWS};
            INSERT INTO parts (id, amount, code) VALUES (0, 0, 'taken');
            ALTER TABLE parts ADD PRIMARY KEY (id), ADD UNIQUE (code), ADD CHECK (amount < 1000);
            CREATE TABLE uses AS SELECT id AS part FROM parts WHERE id > 0 AND {is_bad};
            ALTER TABLE uses ADD PRIMARY KEY (part), ADD FOREIGN KEY (part) REFERENCES parts (id);
            VACUUM (ANALYZE) parts, uses;
            CHECKPOINT;
        """
        arguments = ["psql", databases.postgres, "-qX", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(arguments, input=script, text=True, check=True, stderr=subprocess.DEVNULL)

    return fill

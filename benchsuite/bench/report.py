"""The table of ratios, for the terminal and for docs/benchmarks.md."""

import dataclasses
import importlib.metadata
import json
import os
import platform
import re
import subprocess


@dataclasses.dataclass(frozen=True)
class Line:
    """One requirement: `value` must be at most `limit`. `detail` says what they are made of."""

    work: str
    against: str
    value: float
    limit: float
    detail: str
    unit: str = "×"

    @property
    def met(self) -> bool:
        return self.value <= self.limit


def value(number: float, unit: str) -> str:
    return f"{number:.0f} {unit}" if unit == "MiB" else f"{number:.3g} {unit}"


def table(lines) -> str:
    rows = [("work", "against", "reached", "at most", "", "medians")]
    for line in lines:
        verdict = "met" if line.met else "MISSED"
        rows.append((line.work, line.against, value(line.value, line.unit), value(line.limit, line.unit), verdict, line.detail))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in rows]
    cells.insert(1, ["-" * max(width, 3) for width in widths])
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def document(lines, bench, databases) -> str:
    return f"""# Benchmarks

Written by `make bench`; do not edit. All tools ran in turns in one run on one machine, on the same {bench.rows:,} rows of a
bookkeeping table of 13 columns with quotes, newlines, Unicode, formula-like text and NULLs; times are medians of {bench.runs} runs,
memory is the highest peak of resident memory. The ratios are Rowport's time by the other tool's. The other tools may
write the rows in any order; Rowport writes them in the order of the key, from one snapshot. Everything is written to files
on a disk cache, databases are reached by TCP on loopback.

{table(lines)}

## With

{versions(bench, databases)}
"""


def versions(bench, databases) -> str:
    def first_line(*argv: str) -> str:
        found = subprocess.run(argv, capture_output=True, text=True)
        return (found.stdout or found.stderr).strip().splitlines()[0]

    found = {
        "machine": f"{processor()}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}",
        "Rowport": first_line(bench.rowport, "--version") + ", " + first_line("git", "rev-parse", "--short", "HEAD"),
        "PostgreSQL": first_line("psql", databases.postgres, "-XAtc", "SHOW server_version"),
        "psql": first_line("psql", "--version"),
        "MariaDB": first_line(*databases.mariadb(), "-Ne", "SELECT version()"),
        "sqlite3": first_line("sqlite3", "--version").split()[0],
        "curl": first_line("curl", "--version"),
        "Python": platform.python_version(),
        "Node.js": first_line("node", "--version"),
        "ExcelJS": json.loads((bench.rivals / "node_modules/exceljs/package.json").read_text())["version"],
        "rust_xlsxwriter": locked(bench, "rust_xlsxwriter"),
    }
    if program := bench.garage.program():
        found["Garage"] = first_line(program, "--version").split()[1]
    for package in ("duckdb", "XlsxWriter", "fastapi", "uvicorn", "psycopg"):
        found[package] = importlib.metadata.version(package)
    return "\n".join(f"- {name}: {version}" for name, version in found.items())


def locked(bench, crate: str) -> str:
    lock = (bench.rivals.parent / "rust" / "Cargo.lock").read_text()
    return re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock)[1]


def processor() -> str:
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())

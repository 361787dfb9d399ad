"""The comparisons of Rowport with other tools. Start it with benchsuite/run.sh, which installs and starts what it needs."""

import argparse
import os
import pathlib
import sys

import comparisons
import data
import report
from measure import Bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchsuite/run.sh", description=__doc__.split(".")[0] + ".")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table [1000000]")
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool, taken in turns [5]")
    parser.add_argument("--only", action="append", metavar="NAME", help="one comparison; may be given several times")
    parser.add_argument("--memory-rows", type=int, default=10_000_000, help="rows for the memory at ten times the size [10000000]")
    parser.add_argument("--list", action="store_true", help="say which comparisons there are")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md even after a partial run")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/benchsuite"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        for name, function in comparisons.ALL.items():
            print(f"{name:18} {function.__doc__}")
        return 0
    unknown = set(options.only or ()) - set(comparisons.ALL)
    if unknown:
        parser.error(f"no such comparison: {', '.join(sorted(unknown))}; --list says which there are")

    work = options.work.resolve()
    databases = data.Databases(
        postgres=os.environ["ROWPORT_TEST_POSTGRES"], mysql=os.environ["ROWPORT_TEST_MYSQL"], work=work
    )
    bench = Bench(work=work, runs=options.runs, rows=options.rows, memory_rows=options.memory_rows)
    wanted = options.only or list(comparisons.ALL)
    databases.fill(bench, wanted)
    lines = []
    for name in wanted:
        print(f"\n{name}: {comparisons.ALL[name].__doc__}", flush=True)
        found = comparisons.ALL[name](bench, databases)
        print(report.table(found), flush=True)
        lines += found
    missed = [line for line in lines if not line.met]
    print(f"\n{len(lines) - len(missed)} of {len(lines)} requirements met")
    complete = options.only is None and options.rows >= 1_000_000 and options.runs >= 5
    if complete or options.write:
        path = pathlib.Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
        path.write_text(report.document(lines, bench, databases))
        print(f"Written to {os.path.relpath(path)}")
    return 1 if missed else 0


sys.exit(main())

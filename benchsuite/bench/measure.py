"""Running commands and measuring them."""

import collections.abc
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run of one command."""

    wall: float
    peak_kib: int
    first_byte: float | None
    bytes: int


@dataclasses.dataclass
class Result:
    """All runs of one command."""

    name: str
    samples: list[Sample] = dataclasses.field(default_factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def peak_mib(self) -> float:
        """The highest of all runs: a peak that comes once in five times is a peak."""
        return max(sample.peak_kib for sample in self.samples) / 1024

    @property
    def first_byte(self) -> float:
        return statistics.median(sample.first_byte for sample in self.samples)

    @property
    def bytes(self) -> int:
        return self.samples[-1].bytes


@dataclasses.dataclass(frozen=True)
class Command:
    """What to run: `output` is the file that it writes, or `stdout` the one that its standard output goes into, `status`
    how it must exit."""

    name: str
    argv: list[str]
    output: pathlib.Path | None = None
    stdout: pathlib.Path | None = None
    pipe: bool = False
    before: collections.abc.Callable[[], None] | None = None
    status: int = 0


class Garage:
    """An S3 server that people run, where this machine has one: building it takes longer than all comparisons."""

    def __init__(self, work: pathlib.Path):
        self.script = str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "garage.sh")
        self.folder = work / "garage"

    def program(self) -> str | None:
        return self.run("find", check=False) or None

    def run(self, what: str, check: bool = True) -> str:
        environment = os.environ | {"ROWPORT_TEST_GARAGE": str(self.folder)}
        done = subprocess.run([self.script, what], env=environment, stdout=subprocess.PIPE, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"scripts/garage.sh {what} failed")
        return done.stdout.strip()


class Bench:
    def __init__(self, work: pathlib.Path, runs: int, rows: int, memory_rows: int):
        self.runs, self.rows, self.memory_rows = runs, rows, memory_rows
        self.out = work / "out"
        self.out.mkdir(parents=True, exist_ok=True)
        self.stopwatch = str(work / "release" / "rowport-benchsuite")
        self.rowport = str(work.parent / "release" / "rowport")
        self.s3 = str(work.parent / "release" / "examples" / "s3")
        self.garage = Garage(work)
        self.rivals = pathlib.Path(__file__).resolve().parents[1] / "rivals"
        self.python = str(work / "venv" / "bin" / "python")

    def file(self, name: str) -> pathlib.Path:
        return self.out / name

    def export(self, source: str, form: str, output: str, dataset: str = "records") -> list[str]:
        """Rowport's own command line."""
        arguments = ["export", "--source", source, "--dataset", dataset, "--format", form, "--output", output]
        return [self.rowport, *arguments]

    def in_turns(self, *commands: Command) -> list[Result]:
        """Runs the commands one after the other, again and again, so that what slows the machine slows them all."""
        results = [Result(command.name) for command in commands]
        for _ in range(self.runs):
            for command, result in zip(commands, results):
                result.samples.append(self.once(command))
                print(f"  {command.name:32} {result.samples[-1].wall:8.2f} s", flush=True)
        return results

    def once(self, command: Command) -> Sample:
        if command.before:
            command.before()
        for path in (command.output, command.stdout):
            if path:
                path.unlink(missing_ok=True)
        if command.pipe:
            where = ["--pipe"]
        elif command.stdout:
            where = ["--stdout", str(command.stdout)]
        else:
            where = []
        run = subprocess.run(
            [self.stopwatch, "measure", *where, "--", *command.argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if run.returncode != 0:
            raise SystemExit(f"{command.name} cannot be measured: {run.stderr}")
        measured = json.loads(run.stdout)
        if os.waitstatus_to_exitcode(measured.pop("status")) != command.status:
            raise SystemExit(f"{command.name} failed: {' '.join(command.argv)}\n{run.stderr}")
        written = command.output or command.stdout
        if written:
            measured["bytes"] = written.stat().st_size
        if measured["bytes"] == 0:
            raise SystemExit(f"{command.name} wrote nothing: {' '.join(command.argv)}\n{run.stderr}")
        return Sample(**measured)

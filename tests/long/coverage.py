"""Lines and branches that the tests reach: ``python -m tests.long.coverage [WORDS FOR PYTEST]``.

All tests run (or those that the words choose), with every process that they start watched. Then
each file in which a line or a branch was not reached is listed with the places, and it is said
whether that is enough: 95% of the package, and all of what the numbers and the files of users
depend on. ``--report`` says so again, without the tests.
"""

import subprocess
import sys
from io import StringIO
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parents[2]
LEAST = 95.0  # percent of the package
# the formulas, the engines, and what reads and writes scenarios, networks and checkpoints
WHOLE = {
    "formulas": ["functions/*"],
    "interpreter": ["interpreter/*"],
    "compiler": ["compiler/*"],
    "kernel": ["kernel/*"],
    "format": ["scenario/format/*", "network/document.py", "network/files.py", "network/saved/*"],
    "checkpoints": ["scenario/saved/*", "scenario/run/keeping.py"],
}


def main(words: list[str]) -> int:
    """Run the tests, and report; 0 where they pass and reach enough."""
    is_passed = words == ["--report"] or run_tests(words)
    measured = Coverage(config_file=str(ROOT / "setup.cfg"))
    measured.load()
    return 0 if report(measured) and is_passed else 1


def run_tests(words: list[str]) -> bool:
    """Whether the tests pass; the data of all processes are in one file then."""
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "erase"], cwd=ROOT, check=True)  # noqa: S603 - ours
    tested = subprocess.run([*coverage, "run", "-m", "pytest", *words], cwd=ROOT, check=False)  # noqa: S603 - ours
    subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, check=True)  # noqa: S603 - ours
    return tested.returncode == 0


def report(measured: Coverage) -> bool:
    """Whether enough is reached; what is not is listed, first by file, then by room."""
    share = measured.report(show_missing=True, skip_covered=True)
    sys.stdout.write(f"\nthe package: {share:.2f}%; expected {LEAST:g}% or more\n")
    is_enough = share >= LEAST
    for room, files in WHOLE.items():
        include = [str(ROOT / "neurosim" / name) for name in files]
        found = measured.report(include=include, file=StringIO())
        sys.stdout.write(f"{room}: {found:.2f}%; expected 100%\n")
        is_enough = is_enough and found == 100.0
    return is_enough


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

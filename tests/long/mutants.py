"""Mutation testing: ``python -m tests.long.mutants functions``, in a checkout without changes.

Of all small faults that a package could have (``<`` for ``<=``, ``+`` for ``-``, 1 for 0, ``not``,
a condition that is turned around, a statement left out), a seeded sample is written into the files,
one at a time, and the package's tests are run: a fault that none of them notices survives.
Docstrings, annotations and the texts of messages are left out. The file is mutated and restored on
disk, since formulas are read from their sources. Each result is a line of a file, ``--out``; the
next call goes on after it. Survivors whose reason is in ``survivors.json`` are listed with it.
"""

import argparse
import ast
import contextlib
import copy
import importlib
import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).parents[2]
JUDGED = Path(__file__).with_name("survivors.json")  # why some faults change nothing
_TRAININGS = [  # options, heads and the perceptron's rule are seen in trainings
    "tests/training/engines", "tests/training/goals", "tests/training/test_perceptron.py",
    "tests/training/test_options.py", "tests/training/test_update_options.py",
]  # fmt: skip
TESTS = {
    "functions": [
        "tests/functions", "tests/kernel/test_formulas.py", "neurosim/functions", *_TRAININGS,
    ],
    "interpreter": [
        "tests/interpreter", "tests/kernel/test_walk.py", "neurosim/interpreter", *_TRAININGS,
    ],
    "compiler": ["tests/compiler", "neurosim/compiler", *_TRAININGS],
}  # fmt: skip
SECONDS, CPU_SECONDS = 600, 60  # a fault may never end: it is noticed then
MEMORY = 12 * 2**30  # of addresses: PyTorch alone takes 4

_OTHER: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And, ast.USub: ast.UAdd,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


def main() -> int:
    """Try the sample of a package, and report."""
    parser = argparse.ArgumentParser(prog="tests.long.mutants", description="Mutation testing.")
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, help="end after so many")
    parser.add_argument("--again", action="store_true", help="try those that survived again")
    parser.add_argument("--out", type=Path, help="mutants-PACKAGE.jsonl if not given")
    given = parser.parse_args()
    out = given.out or Path(f"mutants-{given.package}.jsonl")
    done = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    places = sample(given.package, given.sample, given.seed)
    _import_what_tests_import()
    if (failed := _first_failure(_files(given.package))) is not None:
        sys.exit(f"{failed}: fails without any fault; expected tests that pass")
    todo = list(enumerate(places))[len(done) :]
    if given.again:
        todo = [(i, places[i]) for i, one in enumerate(done) if one["by"] is None]
    for i, (path, number) in todo[: given.most]:
        before = [one["by"] for one in done if one["by"]]
        found = {"path": path, "number": number}
        done[i : i + 1] = [found | tried(given.package, ROOT / path, number, before)]
        out.write_text("".join(f"{json.dumps(one)}\n" for one in done))
    _report(done, len(places))
    return 0


def _report(done: list[dict[str, Any]], size: int) -> None:
    """Which faults survive; of those that were judged, why."""
    judged = json.loads(JUDGED.read_text(encoding="utf-8"))
    survivors = [one for one in done if one["by"] is None]
    reasons = [judged.get(one["path"], {}).get(_key(one)) for one in survivors]
    for one, reason in zip(survivors, reasons, strict=True):
        place = f"{one['path']}:{one['line']}: {one['was']} -> {one['is']}"
        print(f"survived: {place}: {reason or 'not judged'}")  # noqa: T201 - what it is for
    n_judged = sum(reason is not None for reason in reasons)
    killed = len(done) - len(survivors)
    print(f"{killed} of {len(done)} killed, {n_judged} judged; sample {size}")  # noqa: T201


def _key(one: dict[str, Any]) -> str:
    """The text of its line and the fault: neither changes where lines are added above."""
    lines = (ROOT / one["path"]).read_text(encoding="utf-8").split("\n")
    return f"{lines[one['line'] - 1].strip()}: {one['was']} -> {one['is']}"


def sample(package: str, size: int, seed: int) -> list[tuple[str, int]]:
    """Which faults are tried: files with the number of the fault in each."""
    files = sorted((ROOT / "neurosim" / package).rglob("*.py"))
    every = [(str(path.relative_to(ROOT)), n) for path in files
             for n in range(len(list(mutants(ast.parse(path.read_text())))))]  # fmt: skip
    return Random(seed).sample(every, min(size, len(every)))  # noqa: S311 - no secret


def mutants(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each part that can be wrong, and what stands there instead."""
    for part in _mutable(tree):
        match part:
            case ast.BinOp() | ast.BoolOp() | ast.UnaryOp() if type(part.op) in _OTHER:
                yield part, _with(part, op=_OTHER[type(part.op)]())
            case ast.Compare() if type(part.ops[0]) in _OTHER:
                yield part, _with(part, ops=[_OTHER[type(part.ops[0])](), *part.ops[1:]])
            case ast.Constant(value=bool()):
                yield part, ast.Constant(not part.value)
            case ast.Constant(value=int() | float() as value):
                yield part, ast.Constant(value + 1)
            case ast.If() | ast.IfExp() | ast.While():
                yield part.test, ast.UnaryOp(ast.Not(), part.test)
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Break() | ast.Continue():
                yield part, ast.Pass()
            case ast.Return(value=ast.expr()):
                yield part, _with(part, value=ast.Constant(None))


def _mutable(part: ast.AST) -> Iterator[ast.AST]:
    """All parts but docstrings, annotations, what is raised, and blocks for type checkers."""
    if isinstance(part, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert):
        return
    if isinstance(part, ast.If) and "TYPE_CHECKING" in ast.unparse(part.test):
        return
    yield part
    for name, value in ast.iter_fields(part):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _mutable(child)


def _with(part: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(part)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def tried(package: str, path: Path, number: int, before: list[str]) -> dict[str, object]:
    """Write this fault into the file, run the tests, and restore the file."""
    text = path.read_text(encoding="utf-8")
    part, other = list(mutants(ast.parse(text)))[number]
    path.write_text(_replaced(text, part, other), encoding="utf-8")
    try:
        by = killer(package, path, before)
    finally:
        path.write_text(text, encoding="utf-8")
    was, now = (ast.unparse(ast.fix_missing_locations(p))[:120] for p in (part, other))
    return {"line": part.lineno, "was": was, "is": now, "by": by}  # type: ignore[attr-defined]


def _replaced(text: str, part: ast.AST, other: ast.AST) -> str:
    """The text with the other part in this one's place; all else keeps its bytes."""
    start, end = ([part.lineno, part.col_offset], [part.end_lineno, part.end_col_offset])  # type: ignore[attr-defined]
    lines = text.encode().split(b"\n")
    head = b"\n".join([*lines[: start[0] - 1], lines[start[0] - 1][: start[1]]])
    tail = b"\n".join([lines[end[0] - 1][end[1] :], *lines[end[0] :]])
    words = ast.unparse(ast.fix_missing_locations(other))
    inside = (
        f"({words})" if isinstance(other, ast.expr) else words.replace("\n", "\n" + " " * start[1])
    )
    return (head + inside.encode() + tail).decode()


def killer(package: str, path: Path, before: list[str]) -> str | None:
    """The first quick test of the package that fails, or how they end; None where all pass.

    The likeliest files are tried first, alone: to collect all tests takes longer than these.

    Args:
        package: whose tests they are.
        path: the file that was mutated: tests whose name has its name come first.
        before: the tests that failed for other faults: the files of most of them come next.
    """
    kills = Counter(name.partition("::")[0] for name in before)
    stem = path.stem.rstrip("s")

    def order(file: Path) -> tuple[bool, bool, int]:
        return file != path, stem not in file.stem, -kills[str(file.relative_to(ROOT))]

    files = sorted(_files(package), key=order)
    n_likely = sum(not order(file)[0] or not order(file)[1] for file in files) + 2
    return _first_failure(files[:n_likely]) or _first_failure(files[n_likely:])


def _first_failure(files: list[Path]) -> str | None:
    """The first quick test of these files that fails, or how they end; None where all pass.

    They run in a fork, in which only what is not ours has been imported: most of the time of a
    mutant would be that of imports.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _end_in_tests(files, write)
    os.close(write)
    with os.fdopen(read, "r") as pipe:
        failed = pipe.readline().strip()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return failed or (None if passed else f"ended with {code}")


def _files(package: str) -> list[Path]:
    return [found for name in TESTS[package] for found in _test_files(ROOT / name)]


def _test_files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    pattern = "*.py" if place.is_relative_to(ROOT / "neurosim") else "test_*.py"
    return sorted(place.rglob(pattern))


def _end_in_tests(files: list[Path], write: int) -> NoReturn:
    """Run the tests in this process, tell the first that fails, and end it."""
    os.chdir(ROOT)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, used + CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # of programs that tests start
    told = _Told(write)
    options = ["-x", "-q", "-n0", "-m", "not slow", "-p", "no:cacheprovider"]
    code = 4
    with contextlib.suppress(BaseException):
        code = pytest.main([*options, *map(str, files)], plugins=[told])
    os._exit(int(code))


class _Told:
    """A plugin of pytest that writes the name of a test that fails."""

    def __init__(self, write: int) -> None:
        self._write = write

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self._write, f"{report.nodeid}\n".encode())


def _import_what_tests_import() -> None:
    """All but ours, which is imported in each fork with its fault."""
    for name in (
        "hypothesis",
        "networkx",
        "PIL.Image",
        "scipy",
        "sklearn.metrics",
        "torch",
        "yaml",
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    assert not any(name.partition(".")[0] == "neurosim" for name in sys.modules)


if __name__ == "__main__":
    sys.exit(main())

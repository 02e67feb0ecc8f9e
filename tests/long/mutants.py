"""Mutation testing: ``python -m tests.long.mutants functions``, in a checkout without changes.

Of all small faults that a package could have (``<`` for ``<=``, ``+`` for ``-``, 1 for 0, ``not``,
a condition that is turned around, a statement left out), a seeded sample is written into the files,
one at a time, and the package's tests are run: a fault that none of them notices survives.
Docstrings, annotations and the texts of messages are left out. The file is mutated and restored on
disk, since formulas are read from their sources. All tests run once before, to see which of them
reach which lines: a few that reach the fault come first, and where they pass, all. Each result is a
line of a file, ``--out``: the next call tries what is not in it, and what was another text then.
Survivors whose reason is in ``survivors.json`` are listed with it.
"""

import argparse
import ast
import contextlib
import copy
import hashlib
import importlib
import json
import os
import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, NoReturn

import pytest
from coverage import Coverage

ROOT = Path(__file__).parents[2]
JUDGED = Path(__file__).with_name("survivors.json")  # why some faults change nothing
TESTS = {
    "functions": [
        "tests/functions", "tests/kernel/test_formulas.py", "neurosim/functions",
        "tests/training/engines/test_own_rules.py", "tests/training/test_options.py",
        "tests/training/goals/test_heads_and_weights.py", "tests/training/test_update_options.py",
        "tests/compiler/array/test_calls.py",
    ],
    "interpreter": [
        "tests/interpreter", "tests/debugger/ask", "neurosim/interpreter",
        "tests/training/engines/test_function_parameters.py", "tests/training/test_perceptron.py",
        "tests/training/engines/test_aggregations.py", "tests/training/test_update_options.py",
        "tests/training/goals/test_heads_and_weights.py", "tests/training/test_wrong_targets.py",
        "tests/training/test_noise.py",
    ],
    "compiler": [
        "tests/compiler", "tests/kernel/test_engine.py", "neurosim/compiler",
        "tests/training/engines", "tests/training/goals", "tests/training/test_update_options.py",
    ],
}  # fmt: skip
SECONDS, CPU_SECONDS = 600, 90  # a fault may never end: it is noticed then
MEMORY = 12 * 2**30  # of addresses: PyTorch alone takes 4
N_LIKELY = 40  # tests that are tried before all: one of them notices most faults

Reached = dict[str, dict[int, list[str]]]  # names of tests, of each line of each file


class Place(NamedTuple):
    """Which fault: the file, its number in there, and the hash of the file's text."""

    path: str
    number: int
    text: str


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
    parser.add_argument("--again", action="store_true", help="try survivors without a reason again")
    parser.add_argument("--out", type=Path, help="mutants-PACKAGE.jsonl if not given")
    given = parser.parse_args()
    out = given.out or Path(f"mutants-{given.package}.jsonl")
    places = sample(given.package, given.sample, given.seed)
    done = _done(out, places)
    known = {p for p, one in done.items() if one["by"] or not given.again or _reason(one)}
    todo = [place for place in places if place not in known]
    _import_what_tests_import()
    reached = _tests_by_line(_files(given.package))
    for place in todo[: given.most]:
        done[place] = tried(given.package, place, reached)
        with out.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(done[place])}\n")
    _report(list(done.values()), len(places))
    return 0


def _done(out: Path, places: list[Place]) -> dict[Place, dict[str, Any]]:
    """What was found before about these places; of each, the last."""
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    found = {Place(one["path"], one["number"], one["text"]): one for one in map(json.loads, lines)}
    return {place: found[place] for place in places if place in found}


def _report(done: list[dict[str, Any]], size: int) -> None:
    """Which faults survive; of those that were judged, why."""
    survivors = [one for one in done if one["by"] is None]
    reasons = [_reason(one) for one in survivors]
    for one, reason in zip(survivors, reasons, strict=True):
        place = f"{one['path']}:{one['line']}: {one['was']} -> {one['is']}"
        print(f"survived: {place}: {reason or 'not judged'}")  # noqa: T201 - what it is for
    n_judged = sum(reason is not None for reason in reasons)
    killed = len(done) - len(survivors)
    print(f"{killed} of {len(done)} killed, {n_judged} judged; sample {size}")  # noqa: T201


def _reason(one: dict[str, Any]) -> str | None:
    """Why a fault changes nothing, where that was judged.

    It is found by the text of its line and the fault: neither changes where lines are added above.
    """
    line = (ROOT / one["path"]).read_text(encoding="utf-8").split("\n")[one["line"] - 1].strip()
    judged: dict[str, dict[str, str]] = json.loads(JUDGED.read_text(encoding="utf-8"))
    return judged.get(one["path"], {}).get(f"{line}: {one['was']} -> {one['is']}")


def sample(package: str, size: int, seed: int) -> list[Place]:
    """Which faults are tried: those of the other files stay the same where a file is changed."""
    every = []
    for file in sorted((ROOT / "neurosim" / package).rglob("*.py")):
        source, path = file.read_bytes(), str(file.relative_to(ROOT))
        text = hashlib.sha256(source).hexdigest()[:12]
        pairs = enumerate(mutants(ast.parse(source)))
        every += [Place(path, n, text) for n, (p, other) in pairs if ast.dump(p) != ast.dump(other)]
    every.sort(key=lambda place: Random(f"{seed} {place.path} {place.number}").random())  # noqa: S311 - no secret
    return every[:size]


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


def tried(package: str, place: Place, reached: Reached) -> dict[str, Any]:
    """Write this fault into the file, run the tests, and restore the file."""
    path = ROOT / place.path
    text = path.read_text(encoding="utf-8")
    part, other = list(mutants(ast.parse(text)))[place.number]
    line: int = part.lineno  # type: ignore[attr-defined]
    lines = reached.get(place.path, {})
    likely = lines.get(max((n for n in lines if n <= line), default=0), [])
    path.write_text(_replaced(text, part, other), encoding="utf-8")
    try:
        files = sorted({ROOT / name.partition("::")[0] for name in likely})
        by = _first_failure(files, likely) if likely else None
        by = by or _first_failure(_files(package))
    finally:
        path.write_text(text, encoding="utf-8")
    was, now = (ast.unparse(ast.fix_missing_locations(p))[:120] for p in (part, other))
    return {**place._asdict(), "line": line, "was": was, "is": now, "by": by}


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


class _Told:
    """A plugin of pytest that runs the tests of these names, and writes one that fails."""

    def __init__(self, write: int, names: list[str] | None) -> None:
        self._write = write
        self._order = None if names is None else {name: i for i, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if (order := self._order) is not None:
            chosen = [item for item in items if item.nodeid in order]
            items[:] = sorted(chosen, key=lambda item: order[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tell(report.nodeid)

    def tell(self, line: str) -> None:
        with os.fdopen(self._write, "w", closefd=False) as pipe:
            pipe.write(f"{line}\n")


class _Traced(_Told):
    """It also writes which tests to try first for each line of each file."""

    def __init__(self, write: int, names: list[str] | None) -> None:
        super().__init__(write, names)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._coverage = Coverage(data_file=None, config_file=False, include=[f"{ROOT}/neurosim/*"])
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        done = yield
        self._coverage.switch_context("")
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        super().pytest_runtest_logreport(report)
        self._seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        ranks, data = self._ranks(), self._coverage.get_data()
        found = {}
        for file in data.measured_files():
            lines = {n: {*names} - {""} for n, names in data.contexts_by_lineno(file).items()}
            every = set().union(*lines.values())
            found[os.path.relpath(file, ROOT)] = {
                n: sorted(names or every, key=ranks.__getitem__)[:N_LIKELY]
                for n, names in lines.items()
            }
        self.tell(json.dumps(found))

    def _ranks(self) -> dict[str, tuple[int, int]]:
        """The quickest case of each test comes first, then the second of each."""
        n_cases: Counter[str] = Counter()
        ranks = {}
        for i, name in enumerate(sorted(self._seconds, key=self._seconds.__getitem__)):
            test = name.partition("[")[0]
            n_cases[test] += 1
            ranks[name] = n_cases[test], i
        return ranks


def _tests_by_line(files: list[Path]) -> Reached:
    """Which tests to try first for each line of each file; all of them pass.

    Those of module level, which imports run, are in no test: all that reach the file serve.
    """
    told, code = _run(files, _Traced)
    if code or not told.startswith("{"):
        sys.exit(f"{told or code}: fails without any fault; expected tests that pass")
    found: dict[str, dict[str, list[str]]] = json.loads(told)
    return {path: {int(n): names for n, names in lines.items()} for path, lines in found.items()}


def _first_failure(files: list[Path], names: list[str] | None = None) -> str | None:
    """The first quick test of these files that fails, or how they end; None where all pass.

    Args:
        files: those that are collected.
        names: of the tests that run, in their order; all if not given.
    """
    failed, code = _run(files, _Told, names)
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return failed or (None if passed else f"ended with {code}")


def _run(files: list[Path], plugin: type[_Told], names: list[str] | None = None) -> tuple[str, int]:
    """The line that the plugin wrote, and the code with which the tests ended.

    They run in a fork, in which only what is not ours has been imported: most of the time of a
    mutant would be that of imports.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _end_in_tests(files, plugin(write, names))
    os.close(write)
    with os.fdopen(read, "r") as pipe:
        line = pipe.readline().strip()
    _, status = os.waitpid(child, 0)
    return line, os.waitstatus_to_exitcode(status)


def _files(package: str) -> list[Path]:
    return [found for name in TESTS[package] for found in _test_files(ROOT / name)]


def _test_files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    pattern = "*.py" if place.is_relative_to(ROOT / "neurosim") else "test_*.py"
    return sorted(place.rglob(pattern))


def _end_in_tests(files: list[Path], plugin: _Told) -> NoReturn:
    """Run the tests in this process, and end it."""
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
    options = ["-x", "-q", "-n0", "-m", "not slow", "-p", "no:cacheprovider", "--timeout=0"]
    code = 4
    with contextlib.suppress(BaseException):
        code = pytest.main([*options, *map(str, files)], plugins=[plugin])
    os._exit(int(code))


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

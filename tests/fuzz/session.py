"""Many inputs, one after the other: input N of a seed is the same on every machine."""

import contextlib
import gc
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from tests.fuzz.inputs import FAMILIES, checkpoints, saved_networks, scenarios, traced
from tests.fuzz.watch import Call, Fault, watched_together

TOGETHER = 25  # inputs of one fork
_WARM = 2  # inputs of each family before the first fork, which is to import nothing


def faults(seed: int, numbers: range, keep: Path | None = None) -> Iterator[tuple[str, Fault]]:
    """Try these inputs of this seed, and yield those that went wrong, as "family seed:number".

    Args:
        keep: where the folders of faulty inputs are kept; none are if not given.
    """
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        home = Path(name)
        _prepare(home / "seeds")
        for at in range(0, len(numbers), TOGETHER):
            some = numbers[at : at + TOGETHER]
            for number, fault in zip(some, _tried(seed, some, home / "together"), strict=True):
                if fault is None:
                    continue
                [alone] = _tried(seed, range(number, number + 1), home / "alone", keep)
                told = Fault(f"{fault.kind} after others", fault.words) if alone is None else alone
                yield f"{_family(number)} {seed}:{number}", told


def _prepare(seeds: Path) -> None:
    """Make what is mutated, and import what the calls do, so that no fork has to."""
    seeds.mkdir()
    os.environ["FUZZ_SEEDS"] = str(seeds)
    scenarios(), saved_networks(), traced(), checkpoints()
    with contextlib.chdir(seeds), contextlib.redirect_stdout(io.StringIO()):
        for number in range(_WARM * len(FAMILIES)):
            with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(Exception):
                _make("warm", number, seeds)()
            shutil.rmtree("d", ignore_errors=True)
    gc.collect()
    gc.freeze()  # a collection in a fork would write to all pages of this process


def tried(seed: int, keep: Path | None, numbers: range) -> list[tuple[str, str, str]]:
    """All faults of these inputs, as texts, which another process can be told."""
    return [(name, f.kind, f.words) for name, f in faults(seed, numbers, keep)]


def _tried(seed: int, numbers: range, home: Path, keep: Path | None = None) -> list[Fault | None]:
    """Try inputs, each in a folder of its own in ``home``."""
    folders = {number: home / str(number) for number in numbers}
    for folder in folders.values():
        folder.mkdir(parents=True)
    calls = [(partial(_make, seed, number, folder), folder) for number, folder in folders.items()]
    found = watched_together(calls)
    if keep is not None:
        for number, folder in folders.items():
            kept = keep / f"{_family(number)}-{seed}-{number}"
            shutil.copytree(folder, kept, dirs_exist_ok=True)
    shutil.rmtree(home)
    return found


def _family(number: int) -> str:
    return list(FAMILIES)[number % len(FAMILIES)]


def _make(seed: object, number: int, folder: Path) -> Call:
    """The call of one input, whose files are written into the folder."""
    rng = Random(f"{seed}:{number}")  # noqa: S311 - no secret
    return FAMILIES[_family(number)](rng, folder)

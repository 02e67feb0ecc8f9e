"""Many inputs, one after the other: input N of a seed is the same on every machine."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.fuzz.inputs import FAMILIES, saved_networks, scenarios, traced
from tests.fuzz.watch import Fault, watched


def faults(seed: int, numbers: range, keep: Path | None = None) -> Iterator[tuple[str, Fault]]:
    """Try these inputs of this seed, and yield those that went wrong, as "family seed:number".

    Args:
        keep: where the folders of faulty inputs are kept; none are if not given.
    """
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        seeds = Path(name) / "seeds"
        seeds.mkdir()
        os.environ["FUZZ_SEEDS"] = str(seeds)
        scenarios(), saved_networks(), traced()
        for number in numbers:
            folder = Path(name) / str(number)
            folder.mkdir()
            family, fault = one(seed, number, folder)
            if fault is not None:
                yield f"{family} {seed}:{number}", fault
                if keep is not None:
                    shutil.copytree(folder, keep / f"{family}-{seed}-{number}", dirs_exist_ok=True)
            shutil.rmtree(folder)


def tried(seed: int, keep: Path | None, numbers: range) -> list[tuple[str, str, str]]:
    """All faults of these inputs, as texts, which another process can be told."""
    return [(name, f.kind, f.words) for name, f in faults(seed, numbers, keep)]


def one(seed: int, number: int, folder: Path) -> tuple[str, Fault | None]:
    """Try one input in this folder: the name of its family, and its fault."""
    rng = Random(f"{seed}:{number}")  # noqa: S311 - no secret
    family = list(FAMILIES)[number % len(FAMILIES)]
    return family, watched(FAMILIES[family](rng, folder), folder)

"""The long fuzz: ``python -m tests.fuzz --inputs 120000 --workers 2``, in a checkout on Linux.

Prints each fault with the number of its input, and at the end how many of each kind there were;
the exit code is 1 where there was one. ``--first N`` goes on where another run ended, ``--only``
tries one family of them.
"""

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.fuzz.inputs import FAMILIES
from tests.fuzz.session import tried

CHUNK = 2500  # inputs that a process tries before another one takes over


def main() -> int:
    """Try all inputs, and report."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Try mutated inputs.")
    parser.add_argument("--inputs", type=int, default=120_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that went wrong")
    parser.add_argument("--only", choices=FAMILIES)
    given = parser.parse_args()
    numbers = range(given.first, given.first + given.inputs)
    if given.only is not None:  # input N is of family N modulo their number
        numbers = numbers[list(FAMILIES).index(given.only) - given.first % len(FAMILIES) :]
        numbers = numbers[:: len(FAMILIES)]
    chunks = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    kinds: Counter[str] = Counter()
    with ProcessPoolExecutor(given.workers, max_tasks_per_child=1) as pool:
        for found in pool.map(partial(tried, given.seed, given.keep), chunks):
            for name, kind, words in found:
                kinds[kind] += 1
                print(f"--- {name}: {kind}\n{words[-3000:]}", flush=True)  # noqa: T201
    print(f"{len(numbers)} inputs, {kinds.total()} faults: {dict(kinds)}")  # noqa: T201
    return int(bool(kinds))


if __name__ == "__main__":
    sys.exit(main())

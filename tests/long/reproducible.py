"""One scenario in many environments: ``python -m tests.long.reproducible [N]``.

Hash seeds, locales, time zones, folders and threads of the linear algebra, each alone and in N
random combinations (60 if not given). All files but times.jsonl must have the same bytes, so there
is one hash for each engine.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.long.kills import EPOCHS, files_of, write

VARIED = {
    "PYTHONHASHSEED": ["0", "1", "2", "3", "42", "4242", "9", "77", "1000", "random"],
    "LC_ALL": ["C", "C.UTF-8", "de_DE.UTF-8"],
    "TZ": ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"],
    "folder": ["a", "b c", "ä", "d/e/f"],
    "OPENBLAS_NUM_THREADS": ["1", "2"],
}


def combinations(n, seed=1):
    """Each value alone, then n random choices."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    yield from ({name: value} for name, values in VARIED.items() for value in values)
    for _ in range(n):
        yield {name: draw.choice(values) for name, values in VARIED.items()}


def hash_of(home, engine, given):
    """The hash of all files of a run in an environment."""
    folder = Path(tempfile.mkdtemp(dir=home)) / given.get("folder", "plain")
    folder.mkdir(parents=True)
    write(folder, engine, 1)
    environment = {name: value for name, value in given.items() if name != "folder"}
    subprocess.run(
        [sys.executable, "-m", "neurosim", "run", "s.yaml", "--out", "out", "-q"],
        cwd=folder, check=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )  # fmt: skip
    return hashlib.sha256(repr(sorted(files_of(folder / "out").items())).encode()).hexdigest()


def main(n=60):
    """Run, and report."""
    given = list(combinations(n))
    with tempfile.TemporaryDirectory() as home:
        found = {engine: {hash_of(home, engine, one) for one in given} for engine in EPOCHS}
    for engine, hashes in found.items():
        told = f"{engine}: {len(given)} environments, {len(hashes)} hash(es): {sorted(hashes)}"
        print(told)  # noqa: T201 - a report
    return 0 if all(len(hashes) == 1 for hashes in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

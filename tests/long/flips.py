"""Each bit of a small checkpoint, flipped: ``python -m tests.long.flips``.

Every bit that is flipped must be noticed. And for each byte a run goes on in a folder whose newest
checkpoint has one of its bits flipped, another bit in each byte: it must say so, and go on from
the checkpoint before.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from neurosim.errors import FileError
from neurosim.scenario.run import keeping
from neurosim.scenario.run.folder import open_folder
from neurosim.scenario.run.run import start_run
from neurosim.scenario.saved.packing import unpack
from tests.long.kills import write


def flipped(data, byte, bit):
    """The same bytes but for one bit."""
    found = bytearray(data)
    found[byte] ^= 1 << bit
    return bytes(found)


def make_checkpoints(path, out):
    """Leave a run that has written two of them, and the text that tells where each is."""
    run = start_run(path)
    with open_folder(out) as folder:
        kept = keeping.KeptRun(run, folder)
        kept.begin(resume=False, overwrite=False)
        places = []
        for _ in range(2):
            next(iter(kept))
            kept.save()
            places.append(run.snapshot().place)
    return places


def is_noticed(data):
    """Whether such bytes are refused as those of a checkpoint."""
    with suppress(FileError):
        unpack(data, "checkpoint")
        return False
    return True


def notes_of(run, out):
    """What a run says of its beginning, where it goes on in a folder."""
    with open_folder(out) as folder:
        kept = keeping.KeptRun(run, folder)
        kept.begin(resume=True, overwrite=False)
    return kept.notes


def main():
    """Flip, and report."""
    with tempfile.TemporaryDirectory() as name:
        path, out = write(Path(name), "graph", 1), Path(name) / "out"
        before, last = make_checkpoints(path, out)
        newest = out / ".neurosim" / "checkpoint"
        data = newest.read_bytes()
        assert not is_noticed(data)
        assert notes_of(start_run(path), out) == [f"{out}: goes on after {last}"]
        n = len(data)
        noticed = sum(is_noticed(flipped(data, i // 8, i % 8)) for i in range(8 * n))
        used = 0
        for byte in range(n):
            newest.write_bytes(flipped(data, byte, byte % 8))
            damage, place = notes_of(start_run(path), out)
            is_named = damage.startswith(f"{newest}: damaged")
            used += is_named and place == f"{out}: goes on after {before}"
    told = f"{noticed} of {8 * n} bits noticed; {used} of {n} times the one before was used"
    print(told)  # noqa: T201 - a report
    return int(noticed < 8 * n or used < n)


if __name__ == "__main__":
    sys.exit(main())

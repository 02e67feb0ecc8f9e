"""Networks by name: a scenario's at an epoch, a run's, or a saved one."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from neurosim.errors import FileError
from neurosim.network.network import Network, load
from neurosim.scenario.build.epochs import epoch_of
from neurosim.scenario.saved.manifest import NETWORK, RUN, read_manifest, require_listed
from neurosim.scenario.uses.at_epoch import network_at


def network_named(word: str | Path) -> Network:
    """The network of a scenario (as built), of ``xor@500`` (after 500 epochs), a folder or a file.

    What is there is taken as a path, also where it has an ``@`` in its name.

    Args:
        word: a scenario, or the name of a shipped one, either with ``@`` and a number of epochs or
            ``end``; a folder that ``neurosim run --out`` wrote; or a saved network (.json).

    Raises:
        InvalidValueError: the training has no such epoch.
        FileError: there is no network in the folder.
        DivergedError: the training diverged before.
        NeurosimError: what `network_at` raises.
    """
    if _is_folder(word):
        return _of_run(Path(word))
    file, epoch = _parts_of(word)
    if epoch is None:
        return network_at(file).network
    return network_at(file, epoch=epoch_of(epoch, f"{word}: epoch")).network


def files_named(words: Iterable[str | Path]) -> Iterator[str | Path]:
    """The scenarios and saved networks that `network_named` reads; of a folder, none is trained."""
    return (_parts_of(word)[0] for word in words if not _is_folder(word))


def _is_folder(word: str | Path) -> bool:
    return os.path.isdir(word)  # noqa: PTH112 - a Path raises where a name is too long


def _parts_of(word: str | Path) -> tuple[str | Path, str | None]:
    """A file, or the name of a scenario, and which epoch is meant."""
    name, at, epoch = str(word).rpartition("@")
    if not at or os.path.isfile(word):  # noqa: PTH113 - as above
        return word, None
    return name, epoch


def _of_run(folder: Path) -> Network:
    if not (folder / NETWORK).exists():
        raise FileError(f"{folder}: no {NETWORK}; expected a folder of `neurosim run --out`")
    manifest = read_manifest(folder / RUN) if (folder / RUN).exists() else None
    return load(require_listed(folder, NETWORK, manifest))

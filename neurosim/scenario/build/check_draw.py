"""Checks of ``draw:`` against the rest of the scenario: rows, epochs, names of files."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from neurosim.drawing.pictures import PICTURES
from neurosim.scenario.build.network import Built
from neurosim.scenario.format.draw_entry import DrawEntry
from neurosim.scenario.format.node import Problem
from neurosim.scenario.format.read import Reading
from neurosim.training.data import Data

_Found = Iterator[tuple[str, str]]  # the key and what is wrong there


def check_pictures(reading: Reading, built: Built | None, data: Data | None) -> list[Problem]:
    """What is wrong with the pictures, given the network and the other sections."""
    problems = []
    names: dict[str, int] = {}
    for number, entry in enumerate(reading.draft.draw):
        if entry is None:
            continue
        name = str(PurePosixPath(entry.file)).casefold()
        found = [*_check_context(entry, reading), *_check_rows(entry, reading, data)]
        found += _check_network(entry, built)
        if name in names:
            found.append(("file", f"twice, got {entry.file!r}; expected a name of its own"))
        names[name] = number
        problems += [reading.problem(("draw", number, key), message) for key, message in found]
    return problems


def _check_context(entry: DrawEntry, reading: Reading) -> _Found:
    training = reading.draft.training
    if training is None and reading.has("training"):
        return  # something is wrong with it, which is reported
    epochs = 0 if training is None else training.epochs
    if isinstance(entry.epoch, int) and entry.epoch > epochs:
        yield "epoch", f"later than the end, got {entry.epoch}; expected at most {epochs}"
    needs, key = _needs(entry), "animate" if entry.animate else "plot"
    if training is None and (entry.animate or "training" in needs):
        yield key, "is of a training, and there is none; expected training too"
    elif training is not None and "training" in needs and not epochs:
        yield key, "is of a training, and there are 0 epochs; expected some"
    elif training is not None and "metrics" in needs and not training.metrics:
        yield key, "nothing is measured; expected training: {metrics: [accuracy]}"


def _check_rows(entry: DrawEntry, reading: Reading, data: Data | None) -> _Found:
    if not reading.has("data"):
        if entry.sample is not None:
            yield "sample", "is a training row, and there are none; expected data too, or input"
        if "rows" in _needs(entry):
            yield "plot", "is of rows, and there are none; expected data too"
    elif data is not None and data.part(entry.on) is None:
        yield "on", f"no rows are set aside for {entry.on!r}; expected data.split"
    elif data is not None and entry.sample is not None and entry.sample >= len(data.train.X):
        yield "sample", f"got {entry.sample}; expected 0 to {len(data.train.X) - 1}"
    wanted = [word for word in entry.show if word in {"deltas", "gradients"}]
    if wanted and not entry.animate and entry.sample is None:
        yield "show", f"{wanted[0]} need a target; expected sample beside show"


def _check_network(entry: DrawEntry, built: Built | None) -> _Found:
    if built is None or not built.is_named:
        return
    n_inputs = len(built.network.inputs)
    if entry.input is not None and len(entry.input) != n_inputs:
        yield "input", f"wrong length, got {len(entry.input)}; expected {n_inputs}"
    if "inputs" in _needs(entry) and n_inputs not in {1, 2}:
        yield "plot", f"is over two inputs, or one, got a network with {n_inputs}; expected 1 or 2"
    if entry.animate in {"boundary", "both"} and n_inputs != 2:
        yield "animate", f"is over two inputs, got a network with {n_inputs}; expected 2"


def _needs(entry: DrawEntry) -> frozenset[str]:
    """What the plot that is asked for needs; nothing where none is."""
    return PICTURES[entry.plot].needs if entry.plot else frozenset()

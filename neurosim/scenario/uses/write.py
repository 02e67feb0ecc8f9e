"""The writer of scenarios: a network, its rows and its options as a file that `neurosim run` runs.

The file gives every number exactly, so a run of it gets the bits that `neurosim.train` gets.
"""

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import yaml
from yamlcore import CoreDumper

from neurosim.errors import FileError, InvalidValueError, WrongTypeError
from neurosim.files import write_whole
from neurosim.functions.losses import LOSSES, require_loss
from neurosim.functions.numbers import Matrix, require_rows
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.functions.penalties import PENALTIES, Penalties, PenaltyList
from neurosim.functions.registry import Table
from neurosim.functions.schedules.shipped import SCHEDULES
from neurosim.functions.update_options import NamedRates, WeightDecay
from neurosim.network.network import Network
from neurosim.scenario.uses.write_network import (
    network_entry,
    plain_number,
    require_same,
    require_shipped,
    write_variant,
)
from neurosim.training.engines.table import DEFAULT, require_engine
from neurosim.training.goals.class_weight import ClassWeight
from neurosim.training.goals.heads import HeadOption
from neurosim.training.metrics import METRICS
from neurosim.training.options import (
    Options,
    TrainOptions,
    make_options,
    option_fields,
    scenario_options,
)
from neurosim.training.task import make_task, require_network
from neurosim.training.task_kind import TaskKind

MOST_INLINE = 1000  # numbers of rows that are written into the file; more go beside it
_SUFFIXES = (".yaml", ".yml")
_Entry = dict[str, Any]
_MISSING = ""  # a cell without a number


class _Rows(NamedTuple):
    X: Matrix
    T: Matrix
    weights: Matrix | None = None


def to_scenario(
    network: Network,
    X: Any,
    T: Any,
    path: str | os.PathLike[str],
    options: Options | None = None,
    **changes: Unpack[TrainOptions],
) -> Path:
    """Write a scenario that runs to the same numbers as ``train(network, X, T, **options)``.

    Up to 1,000 numbers of rows are written into the file, more into a CSV file of its name beside
    it. What is not written: initial values (the present ones are what the run begins with), columns
    that inputs were read from, ``data`` on neurons and connections.

    Args:
        network: is written with its present weights and biases.
        X: samples, (B, n_in); None beside T=None: the scenario has no rows.
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,).
        path: a file that ends in .yaml or .yml; is replaced.
        options: a record of options, or None.
        **changes: every option of `neurosim.train`; without any, the scenario trains nothing.

    Returns:
        The path.

    Raises:
        InvalidValueError: a scenario has no word for something: a function that this program
            registered, a state to go on from.
        GraphError: it cannot say the network.
        FileError: the file cannot be written, or is too large.
        NeurosimError: the rows or options do not fit the network.
    """
    file = _require_path(path)
    require_network(network).require_outputs()
    chosen = make_options(options, changes) if options is not None or changes else None
    seed = network.seed if chosen is None else chosen.seed_of(network)
    entry: _Entry = {"neurosim": 1, "title": network.title or "network", "seed": seed}
    if chosen is not None and chosen.engine != DEFAULT:
        entry["engine"] = chosen.engine
    entry["network"] = network_entry(network)
    parts = _parts(network, X, T, chosen)
    csv = b""
    if parts:
        entry["data"], csv = _data(network, parts, file.with_suffix(".csv"))
    if chosen is not None:
        entry["training"] = _training(chosen)
    text = yaml.dump(entry, Dumper=_Dumper, default_flow_style=None, sort_keys=False, **_STYLE)
    require_same(network, text, str(file))
    _write(file, text.encode(), csv)
    return file


def _require_path(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise WrongTypeError(f"path: got {path!r:.80}; expected text or a path")
    file = Path(path)
    if file.suffix not in _SUFFIXES:
        raise InvalidValueError(f"path: got {str(path)!r:.80}; expected one that ends in .yaml")
    return file


def _write(file: Path, text: bytes, csv: bytes) -> None:
    try:
        if csv:
            write_whole(file.with_suffix(".csv"), csv)
        write_whole(file, text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"{file}: cannot be written, got {reason}") from error


# --- the rows


def _parts(network: Network, X: Any, T: Any, options: Options | None) -> list[_Rows]:
    """The training rows, then those for validation, where there are any."""
    if options is None:
        if X is None and T is None:
            return []
        rows = require_rows(X, len(network.inputs))
        targets = require_rows(T, len(network.require_outputs()), "T")
        if len(rows) != len(targets):
            raise InvalidValueError(f"T: got {len(targets)} rows; expected {len(rows)}, as X has")
        return [_Rows(rows, targets)]
    given: list[Any] = [(X, T, options.weights)]
    if options.validation is not None:
        given.append((*options.validation, None)[:3])
    tasks = [make_task(network, X, T, dataclasses.replace(options, weights=w)) for X, T, w in given]
    for task in tasks:
        require_engine(options.engine, task)
    return [_Rows(task.X, task.T, task.weights) for task in tasks]


def _data(network: Network, parts: Sequence[_Rows], beside: Path) -> tuple[_Entry, bytes]:
    """The entry of the data, and the text of the file beside it, if there is one."""
    table = [
        [[_cell(value) for value in row] for matrix in side for row in matrix.tolist()]
        for side in ([part.X for part in parts], [part.T for part in parts])
    ]
    weights = _weights(parts)
    entry: _Entry = {}
    csv = b""
    inputs, targets = ([n.name for n in ends] for ends in (network.inputs, network.outputs))
    lacks = any(_MISSING in row for row in table[1])
    if len(table[0]) * (len(inputs) + len(targets)) <= MOST_INLINE and not lacks:
        entry |= {"inputs": table[0], "targets": table[1]}
        if weights:
            entry["weights"] = weights
    else:
        entry["csv"] = {"path": beside.name, "inputs": inputs, "targets": targets}
        lines = [inputs + targets, *(x + t for x, t in zip(*table, strict=True))]
        if weights:
            name = next(n for n in ("weight", "weight_", "weight__") if n not in lines[0])
            entry["csv"]["weights"] = name
            lines = [[*line, w] for line, w in zip(lines, [name, *weights], strict=True)]
        if lacks:
            entry["csv"]["missing_targets"] = "ignore"
        csv = "".join(f"{','.join(map(str, line))}\n" for line in lines).encode()
    if len(parts) > 1:
        fraction = len(parts[1].X) / len(table[0])
        entry["split"] = {"validation": fraction, "shuffle": False}
    return entry, csv


def _cell(value: float) -> Any:
    return _MISSING if math.isnan(value) else plain_number(value)


def _weights(parts: Sequence[_Rows]) -> list[Any]:
    """The weights of all rows, one after the other; empty where no part has any."""
    if all(part.weights is None for part in parts):
        return []
    found = [np.ones(len(p.X)) if p.weights is None else p.weights for p in parts]
    return [plain_number(weight) for weight in np.concatenate(found).tolist()]


# --- the training


def _training(options: Options) -> _Entry:
    if options.state is not None:
        raise InvalidValueError(
            "state: got one to go on from, but a scenario begins at the start; expected None"
        )
    fields, entry = option_fields(), _Entry()
    for name in scenario_options():
        value = _WORDS.get(name, _as_it_is)(getattr(options, name))
        if value != fields[name].default and value not in (None, ()):
            entry[name] = list(value) if isinstance(value, tuple) else value
    if "heads" in entry:
        return entry
    return {"loss": entry.pop("loss", fields["loss"].default), **entry}


def _as_it_is(value: Any) -> Any:
    return value


def _loss(loss: Any) -> str | _Entry:
    found = require_loss(loss)
    require_shipped(LOSSES, found.name, "loss", found)
    return write_variant(found)


def _optimizer(rule: Any) -> _Entry:
    name = _made_by(OPTIMIZERS, rule, "optimizer")
    return {"name": name, **_options_of(rule)}


def _penalty(penalty: Any) -> _Entry | list[Any] | None:
    if isinstance(penalty, PenaltyList):
        return [_one_penalty(part) for part in penalty.parts]
    return None if penalty is None else _one_penalty(penalty)


def _one_penalty(penalty: Any) -> _Entry:
    if not isinstance(penalty, Penalties):
        name, options = _made_by(PENALTIES, penalty, "penalty"), _options_of(penalty)
        return {name: next(iter(options.values())) if len(options) == 1 else options}
    entry: _Entry = {}
    for term in penalty.terms:
        entry |= _one_penalty(term)
    settings = _options_of(penalty)
    settings.pop("terms", None)
    # one term on weights is a penalty of another kind, so what it is on is written
    return {**entry, "on": _listed(penalty.on), **_listed_values(settings)}


def _record(record: Any) -> _Entry | None:
    return None if record is None else _listed_values(_options_of(record))


def _decay(decay: WeightDecay | None) -> Any:
    if decay is None:
        return None
    options = _record(decay)
    return options["strength"] if options is not None and len(options) == 1 else options


def _rates(rates: NamedRates | None) -> _Entry | None:
    return None if rates is None else {n: plain_number(rate) for n, rate in rates.by_name}


def _listed_values(options: _Entry) -> _Entry:
    return {name: _listed(value) for name, value in options.items()}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _schedule(schedule: Any) -> _Entry | None:
    if schedule is None:
        return None
    name, options = _made_by(SCHEDULES, schedule, "schedule"), _options_of(schedule)
    return {name: options.pop("points") if list(options) == ["points"] else options}


def _early_stopping(rule: Any) -> _Entry | None:
    return None if rule is None else dataclasses.asdict(rule)


def _made_by(table: Table[Any], made: Any, where: str) -> str:
    """The name under which a scenario makes such an object."""
    name = getattr(made, "name", "")
    require_shipped(table, name, where, type(made))
    return str(name)


def _options_of(record: Any) -> _Entry:
    return {
        field.name: plain_number(value) if isinstance(value, float) else value
        for field in dataclasses.fields(record)
        if (value := getattr(record, field.name)) != field.default or field.name == "learning_rate"
    }


def _metrics(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        require_shipped(METRICS, name, "metrics")
    return names


def _validate(folds: Any) -> _Entry | None:
    return None if folds is None else _options_of(folds)


def _task(task: str | TaskKind) -> str:
    return task if isinstance(task, str) else task.name


def _heads(heads: tuple[HeadOption, ...] | None) -> list[_Entry] | None:
    if heads is None:
        return None
    return [
        {
            "outputs": head.outputs[0] if len(head.outputs) == 1 else list(head.outputs),
            "loss": _loss(head.loss),
            **({} if head.weight == 1.0 else {"weight": plain_number(head.weight)}),
            **({} if not head.class_weight else {"class_weight": _class_weight(head.class_weight)}),
        }
        for head in heads
    ]


def _class_weight(given: ClassWeight) -> Any:
    if not isinstance(given, tuple):
        return given
    return {str(name): plain_number(weight) for name, weight in given}


_WORDS: Mapping[str, Any] = {
    "heads": _heads,
    "class_weight": _class_weight,
    "loss": _loss,
    "optimizer": _optimizer,
    "penalty": _penalty,
    "clip": _record,
    "weight_decay": _decay,
    "rates": _rates,
    "schedule": _schedule,
    "early_stopping": _early_stopping,
    "metrics": _metrics,
    "task": _task,
    "validate": _validate,
    "seeds": lambda seeds: None if seeds is None else list(seeds),
}


class _Dumper(CoreDumper):  # type: ignore[misc]  # yamlcore has no types
    """Writes texts that YAML 1.2 would read as numbers or the like in quotes; no aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Always: a scenario has none."""
        return True

    def represent_sequence(self, tag: str, sequence: Any, **_: Any) -> Any:
        """A short matrix in brackets; a long one row by row, as entries are."""
        rows = [item for item in sequence if isinstance(item, list | dict)]
        is_short = len(str(rows)) < _LINE and not any(isinstance(item, dict) for item in rows)
        return super().represent_sequence(tag, sequence, flow_style=is_short)


_LINE = 100  # characters
_STYLE: Any = {"allow_unicode": True, "width": 120}

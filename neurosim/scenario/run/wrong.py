"""The rows that a trained network gets wrong."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import DivergedError, InvalidValueError
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.run.result import jsonable
from neurosim.training.parts import PARTS


@dataclass(frozen=True, slots=True)
class WrongRow:
    """One of them.

    Attributes:
        row: its number in its part of the rows, from 0.
        inputs: as the data have them.
        outputs: what the network answers.
        target: the class, or the labels, that is true.
        predicted: the one that the outputs say.
    """

    row: int
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]
    target: str
    predicted: str


@dataclass(frozen=True, slots=True)
class WrongRows:
    """The rows of one part that a network gets wrong.

    Attributes:
        on: the part: ``train``, ``validation`` or ``test``.
        n_rows: how many rows the part has.
        rows: the wrong ones.
    """

    on: str
    n_rows: int
    rows: tuple[WrongRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as data for JSON."""
        rows = [{name: getattr(row, name) for name in WrongRow.__slots__} for row in self.rows]
        return jsonable({"on": self.on, "n_rows": self.n_rows, "rows": rows})

    def __str__(self) -> str:
        """How many, in words."""
        return f"{len(self.rows)} of {self.n_rows} {PARTS[self.on]} rows are wrong"

    def __repr__(self) -> str:
        """The same, in brackets: there may be many."""
        return f"<{self}>"


def require_wrong_rows(scenario: Scenario, on: str = "train") -> None:
    """Refuse a scenario whose rows cannot be wrong.

    Raises:
        InvalidValueError: it has no such rows, or they are numbers that are met more or less.
        UnknownNameError: no part of the data has that name.
    """
    data, kind = scenario.data, scenario.task_kind
    if data is None or kind is None or data.part(on) is None:
        have = "no data" if data is None else repr(data)
        raise InvalidValueError(f"wrong rows: the scenario has no {on} rows, got {have}")
    if not kind.n_classes:
        raise InvalidValueError(
            f"wrong rows: got a task of {kind.name}, whose rows are met more or less; expected"
            " classes, yes or no, or labels (or the metrics mae, rmse, r2)"
        )


def wrong_rows(scenario: Scenario, network: Network, on: str = "train") -> WrongRows:
    """The rows of a part that a network, trained on the scenario, gets wrong.

    Raises:
        InvalidValueError, UnknownNameError: as `require_wrong_rows`.
        DivergedError: an output is not finite.
    """
    require_wrong_rows(scenario, on)
    kind = scenario.task_kind
    pair = None if scenario.data is None else scenario.data.part(on)
    assert pair is not None
    assert kind is not None
    outputs = network.predict(pair.X)
    if not np.isfinite(outputs).all():
        raise DivergedError("wrong rows: an output is not finite; expected a network that is")
    is_there = ~np.isnan(pair.T).any(axis=1)
    chosen = np.flatnonzero(~kind.is_right(outputs, pair.T) & is_there)
    columns = (
        chosen.tolist(),
        map(tuple, pair.X[chosen].tolist()),
        map(tuple, outputs[chosen].tolist()),
        kind.meanings(pair.T[chosen], network),
        kind.meanings(outputs[chosen], network),
    )
    return WrongRows(on, len(pair.X), tuple(map(WrongRow, *columns)))

"""The view of a moment: what a live page shows of a session, as JSON has it."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from neurosim.compiler.compile import compile_network
from neurosim.debugger.session import Session
from neurosim.errors import UnknownNameError, unknown
from neurosim.interpreter.steps import subject_of
from neurosim.live.document import MOST_ROWS, plain, plain_number
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.page.contents import things_of
from neurosim.page.maps import MAP_SIZE, MapPicture, colour_middle, map_grid, middle_of
from neurosim.page.units import facts_of
from neurosim.training.task import Task

MOST_LOSSES = 300  # of the curve
_MOST_DONE = 12  # steps of the same neuron that are shown


class ParameterViewer:
    """Shows what the present parameters make of a task: its answers, its losses so far.

    Args:
        task: is only looked at.

    Attributes:
        mapped: the name of the neuron whose answers over two inputs are shown; empty where there
            is no such map.
    """

    def __init__(self, task: Task) -> None:
        network = task.network
        self._task, self._network = task, network
        self._compiled = compile_network(network)
        self._grid = map_grid(network, task.X)
        self.mapped = "" if self._grid is None else network.outputs[0].name
        self._losses: dict[int, float] = {}

    def show_map(self, name: str) -> None:
        """Show the answers of another neuron."""
        known = [neuron.name for neuron in self._network.neurons if not neuron.is_input]
        if self._grid is None or name not in known:
            raise UnknownNameError(unknown("neuron with a map", name, known if self._grid else ()))
        self.mapped = name

    def note_losses(self, first: int, losses: Iterable[float]) -> None:
        """Note the losses of epochs, from one on."""
        self._losses |= {first + i: loss for i, loss in enumerate(losses) if math.isfinite(loss)}

    def of_parameters(self) -> dict[str, Any]:
        """What depends on nothing but the parameters."""
        return {
            "parameters": plain(self._network.parameters()),
            "largest": plain_number(largest_weight(self._network)),
            "losses": thinned(self._losses),
            "answers": self._answers(),
            "map": self._map(),
        }

    def _answers(self) -> list[Any]:
        """The outputs of the first rows with the present parameters."""
        return plain(self._compiled.forward(self._task.X[:MOST_ROWS]))

    def _map(self) -> dict[str, Any] | None:
        if self._grid is None:
            return None
        values = self._grid.arrange(self._compiled.activations(self._grid.points)[self.mapped])
        picture = MapPicture.of(values, colour_middle(self._network, self.mapped, self._task.T))
        return {
            "neuron": self.mapped, "size": MAP_SIZE, "extent": self._grid.extent,
            "largest": picture.largest, "middle": middle_of(self._task.T),
            "values": picture.steps.astype(int).ravel().tolist(),
        }  # fmt: skip


class Viewer(ParameterViewer):
    """Shows the moments of a session.

    Args:
        session: is only looked at.

    Attributes:
        displays: expressions that are shown at every moment, by their numbers.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session.task)
        self._session = session
        self._things = things_of(session.network)
        self.displays: dict[int, str] = {}

    # --- what is to be shown

    def display(self, expression: str) -> None:
        """Show an expression at every moment from now on."""
        self._session.shown(expression)
        self.displays[max(self.displays, default=0) + 1] = expression

    def undisplay(self, number: int) -> None:
        """Show it no more."""
        if number not in self.displays:
            raise UnknownNameError(unknown("display", number, map(str, self.displays)))
        del self.displays[number]

    def forget_losses(self) -> None:
        """Forget the losses of epochs that are not done yet: it is another branch now."""
        here = self._session.position.epoch
        self._losses = {epoch: loss for epoch, loss in self._losses.items() if epoch < here}

    def note_loss(self) -> None:
        """Note the loss of the epoch that was done last, where one ends here."""
        state, task = self._session.state, self._session.task
        if state.batch == 0 and state.epoch and np.isfinite(state.partial_loss):
            loss = state.partial_loss / task.divisor(task.n_rows)
            self.note_losses(state.epoch - 1, [loss])

    # --- views

    def view(self) -> dict[str, Any]:
        """All of a moment."""
        session = self._session
        return {
            **self.frame(),
            **self._steps(),
            "where": session.where,
            "stops": [
                {"number": stop.number, "text": str(stop), "on": stop.is_enabled}
                for stop in session.stops
            ],
            "edits": [edit.text for edit in session.edits],
            "branches": [branch.name for branch in session.branches],
            "frozen": self._frozen(),
        }

    def frame(self) -> dict[str, Any]:
        """What changes while it trains."""
        session, network = self._session, self._session.network
        self.note_loss()
        position = session.position
        return {
            "place": f"epoch {position.epoch}, the end" if session.is_over else str(position),
            "epoch": position.epoch, "batch": position.batch, "sample": position.sample,
            "row": position.row, "phase": position.phase, "is_over": session.is_over,
            **self.of_parameters(),
            **self._values(network),
            "displays": [{"number": n, "text": session.shown(x)} for n, x in self.displays.items()],
        }  # fmt: skip

    def _values(self, network: Network) -> dict[str, Any]:
        is_own = self._session.is_own
        found: dict[str, Any] = {
            plural: [
                plain_number(getattr(neuron, name)) if is_own(neuron, name) else None
                for neuron in network.neurons
            ]
            for plural, name in (("outputs", "output"), ("values", "value"), ("deltas", "delta"))
        }
        loss = network.loss if is_own(network, "loss") else None
        return {**found, "loss": plain_number(loss)}

    def _steps(self) -> dict[str, Any]:
        """The steps that were done last, and what the coming one is about."""
        session, things = self._session, self._things
        done, coming = session.done_steps, session.coming_step
        last = done[-1] if done else None
        same = [] if last is None else [s for s in done if subject_of(s) is subject_of(last)]
        about = last if coming is None else coming
        subject = None if about is None else subject_of(about)
        if isinstance(subject, Layer):
            subject = subject.neurons[0]
        return {
            "now": "" if last is None else str(last),
            "done": [str(step) for step in same[:-1][-_MOST_DONE:]],
            "coming": session.coming,
            "marks": [] if coming is None else facts_of(coming, things)["marks"],
            "about": None if subject is None else things[subject],
        }

    def _frozen(self) -> list[int]:
        network, things = self._session.network, self._things
        frozen = [things[c] for c in network.connections if not c.trainable]
        return frozen + [
            things[n]
            for n in network.neurons
            if n.bias_parameter and not n.bias_parameter.trainable
        ]


def thinned(losses: Mapping[int, float]) -> Mapping[str, list[Any]]:
    """Losses by their epochs as a curve has them, of many some."""
    epochs = sorted(losses)
    if len(epochs) > MOST_LOSSES:
        places = np.linspace(0, len(epochs) - 1, MOST_LOSSES).astype(int)
        epochs = [epochs[place] for place in places.tolist()]
    return {"epochs": epochs, "losses": [losses[epoch] for epoch in epochs]}


def largest_weight(network: Network) -> float:
    """The largest of the weights that are finite, without their signs."""
    weights = np.array([connection.weight for connection in network.connections])
    finite = np.abs(weights[np.isfinite(weights)])
    return float(finite.max(initial=0.0))

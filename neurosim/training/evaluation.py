"""The loss and the gradients of a network as it is, by either engine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

from neurosim.functions.numbers import Matrix, counted
from neurosim.network.network import Network
from neurosim.network.parameter import FunctionParameter
from neurosim.pause import PausedCollection
from neurosim.training.engines.table import DEFAULT, exact_engine, make_engine
from neurosim.training.options import MeasureOptions
from neurosim.training.task import make_task


@dataclass(frozen=True, slots=True)
class Gradients:
    """A loss and its gradient by every parameter, frozen ones included.

    ``weights`` is by pairs of names, ``biases`` by the neuron's; each connection that shares a
    weight has the gradient of the shared one. ``slopes`` is of what is learned of activations, by
    neuron and option, ``h1.slope``; neurons that share one have the same. ``vector`` is in the
    order of theta.
    """

    loss: float
    weights: Mapping[tuple[str, str], float]
    biases: Mapping[str, float]
    vector: Matrix = field(repr=False)
    slopes: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        count = f"{len(self.weights)} weights and {len(self.biases)} biases"
        if self.slopes:
            count = f"{len(self.weights)} weights, {len(self.biases)} biases and"
            count += f" {counted(len(self.slopes), 'slope')}"
        return f"loss {self.loss:.6g}, gradients of {count}"

    def __repr__(self) -> str:
        return f"<{self}>"


def loss_and_gradients(
    network: Network,
    X: Any,
    T: Any,
    *,
    engine: str | None = None,
    **changes: Unpack[MeasureOptions],
) -> Gradients:
    """The loss over a batch, and its gradient by every parameter.

    Without ``engine`` the numbers are those of the walk to the last bit, from the kernel where it
    is exact, and the objects stay as they are. ``engine="graph"`` walks: it leaves the last
    sample's values on the objects, and on each connection and neuron the gradient summed over the
    samples (the reduction divides only what is returned).

    Args:
        network: what is measured.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices.
        engine: a key of the table of engines, or None.
        **changes: ``loss``, a key of the table of losses, and ``reduction``, ``mean`` or ``sum``.

    Raises:
        NeurosimError: something given does not fit; see `make_task`.
    """
    task = make_task(network, X, T, **changes)
    measuring = exact_engine(task) if engine is None else make_engine(engine, task)
    value, vector = measuring.loss_and_gradient(network.parameters(), task.X, task.T)
    weights: dict[tuple[str, str], float] = {}
    biases: dict[str, float] = {}
    with PausedCollection():
        for parameter, gradient in zip(network.parameter_list(), vector.tolist(), strict=True):
            for connection in parameter.connections:
                weights[connection.source.name, connection.target.name] = gradient
            if parameter.kind == "b":
                biases[parameter.neuron.name] = gradient
    slopes = {
        f"{neuron.name}.{function.option}": gradient
        for function, gradient in _functions_with(network, vector)
        for neuron in function.neurons
    }
    return Gradients(value, weights, biases, vector, slopes)


def _functions_with(network: Network, vector: Matrix) -> Iterator[tuple[FunctionParameter, float]]:
    """What is learned of activations, the last of theta, with its entry of a vector."""
    functions = network.function_parameters
    return zip(functions, vector[len(vector) - len(functions) :].tolist(), strict=True)


def evaluate_loss(
    network: Network,
    X: Any,
    T: Any,
    *,
    engine: str = DEFAULT,
    **changes: Unpack[MeasureOptions],
) -> float:
    """The loss over a batch, reduced."""
    task = make_task(network, X, T, **changes)
    return make_engine(engine, task).loss(network.parameters(), task.X, task.T)

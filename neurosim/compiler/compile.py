"""The compiled network: the same graph as matrices, and the program that runs on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.compiler.array.printer import print_forward, print_values
from neurosim.compiler.javascript.module import standalone_module
from neurosim.compiler.plan import Block, Bundle, Dense, Index, Plan
from neurosim.compiler.planning import plan_of
from neurosim.compiler.standalone import standalone_script
from neurosim.compiler.training_programs import generated
from neurosim.errors import StaleError, WrongTypeError
from neurosim.functions.losses import Loss, Objective
from neurosim.functions.numbers import Matrix, require_rows
from neurosim.network.network import Network

_CHUNK = 4096  # samples at once: a bound on memory, not on how many can be asked for


@dataclass(frozen=True, slots=True)
class Matrices:
    """One block's matrices, as the field writes them: outputs = f(X @ weights + biases).

    ``weights`` is (n_in, n_out), zero where there is no connection; ``biases`` (n_out,), zero where
    a neuron has none. Where the targets do not simply sum, ``aggregations`` and ``responses`` are
    theirs, one each; else both are empty.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    activation: str
    weights: Matrix
    biases: Matrix
    aggregations: tuple[str, ...] = ()
    responses: tuple[float, ...] = ()

    def __repr__(self) -> str:
        shape = f"{len(self.sources)} x {len(self.targets)}"
        of = f" of {', '.join(dict.fromkeys(self.aggregations))}" if self.aggregations else ""
        return f"{shape} {self.activation}{of}: {', '.join(self.targets[:8])}"


class CompiledNetwork:
    """A network's structure as a program; the weights are read from the network at each call.

    A deep copy or a pickle holds a copy of the network, and is compiled again. Theta that is
    pending is an array that nobody changes, so its slots are kept from call to call.
    """

    __slots__ = ("_forward", "_kept", "_network", "plan", "source")

    def __init__(self, network: Network, plan: Plan) -> None:
        self._network = network
        self._kept: tuple[Matrix, Matrix] | None = None  # the pending theta, and its slots
        self.plan = plan
        program, self._forward = generated(print_forward, plan)
        self.source = program.source

    def forward(self, X: Any) -> Matrix:
        """The outputs for many samples, (B, n_in) -> (B, n_out); raw numbers in and out.

        Raises:
            ShapeError: ``X`` has another shape, or no rows.
            StaleError: the network's structure has changed since it was compiled.
        """
        outputs = np.concatenate([np.array(part).T for part in self._computed(self._forward, X)])
        return self._network.outputs_conversion.outer(outputs)

    def activations(self, X: Any) -> dict[str, Matrix]:
        """The outputs of every neuron for many samples, inner numbers: by name, (B,) each.

        Raises:
            ShapeError: ``X`` has another shape, or no rows.
            StaleError: the network's structure has changed since it was compiled.
        """
        _, compute = generated(print_values, self.plan)
        values = np.concatenate([outputs for _, outputs in self._computed(compute, X)], axis=1)
        names = enumerate(self.plan.names_of_rows)
        return {name: values[row] for row, name in names if name is not None}

    def _computed(self, program: Callable[..., Any], X: Any) -> Iterator[Any]:
        """What a program gives for some samples after the other."""
        rows = self._network.inputs_conversion.inner(require_rows(X, self.plan.n_in))
        theta = self._theta()
        for start in range(0, len(rows), _CHUNK):
            with np.errstate(all="ignore"):
                found = program(theta, rows[start : start + _CHUNK])
            yield found

    @property
    def matrices(self) -> tuple[Matrices, ...]:
        """The matrices of each block with the present weights."""
        theta = self._theta()
        return tuple(_matrices(self.plan, block, theta) for block in self.plan.blocks[1:])

    def standalone(self) -> str:
        """A script that needs only NumPy and gives the same outputs."""
        network = self._network
        conversions = network.inputs_conversion, network.outputs_conversion
        return standalone_script(self.plan, self._theta(), *conversions)

    def standalone_module(self, loss: Loss | Objective | None = None) -> str:
        """An ES module with the same pass; with a loss, forward and backward.

        Raises:
            InvalidValueError: a function cannot be written in JavaScript, or a neuron does not sum.
        """
        self._require_fresh()
        network = self._network
        names = tuple(parameter.symbol for parameter in network.parameter_list())
        conversions = network.inputs_conversion, network.outputs_conversion
        return standalone_module(self.plan, network.read_parameters(), names, conversions, loss)

    def __repr__(self) -> str:
        return f"compiled {self.plan!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        self._require_fresh()
        return compile_network, (self._network,)

    def _require_fresh(self) -> None:
        if self._network.version != self.plan.version:
            raise StaleError(
                f"compiled {self.plan.title!r}: the network's structure has changed since;"
                " expected a new compile_network(net)"
            )

    def _theta(self) -> Matrix:
        self._require_fresh()
        theta, kept = self._network.read_parameters(), self._kept
        if kept is not None and kept[0] is theta:
            return kept[1]
        slots = self.plan.to_slots(theta)
        self._kept = (theta, slots) if self._network.has_pending_parameters else None
        return slots


def compile_network(network: Network) -> CompiledNetwork:
    """Compile a network's present structure.

    >>> net = Network()
    >>> _ = net.add_layer("x", 3), net.add_layer("o", 1, activation="sigmoid")
    >>> _ = net.connect("x", "o", weight=0.5)
    >>> compile_network(net).matrices[0].weights.shape
    (3, 1)

    Raises:
        GraphError: the network has no outputs.
    """
    if not isinstance(network, Network):
        raise WrongTypeError(f"network: got {network!r:.80}; expected a neurosim.Network")
    return CompiledNetwork(network, plan_of(network))


def _matrices(plan: Plan, block: Block, theta: Matrix) -> Matrices:
    rows, full = _full(plan, block, theta)
    is_ones = np.array([plan.names_of_rows[row] is None for row in rows], dtype=bool)
    biases = full[:, is_ones].sum(axis=1) if is_ones.any() else np.zeros(block.size)
    names = tuple(name for row in rows if (name := plan.names_of_rows[row]) is not None)
    weights = np.ascontiguousarray(full[:, ~is_ones].T)
    combining = _combining(block.weights)
    return Matrices(names, block.names, block.activation, weights, biases, *combining)


def _combining(weights: Dense | tuple[Bundle, ...]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The aggregation and the response of each target, where they do not simply sum."""
    bundles = () if isinstance(weights, Dense) else weights
    terms = [bundle.terms for bundle in bundles if bundle.terms is not None]
    names = tuple(each.aggregation for each in terms for _ in each.responses)
    return names, tuple(response for each in terms for response in each.responses)


def _full(plan: Plan, block: Block, theta: Matrix) -> tuple[list[int], Matrix]:
    """The rows that a block reads, and a matrix (n_targets, n_rows) of its weights."""
    rows, weights = plan.sources_of(block), block.weights
    if isinstance(weights, Dense):
        slots = theta[block.first_slot : block.last_slot]
        return rows.tolist(), slots.reshape(block.size, len(rows))
    full = np.zeros((block.size, len(rows) + 1))  # the last column is of the row of zeros
    for bundle in weights:
        _fill(full, bundle, block, theta, rows)
    return rows.tolist(), full[:, :-1]


def _fill(full: Matrix, bundle: Bundle, block: Block, theta: Matrix, rows: Index) -> None:
    targets = np.arange(bundle.start, bundle.stop)[:, None] - block.start
    last = bundle.first_slot + bundle.sources.size
    values = theta[bundle.first_slot : last].reshape(bundle.sources.shape)
    full[targets, np.searchsorted(rows, bundle.sources)] = values

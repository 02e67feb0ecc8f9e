"""The compiled network: the same graph as matrices, and the program that runs on them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.compiler.plan import Block, Plan
from neurosim.compiler.planning import make_plan
from neurosim.compiler.printing import print_forward, source_of_forward
from neurosim.compiler.program import load_forward
from neurosim.compiler.standalone import standalone_script
from neurosim.errors import ShapeError, StaleError
from neurosim.functions.numerals import Matrix, require_array
from neurosim.network.network import Network

_CHUNK = 4096  # samples at once: a bound on memory, not on how many can be asked for


@dataclass(frozen=True, slots=True)
class Matrices:
    """One block's matrices, as the field writes them: outputs = f(X @ weights + biases).

    ``weights`` is (n_in, n_out), zero where there is no connection; ``biases`` (n_out,), zero where
    a neuron has none.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    activation: str
    weights: Matrix
    biases: Matrix

    def __repr__(self) -> str:
        shape = f"{len(self.sources)} x {len(self.targets)}"
        return f"{shape} {self.activation}: {', '.join(self.targets[:8])}"


class CompiledNetwork:
    """A network's structure as a program; the weights are read from the network at each call."""

    __slots__ = ("_forward", "_network", "plan", "source")

    def __init__(self, network: Network, plan: Plan) -> None:
        self._network = network
        self.plan = plan
        text = print_forward(plan)
        self.source = source_of_forward(plan, text)
        self._forward = load_forward(self.source, text.names)

    def forward(self, X: Any) -> Matrix:
        """The outputs for many samples, (B, n_in) -> (B, n_out).

        Raises:
            ShapeError: ``X`` has another shape, or no rows.
            StaleError: the network's structure has changed since it was compiled.
        """
        rows = require_rows(X, self.plan.n_in)
        theta = self._theta()
        parts = []
        with np.errstate(all="ignore"):
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                parts.append(np.array(self._forward(theta, part)).T)
        return np.concatenate(parts)

    @property
    def matrices(self) -> tuple[Matrices, ...]:
        """The matrices of each block with the present weights."""
        theta = self._theta()
        return tuple(_matrices(self.plan, block, theta) for block in self.plan.blocks[1:])

    def standalone(self) -> str:
        """A script that needs only NumPy and gives the same outputs."""
        return standalone_script(self.plan, self._theta())

    def __repr__(self) -> str:
        return f"compiled {self.plan!r}"

    def _theta(self) -> Matrix:
        if self._network.version != self.plan.version:
            raise StaleError(
                f"compiled {self.plan.title!r}: the network's structure has changed since;"
                " expected a new compile_network(net)"
            )
        theta: Matrix = self._network.parameters()[self.plan.order]
        return theta


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
    return CompiledNetwork(network, make_plan(network))


def require_rows(X: Any, n_in: int, what: str = "X") -> Matrix:
    """X as a new float64 matrix of (B, n), with at least one row.

    Raises:
        ShapeError: it has another shape, or no rows.
    """
    rows = require_array(X, what)
    if rows.ndim == 1 and n_in == 1:
        rows = rows.reshape(-1, 1)
    if rows.ndim != 2 or rows.shape[1] != n_in:
        hint = f"; did you mean [{what}]?" if rows.shape == (n_in,) else ""
        raise ShapeError(f"{what}: got {rows.shape}; expected (B, {n_in}), one row a sample{hint}")
    if len(rows) == 0:
        raise ShapeError(f"{what}: no rows, got {rows.shape}; expected at least one sample")
    return rows


def _matrices(plan: Plan, block: Block, theta: Matrix) -> Matrices:
    full = np.zeros(block.size * len(block.sources))
    part = theta[block.first_parameter : block.last_parameter]
    full[... if block.cells is None else block.cells] = part
    matrix = full.reshape(block.size, len(block.sources))
    biases = matrix[:, -1].copy() if block.has_bias else np.zeros(block.size)
    weights = matrix[:, :-1] if block.has_bias else matrix
    sources = [plan.names_of_rows[row] for row in block.sources]
    names = tuple(name for name in sources if name is not None)
    return Matrices(names, block.names, block.activation, weights.T.copy(), biases)

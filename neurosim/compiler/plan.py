"""The plan: a network's structure as blocks of matrices. Frozen, and without any weight in it.

A block is one generation and one activation (a softmax layer is a block of its own). The state of
a pass is one matrix, neuron-major: a row for each neuron, a column for each sample. Block by block,
its rows stand together, and behind each block stands a row of ones, so that a bias is one more
weight: on a source that is always 1.

Theta is reordered for it: block by block, target by target, sources by their row in the state,
then the bias. So the weights of a dense block, (n_targets, n_sources + 1), are a view of theta.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Neurons that are computed at once.

    ``sources`` are rows of the state, ascending; with ``has_bias`` the last of them is a row of
    ones. ``cells`` says where each parameter of the block stands in its weight matrix (flat), or is
    None where the matrix is dense and a view of theta.
    """

    number: int
    names: tuple[str, ...]
    activation: str
    start: int
    stop: int
    sources: tuple[int, ...]
    has_bias: bool
    first_parameter: int
    last_parameter: int
    cells: Index | None

    @property
    def size(self) -> int:
        """How many neurons it holds."""
        return self.stop - self.start

    @property
    def is_contiguous(self) -> bool:
        """Whether its sources are consecutive rows of the state."""
        return bool(self.sources) and self.sources[-1] - self.sources[0] + 1 == len(self.sources)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A network as blocks; block 0 is the inputs.

    ``order[i]`` is the place in the network's theta of the plan's parameter i; ``is_bias`` says of
    each which it is. ``outputs`` are rows of the state. ``version`` is that of the structure it was
    made from.
    """

    title: str
    version: int
    blocks: tuple[Block, ...]
    n_rows: int
    outputs: tuple[int, ...]
    output_names: tuple[str, ...]
    order: Index
    is_bias: NDArray[np.bool_]
    names_of_rows: tuple[str | None, ...]

    @property
    def n_in(self) -> int:
        """How many values a sample has."""
        return self.blocks[0].size

    @property
    def n_parameters(self) -> int:
        """The length of theta."""
        return len(self.order)

    @property
    def block_of_row(self) -> tuple[int, ...]:
        """The number of the block that each row stands in; -1 for rows of ones."""
        numbers = [-1] * self.n_rows
        for block in self.blocks:
            numbers[block.start : block.stop] = [block.number] * block.size
        return tuple(numbers)

    def __repr__(self) -> str:
        return (
            f"plan of {self.title}: {len(self.blocks) - 1} blocks, {self.n_parameters} parameters,"
            f" {self.n_in} inputs, {len(self.outputs)} outputs"
        )


def verify(plan: Plan) -> None:
    """Check the law of plans.

    Every neuron has one row; sources come only from earlier blocks; every parameter has one home.
    A broken law is a mistake of the compiler, not of its user.
    """
    rows = [row for block in plan.blocks for row in range(block.start, block.stop)]
    assert len(set(rows)) == len(rows), "a neuron is computed twice"
    named = [row for row, name in enumerate(plan.names_of_rows) if name is not None]
    assert rows == named, "a neuron is never computed"
    for block in plan.blocks[1:]:
        assert all(source < block.start for source in block.sources), "a source comes too late"
        assert list(block.sources) == sorted(set(block.sources)), "sources are out of order"
    assert sorted(plan.order.tolist()) == list(range(plan.n_parameters)), "a parameter has no home"
    for before, block in pairwise(plan.blocks):
        assert before.last_parameter == block.first_parameter, "parameters overlap"
    assert set(plan.outputs) <= set(rows), "an output is no neuron"

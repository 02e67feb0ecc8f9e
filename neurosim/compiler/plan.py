"""The plan: the structure of a network as blocks of matrices, frozen and without weights.

A block is one generation and one activation (a softmax layer is a block of its own). The state of
a pass is one matrix, neuron-major: a row for each neuron, a column for each sample. Block by block,
its rows are together, and behind each block is a row of ones, so that a bias is one more
weight: on a source that is always 1. The last row of all is zero.

Theta is laid out anew for it, in slots: block by block, so that the weights of every block are
views of one vector. A dense block is a matrix, (n_targets, n_sources), with a hole where there is
no connection; a sparse block is a few bundles, each a matrix (n_targets, width) in which every
target has slots of its own for its own sources. A slot that no parameter lives in is always zero;
the last slot is such a one. What is learned of activations has slots behind those of all blocks.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.numbers import counted
from neurosim.network.names import one_line

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """Weights of every target to every source of a block.

    ``sources`` are rows of the state, ascending; with ``has_bias`` the last of them is a row of
    ones. ``holes`` are the slots, counted from the block's first, that no parameter lives in.
    """

    sources: Index
    has_bias: bool
    holes: Index

    @property
    def is_contiguous(self) -> bool:
        """Whether its sources are consecutive rows of the state."""
        return bool(len(self.sources)) and is_run(self.sources)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the targets of a bundle make of their terms, which they do not simply sum.

    All have as many sources, in the order in which their connections were added, the bias last.
    Term by term, their deltas have rows of their own behind those of the neurons.
    """

    aggregation: str
    responses: tuple[float, ...]
    has_bias: bool
    first_row: int


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Some targets, consecutive rows of a sparse block, that have about as many sources each.

    ``sources`` is (n_targets, width), rows of the state; the row of zeros where a target has fewer.
    Its slots, laid out alike, begin at ``first_slot``. ``terms`` is None where they are summed.
    """

    start: int
    stop: int
    sources: Index
    first_slot: int
    terms: Terms | None = None

    @property
    def width(self) -> int:
        """How many slots each target has."""
        return int(self.sources.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Neurons that are computed at once: the rows of the state from ``start`` to ``stop``.

    ``functions`` are the first slots of what is learned of the activation, one for each neuron.
    """

    number: int
    names: tuple[str, ...]
    activation: str
    start: int
    stop: int
    first_slot: int
    last_slot: int
    weights: "Dense | tuple[Bundle, ...]"
    n_parameters: int
    functions: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many neurons it holds."""
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class Plan:
    """A network as blocks; block 0 is the inputs.

    ``home[i]`` is the slot that the network's parameter i lives in. A shared weight lives in more
    slots, one for each connection: the first row of ``copies`` are those, the second says whose
    they are. ``is_weight`` says it of each parameter. ``outputs`` are rows of
    the state.
    ``n_terms`` is how many rows of deltas are behind those of the state (see `Terms`).
    ``version`` is that of the structure it was made from. ``rows`` is the number of samples it was
    made for.
    """

    title: str
    version: int
    rows: int
    blocks: tuple[Block, ...]
    n_rows: int
    n_slots: int
    outputs: tuple[int, ...]
    output_names: tuple[str, ...]
    home: Index
    copies: Index
    is_weight: NDArray[np.bool_]
    names_of_rows: tuple[str | None, ...]
    n_terms: int = 0

    @property
    def n_in(self) -> int:
        """How many values a sample has."""
        return self.blocks[0].size

    @property
    def n_parameters(self) -> int:
        """The length of theta."""
        return len(self.home)

    @property
    def owner_of_slot(self) -> Index:
        """The number of the parameter that lives in each slot; -1 where none does."""
        owner = np.full(self.n_slots, -1, dtype=np.intp)
        owner[self.home] = np.arange(len(self.home))
        owner[self.copies[0]] = self.copies[1]
        return owner

    @property
    def ties(self) -> tuple[Index, Index]:
        """The slots of shared weights, ascending, and the number of the weight of each."""
        owner = self.owner_of_slot
        is_shared = np.isin(owner, self.copies[1]) & (owner >= 0)
        slots = np.flatnonzero(is_shared)
        return slots, np.unique(owner[slots], return_inverse=True)[1].astype(np.intp)

    @property
    def zero_row(self) -> int:
        """The row of zeros."""
        return self.n_rows - 1

    def sources_of(self, block: Block) -> Index:
        """The rows that a block reads, ascending."""
        if isinstance(block.weights, Dense):
            return block.weights.sources
        rows = np.unique(np.concatenate([bundle.sources.ravel() for bundle in block.weights]))
        real: Index = rows[rows != self.zero_row]
        return real

    @property
    def block_of_row(self) -> Index:
        """The number of the block that each row is in; -1 for rows of ones and of zeros."""
        numbers = np.full(self.n_rows, -1, dtype=np.intp)
        for block in self.blocks:
            numbers[block.start : block.stop] = block.number
        return numbers

    @property
    def block_of_delta(self) -> Index:
        """The number of the block that each row of deltas is of: as `block_of_row`, then terms."""
        numbers = np.full(self.n_rows + self.n_terms, -1, dtype=np.intp)
        numbers[: self.n_rows] = self.block_of_row
        for block in self.blocks:
            for bundle in () if isinstance(block.weights, Dense) else block.weights:
                if bundle.terms is not None:
                    first = bundle.terms.first_row
                    numbers[first : first + bundle.sources.size] = block.number
        return numbers

    @cached_property
    def fingerprint(self) -> bytes:
        """The same for two plans exactly where their programs are the same."""
        digest = blake2b(
            repr((self.title, self.n_rows, self.rows, self.outputs)).encode(), digest_size=16
        )
        digest.update(self.home.tobytes())  # which slot is whose
        digest.update(b"copies" + self.copies.tobytes())
        for block in self.blocks:
            parts = (block.names, block.activation, block.start, block.first_slot, block.last_slot)
            digest.update(repr((*parts, *block.functions)).encode())
            if isinstance(block.weights, Dense):
                digest.update(repr(("dense", block.weights.has_bias)).encode())
                digest.update(block.weights.sources.tobytes())
                digest.update(b"holes" + block.weights.holes.tobytes())
            else:
                for bundle in block.weights:
                    terms = bundle.terms and (bundle.terms.aggregation, bundle.terms.responses)
                    digest.update(repr(("bundle", bundle.sources.shape, terms)).encode())
                    digest.update(bundle.sources.tobytes())
        return digest.digest()

    def __eq__(self, other: object) -> bool:
        """Whether the programs of both are the same."""
        return isinstance(other, Plan) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def to_slots(self, vector: NDArray[Any], dtype: Any = np.float64) -> NDArray[Any]:
        """A vector in the network's order, or rows of them, in slots; zero where nothing lives."""
        slots: NDArray[Any] = np.zeros((*vector.shape[:-1], self.n_slots), dtype)
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            slots[..., self._homes] = vector
            if self.copies.size:
                slots[..., self.copies[0]] = vector[..., self.copies[1]]
        return slots

    def from_slots(self, slots: NDArray[Any]) -> NDArray[np.float64]:
        """The inverse of `to_slots`, in float64; all slots of a parameter hold the same number."""
        vector: NDArray[np.float64] = slots[..., self._homes].astype(np.float64)
        return vector

    @cached_property
    def _homes(self) -> slice | Index:
        """`home`, as a slice where it is a run: a copy is several times faster than a scatter."""
        return slice(self.home[0], self.home[-1] + 1) if is_run(self.home) else self.home

    def __repr__(self) -> str:
        return (
            f"plan of {one_line(self.title)}: {counted(len(self.blocks) - 1, 'block')},"
            f" {counted(self.n_parameters, 'parameter')}, {counted(self.n_in, 'input')},"
            f" {counted(len(self.outputs), 'output')}"
        )


def is_run(rows: Index) -> bool:
    """Whether the rows are consecutive."""
    return bool(len(rows) and rows[-1] - rows[0] + 1 == len(rows) and (np.diff(rows) == 1).all())


def verify(plan: Plan) -> None:
    """Check the law of plans.

    Every neuron has one row; sources come only from earlier blocks; every parameter has one home,
    and no slot has two owners.
    A broken law is a mistake of the compiler, not of its user.
    """
    owner = plan.block_of_row
    assert sum(block.size for block in plan.blocks) == (owner >= 0).sum(), "a row is computed twice"
    named = np.array([name is not None for name in plan.names_of_rows])
    assert ((owner >= 0) == named).all(), "a neuron is never computed"
    slot = 0
    for block in plan.blocks:
        assert block.first_slot == slot, "slots overlap"
        slot = block.last_slot
        for sources in _sources_of(block):
            real = sources[sources != plan.zero_row]
            assert (real < block.start).all(), "a source comes too late"
    assert slot < plan.n_slots, "the last slot is not free"
    homes = np.bincount(np.concatenate((plan.home, plan.copies[0])), minlength=plan.n_slots)
    assert len(homes) == plan.n_slots, "a parameter has no home"
    assert homes.max(initial=0) <= 1, "a slot has two owners"
    for block in plan.blocks[1:]:
        lived_in = int(homes[block.first_slot : block.last_slot].sum())
        assert lived_in == block.n_parameters, "a parameter has no home in its block"
    assert (owner[list(plan.outputs)] > 0).all(), "an output is no computed neuron"


def _sources_of(block: Block) -> list[Index]:
    if isinstance(block.weights, Dense):
        sources = block.weights.sources
        assert (np.diff(sources) > 0).all(), "sources are out of order"
        return [sources]
    assert [b.start for b in block.weights[1:]] == [b.stop for b in block.weights[:-1]]
    return [bundle.sources for bundle in block.weights]

"""The lowering of a plan, a loss and an optimizer to a short list of operations.

The printer turns each operation into lines of a program. Nothing is decided there: which block
feeds which, where errors come from, and what is summed is all said here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neurosim.compiler.bundles import by_length, cuts, padded
from neurosim.compiler.costs import most_slots, slots_per_bundle
from neurosim.compiler.plan import Block, Bundle, Dense, Index, Plan
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.losses import Head, Loss, Objective, objective_of
from neurosim.functions.optimizers import SGD, Optimizer
from neurosim.functions.penalties import Penalty
from neurosim.network.reshaping.adjacency import take_lists


@dataclass(frozen=True, slots=True)
class Affine:
    """z = W v of a block: v are its sources, gathered where they are not consecutive."""

    block: Block


@dataclass(frozen=True, slots=True)
class Activate:
    """a = f(z) of a block."""

    block: Block


@dataclass(frozen=True, slots=True)
class Normalise:
    """a = softmax(z) of a block."""

    block: Block


@dataclass(frozen=True, slots=True)
class Aim:
    """Some outputs of a head that are in one block: their rows in it, and in the targets.

    ``is_delta`` says that the loss's slope is by the net input, so that no slope of the activation
    comes after it. ``number`` is that of the aim among those of its block.
    """

    head: Head
    number: int
    block: Block
    rows: tuple[int, ...]
    targets: tuple[int, ...]
    is_delta: bool

    @property
    def name(self) -> str:
        """Of the block, and of the aim where it is not the first."""
        return f"{self.block.number}" + (f"_of{self.number}" if self.number else "")

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole block in its order, and so may be written over."""
        return self.rows == tuple(range(self.block.size))


@dataclass(frozen=True, slots=True)
class MeasureLoss:
    """Add the loss of some outputs, and keep its slope for `Delta`."""

    aim: Aim


@dataclass(frozen=True, slots=True)
class WeightedLink:
    """The error comes back from a later dense block: its columns, and the rows here they are of."""

    consumer: Block
    first_column: int
    last_column: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FanBundle:
    """The error of some rows that feed about as many sparse targets each: (n, width) of them.

    ``targets`` are rows of deltas, ``slots`` the weights on the way; the row of zeros and the last
    slot fill up.
    """

    targets: Index
    slots: Index


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """The error from later sparse blocks, bundle after bundle, for these rows here."""

    rows: Index
    bundles: tuple[FanBundle, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """delta of a block, from its links, its fan and its outputs; zero where there is none."""

    block: Block
    links: tuple[WeightedLink, ...]
    fan: Fan | None
    aims: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """The gradients of a block's weights and biases: delta times sources, summed over samples."""

    block: Block
    is_dead: bool


@dataclass(frozen=True, slots=True)
class Update:
    """The optimizer changes the parameters; ``has_fixed``: but not all slots.

    ``is_adjusted`` says that it does more: clips gradients, has rates of their own, or the like.
    """

    optimizer: Optimizer
    penalty: Penalty | None
    has_fixed: bool
    is_adjusted: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether w = w - rate g: then the rate may be a factor of every delta."""
        forms = (getattr(self.optimizer, form, None) for form in ("scalar", "array"))
        is_descent = [getattr(form, "__func__", None) for form in forms] == [SGD.scalar, SGD.array]
        momentum = getattr(self.optimizer, "momentum", None)
        is_bare = self.penalty is None and not self.is_adjusted
        return is_descent and momentum == 0.0 and is_bare


@dataclass(frozen=True, slots=True)
class Descend:
    """The weights and biases of a dense block less their gradients, which nobody else asks for."""

    block: Block


Operation = Affine | Activate | Normalise | MeasureLoss | Delta | Assign | Descend | Update


def lower_forward(plan: Plan) -> tuple[Operation, ...]:
    """The operations that compute the outputs."""
    operations: list[Operation] = []
    for block in plan.blocks[1:]:
        operations.append(Affine(block))
        operations.append(Normalise(block) if block.activation == SOFTMAX else Activate(block))
    return tuple(operations)


def lower_loss(plan: Plan, loss: Loss | Objective) -> tuple[MeasureLoss, ...]:
    """The operations that measure a loss."""
    objective = objective_of(loss, len(plan.outputs))
    return tuple(
        MeasureLoss(aim) for block in plan.blocks[1:] for aim in _aims(plan, block, objective)
    )


def lower_backward(
    plan: Plan, loss: Loss | Objective, *, inputs: bool = False
) -> tuple[Operation, ...]:
    """The operations that measure a loss and compute all gradients; with ``inputs`` dL/dX, too."""
    measures = lower_loss(plan, loss)
    operations: list[Operation] = [*measures]
    aims: dict[int, list[Aim]] = {}
    for measure in measures:
        aims.setdefault(measure.aim.block.number, []).append(measure.aim)
    owner = plan.block_of_row
    fans = _Fans(plan, owner, first=0 if inputs else 1)
    links: dict[int, list[WeightedLink]] = {block.number: [] for block in plan.blocks}
    alive: set[int] = set()
    for block in reversed(plan.blocks[1:]):
        own, found = tuple(aims.get(block.number, ())), tuple(reversed(links[block.number]))
        fan = fans.of(block, alive.__contains__)
        is_dead = not found and not own and fan is None
        if not is_dead:
            alive.add(block.number)
            operations.append(Delta(block, found, fan, own))
            for source, link in _links(plan, owner, block):
                links[source].append(link)
        operations.append(Assign(block, is_dead))
    if inputs:
        block = plan.blocks[0]
        fan = fans.of(block, alive.__contains__)
        operations.append(Delta(block, tuple(reversed(links[0])), fan, ()))
    return tuple(operations)


def lower_descent(backward: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """These operations, with the gradients of each block subtracted from it at once.

    That is done behind the last error that comes back through the block's weights.
    """
    last = {
        link.consumer.number: number
        for number, op in enumerate(backward)
        if isinstance(op, Delta)
        for link in op.links
    }
    placed: list[tuple[int, bool, Operation]] = []
    for number, op in enumerate(backward):
        if not isinstance(op, Assign):
            placed.append((number, False, op))
        elif not op.is_dead:
            place = max(number, last.get(op.block.number, number))
            placed.append((place, True, Descend(op.block)))
    return tuple(op for *_, op in sorted(placed, key=lambda each: each[:2]))


def can_descend(plan: Plan, update: Update) -> bool:
    """Whether an update is nothing but products subtracted from matrices of weights."""
    is_bare = update.is_plain and not update.has_fixed and not plan.copies.size
    return is_bare and all(
        isinstance(block.weights, Dense) and not block.functions for block in plan.blocks[1:]
    )


def _aims(plan: Plan, block: Block, objective: Objective) -> list[Aim]:
    """The outputs of each head in a block."""
    aims: list[Aim] = []
    for head in objective.heads:
        found = sorted(
            (plan.outputs[i] - block.start, i)
            for i in head.outputs
            if block.start <= plan.outputs[i] < block.stop
        )
        if found:
            loss = head.loss
            is_delta = loss.joint is not None or loss.formula_for(block.activation)[1]
            rows, targets = zip(*found, strict=True)
            aims.append(Aim(head, len(aims), block, rows, targets, is_delta))
    return aims


def _links(plan: Plan, owner: Index, consumer: Block) -> list[tuple[int, WeightedLink]]:
    """The earlier blocks, inputs included, that a dense block reads."""
    if not isinstance(consumer.weights, Dense) or not len(consumer.weights.sources):
        return []
    sources = consumer.weights.sources
    owners = owner[sources]
    borders = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(sources)]
    links = []
    for first, last in pairwise(borders):
        number = int(owners[first])
        if number >= 0:
            rows = tuple((sources[first:last] - plan.blocks[number].start).tolist())
            links.append((number, WeightedLink(consumer, first, last, rows)))
    return links


class _Fans:
    """All connections into sparse blocks from the ``first`` block on, sorted by their source."""

    def __init__(self, plan: Plan, owner: Index, *, first: int) -> None:
        self._plan = plan
        parts = [_arrows(bundle) for block in plan.blocks if not isinstance(block.weights, Dense)
                 for bundle in block.weights]  # fmt: skip
        arrows = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0), dtype=np.intp)
        arrows = arrows[:, owner[arrows[0]] >= first]  # neither ones nor zeros, whose is -1
        self._sources, self._targets, self._slots = arrows[:, np.argsort(arrows[0], kind="stable")]
        self._owner = plan.block_of_delta if plan.n_terms else owner

    def of(self, block: Block, is_alive: Callable[[int], bool]) -> Fan | None:
        """The error that this block gets from those that have a delta."""
        first, last = np.searchsorted(self._sources, (block.start, block.stop))
        if first == last:
            return None
        targets = self._targets[first:last]
        if not any(map(is_alive, np.unique(self._owner[targets]).tolist())):
            return None
        rows, counts = np.unique(self._sources[first:last], return_counts=True)
        order = by_length(counts)
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        bundles = []
        for low, high, width in cuts(
            counts[order], slots_per_bundle(self._plan.rows), most_slots(self._plan.rows)
        ):
            some = order[low:high]
            lengths = counts[some]
            items = first + take_lists(starts[some], lengths)
            bundles.append(
                FanBundle(
                    padded(self._targets[items], lengths, width, self._plan.zero_row),
                    padded(self._slots[items], lengths, width, self._plan.n_slots - 1),
                )
            )
        return Fan(rows[order] - block.start, tuple(bundles))


def _arrows(bundle: Bundle) -> Index:
    """Of each of its slots the source, the row of the delta, and the slot."""
    sources, first_slot = bundle.sources, bundle.first_slot
    targets = np.repeat(np.arange(bundle.start, bundle.stop), bundle.width)
    if bundle.terms is not None:
        targets = bundle.terms.first_row + np.arange(sources.size)
    return np.array([sources.ravel(), targets, np.arange(first_slot, first_slot + sources.size)])

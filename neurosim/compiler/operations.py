"""The lowering: a plan, and perhaps a loss, as a short list of operations in order.

A printer turns each operation into lines of a program. Nothing is decided there: which block feeds
which, where blame comes from, and what is summed is all said here.
"""

from dataclasses import dataclass

from neurosim.compiler.plan import Block, Plan
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.losses import Loss


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
    """Some outputs that stand in one block: their rows in it, and in the targets."""

    block: Block
    rows: tuple[int, ...]
    targets: tuple[int, ...]
    is_delta: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """Add the loss of some outputs."""

    aim: Aim


@dataclass(frozen=True, slots=True)
class Link:
    """Blame comes back from a later block: its columns, and the rows here that they are of."""

    consumer: Block
    first_column: int
    last_column: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blame:
    """delta of a block, from its links and its outputs; zero where there are neither."""

    block: Block
    links: tuple[Link, ...]
    aims: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """The gradients of a block's weights and biases: delta times sources, summed over samples."""

    block: Block
    is_dead: bool


Operation = Affine | Activate | Normalise | Measure | Blame | Assign


def lower_forward(plan: Plan) -> tuple[Operation, ...]:
    """The operations that compute the outputs."""
    operations: list[Operation] = []
    for block in plan.blocks[1:]:
        operations.append(Affine(block))
        operations.append(Normalise(block) if block.activation == SOFTMAX else Activate(block))
    return tuple(operations)


def lower_backward(plan: Plan, loss: Loss) -> tuple[Operation, ...]:
    """The operations that measure a loss and compute all gradients."""
    aims = {block.number: _aim(plan, block, loss) for block in plan.blocks[1:]}
    operations: list[Operation] = [Measure(aim) for aim in aims.values() if aim is not None]
    owner = plan.block_of_row
    links: dict[int, list[Link]] = {block.number: [] for block in plan.blocks}
    for block in reversed(plan.blocks[1:]):
        aim = aims[block.number]
        found = tuple(reversed(links[block.number]))
        is_dead = not found and aim is None
        if not is_dead:
            operations.append(Blame(block, found, () if aim is None else (aim,)))
            for source, link in _links(plan, owner, block):
                links[source].append(link)
        operations.append(Assign(block, is_dead))
    return tuple(operations)


def _aim(plan: Plan, block: Block, loss: Loss) -> Aim | None:
    found = [
        (row - block.start, i)
        for i, row in enumerate(plan.outputs)
        if block.start <= row < block.stop
    ]
    if not found:
        return None
    is_delta = loss.joint is not None or loss.formula_for(block.activation)[1]
    rows, targets = zip(*found, strict=True)
    return Aim(block, rows, targets, is_delta)


def _links(plan: Plan, owner: tuple[int, ...], consumer: Block) -> list[tuple[int, Link]]:
    """The earlier blocks, inputs aside, that a block listens to."""
    runs: dict[int, list[int]] = {}
    for column, source in enumerate(consumer.sources):
        number = owner[source]
        if number > 0:
            runs.setdefault(number, []).append(column)
    links = []
    for number, columns in runs.items():
        start = plan.blocks[number].start
        rows = tuple(consumer.sources[column] - start for column in columns)
        links.append((number, Link(consumer, columns[0], columns[-1] + 1, rows)))
    return links

"""The explanation of a program: what was chosen for the whole and for each block, and its cost.

The choices themselves are made in `costs` and `planning`; here they are told.
"""

from typing import NamedTuple

from neurosim.compiler.choice import told_costs, why_arrays
from neurosim.compiler.costs import dense_cost, sparse_cost
from neurosim.compiler.plan import Block, Dense, Plan, is_run
from neurosim.compiler.planning import plan_of
from neurosim.compiler.threads import LARGE_PRODUCT, largest_product
from neurosim.network.network import Network


class BlockChoice(NamedTuple):
    """What was chosen for a block.

    Attributes:
        number: of the block, from 1.
        neurons: how many, and their activation.
        sources: how many rows its matrix reads, ones included; of a sparse block, of a target at
            most.
        kind: ``dense``, ``dense with holes`` or ``sparse``.
        why: in words, with the figures that decided.
        operations: multiply-adds of one pass forward over a batch.
        n_bytes: of its weights, and of the outputs of a batch.
    """

    number: int
    neurons: str
    sources: int
    kind: str
    why: str
    operations: int
    n_bytes: int


class ProgramExplanation(NamedTuple):
    """What was chosen for a network and batches of ``rows`` samples.

    ``program`` and ``threads`` say it in a sentence each.
    """

    rows: int
    program: str
    threads: str
    blocks: tuple[BlockChoice, ...]

    @property
    def operations(self) -> int:
        """Multiply-adds of one pass forward over a batch."""
        return sum(block.operations for block in self.blocks)

    @property
    def n_bytes(self) -> int:
        """Of all weights, and of all outputs of a batch."""
        return sum(block.n_bytes for block in self.blocks)


def explain(
    network: Network,
    rows: int,
    precision: str = "double",
    *,
    program: str = "auto",
    refusal: str | None = None,
) -> ProgramExplanation:
    """Tell what a training of this network with batches of ``rows`` samples would run.

    Args:
        network: is only read.
        rows: of a batch.
        precision: ``double`` or ``single``.
        program: as the option of training.
        refusal: why the kernel cannot do the training, besides what the network says.

    Raises:
        GraphError: the network has no outputs.
    """
    width = 8 if precision == "double" else 4
    plan = plan_of(network, rows)
    why = why_arrays(network, rows, program, refusal)
    is_kernel = precision == "double" and why is None
    blocks = tuple(_explain_block(plan, block, rows, width) for block in plan.blocks[1:])
    text = _explain_program(network, rows, precision, why)
    threads = "one" if is_kernel else _explain_threads(plan, rows)
    return ProgramExplanation(rows, text, threads, blocks)


def _explain_program(network: Network, rows: int, precision: str, why: str | None) -> str:
    if precision == "single":
        return "arrays of float32, as the precision asks"
    if why is not None:
        return f"arrays: {why}"
    return f"the kernel: compiled C, with the bits of the graph engine; {told_costs(network, rows)}"


def _explain_threads(plan: Plan, rows: int) -> str:
    largest = largest_product(plan, rows)
    if largest >= LARGE_PRODUCT:
        return f"as many as BLAS is given: the largest product has {largest:,} multiply-adds"
    return f"one: the largest product has {largest:,} multiply-adds, fewer than {LARGE_PRODUCT:,}"


def _explain_block(plan: Plan, block: Block, rows: int, width: int) -> BlockChoice:
    n_slots = block.last_slot - block.first_slot
    weights = block.weights
    if isinstance(weights, Dense):
        kind = "dense with holes" if len(weights.holes) else "dense"
        sources = len(weights.sources)
    else:
        kind, sources = "sparse", max(bundle.width for bundle in weights)
    return BlockChoice(
        block.number,
        f"{block.size} {block.activation}",
        sources,
        kind,
        _why(plan, block, rows),
        n_slots * rows,
        (n_slots + block.size * rows) * width,
    )


def _why(plan: Plan, block: Block, rows: int) -> str:
    weights = block.weights
    if isinstance(weights, Dense):
        if not len(weights.holes):
            return "all cells hold a parameter"
        density = block.n_parameters / (block.size * len(weights.sources))
        return f"{density:.0%} of its cells hold a parameter: enough at {rows} rows"
    names = dict.fromkeys(b.terms.aggregation for b in weights if b.terms is not None)
    if names:
        return f"term by term: {', '.join(names)}"
    sources = plan.sources_of(block)
    n_sources = len(sources)
    dense = dense_cost(block.size, n_sources, rows, gathers=not is_run(sources))
    n_slots = block.last_slot - block.first_slot
    sparse = sparse_cost(len(weights), block.size, n_slots, rows)
    density = block.n_parameters / (block.size * n_sources)
    bundles = f"{len(weights)} bundle{'s' if len(weights) > 1 else ''}"
    padding = 1 - block.n_parameters / n_slots
    return (
        f"{density:.1%} of {block.size} x {n_sources} cells: dense would cost {dense / sparse:.1f}"
        f" times as much; {bundles}, {padding:.0%} padding"
    )

"""The choice of a training program: the kernel, or arrays."""

from typing import TYPE_CHECKING

from neurosim.compiler.costs import LARGEST_ONLINE, ONLINE_ROWS, Costs, LayerWork, update_costs
from neurosim.kernel.library import is_hidden, why_no_kernel
from neurosim.kernel.wiring import why_not_wired
from neurosim.network.network import Network

if TYPE_CHECKING:
    from neurosim.compiler.plan import Block, Dense

KINDS = ("array", "kernel")
_MOST_TINY = 1_000  # connections and biases of a network that is looked at without a plan


def why_arrays(
    network: Network, rows: int, program: str = "auto", refusal: str | None = None
) -> str | None:
    """Why arrays run batches of so many rows; None where the kernel does.

    Args:
        network: is only read.
        rows: of a batch.
        program: ``auto``, ``kernel`` or ``arrays``, as is asked for.
        refusal: why the kernel cannot do the training, besides what the network says.
    """
    asked = prefers_arrays(network, rows, program)
    return asked or refusal or why_not_wired(network)


def prefers_arrays(network: Network, rows: int, program: str = "auto") -> str | None:
    """Why arrays run such batches though the kernel may be there; see `why_arrays`."""
    if program == "arrays":
        return "as program: arrays asks"
    if program == "auto" and not _is_kernel_faster(network, rows):
        return f"the kernel would be slower; {told_costs(network, rows)}"
    return None


def missed_kernel(network: Network, rows: int) -> str | None:
    """Why the kernel is not there, where it would be faster; None also where it is hidden."""
    missing = None if is_hidden() else why_no_kernel()
    return missing if missing is not None and _is_kernel_faster(network, rows) else None


def told_costs(network: Network, rows: int) -> str:
    """What the choice went by."""
    if rows <= ONLINE_ROWS:
        return (
            f"the largest layer has {_largest_work(network, rows):,} multiply-adds, up to"
            f" {LARGEST_ONLINE:,} the kernel is faster"
        )
    if not _dense_blocks(network, rows):
        return "arrays have no product of matrices here"
    kernel, arrays = map(_in_microseconds, _update_costs(network, rows))
    return f"an update takes it about {kernel} us, and arrays {arrays}, where that was measured"


def _in_microseconds(nanoseconds: float) -> str:
    return f"{nanoseconds / 1e3:{',.0f' if nanoseconds > 1e4 else '.2g'}}"


def _is_kernel_faster(network: Network, rows: int) -> bool:
    if rows <= ONLINE_ROWS:
        is_small = len(network.places()) * rows <= LARGEST_ONLINE  # whatever the plan is
        return is_small or _largest_work(network, rows) <= LARGEST_ONLINE
    if _is_tiny(network, rows):
        return True
    return _update_costs(network, rows).are_for_kernel


def _is_tiny(network: Network, rows: int) -> bool:
    """Whether the kernel is faster however the plan may be, which then need not be made.

    As if all were one layer; of each activation it has, as if all neurons had that.
    """
    n_places = len(network.places())
    if network.has_shared_weights or n_places > _MOST_TINY:
        return False
    neurons = [neuron for neuron in network.neurons if not neuron.is_input]
    worst = (
        update_costs(
            len(network.inputs),
            [LayerWork(name, len(neurons), n_places, n_places, 1.0, n_places)],
            rows,
        )
        for name in {neuron.activation for neuron in neurons}
    )
    return all(costs.are_for_kernel for costs in worst)


def _largest_work(network: Network, rows: int) -> int:
    """The kernel's multiply-adds in the largest layer that arrays compute as one product."""
    return max((block.n_parameters for block, _ in _dense_blocks(network, rows)), default=0) * rows


def _update_costs(network: Network, rows: int) -> Costs:
    """What an update takes; of sparse blocks nothing is counted.

    On them the kernel is faster, or where they share weights and the rows are many, takes up to
    1.14 times as long.
    """
    n_inputs, layers = 0, []
    for block, weights in _dense_blocks(network, rows):
        sources = weights.sources[: len(weights.sources) - weights.has_bias]
        connections = block.n_parameters - block.size * weights.has_bias
        from_inputs = int((sources < len(network.inputs)).sum())
        cells, backward = block.size * len(sources), 1.0 - from_inputs / max(len(sources), 1)
        n_inputs = max(n_inputs, from_inputs)
        work = connections, cells, backward, block.n_parameters
        layers.append(LayerWork(block.activation, block.size, *work))
    shares = bool(network.has_shared_weights)
    return update_costs(n_inputs, layers, rows, shares=shares)


def _dense_blocks(network: Network, rows: int) -> "list[tuple[Block, Dense]]":
    from neurosim.compiler.plan import Dense
    from neurosim.compiler.planning import plan_of

    plan = plan_of(network, rows)
    return [(b, b.weights) for b in plan.blocks[1:] if isinstance(b.weights, Dense)]

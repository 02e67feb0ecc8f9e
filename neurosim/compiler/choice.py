"""The choice of a training program: the kernel, or arrays."""

from neurosim.compiler.costs import SHARED_FACTOR, kernel_limit
from neurosim.kernel.library import is_hidden, why_no_kernel
from neurosim.kernel.wiring import why_not_wired
from neurosim.network.network import Network

KINDS = ("array", "kernel")


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
        return (
            f"the largest layer has {kernel_work(network, rows):,} multiply-adds, above"
            f" {kernel_limit(rows):,} BLAS is faster than the kernel"
        )
    return None


def missed_kernel(network: Network, rows: int) -> str | None:
    """Why the kernel is not there, where it would be faster; None also where it is hidden."""
    missing = None if is_hidden() else why_no_kernel()
    return missing if missing is not None and _is_kernel_faster(network, rows) else None


def _is_kernel_faster(network: Network, rows: int) -> bool:
    if not network.has_shared_weights and len(network.places()) * rows <= kernel_limit(rows):
        return True  # whatever the plan is
    return kernel_work(network, rows) <= kernel_limit(rows)


def kernel_work(network: Network, rows: int) -> int:
    """The kernel's multiply-adds in the largest layer that arrays compute as one product.

    It is faster on sparse blocks whatever their size. Gradients of shared weights it sums one by
    one: of several rows, all connections count that much more.
    """
    from neurosim.compiler.plan import Dense
    from neurosim.compiler.planning import plan_of

    plan = plan_of(network, rows)
    found = [b.n_parameters for b in plan.blocks[1:] if isinstance(b.weights, Dense)]
    if rows > 1 and plan.is_weight[plan.copies[1]].any():  # a weight is shared
        found.append(SHARED_FACTOR * sum(block.n_parameters for block in plan.blocks))
    return max(found, default=0) * rows

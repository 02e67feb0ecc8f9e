"""Networks to PyTorch and back: `Network.to_torch`, `Network.load_torch`, `from_torch`."""

from typing import Any

from neurosim.errors import GraphError, MissingExtraError, WrongTypeError
from neurosim.network.network import Network


def to_torch(net: Network) -> Any:
    """A ``torch.nn.Module`` of a network of any form, in float64.

    Raises:
        GraphError: PyTorch has not an activation of it.
        MissingExtraError: PyTorch is not installed.
    """
    require_torch("to_torch")
    from neurosim.doors.torch_module import NetworkModule

    return NetworkModule(net)


def load_torch(net: Network, module: Any) -> None:
    """Take over what a module of `to_torch` holds, also behind DistributedDataParallel.

    Raises:
        WrongTypeError: it is no such module.
        GraphError: it is of a network with other parameters.
    """
    require_torch("load_torch")
    from neurosim.doors.torch_module import NetworkModule

    for wrapping in ("_orig_mod", "module"):  # of torch.compile, and of DistributedDataParallel
        module = getattr(module, wrapping, module)
    if not isinstance(module, NetworkModule):
        raise WrongTypeError(
            f"load_torch: got {type(module).__name__}; expected a module that net.to_torch() made,"
            " or ns.from_torch(module) for another"
        )
    if module.network.parameter_names() != net.parameter_names():
        raise GraphError(
            "load_torch: the module is of a network with other parameters, got"
            f" {len(module.network.parameter_names())}; expected the {len(net.parameter_names())}"
            " of this one, by the same names"
        )
    net.load_parameters(module.theta())


def from_torch(module: Any) -> Network:
    """The network of a module: Linear, activations, residual additions, concatenations.

    Args:
        module: a ``Sequential``, any module that ``torch.fx`` can trace, a traced graph, or one
            that `Network.to_torch` made. Dropout is left out.

    Raises:
        GraphError: it computes something else; says which part.
        WrongTypeError: it is no module.
        MissingExtraError: PyTorch is not installed.
    """
    require_torch("from_torch")
    from torch import nn

    from neurosim.doors.torch_trace import trace_module

    if not isinstance(module, nn.Module):
        raise WrongTypeError(f"from_torch: got {module!r:.80}; expected a torch.nn.Module")
    try:
        return trace_module(module)
    except OverflowError as error:
        raise GraphError(f"from_torch: {error}") from error


def require_torch(where: str) -> None:
    """Refuse where PyTorch is not installed."""
    try:
        import torch  # noqa: F401 - whether it is there
    except ImportError:
        raise MissingExtraError(
            f"{where}: needs PyTorch, which is not installed; expected: pip install"
            " 'neurosim[torch]'",
            "torch",
        ) from None

"""Modules of PyTorch as networks: `from_torch`, by the graph that ``torch.fx`` traces."""

import copy
import operator
import warnings
from collections import defaultdict
from collections.abc import Callable
from itertools import compress
from typing import Any

import numpy as np
import torch
from torch import fx, nn
from torch.nn import functional

from neurosim.doors.torch_module import NetworkModule
from neurosim.doors.traced import TracedColumns, Tracing, side_by_side
from neurosim.errors import GraphError, LeftOutWarning
from neurosim.functions.activations import SOFTMAX
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.parameter import Bias, Parameter

_LEFT_OUT = (nn.Identity, nn.Dropout, nn.AlphaDropout, nn.Flatten)
_MODULES: dict[Any, Callable[[Any], Any]] = {
    nn.Sigmoid: lambda _: "sigmoid",
    nn.Tanh: lambda _: "tanh",
    nn.ReLU: lambda _: "relu",
    nn.LeakyReLU: lambda m: {"leaky_relu": {"slope": m.negative_slope}},
    nn.ELU: lambda m: {"elu": {"alpha": m.alpha}},
    nn.CELU: lambda m: {"celu": {"alpha": m.alpha}},
    nn.SELU: lambda _: "selu",
    nn.Softplus: lambda m: {"softplus": {"beta": m.beta}},
    nn.Softsign: lambda _: "softsign",
    nn.GELU: lambda m: "gelu_tanh" if m.approximate == "tanh" else "gelu",
    nn.SiLU: lambda _: "swish",
    nn.Mish: lambda _: "mish",
    nn.Hardsigmoid: lambda _: "hard_sigmoid",
    nn.Hardswish: lambda _: "hard_swish",
    nn.Hardtanh: lambda m: {"hardtanh": {"low": m.min_val, "high": m.max_val}},
    nn.ReLU6: lambda _: "relu6",
}
_FUNCTIONS: dict[Any, str] = {
    torch.sigmoid: "sigmoid", functional.sigmoid: "sigmoid", "sigmoid": "sigmoid",
    torch.tanh: "tanh", functional.tanh: "tanh", "tanh": "tanh",
    torch.relu: "relu", functional.relu: "relu", "relu": "relu",
    functional.silu: "swish", functional.mish: "mish", functional.selu: "selu",
    functional.softsign: "softsign", functional.hardsigmoid: "hard_sigmoid",
    functional.hardswish: "hard_swish", functional.relu6: "relu6",
    torch.abs: "abs", torch.sin: "sin", torch.square: "square",
    "abs": "abs", "sin": "sin", "square": "square",
}  # fmt: skip
_ADD, _SUB = {operator.add, torch.add, "add"}, {operator.sub, torch.sub, "sub"}
_MUL, _CAT = {operator.mul, torch.mul, "mul"}, {torch.cat, torch.concat}
_SOFTMAX = {torch.softmax, functional.softmax, "softmax"}
_SOFT_UNTIL = 20  # PyTorch's own threshold: beyond it softplus is z to 2.1e-9
_FLATTEN = {torch.flatten, "flatten"}
_PASS = {torch.flatten, functional.dropout, "flatten", "contiguous"}


def trace_module(module: nn.Module) -> Network:
    """The network of a module; see `from_torch`."""
    if isinstance(module, NetworkModule):
        net = module.network.copy()
        net.load_parameters(module.theta())
        _freeze(net, module.trainable())
        return net
    traced = module if isinstance(module, fx.GraphModule) else _traced(module)
    net = _network(traced, type(module).__name__)
    changed = _network(_changed(traced), "").parameters()
    is_trained = net.parameters() != changed
    _freeze(net, is_trained)
    _share(net, is_trained, changed)
    return net


def _freeze(net: Network, is_trained: Any) -> None:
    """Let training keep what the module's own would keep, and nothing else."""
    for change, others in (
        (net.freeze, net.trainable_mask() & ~is_trained),
        (net.unfreeze, is_trained & ~net.trainable_mask()),
    ):
        if others.any():
            change(*compress(net.parameter_list(), others))


def _share(net: Network, is_trained: Any, changed: Any) -> None:
    """Let what comes of one number of the module share one weight."""
    groups = defaultdict[Any, list[Parameter]](list)
    numbers = zip(changed.tolist(), net.parameters().tolist(), strict=True)
    for number, parameter in compress(zip(numbers, net.parameter_list(), strict=True), is_trained):
        groups[number].append(parameter)
    alone = []
    for group in groups.values():
        if len(group) == 1:
            continue
        if isinstance(group[0], Bias):
            alone.append(group[0].name)
            continue
        net.share(*(each if isinstance(each, Connection) else each.name for each in group))
    if alone:
        warnings.warn(
            f"from_torch: left out that several neurons use one bias, {alone[0]!r} and"
            f" {len(alone) - 1:,} more; each learns its own",
            LeftOutWarning,
            stacklevel=4,
        )


def _changed(traced: fx.GraphModule) -> fx.GraphModule:
    """The module with other numbers where it learns: what comes of them is what is trained."""
    changed, rng = copy.deepcopy(traced), np.random.default_rng(0)
    for parameter in changed.parameters():
        if parameter.requires_grad:
            numbers = rng.uniform(0.5, 1.5, tuple(parameter.shape))
            parameter.data.copy_(torch.from_numpy(np.asarray(numbers)))
    return changed


def _network(traced: fx.GraphModule, title: str) -> Network:
    values: dict[fx.Node, Any] = {}
    tracing: Tracing | None = None
    for node in traced.graph.nodes:
        if node.op == "placeholder":
            if tracing is not None:
                raise GraphError(f"from_torch: {node.name!r} is a second input; expected one")
            tracing = Tracing(_n_inputs(traced))
            values[node] = tracing.inputs
        elif node.op == "output":
            (value,) = node.args
            if not isinstance(value, fx.Node):
                raise GraphError("from_torch: several outputs; expected one tensor")
            assert tracing is not None
            return tracing.network(values[value], title=title, where="from_torch")
        elif node.op == "get_attr":
            values[node] = _array(operator.attrgetter(node.target)(traced))
        else:
            assert tracing is not None
            values[node] = _step(tracing, traced, node, values)
    raise GraphError("from_torch: the module has no output; expected one")


def _traced(module: nn.Module) -> fx.GraphModule:
    if fx.Tracer().is_leaf_module(module, ""):  # a layer alone, which is no sequence of others
        module = nn.Sequential(module)
    try:
        return fx.symbolic_trace(module)
    except Exception as error:  # what running a module's own code raises, and what fx says of it
        raise GraphError(
            f"from_torch: {type(module).__name__} cannot be traced, {error!s:.120}; expected a"
            " module whose steps do not depend on the rows"
        ) from error


def _n_inputs(traced: fx.GraphModule) -> int:
    for node in traced.graph.nodes:
        if node.op == "call_module" and isinstance(found := _module(traced, node), nn.Linear):
            return int(found.in_features)
    raise GraphError("from_torch: no Linear layer; expected one, which says how many inputs")


def _module(traced: fx.GraphModule, node: fx.Node) -> nn.Module:
    found: nn.Module = traced.get_submodule(str(node.target))
    return found


def _array(tensor: Any) -> Any:
    if tensor.is_meta or tensor.is_complex():
        raise GraphError(
            f"from_torch: got parameters of {tensor.dtype} on {tensor.device.type!r}; expected real"
            " numbers"
        )
    return tensor.detach().cpu().double().numpy()


def _step(tracing: Tracing, traced: fx.GraphModule, node: fx.Node, values: Any) -> TracedColumns:
    args = [fx.map_arg(arg, values.__getitem__) for arg in node.args]
    _require_own(node, traced)
    if node.op == "call_module":
        return _of_module(tracing, _module(traced, node), args[0], node)
    target = node.target
    if target in _FUNCTIONS:
        return tracing.activated(args[0], _FUNCTIONS[target])
    if target in _SOFTMAX:
        _require_last_axis(node.kwargs.get("dim", args[1] if len(args) > 1 else None), node)
        return tracing.activated(args[0], SOFTMAX)
    if target in _FLATTEN and _start(node) != 1:
        raise _rows_together(node)
    if target == operator.neg and not node.kwargs:
        return _scaled(args[0], -1.0)
    if target == operator.truediv and isinstance(args[0], TracedColumns):
        return _quotient(node, *args)
    if target in _PASS:
        found: TracedColumns = args[0]
        return found
    if target in _CAT:
        _require_last_axis(node.kwargs.get("dim", args[1] if len(args) > 1 else 0), node)
        return side_by_side(args[0])
    if target in _ADD | _SUB | _MUL and len(args) == 2 and not node.kwargs:
        return _binary(tracing, target, *args)
    raise _unknown(node, str(getattr(target, "__name__", target)))


def _require_own(node: fx.Node, traced: fx.GraphModule) -> None:
    """Refuse what changes a value that others read, too, and what runs code beside the module's."""
    module = _module(traced, node) if node.op == "call_module" else None
    is_in_place = node.kwargs.get("inplace", getattr(module, "inplace", False))
    if is_in_place and any(len(source.users) > 1 for source in node.all_input_nodes):
        raise GraphError(
            f"from_torch: {node.name!r} changes a value in place that is read again; expected"
            " inplace=False"
        )
    if isinstance(module, nn.modules.lazy.LazyModuleMixin):
        raise GraphError(f"from_torch: {node.target!r} is not yet made; expected one that has run")
    if module is not None and (module._forward_hooks or module._forward_pre_hooks):
        raise GraphError(f"from_torch: {node.target!r} has hooks; expected a module without")


def _start(node: fx.Node) -> Any:
    return node.kwargs.get("start_dim", node.args[1] if len(node.args) > 1 else 0)


def _rows_together(node: fx.Node) -> GraphError:
    return GraphError(f"from_torch: {node.name!r} puts rows together; expected start_dim=1")


def _quotient(node: fx.Node, value: TracedColumns, divisor: Any) -> TracedColumns:
    if isinstance(divisor, TracedColumns) or not np.all(divisor):
        raise GraphError(f"from_torch: {node.name!r} divides by what is computed, or by 0;"
                         " expected constants")  # fmt: skip
    return _scaled(value, 1.0 / np.asarray(divisor))


def _scaled(value: TracedColumns, factor: Any) -> TracedColumns:
    return value.scaled(factor)


def _binary(tracing: Tracing, target: Any, a: Any, b: Any) -> TracedColumns:
    if target in _SUB:
        b = b.scaled(-1.0) if isinstance(b, TracedColumns) else -np.asarray(b)
    if not isinstance(a, TracedColumns):
        a, b = b, a
    if isinstance(b, TracedColumns):
        return tracing.product(a, b) if target in _MUL else a.plus(b)
    found: TracedColumns = a.scaled(b) if target in _MUL else a.shifted(b)
    return found


def _of_module(
    tracing: Tracing, module: nn.Module, value: TracedColumns, node: fx.Node
) -> TracedColumns:
    if isinstance(module, nn.Linear):
        if module.in_features != value.n:
            raise GraphError(
                f"from_torch: {node.target!r} reads {module.in_features} columns, got {value.n};"
                " expected as many"
            )
        bias = None if module.bias is None else _array(module.bias)
        return tracing.times(value, _array(module.weight).T, bias)
    if isinstance(module, nn.Flatten) and module.start_dim != 1:
        raise _rows_together(node)
    if isinstance(module, nn.Softplus) and module.threshold < _SOFT_UNTIL:
        raise GraphError(
            f"from_torch: {node.target!r} is Softplus of threshold={module.threshold}; expected"
            f" at least {_SOFT_UNTIL}"
        )
    if isinstance(module, _LEFT_OUT):
        return value
    if isinstance(module, nn.Softmax):
        _require_last_axis(module.dim, node)
        return tracing.activated(value, SOFTMAX)
    if isinstance(module, nn.PReLU):
        slopes = np.broadcast_to(_array(module.weight), (value.n,))
        if module.num_parameters == 1:
            return tracing.activated(value, {"prelu": {"slope": float(slopes[0])}})
        parts = [
            tracing.activated(value.chosen([k]), {"prelu": {"slope": float(slope)}})
            for k, slope in enumerate(slopes)
        ]
        return side_by_side(parts)
    if type(module) in _MODULES:
        return tracing.activated(value, _MODULES[type(module)](module))
    raise _unknown(node, type(module).__name__)


def _require_last_axis(axis: Any, node: fx.Node) -> None:
    if axis not in (1, -1):
        raise GraphError(f"from_torch: {node.name!r} goes along dim={axis}; expected dim=1")


def _unknown(node: fx.Node, what: str) -> GraphError:
    return GraphError(
        f"from_torch: {node.name!r} is {what}; expected Linear, an activation, Dropout, an addition"
        " or product, or a concatenation"
    )

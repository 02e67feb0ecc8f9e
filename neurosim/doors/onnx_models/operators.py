"""Operators of ONNX: what each makes of expressions, constants and shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.columns import ColumnsOfExpressions
from neurosim.doors.onnx_models.expressions import Expression, ExpressionTable, require_finite
from neurosim.doors.traced import side_by_side
from neurosim.errors import GraphError


@dataclass(frozen=True, slots=True, eq=False)
class ClassLabel:
    """What only says which class a row is of: it is made of ``value`` and cut off."""

    value: Expression
    classes: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelNode:
    """A node with what it reads.

    Attributes:
        inputs: expressions, arrays and labels; None where one is left out.
        attributes: by name, arrays where they are tensors.
    """

    where: str
    operator: str
    inputs: tuple[Any, ...]
    attributes: dict[str, Any]
    n_outputs: int
    opset: int

    def input(self, k: int) -> Any:
        """An input, or None."""
        return self.inputs[k] if k < len(self.inputs) else None

    def constant(self, k: int, attribute: str = "", default: Any = None) -> Any:
        """A constant: an input, or in old versions an attribute."""
        found = self.input(k)
        if found is None:
            return self.attributes.get(attribute, default)
        if isinstance(found, np.ndarray):
            return found
        raise GraphError(f"{self.where}: input {k + 1} is computed; expected a constant")

    def value(self, k: int = 0) -> Expression:
        """An input that is computed."""
        found = self.input(k)
        if isinstance(found, Expression):
            return found
        raise GraphError(f"{self.where}: input {k + 1} is no computed number; expected one")

    def refused(self, what: str, expected: str) -> GraphError:
        """The error to raise."""
        return GraphError(f"{self.where}: {what}; expected {expected}")


class OperatorTable:
    """Computes nodes, one after the other.

    Attributes:
        rows: how many rows the model's input says, as a number in shapes; None: any.
    """

    def __init__(self, columns: ColumnsOfExpressions, rows: int | None) -> None:
        self.columns, self.rows = columns, rows
        self.expressions = ExpressionTable()

    def of(self, columns: Any, tail: tuple[int, ...], node: ModelNode) -> Expression:
        """An expression of columns that are known."""
        return self.expressions.of_columns(columns, tail, node.where)

    def op(self, node: ModelNode, kind: str, *parts: Any) -> Expression:
        """An expression of an operator."""
        return self.expressions.op(kind, *parts, where=node.where)


Result = Any  # an Expression, an array, a ClassLabel; or a list of them


def run_node(table: OperatorTable, node: ModelNode) -> list[Any]:
    """The outputs of a node.

    Raises:
        GraphError: it is none of `OPERATORS`, or reads what it cannot.
    """
    if any(isinstance(each, ClassLabel) for each in node.inputs):
        return [next(each for each in node.inputs if isinstance(each, ClassLabel))] * node.n_outputs
    form = OPERATORS.get(node.operator)
    if form is None:
        raise node.refused("is no operator of ours", f"one of {', '.join(OPERATORS)}")
    if not any(isinstance(each, Expression) for each in node.inputs):
        fold = _FOLDED.get(node.operator)
        if fold is None:
            raise node.refused("reads constants alone", "what comes from the input")
        found = fold(node)
    else:
        found = form(table, node)
    return found if isinstance(found, list) else [found]


def _axis(node: ModelNode, axis: Any, rank: int) -> int:
    """The axis, from 1: that of the rows is none."""
    found = int(axis)
    found += rank if found < 0 else 0
    if not 0 <= found < rank:
        raise node.refused(f"got axis {axis}", f"one of {rank}")
    if found == 0:
        raise node.refused("goes along the rows", "another axis than 0")
    return found


def _chosen(table: OperatorTable, node: ModelNode, value: Expression, numbers: Any) -> Expression:
    """Some columns, by an array of their numbers that has the shape of a row."""
    columns = table.columns(value)
    is_all = numbers.size == value.n and (numbers.ravel() == np.arange(value.n)).all()
    chosen = columns if is_all else columns.chosen(numbers.ravel())
    return table.of(chosen, tuple(numbers.shape), node)


def _numbers(value: Expression) -> Any:
    return np.arange(value.n).reshape((1, *value.tail))


def _elementwise(*options: tuple[str, float], kind: str = "") -> Callable[..., Result]:
    """An operator as it is, its attributes as constants behind its inputs."""

    def form(table: OperatorTable, node: ModelNode) -> Result:
        numbers = [np.float32(node.attributes.get(key, usual)) for key, usual in options]
        parts = [part for part in node.inputs if part is not None]
        if "axis" in node.attributes:  # of versions before 7, which said where shapes meet
            raise node.refused("says an axis to meet at", "none")
        if any(not isinstance(part, Expression | np.ndarray) for part in parts):
            raise node.refused("reads what is no number", "numbers")
        return table.op(node, kind or node.operator, *parts, *map(np.asarray, numbers))

    return form


def _passed(_table: OperatorTable, node: ModelNode) -> Result:
    if node.operator == "Dropout" and node.constant(2) is not None and node.constant(2).any():
        raise node.refused("is in training mode", "a model for inference")
    return [node.value()] * node.n_outputs


def _folded_pass(node: ModelNode) -> Result:
    return node.inputs[0]


def _cast(_table: OperatorTable, node: ModelNode) -> Result:
    if _dtype(node).kind == "f":
        return node.value()
    return ClassLabel(node.value())


def _dtype(node: ModelNode) -> Any:
    import onnx.helper

    try:
        return onnx.helper.tensor_dtype_to_np_dtype(int(node.attributes.get("to", 0)))
    except (KeyError, ValueError, TypeError):
        raise node.refused(f"got to={node.attributes.get('to')}", "a type of numbers") from None


def _fold_cast(node: ModelNode) -> Result:
    array = node.inputs[0]
    if array.dtype == object:
        return array
    return array.astype(_dtype(node))


def _relu(table: OperatorTable, node: ModelNode) -> Result:
    return table.op(node, "Max", node.value(), np.asarray(0.0))


def _leaky_relu(table: OperatorTable, node: ModelNode) -> Result:
    slope = np.asarray(np.float32(node.attributes.get("alpha", 0.01)))
    return _steep(table, node, node.value(), slope)


def _steep(table: OperatorTable, node: ModelNode, z: Expression, slope: Any) -> Expression:
    low = table.op(node, "Mul", z, slope)
    return table.op(node, "Where", table.op(node, "Greater", z, np.asarray(0.0)), z, low)


def _learned_slope(table: OperatorTable, node: ModelNode) -> Result:
    z, slope = node.value(), node.constant(1)
    if node.opset < 7 and slope.ndim == 1 and slope.size > 1:  # one a channel
        slope = slope.reshape(-1, *[1] * (len(z.tail) - 1))
    return table.op(node, "PRelu", z, slope)


def _clip(table: OperatorTable, node: ModelNode) -> Result:
    value = node.value()
    low, high = node.constant(1, "min"), node.constant(2, "max")
    for kind, bound in (("Min", high), ("Max", low)):
        if bound is None:
            continue
        number = np.asarray(bound, np.float32 if isinstance(bound, float) else None)
        unbounded = number == (np.inf if kind == "Min" else -np.inf)
        if not unbounded.all():
            value = table.op(node, kind, value, number)
    return value


def _gelu(table: OperatorTable, node: ModelNode) -> Result:
    is_tanh = node.attributes.get("approximate", "none") == "tanh"
    return table.op(node, "GeluTanh" if is_tanh else "Gelu", node.value())


def _selu(table: OperatorTable, node: ModelNode) -> Result:
    alpha = node.attributes.get("alpha", 1.67326319217681884765625)
    gamma = node.attributes.get("gamma", 1.05070102214813232421875)
    ours = np.float32(1.6732632423543772), np.float32(1.0507009873554805)
    if np.allclose([alpha, gamma], ours, rtol=1e-6, atol=0.0):  # as float32 tells them apart
        return table.of(table.columns.tracing.activated(table.columns(node.value()), "selu"),
                        node.value().tail, node)  # fmt: skip
    return table.op(
        node, "Selu", node.value(), *(np.asarray(a, np.float32) for a in (alpha, gamma))
    )


def _batch_normalization(table: OperatorTable, node: ModelNode) -> Result:
    """A product and a sum for each channel: mean and variance are constants after the training."""
    value, given = node.value(), node.attributes
    if given.get("training_mode", 0):
        raise node.refused("is in training mode", "a model for inference")
    if any(node.input(k) is None for k in range(1, 5)):
        raise node.refused("lacks constants", "scale, bias, mean and variance")
    scale, bias, mean, variance = (
        np.asarray(node.constant(k), np.float64).reshape(-1, *[1] * (len(value.tail) - 1))
        for k in range(1, 5)
    )
    epsilon = float(np.float32(given.get("epsilon", 1e-5)))
    if not (variance + epsilon > 0.0).all():
        raise node.refused(f"has the variance {variance.min()}", "positive ones")
    factor = scale / np.sqrt(variance + epsilon)
    return table.op(node, "Add", table.op(node, "Mul", value, factor), bias - mean * factor)


def _swish(table: OperatorTable, node: ModelNode) -> Result:
    z, alpha = node.value(), np.asarray(np.float32(node.attributes.get("alpha", 1.0)))
    u = z if alpha == 1.0 else table.op(node, "Mul", z, alpha)
    return table.op(node, "Mul", z, table.op(node, "Sigmoid", u))


def _sum(table: OperatorTable, node: ModelNode) -> Result:
    total = node.inputs[0]
    for part in node.inputs[1:]:
        if isinstance(total, np.ndarray) and isinstance(part, np.ndarray):
            total = total + part
        else:
            total = table.op(node, "Add", total, part)
    if node.operator == "Mean":
        total = table.op(node, "Div", total, np.asarray(float(len(node.inputs))))
    return total


def _quotient(table: OperatorTable, node: ModelNode) -> Result:
    """Probabilities that add up to 1 stay what they are where they are divided by their sum."""
    a, b = node.inputs
    if isinstance(a, Expression) and isinstance(b, Expression) and b.operator == "ReduceSum":
        (part,) = b.parts
        is_own = part is a or (part.operator == "Abs" and part.parts[0] is a)
        if is_own and adds_up(table, a):
            return a
    return _PLAIN(table, node)


def adds_up(table: OperatorTable, value: Expression) -> bool:
    """Whether a row is of a softmax, or the sigmoids of a number and of its negative."""
    if value.operator == "Softmax":
        return len(value.tail) == 1
    if value.operator != "Sigmoid" or value.tail != (2,):
        return False
    z = table.columns(value.parts[0])
    (a, b), (c, d) = z.weights.T, z.constants
    return bool((a == -b).all() and c == -d)


def _reduced_sum(table: OperatorTable, node: ModelNode) -> Result:
    value, axes = node.value(), node.constant(1, "axes")
    rank = len(value.tail) + 1
    axes = [] if axes is None else [_axis(node, axis, rank) for axis in np.ravel(axes).tolist()]
    if axes != [rank - 1]:
        raise node.refused("sums up along other axes than the last", "that one")
    found = Expression("ReduceSum", (value,), (*value.tail[:-1], 1), node.where)
    if node.attributes.get("keepdims", 1):
        return found
    return table.of(table.columns(found), value.tail[:-1], node)


def _power(table: OperatorTable, node: ModelNode) -> Result:
    value, exponent = node.value(), node.constant(1)
    if np.all(exponent == 2.0):
        return table.op(node, "Mul", value, value)
    return table.op(node, "Pow", value, exponent)


def _softmax(table: OperatorTable, node: ModelNode) -> Result:
    value, rank = node.value(), len(node.value().tail) + 1
    axis = _axis(node, node.attributes.get("axis", -1 if node.opset >= 13 else 1), rank)
    if node.opset < 13:  # all axes from that one on together
        width = int(np.prod(value.tail[axis - 1 :], dtype=np.int64))
        flat = table.of(table.columns(value), (value.n // width, width), node)
        return table.of(table.columns(table.op(node, "Softmax", flat)), value.tail, node)
    moved = np.moveaxis(_numbers(value), axis, -1)[0]
    found = table.op(node, "Softmax", _chosen(table, node, value, moved))
    back = np.moveaxis(np.arange(value.n).reshape(1, *moved.shape), -1, axis)[0]
    return _chosen(table, node, found, back)


def _matmul(table: OperatorTable, node: ModelNode) -> Result:
    if isinstance(node.inputs[0], np.ndarray):
        raise node.refused("a constant before what is computed", "it behind")
    return _times(table, node, node.value(), node.constant(1))


def _times(table: OperatorTable, node: ModelNode, value: Expression, matrix: Any) -> Expression:
    """The value times a matrix along its last axis."""
    if not value.tail:
        raise node.refused("multiplies along the rows", "values of (B, n)")
    while matrix.ndim > 2 and matrix.shape[0] == 1:
        matrix = matrix[0]
    if matrix.ndim not in (1, 2) or matrix.shape[0] != value.tail[-1]:
        raise node.refused(
            f"got a matrix of the shape {matrix.shape}",
            f"({value.tail[-1]}, n) as there are columns",
        )
    weights = matrix.reshape(matrix.shape[0], -1).astype(np.float64)
    require_finite(weights, node.where)
    columns, width = table.columns(value), matrix.shape[0]
    plain = table.columns.tracing.outputs_of(columns)
    table.expressions.require_room(value.n // width * weights.shape[1], node.where)
    parts = [
        table.columns.tracing.times(plain.chosen(np.arange(k, k + width)), weights)
        for k in range(0, value.n, width)
    ]
    made = parts[0] if len(parts) == 1 else side_by_side(parts)
    return table.of(made, (*value.tail[:-1], *matrix.shape[1:]), node)


def _gemm(table: OperatorTable, node: ModelNode) -> Result:
    given = node.attributes
    if given.get("transA", 0):
        raise node.refused("transposes the rows", "transA=0")
    matrix = node.constant(1)
    if matrix is None or matrix.ndim != 2:
        raise node.refused("has no matrix", "one")
    matrix = matrix.T if given.get("transB", 0) else matrix
    if (alpha := given.get("alpha", 1.0)) != 1.0:
        matrix = matrix.astype(np.float64) * alpha
    found = _times(table, node, node.value(), matrix)
    bias = node.input(2)
    if bias is None or (beta := given.get("beta", 1.0)) == 0.0:
        return found
    if beta != 1.0:
        factor = np.asarray(beta)
        bias = bias * beta if isinstance(bias, np.ndarray) else table.op(node, "Mul", bias, factor)
    return table.op(node, "Add", found, bias)


def _concat(table: OperatorTable, node: ModelNode) -> Result:
    values = [node.value(k) for k in range(len(node.inputs))]
    rank = len(values[0].tail) + 1
    axis = _axis(node, node.attributes.get("axis", -1), rank)
    table.expressions.require_room(sum(value.n for value in values), node.where)
    starts = np.cumsum([0, *(value.n for value in values)])
    try:
        numbers = np.concatenate(
            [_numbers(v) + start for v, start in zip(values, starts, strict=False)], axis=axis
        )[0]
    except ValueError:
        raise node.refused(
            f"got {', '.join(str(v.tail) for v in values)} a row", "shapes that fit"
        ) from None
    columns = side_by_side([table.columns(value) for value in values])
    whole = table.of(columns, (columns.n,), node)
    return _chosen(table, node, whole, numbers)


def _fold_concat(node: ModelNode) -> Result:
    return np.concatenate([np.atleast_1d(each) for each in node.inputs],
                          axis=int(node.attributes.get("axis", 0)))  # fmt: skip


def _gather(table: OperatorTable, node: ModelNode) -> Result:
    numbers, indices = _numbers(node.value()), node.constant(1)
    axis = _axis(node, node.attributes.get("axis", 0), numbers.ndim)
    size = numbers.shape[axis]
    table.expressions.require_room(indices.size * numbers.size // max(size, 1), node.where)
    if indices.dtype.kind not in "iu" or ((indices < -size) | (indices >= size)).any():
        raise node.refused(f"got indices {indices.tolist()!s:.60}", f"some below {size}")
    return _chosen(table, node, node.value(), np.take(numbers, indices, axis=axis)[0])


def _fold_gather(node: ModelNode) -> Result:
    axis = int(node.attributes.get("axis", 0))
    return np.asarray(np.take(node.inputs[0], node.inputs[1].astype(np.int64), axis=axis))


def _slices(node: ModelNode, rank: int) -> dict[int, slice]:
    starts, ends = node.constant(1, "starts"), node.constant(2, "ends")
    if starts is None or ends is None:
        raise node.refused("has no starts and ends", "both")
    axes = node.constant(3, "axes")
    axes = range(len(starts)) if axes is None else np.asarray(axes).tolist()
    steps = node.constant(4)
    steps = [1] * len(starts) if steps is None else steps.tolist()
    found = {}
    bounds = np.asarray(starts).tolist(), np.asarray(ends).tolist()
    for axis, start, end, step in zip(axes, *bounds, steps, strict=True):
        last = None if step < 0 and end < -(2**30) else end
        found[axis + rank if axis < 0 else axis] = slice(start, last, step)
    return found


def _slice(table: OperatorTable, node: ModelNode) -> Result:
    numbers = _numbers(node.value())
    slices = _slices(node, numbers.ndim)
    rows = slices.pop(0, slice(0, 2**31, 1))
    if (rows.start, rows.step) != (0, 1) or (rows.stop or 0) < 2**31 - 1:
        raise node.refused("leaves out rows", "slices of columns")
    if any(not 0 < axis < numbers.ndim for axis in slices):
        raise node.refused("goes along an axis that is not there", f"one of {numbers.ndim}")
    key = tuple(slices.get(axis, slice(None)) for axis in range(numbers.ndim))
    return _chosen(table, node, node.value(), numbers[key][0])


def _fold_slice(node: ModelNode) -> Result:
    array = node.inputs[0]
    slices = _slices(node, array.ndim)
    return array[tuple(slices.get(axis, slice(None)) for axis in range(array.ndim))]


def _split(table: OperatorTable, node: ModelNode) -> Result:
    numbers = _numbers(node.value())
    axis = _axis(node, node.attributes.get("axis", 0), numbers.ndim)
    sizes = node.constant(1, "split")
    size = -(-numbers.shape[axis] // node.n_outputs)
    ends = np.cumsum(sizes if sizes is not None else [size] * node.n_outputs)
    if len(ends) != node.n_outputs or (sizes is not None and ends[-1] != numbers.shape[axis]):
        raise node.refused(f"got sizes {np.asarray(sizes).tolist()}", "as many as there are")
    parts = np.split(numbers, ends[:-1], axis=axis)
    return [_chosen(table, node, node.value(), part[0]) for part in parts]


def _flatten(table: OperatorTable, node: ModelNode) -> Result:
    value, axis = node.value(), int(node.attributes.get("axis", 1))
    rank = len(value.tail) + 1
    axis += rank if axis < 0 else 0
    if not 1 <= axis <= rank or int(np.prod(value.tail[: axis - 1], dtype=np.int64)) != 1:
        raise node.refused("puts rows together", "axis=1")
    return table.of(table.columns(value), (value.n,), node)


def _reshape(table: OperatorTable, node: ModelNode) -> Result:
    value, wanted = node.value(), node.constant(1, "shape")
    wanted = [] if wanted is None else list(np.asarray(wanted, object).ravel())
    for k, size in enumerate(wanted[1:], 1):
        if size == 0 and not node.attributes.get("allowzero", 0) and k <= len(value.tail):
            wanted[k] = value.tail[k - 1]
    known = [size for size in wanted[1:] if size is not None and size != -1]
    rest = int(np.prod(known, dtype=object)) if known else 1
    if wanted[1:].count(-1) == 1 and rest > 0 and value.n % rest == 0:
        wanted[1 + wanted[1:].index(-1)] = value.n // rest
        rest = value.n
    # a first -1 is the rows where the others are as large as a row
    is_rows = bool(wanted) and wanted[0] in (None, 0, -1, table.rows)
    if not is_rows or rest != value.n or None in wanted[1:]:
        raise node.refused(
            f"got the shape {['B' if n is None else n for n in wanted]} for rows of"
            f" {value.n}", f"(B, {value.n})"
        )  # fmt: skip
    return table.of(table.columns(value), tuple(int(n) for n in wanted[1:]), node)


def _fold_reshape(node: ModelNode) -> Result:
    return node.inputs[0].reshape([int(n) for n in node.constant(1, "shape")])


def _transpose(table: OperatorTable, node: ModelNode) -> Result:
    numbers = _numbers(node.value())
    order = list(node.attributes.get("perm", range(numbers.ndim)[::-1]))
    if sorted(order) != list(range(numbers.ndim)) or order[0] != 0:
        raise node.refused("moves the rows", "their axis first")
    return _chosen(table, node, node.value(), numbers.transpose(order)[0])


def _fold_transpose(node: ModelNode) -> Result:
    return node.inputs[0].transpose(node.attributes.get("perm"))


def _squeeze(table: OperatorTable, node: ModelNode) -> Result:
    numbers, axes = _numbers(node.value()), node.constant(1, "axes")
    if axes is None:
        raise node.refused("names no axes", "some")
    axes = [_axis(node, axis, numbers.ndim) for axis in np.asarray(axes).ravel().tolist()]
    if any(numbers.shape[axis] != 1 for axis in axes):
        raise node.refused("takes away axes that are longer than 1", "others")
    return _chosen(table, node, node.value(), np.squeeze(numbers, tuple(axes))[0])


def _fold_squeeze(node: ModelNode) -> Result:
    axes = node.constant(1, "axes")
    return np.squeeze(node.inputs[0], None if axes is None else tuple(np.asarray(axes).tolist()))


def _unsqueeze(table: OperatorTable, node: ModelNode) -> Result:
    numbers, axes = _numbers(node.value()), np.asarray(node.constant(1, "axes")).ravel().tolist()
    axes = [_axis(node, axis, numbers.ndim + len(axes)) for axis in axes]
    return _chosen(table, node, node.value(), np.expand_dims(numbers, tuple(axes))[0])


def _fold_unsqueeze(node: ModelNode) -> Result:
    axes = np.asarray(node.constant(1, "axes")).ravel().tolist()
    return np.expand_dims(node.inputs[0], tuple(axes))


def _shape(_table: OperatorTable, node: ModelNode) -> Result:
    whole = np.array([None, *node.value().tail], object)
    return whole[node.attributes.get("start", 0) : node.attributes.get("end", len(whole))]


def _argmax(_table: OperatorTable, node: ModelNode) -> Result:
    return ClassLabel(node.value())


def _constant(node: ModelNode) -> Result:
    for key in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if key in node.attributes:
            found = node.attributes[key]
            is_float = "float" in key
            return np.asarray(found, np.float32) if is_float else np.asarray(found)
    raise node.refused("holds no number", "one")


def _none(_table: OperatorTable, node: ModelNode) -> Result:
    raise node.refused("reads what is computed", "constants")


_PLAIN = _elementwise()
OPERATORS: dict[str, Callable[..., Result]] = {
    "Gemm": _gemm, "MatMul": _matmul, "Add": _PLAIN, "Sub": _PLAIN, "Mul": _PLAIN, "Div": _quotient,
    "Sum": _sum, "Mean": _sum, "ReduceSum": _reduced_sum, "Neg": _PLAIN, "Pow": _power,
    "Concat": _concat, "Gather": _gather, "Slice": _slice, "Split": _split,
    "Identity": _passed, "Dropout": _passed, "Cast": _cast, "CastLike": _passed,
    "Flatten": _flatten, "Reshape": _reshape, "Transpose": _transpose,
    "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Shape": _shape, "Constant": _none,
    "Relu": _relu, "LeakyRelu": _leaky_relu, "PRelu": _learned_slope, "Clip": _clip,
    "Sigmoid": _PLAIN, "Tanh": _PLAIN, "Elu": _elementwise(("alpha", 1.0)),
    "Celu": _elementwise(("alpha", 1.0)), "Selu": _selu, "Softplus": _PLAIN, "Softsign": _PLAIN,
    "BatchNormalization": _batch_normalization,
    "Swish": _swish, "Gelu": _gelu, "Mish": _PLAIN, "HardSwish": _PLAIN,
    "HardSigmoid": _elementwise(("alpha", 0.2), ("beta", 0.5)), "Softmax": _softmax,
    "Abs": _PLAIN, "Sin": _PLAIN, "Exp": _PLAIN, "Log": _PLAIN, "Erf": _PLAIN,
    "Max": _PLAIN, "Min": _PLAIN, "Where": _PLAIN, "Less": _PLAIN, "Greater": _PLAIN,
    "ArgMax": _argmax,
}  # fmt: skip
_FOLDED: dict[str, Callable[[ModelNode], Result]] = {
    "Constant": _constant, "Identity": _folded_pass, "Cast": _fold_cast, "CastLike": _folded_pass,
    "Concat": _fold_concat, "Gather": _fold_gather, "Slice": _fold_slice,
    "Reshape": _fold_reshape, "Transpose": _fold_transpose, "Squeeze": _fold_squeeze,
    "Unsqueeze": _fold_unsqueeze,
    "Add": lambda node: node.inputs[0] + node.inputs[1],
    "Sub": lambda node: node.inputs[0] - node.inputs[1],
    "Mul": lambda node: node.inputs[0] * node.inputs[1],
    "Neg": lambda node: -node.inputs[0],
}  # fmt: skip

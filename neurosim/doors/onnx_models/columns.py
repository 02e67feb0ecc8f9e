"""Columns of expressions: where they are needed, activations become neurons of a network."""

from typing import Any

import numpy as np

from neurosim.doors.onnx_models.expressions import (
    Expression,
    Tail,
    numbers_of,
    require_finite,
    spread,
)
from neurosim.doors.onnx_models.patterns import recognized
from neurosim.doors.traced import TracedColumns, Tracing, side_by_side
from neurosim.errors import GraphError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX

_AGGREGATIONS = {"Mul": "product", "Max": "max", "Min": "min"}


class ColumnsOfExpressions:
    """What the expressions of a model are in a network in the making."""

    def __init__(self, tracing: Tracing) -> None:
        self.tracing = tracing
        self._found: dict[Expression, TracedColumns] = {}

    def __call__(self, value: Expression) -> TracedColumns:
        """The columns of an expression, (B, n).

        Raises:
            GraphError: it is neither a sum nor an activation of one; says at which node.
        """
        waiting = [value]  # no recursion: a chain may be long
        while waiting:
            each = waiting[-1]
            found = None if each in self._found else recognized(each)
            parts = each.parts if found is None else (found[1],)
            lacking = [p for p in parts if isinstance(p, Expression) and p not in self._found]
            if each in self._found or not lacking:
                waiting.pop()
                if each not in self._found:
                    self._found[each] = self._made(each, found)
            else:
                waiting.extend(lacking)
        return self._found[value]

    def _made(self, value: Expression, found: Any) -> TracedColumns:
        try:
            return self._computed(value, found)
        except OverflowError as error:
            raise GraphError(f"{value.where}: {error}") from error

    def _computed(self, value: Expression, found: Any) -> TracedColumns:
        if value.columns is not None:
            return value.columns
        if found is not None:
            name, z, options = found
            return self._activated(value, name, self._spread(z, value.tail), options)
        form = _FORMS.get(value.operator)
        if form is None:
            raise GraphError(
                f"{value.where}: is no activation of ours in this place; expected a sum, a product"
                " with constants, or an activation"
            )
        made: TracedColumns = form(self, value)
        return made

    def _spread(self, part: Expression, tail: Tail) -> TracedColumns:
        return spread(self._found[part], part.tail, tail)

    def _activated(
        self, value: Expression, name: str, z: TracedColumns, options: dict[str, Any]
    ) -> TracedColumns:
        """Neurons of an activation; where options differ, of one for each."""
        if not options:
            return self.tracing.activated(z, name)
        rows = np.stack(
            [_option(value, array) for array in options.values()], axis=1
        )  # (n, n_options)
        kinds, kind = np.unique(rows, axis=0, return_inverse=True)
        kind = kind.ravel()
        parts, order = [], np.argsort(kind, kind="stable")
        for k, row in enumerate(kinds.tolist()):
            chosen = dict(zip(options, row, strict=True))
            parts.append(
                self.tracing.activated(z.chosen(np.flatnonzero(kind == k)), _spec(name, chosen))
            )
        return parts[0] if len(parts) == 1 else side_by_side(parts).chosen(np.argsort(order))

    def _sum(self, value: Expression, sign: float = 1.0) -> TracedColumns:
        total: TracedColumns | None = None
        shift: Any = None
        for k, part in enumerate(value.parts):
            factor = sign if k else 1.0
            if not isinstance(part, Expression):
                number = factor * numbers_of(part, value.tail, value.where)
                shift = number if shift is None else shift + number
                continue
            term = self._spread(part, value.tail)
            term = term.scaled(-1.0) if factor < 0.0 else term
            total = term if total is None else total.plus(term)
        assert total is not None
        return total if shift is None else total.shifted(shift)

    def _difference(self, value: Expression) -> TracedColumns:
        return self._sum(value, -1.0)

    def _negative(self, value: Expression) -> TracedColumns:
        return self._spread(value.parts[0], value.tail).scaled(-1.0)

    def _product(self, value: Expression) -> TracedColumns:
        a, b = value.parts
        if isinstance(a, Expression) and isinstance(b, Expression):
            return self._combined(value)
        factor, part = (b, a) if isinstance(a, Expression) else (a, b)
        return _scaled(self._spread(part, value.tail), numbers_of(factor, value.tail, value.where))

    def _quotient(self, value: Expression) -> TracedColumns:
        a, b = value.parts
        if isinstance(b, Expression):
            raise GraphError(f"{value.where}: divides by what is computed; expected constants")
        divisors = numbers_of(b, value.tail, value.where)
        if not divisors.all():
            raise GraphError(f"{value.where}: divides by 0; expected other constants")
        with np.errstate(over="ignore"):
            factors = 1.0 / divisors
        require_finite(factors, value.where)
        return _scaled(self._spread(a, value.tail), factors)

    def _combined(self, value: Expression) -> TracedColumns:
        """A product, maximum or minimum; a constant is the kink of a relu."""
        values = [part for part in value.parts if isinstance(part, Expression)]
        columns = [self._spread(part, value.tail) for part in values]
        kind = _AGGREGATIONS[value.operator]
        total = columns[0] if len(columns) == 1 else self.tracing.combined(columns, kind)
        for part in value.parts:
            if not isinstance(part, Expression):
                total = self._bent(total, numbers_of(part, value.tail, value.where), kind)
        return total

    def _bent(self, z: TracedColumns, bound: Any, kind: str) -> TracedColumns:
        """max(z, c) = c + relu(z - c); min(z, c) = c - relu(c - z)."""
        sign = 1.0 if kind == "max" else -1.0
        above = self.tracing.activated(_scaled(z.shifted(-bound), sign), "relu")
        return _scaled(above, sign).shifted(bound)

    def _gate(self, value: Expression) -> TracedColumns:
        """max(0, min(1, alpha z + beta))."""
        part, alpha, beta = value.parts
        z = self._spread(part, value.tail)
        slope = numbers_of(alpha, value.tail, value.where)
        z = _scaled(z, slope).shifted(numbers_of(beta, value.tail, value.where))
        return self.tracing.activated(z, {"hardtanh": {"low": 0.0, "high": 1.0}})

    def _selu(self, value: Expression) -> TracedColumns:
        part, alpha, gamma = value.parts
        bent = self._activated(value, "elu", self._spread(part, value.tail), {"alpha": alpha})
        return _scaled(bent, numbers_of(gamma, value.tail, value.where))

    def _row_sum(self, value: Expression) -> TracedColumns:
        """The sum along the last axis."""
        (part,) = value.parts
        return self._found[part].summed(part.tail[-1])

    def _softmax(self, value: Expression) -> TracedColumns:
        """Along the last axis; each row of more axes is a layer."""
        z, width = self._found[value.parts[0]], value.tail[-1]
        parts = [
            self.tracing.activated(z.chosen(np.arange(k, k + width)), SOFTMAX)
            for k in range(0, z.n, width)
        ]
        return side_by_side(parts)


def _scaled(columns: TracedColumns, factors: Any) -> TracedColumns:
    is_one = np.all(factors == 1.0)
    return columns if is_one else columns.scaled(factors)


def _option(value: Expression, array: Any) -> Any:
    """One number a column; of float32, the shortest that is the same."""
    numbers = numbers_of(array, value.tail, value.where)
    if array.dtype == np.float32:
        numbers = np.array([float(str(np.float32(number))) for number in numbers])
    return numbers


def _spec(name: str, options: dict[str, float]) -> Any:
    """The name alone where the options are the usual ones."""
    usual = ACTIVATIONS[name].options
    if all(usual[key].default == number for key, number in options.items()):
        return name
    return {name: options}


_FORMS: dict[str, Any] = {
    "Add": ColumnsOfExpressions._sum,
    "Sub": ColumnsOfExpressions._difference,
    "Neg": ColumnsOfExpressions._negative,
    "Mul": ColumnsOfExpressions._product,
    "Div": ColumnsOfExpressions._quotient,
    "Max": ColumnsOfExpressions._combined,
    "Min": ColumnsOfExpressions._combined,
    "HardSigmoid": ColumnsOfExpressions._gate,
    "Selu": ColumnsOfExpressions._selu,
    "ReduceSum": ColumnsOfExpressions._row_sum,
    "Softmax": ColumnsOfExpressions._softmax,
}

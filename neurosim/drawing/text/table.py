"""The table of a network in a terminal: activation, bias and incoming weights of each neuron."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from neurosim.drawing.geometry.items import Box, Circle, Link
from neurosim.drawing.text.chart import Arc, Chart
from neurosim.drawing.text.width import n_cells, padded
from neurosim.functions.numbers import counted
from neurosim.network.connection import Connection

_MOST_LINES = 3  # of a neuron
_MOST_IN_ALL = 40
FROZEN = "*"
SHARED = "="  # before a weight that several connections share


def list_connections(
    chart: Chart, *, width: int, show: Callable[[str], str], full: bool
) -> Iterator[str]:
    """The connections of a chart, a line or a few for each neuron that any lead to.

    Args:
        chart: what is drawn.
        width: of a line, in columns of the terminal.
        show: escapes a text.
        full: True lists all, however many there are.
    """
    if chart.folded.has_boxes:
        yield from _list_links(chart, show)
        return
    into: dict[int, list[Arc]] = {}
    for arc in chart.arcs:
        into.setdefault(arc.target, []).append(arc)
    targets = [n for n in range(len(chart.nodes)) if n in into or _has_bias(chart, n)]
    rows = [_row(chart, target, into.get(target, []), show) for target in targets]
    if rows:
        yield from _table(rows, width, full=full)


def _has_bias(chart: Chart, number_: int) -> bool:
    node = chart.nodes[number_]
    return isinstance(node, Circle) and node.neuron.bias is not None


class _Row(NamedTuple):
    """What leads into one neuron: the first columns, the cells, and how many are missing."""

    head: tuple[str, ...]
    cells: list[tuple[str, ...]]
    n_hidden: int


_HEAD = ("into", "", "bias ", "delta ", "dL/db ")
_N_WORDS = 2  # columns before the numbers


def _row(chart: Chart, target: int, arcs: Sequence[Arc], show: Callable[[str], str]) -> _Row:
    node = chart.nodes[target]
    assert isinstance(node, Circle)
    neuron, sample_values = node.neuron, chart.sample_values
    bias = "" if neuron.bias is None else chart.number(chart.weights.heard(neuron.bias))
    bias += (" " if neuron.bias_trainable else FROZEN) if bias else ""
    found = (values.get(neuron.name) for values in (sample_values.deltas, sample_values.gradients))
    values = ("" if value is None else f"{chart.number(value)} " for value in found)
    hidden = len(chart.network.incoming(neuron)) - len(arcs)
    kind = "input" if neuron.is_input else neuron.activation
    cells = [_cell(chart, arc, show) for arc in arcs]
    return _Row((show(neuron.caption), kind, bias, *values), cells, hidden)


def _cell(chart: Chart, arc: Arc, show: Callable[[str], str]) -> tuple[str, ...]:
    """The name of the source, the weight and the gradient, as far as they are asked for."""
    connection = arc.of
    assert isinstance(connection, Connection)
    name = show(connection.source.caption) + ("!" if chart.is_marked(arc) else "")
    shared = "" if connection.parameter is connection else SHARED
    weight = f"{shared}{chart.number(chart.weight(connection))} " if "weights" in chart.show else ""
    weight = weight if connection.trainable else f"{weight.rstrip()}{FROZEN}"
    if not chart.sample_values.gradients:
        return name, weight
    gradient = chart.sample_values.gradients.get(connection.name)
    return name, weight, "" if gradient is None else f"dL/dw {chart.number(gradient)} "


def _table(rows: Sequence[_Row], width: int, *, full: bool) -> Iterator[str]:
    title, *starts = _starts([_HEAD, *(row.head for row in rows)])
    cells = [cell for row in rows for cell in row.cells]
    inner = [max(map(n_cells, column)) for column in zip(*cells, strict=True)]
    per_line = max(1, (width - n_cells(title) - 1) // max(1, sum(inner) + len(inner)))
    yield f"{title} from" if cells else title.rstrip()
    n_lines = 0
    for rank, (row, start) in enumerate(zip(rows, starts, strict=True)):
        if n_lines >= _MOST_IN_ALL and not full:
            yield f"... and {counted(len(rows) - rank, 'more neuron')}"
            break
        lines = list(_lines_of(row, inner, per_line, most=None if full else _MOST_LINES))
        for i, line in enumerate(lines or [""]):
            yield f"{start if i == 0 else ' ' * n_cells(start)} {line}".rstrip()
        n_lines += max(len(lines), 1)


def _starts(heads: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first columns of all lines, but the empty ones."""
    columns = [c for i, c in enumerate(zip(*heads, strict=True)) if i == 0 or any(c[1:])]
    widths = [max(map(n_cells, column)) for column in columns]
    for head in zip(*columns, strict=True):
        words = [padded(cell, w) for cell, w in zip(head, widths[:_N_WORDS], strict=False)]
        pairs = zip(head[_N_WORDS:], widths[_N_WORDS:], strict=True)
        yield "  ".join(words) + " " + "".join(f" {cell.rjust(width)}" for cell, width in pairs)


def _lines_of(row: _Row, inner: Sequence[int], per_line: int, *, most: int | None) -> Iterator[str]:
    """The cells of a row in lines, and how many are missing."""
    shown = row.cells if most is None else row.cells[: per_line * most]
    texts = []
    for name, *values in shown:
        numbers = (v.rjust(width) for v, width in zip(values, inner[1:], strict=True))
        texts.append(" ".join([padded(name, inner[0]), *numbers]))
    for i in range(0, len(texts), per_line):
        yield " ".join(texts[i : i + per_line])
    missing = row.n_hidden + len(row.cells) - len(shown)
    if missing:
        yield f"... and {missing} more"


def _list_links(chart: Chart, show: Callable[[str], str]) -> Iterator[str]:
    links = [arc.of for arc in chart.arcs if isinstance(arc.of, Link)]
    rows = [
        (show(link.source.name), show(link.target.name), counted(len(link.connections), "weight"),
         _range(chart, link.connections))
        for link in links
    ]  # fmt: skip
    rows += [
        (show(node.name), "itself", counted(node.n_inside, "weight"), "")
        for node in chart.nodes
        if isinstance(node, Box) and node.n_inside
    ]
    widths = [max((n_cells(row[i]) for row in rows), default=0) for i in range(4)]
    for source, target, count, range_ in rows:
        ends = f"{padded(source, widths[0])} -> {padded(target, widths[1])}"
        yield f"{ends}  {count.rjust(widths[2])}  {range_}".rstrip()


def _range(chart: Chart, connections: Sequence[Connection]) -> str:
    weights = [connection.weight for connection in connections]
    mean = sum(map(abs, weights)) / len(weights)
    least, greatest = chart.number(min(weights)), chart.number(max(weights))
    return f"{least} to {greatest}, mean size {chart.number(mean)}"

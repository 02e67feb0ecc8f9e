r"""A drawing as text for Graphviz: ``dot -Tsvg network.dot``.

Ids are our own. What a user wrote is only in quoted strings, in which the grammar of DOT knows
one sign that ends them, ``"``, and one that escapes, ``\``; Graphviz moreover reads ``&`` as the
beginning of an HTML entity there. All three are escaped, after `show_text` has made the rest seen.
"""

from collections.abc import Iterator
from typing import Any

from neurosim.drawing.geometry.items import Box, Circle, More
from neurosim.drawing.page.pages import show_text
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.text.chart import Arc, Chart, ChartNode, chart
from neurosim.network.connection import Connection
from neurosim.network.network import Network

_THIN, _WIDE = 0.75, 3.25  # points


def to_dot(network: Network, *, theme: str | Theme = "light", **options: Any) -> str:
    """A drawing of the network in the language of Graphviz.

    Columns are ranks. Positive weights are solid, negative ones dashed, the largest the widest; a
    frozen connection ends in a box, a shared weight has a mark, an output neuron two borders, what
    is highlighted a colour of its own.

    Args:
        network: is not changed.
        theme: ``light``, ``dark`` or ``print``.
        **options: as for `draw`: ``sample``, ``target``, ``loss``, ``show``,
            ``full``, ``layout``, ``highlight``, ``title``, ``subtitle``,
            ``digits``.

    Raises:
        NeurosimError: what `chart` raises, and there is no such theme.

    >>> net = Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=-2)
    >>> [line for line in to_dot(net).splitlines() if "->" in line and "dashed" in line]
    ['  n0 -> n1 [label="\N{MINUS SIGN}2", color="#b8320a", style=dashed, penwidth=4];']
    """
    drawn = chart(network, **options)
    return "\n".join([*_lines(drawn, require_theme(theme)), ""])


def _lines(drawn: Chart, theme: Theme) -> Iterator[str]:
    title = "\\n".join(map(quoted, drawn.heading + drawn.key))
    yield "digraph network {"
    yield f'  graph [rankdir=LR, labelloc=t, ranksep=1.2, label="{title}",'
    yield f'    bgcolor="{theme.background}", fontcolor="{theme.text}", fontname="sans-serif"];'
    yield f'  node [color="{theme.foreground}", fontcolor="{theme.text}", fontname="sans-serif"];'
    yield f'  edge [fontcolor="{theme.text}", fontname="sans-serif", fontsize=10];'
    for number, node in enumerate(drawn.nodes):
        yield f"  n{number} [{_node(drawn, node, theme)}];"
    if drawn.folded.kind != "dot":
        yield from _ranks(drawn)
    column_of = drawn.column_of
    for arc in drawn.arcs:
        back = column_of[arc.source] >= column_of[arc.target]
        words = _arc(drawn, arc, theme) + (", constraint=false" if back else "")
        yield f"  n{arc.source} -> n{arc.target} [{words}];"
    yield "}"


def _ranks(drawn: Chart) -> Iterator[str]:
    """Each column on a rank; lines that nobody sees keep the columns in order."""
    for column in drawn.columns:
        yield f"  {{ rank=same; {' '.join(f'n{number};' for number in column)} }}"
    firsts = " -> ".join(f"n{column[0]}" for column in drawn.columns)
    if len(drawn.columns) > 1:
        yield f"  {firsts} [style=invis, weight=0];"


def _node(drawn: Chart, node: ChartNode, theme: Theme) -> str:
    label = "\\n".join(map(quoted, drawn.lines_of(node)))
    words = f'label="{label}", tooltip="{quoted(drawn.tell(node))}"'
    words += f', color="{theme.highlight}", penwidth=3' if drawn.is_marked(node) else ""
    match node:
        case Circle():
            shape = "shape=box, style=rounded" if node.neuron.is_input else "shape=circle"
            borders = ", peripheries=2" if drawn.is_output(node) else ""
            return f"{words}, {shape}{borders}"
        case More():
            return f"{words}, shape=plaintext"
        case Box():
            return f"{words}, shape=box"


def _arc(drawn: Chart, arc: Arc, theme: Theme) -> str:
    label = "\\n".join(map(quoted, drawn.words_of(arc)))
    words = [f'label="{label}"'] if label else []
    if not isinstance(arc.of, Connection):
        return ", ".join([*words, f'color="{theme.foreground}"', "penwidth=2"])
    weight = drawn.weight(arc.of)
    colour = theme.negative if weight < 0.0 else theme.positive
    colour = theme.highlight if drawn.is_marked(arc) else colour
    words += [f'color="{colour}"', f"style={'dashed' if weight < 0.0 else 'solid'}"]
    words += [f"penwidth={_THIN + _WIDE * abs(drawn.weights.part(weight)):.3g}"]
    return ", ".join([*words, *([] if arc.of.trainable else ["arrowhead=box"])])


def quoted(text: str) -> str:
    r"""What is between the quotes of a string in DOT, for this text to be shown.

    >>> quoted('say "no" & \\N')
    'say \\"no\\" &amp; \\\\N'
    """
    shown = show_text(text)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")

"""A drawing as text for Mermaid, which Markdown pages render.

Ids are our own. Of what a user wrote, only letters, digits, the space and the point inside a number
are as they are; all else is a code such as ``#60;``. So no text can end a label, begin a comment,
a directive, Markdown or an element of HTML.
"""

from collections.abc import Iterator
from typing import Any

from neurosim.drawing.geometry.items import Box, Circle, More
from neurosim.drawing.page.pages import show_text
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.text.chart import Arc, Chart, ChartNode, chart
from neurosim.network.connection import Connection
from neurosim.network.network import Network

MOST_ARCS = 500  # Mermaid refuses more, unless the page that shows the drawing allows it
_THIN, _WIDE = 1.0, 5.0  # pixels
_STEPS = 10  # widths that are told apart, so that many lines share one
_THEMES = {"dark": "dark", "print": "neutral"}  # Mermaid's; light is what a page has by itself


def to_mermaid(network: Network, *, theme: str | Theme = "light", **options: Any) -> str:
    """A drawing of the network in the language of Mermaid, a flowchart from left to right.

    Positive weights are solid, negative ones dotted, the largest the widest; a frozen connection
    ends in a circle, a shared weight has a mark, an output neuron two borders, what is highlighted
    a colour of its own.
    Where there would be more than 500 connections, which Mermaid refuses, layers are boxes, unless
    all is to be drawn. It places neurons itself: ``layout`` says only what is folded together.

    Args:
        network: is not changed.
        theme: ``light``, ``dark`` or ``print``, for the colours of lines.
        **options: as for `draw`: ``sample``, ``target``, ``loss``, ``show``,
            ``full``, ``layout``, ``highlight``, ``title``, ``subtitle``,
            ``digits``.

    Raises:
        NeurosimError: what `chart` raises, and there is no such theme.

    >>> net = Network("one")
    >>> _ = net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=-2)
    >>> print(to_mermaid(net))
    ---
    title: "one"
    ---
    flowchart LR
      n0(["x1"])
      n1((("o1")))
      n0 -.->|"#8722;2"| n1
      linkStyle 0 stroke:#b8320a,stroke-width:6px
    <BLANKLINE>
    """
    drawn = chart(network, most_arcs=MOST_ARCS, **options)
    return "\n".join([*_lines(drawn, require_theme(theme)), ""])


def _lines(drawn: Chart, theme: Theme) -> Iterator[str]:
    yield from ("---", f"title: {_yaml(', '.join(drawn.heading[:-1] + drawn.key))}")
    if theme.name in _THEMES:
        yield from ("config:", f"  theme: {_THEMES[theme.name]}")
    yield "---"
    if len(drawn.arcs) > MOST_ARCS:
        yield f"%% maxEdges must allow {len(drawn.arcs)} connections"
    if drawn.folded.has_boxes or drawn.folded.more:
        yield f"%% {drawn.folded}"
    yield "flowchart LR"
    for number, node in enumerate(drawn.nodes):
        yield f"  n{number}{_node(drawn, node)}"
    for arc in drawn.arcs:
        yield f"  n{arc.source} {_arc(drawn, arc)} n{arc.target}"
    yield from _styles(drawn, theme)


def _node(drawn: Chart, node: ChartNode) -> str:
    label = "<br/>".join(map(encoded, drawn.lines_of(node)))
    match node:
        case Circle() if drawn.is_output(node):
            return f'((("{label}")))'
        case Circle():
            return f'(["{label}"])' if node.neuron.is_input else f'(("{label}"))'
        case More() | Box():
            return f'["{label}"]'


def _arc(drawn: Chart, arc: Arc) -> str:
    label = "<br/>".join(map(encoded, drawn.words_of(arc)))
    return _line(drawn, arc) + (f'|"{label}"|' if label else "")


def _line(drawn: Chart, arc: Arc) -> str:
    if not isinstance(arc.of, Connection):
        return "==>"
    line = "-.-" if drawn.weight(arc.of) < 0.0 else "--"
    return f"{line}>" if arc.of.trainable else f"{line}o"


def _styles(drawn: Chart, theme: Theme) -> Iterator[str]:
    """The colours and widths of lines, a line for all that look alike."""
    alike: dict[str, list[int]] = {}
    for number, arc in enumerate(drawn.arcs):
        if isinstance(arc.of, Connection):
            weight = drawn.weight(arc.of)
            share = round(_STEPS * abs(drawn.weights.part(weight))) / _STEPS
            colour = theme.negative if weight < 0.0 else theme.positive
            colour = theme.highlight if drawn.is_marked(arc) else colour
            style = f"stroke:{colour},stroke-width:{_THIN + _WIDE * share:.3g}px"
            alike.setdefault(style, []).append(number)
    for number, node in enumerate(drawn.nodes):
        if drawn.is_marked(node):
            yield f"  style n{number} stroke:{theme.highlight},stroke-width:4px"
    for style, numbers in alike.items():
        yield f"  linkStyle {','.join(map(str, numbers))} {style}"


def encoded(text: str) -> str:
    r"""What is between the quotes of a label in Mermaid, for this text to be shown.

    >>> encoded('h1 "<b>" 0.5')
    'h1 #34;#60;b#62;#34; 0.5'
    """
    shown = show_text(text)
    return "".join(
        c if _is_plain(c) or _is_point(shown, i) else f"#{ord(c)};" for i, c in enumerate(shown)
    )


def _is_plain(character: str) -> bool:
    return character.isalnum() or character == " "


def _is_point(text: str, at: int) -> bool:
    """Whether it is the point of a number: after one and before another digit."""
    return text[at] == "." and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def _yaml(text: str) -> str:
    """The text as a string in YAML; all but letters, digits and the space as codes."""
    shown = show_text(text)
    return '"' + "".join(c if _is_plain(c) else _code(c) for c in shown) + '"'


def _code(character: str) -> str:
    wide = ord(character) >= 0x10000
    return f"\\U{ord(character):08x}" if wide else f"\\u{ord(character):04x}"

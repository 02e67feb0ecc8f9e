"""A network in a terminal: the diagram, and the table of its weights below."""

from collections.abc import Callable, Iterator
from typing import Any

from neurosim.drawing.page.pages import show_text
from neurosim.drawing.text.canvas import in_ascii
from neurosim.drawing.text.chart import Chart, chart
from neurosim.drawing.text.diagram import TextDiagram
from neurosim.drawing.text.table import FROZEN, SHARED, list_connections
from neurosim.drawing.text.width import show_ascii
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.network.network import Network

CHARSETS = {"unicode": show_text, "ascii": show_ascii}
LEAST_WIDTH = 40


def to_text(network: Network, *, width: int = 80, charset: str = "unicode", **options: Any) -> str:
    """A drawing of the network for a terminal.

    An input is in ``[ ]``, another neuron in ``( )``, an output in ``(( ))``. Where a wire
    passes over another, as in ``─│─``, they are not joined. Where there are too many wires to be
    followed, or too many connections to be listed, that is said. What is highlighted has a ``!``.

    Args:
        network: is not changed.
        width: of the terminal, in its columns; at least 40.
        charset: ``unicode``, or ``ascii`` for a terminal that has nothing else.
        **options: as for `draw`: ``sample``, ``target``, ``loss``, ``show``,
            ``full``, ``layout``, ``highlight``, ``title``, ``subtitle``,
            ``digits``.

    Raises:
        UnknownNameError: there is no such charset.
        InvalidValueError: the terminal is too narrow.
        NeurosimError: what `chart` raises.

    >>> net = Network("and")
    >>> _ = net.add_layer("x", 2), net.add_layer("o", 1, activation="step", bias=-1.5)
    >>> _ = net.connect("x", "o", weights=[[1], [1]])
    >>> print(to_text(net, sample=[1, 1]))
    and
    all 3 neurons and 2 connections
    <BLANKLINE>
    x: inputs       o: step
    <BLANKLINE>
    [ x1  1 ]──╮
               ├──▶(( o1  1 ))
    [ x2  1 ]──╯
    <BLANKLINE>
    into        bias  from
    o1    step  \N{MINUS SIGN}1.5  x1 1  x2 1
    <BLANKLINE>
    """
    if charset not in CHARSETS:
        raise UnknownNameError(unknown("charset", charset, CHARSETS))
    if width < LEAST_WIDTH:
        raise InvalidValueError(f"width: got {width}; expected at least {LEAST_WIDTH}")
    drawn = chart(network, **options)
    full = bool(options.get("full"))
    text = "\n".join([*_lines(drawn, width, CHARSETS[charset], full=full), ""])
    return in_ascii(text) if charset == "ascii" else text


def _lines(drawn: Chart, width: int, show: Callable[[str], str], *, full: bool) -> Iterator[str]:
    yield from map(show, drawn.heading)
    if not drawn.nodes:
        return
    yield ""
    yield from TextDiagram(drawn, width, show).lines()
    listed = list(list_connections(drawn, width=width, show=show, full=full))
    if listed:
        yield ""
        yield from listed
    if any(FROZEN in line for line in listed):
        yield f"{FROZEN} frozen: training does not change it"
    if drawn.network.has_shared_weights and "weights" in drawn.show:
        yield f"{SHARED} shared: one weight of several connections"

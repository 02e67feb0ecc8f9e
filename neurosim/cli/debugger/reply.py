"""The output of a command: lines, each with a tone that a terminal may show."""

from collections.abc import Iterable
from typing import NamedTuple

from neurosim.debugger.arrival import Arrival


class ReplyLine(NamedTuple):
    """A line of a reply.

    Attributes:
        text: says everything; the tone only repeats it.
        tone: ``hit``, ``place``, ``arrow``, ``title``, or nothing.
    """

    text: str
    tone: str = ""


Reply = list[ReplyLine]


def lines_of(text: object, tone: str = "") -> Reply:
    """The lines of a text, all in one tone."""
    return [ReplyLine(line, tone) for line in str(text).split("\n")]


def plain(texts: Iterable[object]) -> Reply:
    """Each text as a line, or as the lines that it has."""
    return [line for text in texts for line in lines_of(text)]


def arrived(arrival: Arrival) -> Reply:
    """Where a move led to: what stopped it, the arithmetic, the place."""
    lines, n_hits = lines_of(arrival), len(arrival.hits)
    n_before = n_hits + len(arrival.lines)
    hits = [line._replace(tone="hit") for line in lines[:n_hits]]
    places = [line._replace(tone="place") for line in lines[n_before:]]
    return [*hits, *lines[n_hits:n_before], *places]

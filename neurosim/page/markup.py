"""What every host of a page takes: its module, style, words, and the body that it is shown in.

A host puts the body into an element and calls the module's ``mount(element, source)``; a source is
what ``Contents`` in ``contents.js`` is. A file is one host (see `lesson`). All texts of a page are
in its words; what they have in braces are places for values.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from neurosim.languages import language
from neurosim.network.network import Network
from neurosim.page.picture import diagrams_of

_MODULE = (
    "format.js", "elements.js", "contents.js", "moments.js", "colours.js", "network.js",
    "explanation.js", "curve.js", "rows.js", "map.js", "playing.js", "quiz.js", "page.js",
)  # fmt: skip


@cache
def page_asset(name: str) -> str:
    """The text of a file of the page."""
    return (files("neurosim.page") / "assets" / name).read_text(encoding="utf-8")


def page_module() -> str:
    """The script of the page without a host, in which ``mount`` is defined."""
    return "\n".join(map(page_asset, _MODULE))


def page_style() -> str:
    """The style sheet."""
    return page_asset("page.css")


def page_words() -> dict[str, str]:
    """The texts of the page by their keys, in the present language (see `neurosim.languages`)."""
    name = "words.json" if language() == "en" else f"words.{language()}.json"
    words: dict[str, str] = json.loads(page_asset(name))
    return words


def page_body(network: Network, sample: tuple[float, ...]) -> str:
    """The body that a page is shown in: its controls, and the diagram of a network."""
    words = {key: escape(word) for key, word in page_words().items()}
    return filled(page_asset("body.html"), words | {"diagrams": diagrams_of(network, sample)})


def filled(template: str, parts: Mapping[str, object]) -> str:
    """A text with values in its places.

    >>> filled("epoch {n}", {"n": 3})
    'epoch 3'
    """
    return re.sub(r"\{(\w+)\}", lambda match: str(parts[match[1]]), template)

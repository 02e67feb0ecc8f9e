"""The YAML reader: from untrusted bytes to the tree of a scenario file.

The text is YAML 1.2 with the core schema (``1e-3`` is a number; ``on``, ``no`` and ``y`` are
names), less everything that a scenario does not need and that has been used for harm: aliases and
anchors (306 bytes of them can unfold to 9^9 items), tags, directives, further documents, nesting
over 32 levels, files over 10 MB or of over 500,000 events. The parser's events are watched as they
come, and the tree grows under that watch: nothing is built first and checked later.

What can be gone on from (a doubled key, a tag, a number that is too large) is noted, so that one
reading shows all mistakes. What cannot (bad syntax, nesting) ends the reading.
"""

import math
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.parser import ParserError
from yamlcore import CCoreLoader

from neurosim.errors import FileError, guess_number
from neurosim.files import path_of
from neurosim.pause import PausedCollection
from neurosim.regular import open_regular
from neurosim.scenario.format.node import KeyPath, Problem, SourcePlace, TreeNode

MOST_BYTES = 10_000_000
MOST_LEVELS = 32
MOST_EVENTS = 500_000  # of the parser: values, keys, and both ends of lists and mappings
MOST_PROBLEMS = 100  # a file with more of them is not a scenario; the rest is not worth the time

_UNREADABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|\r|\n")
_CORE = "tag:yaml.org,2002:"
_NO_DIRECTIVE = "a directive (%) is not allowed in a scenario"
_INDENT = "; indent with spaces instead of tabs, and quote text with @ or `"
_HINTS = {  # by the character at which the parser fails: what it means most of the time
    "\t": _INDENT,
    "@": _INDENT,
    "`": _INDENT,
    ":": "; quote text that has a colon and a space in it",
}


class _EndReading(Exception):  # noqa: N818 - not an error but the way out of the loop
    """A mistake after which nothing that follows can be understood."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        FileError: it cannot be read, is larger than 10 MB, or is no UTF-8 text.
        WrongTypeError: ``path`` is no text and no path.
    """
    with open_regular(path_of(path), MOST_BYTES) as file:
        return decode(file.read(MOST_BYTES + 1), str(path))


def decode(data: bytes, origin: str) -> str:
    """The bytes as text, or an error that says at which line and column they are none.

    Raises:
        FileError: there are over 10 MB, or bytes that are not UTF-8.
    """
    if len(data) > MOST_BYTES:
        raise FileError(f"{origin}: too large, got over 10 MB; expected at most 10 MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = place_of(data[: error.start].decode("utf-8-sig"), error.start, origin)
        what = f"no UTF-8 text, got the byte 0x{data[error.start]:02x}"
        raise FileError(f"{place}: {what}; expected a file saved as UTF-8") from None
    return text


def _require_readable(text: str, origin: str) -> None:
    if unreadable := _UNREADABLE.search(text):
        raise FileError(f"{place_of(text, unreadable.start(), origin)}: {_no_text(unreadable)}")


def _no_text(found: re.Match[str]) -> str:
    what = f"a character that is no text, got U+{ord(found.group()):04X}"
    return f"{what}; expected printable characters"


def place_of(text: str, index: int, origin: str) -> SourcePlace:
    """The place of the character at ``index``."""
    breaks = list(_BREAK.finditer(text, 0, index))
    start = breaks[-1].end() if breaks else 0
    return SourcePlace(origin, len(breaks) + 1, min(index, len(text)) - start + 1)


def parse(text: str, origin: str) -> tuple[TreeNode | None, list[Problem]]:
    """The tree of the text and what is wrong with it; no tree where that cannot be known.

    Raises:
        FileError: there are control characters in it.
    """
    _require_readable(text, origin)
    reading = _Reading(CCoreLoader(text), origin)
    try:
        reading.take_all()
    except _EndReading as end:
        return None, [*reading.problems, end.problem]
    except yaml.MarkedYAMLError as error:
        before = _refusals_before(error, text, origin)
        return None, before or [*reading.problems, _syntax_problem(error, text, reading)]
    if reading.root is None:
        reading.problems.append(
            Problem(
                SourcePlace(origin, 1, 1), (), "empty, got no entries; expected 'neurosim: 1', ..."
            )
        )
    return reading.root, reading.problems


def _refusals_before(error: yaml.MarkedYAMLError, text: str, origin: str) -> list[Problem]:
    """What ends the reading of the text before the place of the error; none if nothing does.

    The parser looks up to 1,024 characters ahead of its events for the colon of a key, and has
    limits of its own: it may fail at a place behind one that is refused here.
    """
    assert error.problem_mark is not None  # the parser always knows where it is
    reading = _Reading(CCoreLoader(text[: error.problem_mark.index]), origin)
    try:
        reading.take_all()
    except _EndReading as end:
        return [*reading.problems, end.problem]
    except yaml.MarkedYAMLError:
        pass  # the text is cut off
    return []


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, reading: "_Reading") -> Problem:
    mark = error.problem_mark
    assert mark is not None  # as above
    place = SourcePlace(reading.origin, mark.line + 1, mark.column + 1)
    if text[mark.index - mark.column :].startswith("%"):
        return Problem(place._replace(column=1), (), _NO_DIRECTIVE)
    begun = error.context_mark if isinstance(error, ParserError) else None
    if begun:
        more = f", {error.context} that begins in line {begun.line + 1}"
    else:
        more = _HINTS.get(text[mark.index : mark.index + 1], "")
    return Problem(place, (), f"not YAML, {error.problem or 'not understood'}{more}")


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    place: SourcePlace
    key_place: SourcePlace
    items: list[TreeNode] | dict[str, TreeNode]
    key: tuple[str, SourcePlace] | None = None


@dataclass(slots=True)
class _Reading:
    """The state of reading one text: what is open, what was found."""

    loader: Any
    origin: str
    root: TreeNode | None = None
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    kinds: dict[str, str] = field(default_factory=dict)  # of words, by the core schema
    last: SourcePlace = field(default_factory=lambda: SourcePlace(""))

    def take_all(self) -> None:
        """Let the tree grow to the end of the text."""
        with PausedCollection():
            for _ in range(MOST_EVENTS):
                if not self.loader.check_event():
                    return
                self.take(self.loader.get_event())
        if self.loader.check_event():
            self.stack.clear()  # a path into the middle helps nobody
            self._end(
                f"too long, got over {MOST_EVENTS:,} values, keys, lists and mappings; expected"
                " fewer (many rows belong into a CSV file: data: {csv: {path: rows.csv, ...}})"
            )

    def take(self, event: Any) -> None:
        """Let the tree grow by one event, after a look at it."""
        mark = event.start_mark
        self.last = SourcePlace(self.origin, mark.line + 1, mark.column + 1)
        match event:  # the most frequent first
            case yaml.ScalarEvent() | yaml.AliasEvent():
                self._refuse_extras(event)
                self._scalar(event)
            case yaml.CollectionEndEvent():
                self._close()
            case yaml.CollectionStartEvent():
                self._refuse_extras(event)
                self._open(event)
            case yaml.DocumentStartEvent():
                self._begin_document(event)

    def note(self, message: str, place: SourcePlace | None = None) -> None:
        """Remember a mistake and go on."""
        problem = Problem(place or self.last, self._path(), message)
        if len(self.problems) >= MOST_PROBLEMS:
            raise _EndReading(Problem(problem.place, (), "too many mistakes; reading ends here"))
        self.problems.append(problem)

    def _end(self, message: str) -> None:
        raise _EndReading(Problem(self.last, self._path(), message))

    def _path(self) -> KeyPath:
        """The path of what is being read."""
        steps: list[str | int] = []
        for top in self.stack:
            if isinstance(top.items, list):
                steps.append(len(top.items))
            elif top.key:
                steps.append(top.key[0])
        return tuple(steps)

    def _begin_document(self, event: Any) -> None:
        self.documents += 1
        if event.version or event.tags:
            self._end(_NO_DIRECTIVE)
        if self.documents > 1:
            self._end("a second document (---) is not allowed in a scenario; expected one")

    def _refuse_extras(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.note(f"an alias is not allowed in a scenario, got '*{event.anchor}'")
            return
        if event.anchor is not None:
            self.note(f"an anchor is not allowed in a scenario, got '&{event.anchor}'")
        if event.tag is not None:
            self.note(f"a tag is not allowed in a scenario, got {event.tag!r}")

    def _open(self, event: Any) -> None:
        if len(self.stack) == MOST_LEVELS:
            self.stack.clear()  # a path of 32 steps helps nobody
            self._end(f"nested too deeply; expected at most {MOST_LEVELS} levels")
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.items, dict) and not top.key:
            self._end("a key is a list or a mapping; expected a name")
        key_place = top.key[1] if top and top.key else self.last
        items: list[TreeNode] | dict[str, TreeNode] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self.stack.append(_Open(self.last, key_place, items))

    def _close(self) -> None:
        done = self.stack.pop()
        value = done.items if isinstance(done.items, dict) else tuple(done.items)
        self._put(TreeNode(value, done.place, done.key_place))

    def _scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.items, dict) and not top.key:
            top.key = (self._key(event), self.last)
            return
        key_place = top.key[1] if top and top.key else self.last
        value = self._value(event)
        self._refuse_unreadable(value)
        is_noted = top and top.key and self.problems and self.problems[-1].place == top.key[1]
        if value is None and not is_noted and not isinstance(event, yaml.AliasEvent):
            self.note("no value; expected one (null in quotes, if meant)")
        self._put(TreeNode(value, self.last, key_place))

    def _refuse_unreadable(self, value: Any) -> None:
        """Refuse control characters that an escape in quotes can hide."""
        if isinstance(value, str) and (unreadable := _UNREADABLE.search(value)):
            self.note(_no_text(unreadable))

    def _put(self, node: TreeNode) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.items, list):
            top.items.append(node)
            return
        assert top.key is not None
        name = top.key[0]
        first = top.items.setdefault(name, node)
        if first is not node:
            line = first.key_place.line
            self.note(f"a doubled key, got {name!r} again; it is in line {line}", node.key_place)
        top.key = None

    def _key(self, event: Any) -> str:
        value = self._value(event)
        self._refuse_unreadable(value)
        if not isinstance(value, str):
            meant = self._decimal(getattr(event, "value", ""))  # an alias has none
            expected = f"expected a name (in quotes if meant){meant}"
            self.note(f"a key is not a name, got {value!r}; {expected}")
            return str(value)
        return _UNREADABLE.sub("\ufffd", value)

    def _decimal(self, word: str) -> str:
        """A guess at a decimal comma between braces, where commas end a value: {below: 0,5}."""
        items = self.stack[-1].items
        before = [*items.values()][-1:] if isinstance(items, dict) else []
        if not before or type(before[0].value) is not int:
            return ""
        return guess_number(f"{before[0].value},{word}")

    def _value(self, event: Any) -> Any:
        """The value of a scalar by the core schema; its text if it is quoted."""
        if isinstance(event, yaml.AliasEvent):
            return None
        if not event.implicit[0]:
            return event.value
        kind = self.kinds.get(event.value)
        if kind is None:
            kind = self.loader.resolve(yaml.ScalarNode, event.value, (True, False))
            kind = self.kinds[event.value] = kind.removeprefix(_CORE)
        match kind:
            case "null":
                return None
            case "bool":
                return event.value.lower() == "true"
            case "int" | "float":
                return self._number(event.value)
        return event.value

    def _number(self, word: str) -> int | float | str:
        number = number_of(word)
        if number is None:
            shown = word if len(word) <= 40 else f"{word[:20]}... ({len(word)} characters)"
            self.note(f"not a finite number, got {shown}; expected one below 1.8e308")
            return word
        return number


def number_of(word: str) -> int | float | None:
    """The number that a word denotes as int or float of the core schema; None if not finite.

    >>> number_of("010"), number_of("0x10"), number_of("1e-3"), number_of("1e400")
    (10, 16, 0.001, None)
    """
    bare = word.lstrip("+-")
    if bare[:2] in ("0x", "0o"):
        whole = int(word, 0)
        return whole if whole.bit_length() < sys.float_info.max_exp else None
    if bare.lower() in (".inf", ".nan") or math.isinf(float(word)):
        return None
    if bare.isdigit():  # float() was asked first: int() refuses more than 4,300 digits
        return int(word[: -len(bare)] + (bare.lstrip("0") or "0"))
    return float(word)

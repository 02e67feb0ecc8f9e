"""Assignments written at their place in the text of a scenario.

`override` changes the tree of a file, `assigned` its text: a value is replaced where it is written,
and a key that lacks is added behind the last one of its mapping. All else stays as it is, comments,
blank lines and the ends of lines included. The parser's marks say where things are, except where a
block ends: its mark is behind the comments that follow, so the end of a block is that of the last
thing in it.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

import yaml
from yamlcore import CCoreLoader, CoreDumper

from neurosim.errors import InvalidValueError
from neurosim.scenario.format.node import KeyPath, PathStep, TreeNode, plain
from neurosim.scenario.format.overrides import override, path_and_value
from neurosim.scenario.format.yaml_text import parse


def assigned(text: str, origin: str, assignments: Iterable[str]) -> str:
    """The text of a scenario with assignments such as ``"training.epochs=10"`` made in it.

    Args:
        text: of the file, in YAML or JSON; it can be read.
        origin: its name, for messages.
        assignments: as `override` takes them, made one after the other.

    Raises:
        ScenarioError: the text cannot be read, or a path leads nowhere.
        InvalidValueError: an assignment cannot be written into this text.

    >>> print(assigned("training: {epochs: 5}  # few", "f", ["training.batch_size=1"]))
    training: {epochs: 5, batch_size: 1}  # few
    """
    for assignment in assignments:
        text = _assigned(text, origin, assignment)
    return text


def _assigned(text: str, origin: str, assignment: str) -> str:
    tree, _ = parse(text, origin)
    assert tree is not None  # it is the text of a scenario that was read
    override(tree, [assignment])
    path, value = path_and_value(assignment)
    changed = _Text(text).put(path, _listed(value))
    now, problems = parse(changed, origin)
    if problems or now is None or plain(now) != plain(tree):
        raise InvalidValueError(f"{origin}: cannot be written into this text, got {assignment!r}")
    return changed


class _Text:
    """A text in YAML, the nodes in it, and where they begin and end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Any = yaml.compose(text, Loader=CCoreLoader)
        self._is_json = text.lstrip().startswith("{")
        self._break = "\r\n" if "\r\n" in text else "\n"

    def put(self, path: KeyPath, value: Any) -> str:
        """The text with a value at a path."""
        found = None, self._root
        for depth, step in enumerate(path):
            below = _pair(found[1], step)
            if below is None:
                return self._added(found[1], path[depth:], value)
            found = below
        return self._replaced(found, value)

    # --- both changes

    def _added(self, node: Any, path: KeyPath, value: Any) -> str:
        """The text with a key that lacks, and all below it in one value."""
        for step in reversed(path[1:]):
            value = {step: value}
        entry = f"{self._written(path[0])}: {self._written(value)}"
        if node.flow_style:
            at = _end(node.value[-1][1], self._text) if node.value else node.start_mark.index + 1
            return self._spliced(at, at, f", {entry}" if node.value else entry)
        last = node.value[-1][1]
        if node is self._root and not isinstance(value, list | dict):
            last = next((v for _, v in reversed(node.value) if _is_line(v)), last)
        at = self._end_of_line(_end(last, self._text))
        column = node.value[0][0].start_mark.column
        return self._spliced(at, at, f"{self._break}{' ' * column}{entry}")

    def _replaced(self, found: tuple[Any, Any], value: Any) -> str:
        """The text with another value where one is; a block becomes one in braces."""
        key, node = found
        written, begin, end = self._written(value), node.start_mark.index, _end(node, self._text)
        is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
        if not is_block or key is None:
            return self._spliced(begin, end, written)
        colon = self._text.index(":", key.end_mark.index) + 1
        rest = self._text[colon : self._end_of_line(colon)]  # a comment behind the key
        return self._spliced(colon, self._end_of_line(end), f" {written}{rest}")

    # --- places

    def _spliced(self, begin: int, end: int, words: str) -> str:
        return f"{self._text[:begin]}{words}{self._text[end:]}"

    def _end_of_line(self, index: int) -> int:
        found = self._text.find("\n", index)
        if found < 0:
            return len(self._text)
        return found - (self._text[found - 1] == "\r")

    def _written(self, value: Any) -> str:
        """A value on one line, as it may be written between braces."""
        if self._is_json:
            return json.dumps(value, ensure_ascii=False)
        line = yaml.dump(
            [value], Dumper=CoreDumper, default_flow_style=True, allow_unicode=True,
            width=math.inf, sort_keys=False,
        )  # fmt: skip
        return str(line).strip()[1:-1]


def _pair(node: Any, step: PathStep) -> Any:
    """The key (of an item: None) and the value below a node; None where there is none."""
    if isinstance(node, yaml.SequenceNode):
        return None, node.value[step]
    return next((pair for pair in node.value if pair[0].value == step), None)


def _end(node: Any, text: str) -> int:
    """Where the last character of a node is over."""
    if isinstance(node, yaml.ScalarNode):
        end: int = node.end_mark.index
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if node.flow_style:
        closed: int = node.end_mark.index
        return closed
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last, text)


def _is_line(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _listed(node: TreeNode) -> Any:
    """A value with lists where a tree has tuples."""
    return json.loads(json.dumps(plain(node)))

"""The reader of scenarios: from text to checked entries and a list of problems."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from neurosim.pause import PausedCollection
from neurosim.scenario.format.document import Document, Draft, document_now
from neurosim.scenario.format.node import (
    KeyPath,
    PathStep,
    Problem,
    TreeNode,
    descend,
    plain,
    refuse,
    set_below,
)
from neurosim.scenario.format.overrides import Overrides, override
from neurosim.scenario.format.problems import explain
from neurosim.scenario.format.yaml_text import parse, read_text

MOST_EXPLAINED = 1000  # mistakes of which each gets a guess; a hundred are told
_LEFT_OUT = (("data",), ("edits",), ("expect",), ("draw",))  # half an entry is another altogether


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    Attributes:
        draft: the entries; where there are problems, without the sections that have some.
        tree: the values with their places.
        problems: what is wrong.
        is_diagnosed: whether what a diagnosis finds, and a run refuses, is taken.
    """

    draft: Draft
    tree: TreeNode
    problems: tuple[Problem, ...]
    is_diagnosed: bool = False

    def has(self, section: str) -> bool:
        """Whether the file has a section of this name, be it right or wrong."""
        return section in self.tree.value

    def problem(self, path: KeyPath, message: object) -> Problem:
        """A problem with the value at the path, or with the nearest thing above it.

        Where the message names what was set below there, it is a problem with that.
        """
        node, text = descend(self.tree, path), str(message)
        named = (one.place for key, one in set_below(node) if _names(text, key, one))
        return Problem(next(named, node.place), path, text)


def _names(message: str, key: PathStep, node: TreeNode) -> bool:
    """Whether a message names a key or its value."""
    value = repr(node.value) if isinstance(node.value, str) else None
    return re.search(rf"\b{re.escape(str(key))}\b", message) is not None or (
        value is not None and value in message
    )


def read_scenario(path: str | Path, *, overrides: Overrides = ()) -> Document:
    """Read a scenario file and check all that can be checked without building the network.

    Args:
        path: the file.
        overrides: changes such as ``"training.epochs=10"``.

    Raises:
        FileError: the file cannot be read, or is no text.
        ScenarioError: something in it is wrong; the error lists all of it.
    """
    reading = read(path, overrides)
    refuse(reading.problems)
    assert isinstance(reading.draft, Document)
    return reading.draft


def read(path: str | Path, overrides: Overrides = ()) -> Reading:
    """Read a scenario file as far as it can be understood.

    Raises:
        FileError: the file cannot be read, or is no text.
        ScenarioError: it is not YAML, or has no entries.
    """
    return read_string(read_text(path), str(path), overrides)


def read_string(text: str, origin: str, overrides: Overrides = ()) -> Reading:
    """Read the text of a scenario as far as it can be understood; ``origin`` is its file's name."""
    with PausedCollection():
        return _read(text, origin, overrides)


def _read(text: str, origin: str, overrides: Overrides) -> Reading:
    tree, problems = parse(text, origin)
    if tree is None:
        refuse(problems)
    assert tree is not None
    if not isinstance(tree.value, dict):
        found = Problem(tree.place, (), "no scenario; expected a mapping that begins neurosim: 1")
        refuse([*problems, found])
    if "neurosim_network" in tree.value:
        use = "networks are for `draw`, `diff`, `compile` and `predict`"
        what = f"a saved network; expected a scenario ({use})"
        refuse([Problem(tree.place, (), what)])
    override(tree, overrides)
    return _checked(tree, problems)


def _checked(tree: TreeNode, problems: list[Problem]) -> Reading:
    data = plain(tree)
    noted: dict[int, type[Any]] = {}
    try:
        document = document_now().model_validate(data, context=noted)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    else:
        return Reading(document, tree, tuple(problems))

    def keys(path: KeyPath) -> list[str]:
        entry = noted[id(_plain_at(data, path))]
        return [field.alias or name for name, field in entry.model_fields.items()]

    known = {problem.place for problem in problems}  # what is said there again is only an echo
    told = explain(errors[:MOST_EXPLAINED], tree, keys)
    found = [*problems, *(p for p in told if p.place not in known)]
    _leave_out(data, {_section(error["loc"]) for error in errors[MOST_EXPLAINED:]})
    return Reading(_salvaged(data, found), tree, tuple(found))


def _salvaged(data: dict[str, Any], problems: list[Problem]) -> Draft:
    """What can still be checked although something is wrong.

    A wrong key of an optional value is left out, a misspelt one is read as what was meant. Where
    that is not enough the section, the expectation or the picture is left out as a whole.
    """
    _leave_out(data, {_section(p.path) for p in problems if p.path[:1] in _LEFT_OUT})
    for problem in problems:
        _mend(data, problem)
    try:
        return Draft.model_validate(data)
    except ValidationError as error:
        _leave_out(data, {_section(error["loc"]) for error in error.errors()})
    return Draft.model_validate(data)


def _mend(data: dict[str, Any], problem: Problem) -> None:
    *above, key = problem.path or ("",)
    entry = _plain_at(data, tuple(above))
    if not isinstance(entry, dict):  # it went with what is above it
        return
    value = entry.pop(key, None)
    if problem.meant:
        entry[problem.meant] = value


def _section(path: tuple[Any, ...]) -> KeyPath:
    return path[: 2 if path[:1] in (("edits",), ("expect",), ("draw",)) else 1]


def _leave_out(data: dict[str, Any], paths: Iterable[KeyPath]) -> None:
    """Leave out sections, and items of sections."""
    numbers: dict[str, set[PathStep]] = {}
    for section, *number in paths:
        numbers.setdefault(str(section), set()).update(number or ("all",))
    for section, wrong in numbers.items():
        items = data.get(section)
        # a doubled ``expect:`` has problems of its own, with numbers that are not in the first
        if isinstance(items, tuple) and "all" not in wrong:
            data[section] = tuple(None if n in wrong else item for n, item in enumerate(items))
        else:
            data.pop(section, None)


def _plain_at(data: Any, path: KeyPath) -> Any:
    """The value at the path; None where it was left out."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data

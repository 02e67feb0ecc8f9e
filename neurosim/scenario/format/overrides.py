"""Overrides of a scenario's keys: ``--set training.epochs=10``.

They are made to the tree, before anything is checked. So a value that is set is checked as if it
stood in the file, and a message about it says ``--set`` instead of a line.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from neurosim.scenario.format.node import (
    KeyPath,
    Problem,
    SourcePlace,
    TreeNode,
    node_of,
    plain,
    refuse,
)
from neurosim.scenario.format.problems import shown
from neurosim.scenario.format.yaml_text import parse

Overrides: TypeAlias = Mapping[str, Any] | Iterable[str | tuple[str, Any]]

_PATH = re.compile(r"[^.\[\]\0]+(\.[^.\[\]\0]+|\[[0-9]{1,9}\])*")
_STEP = re.compile(r"[^.\[\]]+")
_INDEX = re.compile("[0-9]{1,9}")


def listed(overrides: Overrides, **keys: Any) -> list[str | tuple[str, Any]]:
    """The changes one by one, then those of the keys that are not None."""
    given = [(key, value) for key, value in keys.items() if value is not None]
    if isinstance(overrides, str):
        return [overrides, *given]
    return [*(overrides.items() if isinstance(overrides, Mapping) else overrides), *given]


def override(tree: TreeNode, overrides: Overrides) -> None:
    """Make the changes, one after the other.

    Args:
        tree: the scenario; it is changed.
        overrides: texts such as ``"training.epochs=10"``, the value in YAML; or paths with their
            values, as a mapping or as pairs; a value may be a `TreeNode`, which has a place.

    Raises:
        ScenarioError: an assignment cannot be read, or its path leads nowhere.
    """
    problems = []
    for assignment in listed(overrides):
        key, value = _assignment(assignment)
        path = _path_of(key)
        problem = _put(tree, path, value) if path else _unreadable(key)
        problems += [problem] if problem else []
    refuse(problems)


def path_and_value(assignment: str) -> tuple[KeyPath, TreeNode]:
    """The path and the value of an assignment that `override` takes."""
    key, value = _assignment(assignment)
    return _path_of(key), value


def _assignment(given: str | tuple[str, Any]) -> tuple[str, TreeNode]:
    if not isinstance(given, str):
        key, value = given
        if isinstance(value, TreeNode):  # a copy: what is changed below it later stays in this tree
            return key, node_of(plain(value), value.place)
        return key, node_of(value, SourcePlace(f"--set {key}"))
    key, equals, text = given.partition("=")
    if not equals:
        refuse([_unreadable(given)])
    return key.strip(), _value_of(text, f"--set {key.strip()}")


def _value_of(text: str, label: str) -> TreeNode:
    """The value that a text in YAML denotes; all of it is at the same place."""
    node, problems = parse(text if text.strip() else "null", label)
    refuse(problem._replace(place=SourcePlace(label)) for problem in problems)
    assert node is not None
    return node_of(plain(node), SourcePlace(label))


def _path_of(key: str) -> KeyPath:
    """The steps of ``network.layers[1].neurons`` (or ``network.layers.1.neurons``)."""
    if not _PATH.fullmatch(key):
        return ()
    steps = _STEP.findall(key)
    return tuple(int(step) if _INDEX.fullmatch(step) else step for step in steps)


def _unreadable(assignment: str) -> Problem:
    example = "expected key=value, such as training.epochs=10"
    return Problem(SourcePlace("--set"), (), f"not understood, got {assignment!r}; {example}")


def _put(tree: TreeNode, path: KeyPath, value: TreeNode) -> Problem | None:
    node = tree
    for depth, step in enumerate(path[:-1]):
        below = _below(node, step, path, depth, value.place)
        if isinstance(below, Problem):
            return below
        node = below
    return _replace(node, path, value)


def _below(
    node: TreeNode, step: Any, path: KeyPath, depth: int, place: SourcePlace
) -> TreeNode | Problem:
    """The node below, made where a mapping lacks it."""
    match node.value:
        case dict() if isinstance(step, str):
            made: TreeNode = node.value.setdefault(step, TreeNode({}, place, place))
            return made
        case tuple() if isinstance(step, int) and step < len(node.value):
            below: TreeNode = node.value[step]
            return below
    return _leads_nowhere(node, path[: depth + 1], place)


def _replace(node: TreeNode, path: KeyPath, value: TreeNode) -> Problem | None:
    step = path[-1]
    match node.value:
        case dict() if isinstance(step, str):
            node.value[step] = value
        case tuple() if isinstance(step, int) and step < len(node.value):
            node.value = (*node.value[:step], value, *node.value[step + 1 :])
        case _:
            return _leads_nowhere(node, path, value.place)
    return None


def _leads_nowhere(node: TreeNode, path: KeyPath, place: SourcePlace) -> Problem:
    if isinstance(node.value, tuple):
        expected = f"a number from 0 to {len(node.value) - 1}"
    else:
        expected = "a key of a mapping" if isinstance(node.value, dict) else "a mapping above it"
    return Problem(place, path, f"leads nowhere, got {shown(node)} there; expected {expected}")

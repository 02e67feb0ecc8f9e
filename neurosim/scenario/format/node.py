"""The tree of a scenario file: plain values with the place where each was written.

A `TreeNode` is one value: a scalar, a tuple of nodes, or a mapping from names to nodes. The tree is
what the text becomes, what ``--set`` changes, and where a message finds its line and column.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from neurosim.errors import ScenarioError, shortened

MOST_TOLD = 100  # problems of a file; who has more of them begins with these

PathStep: TypeAlias = str | int
KeyPath: TypeAlias = tuple[PathStep, ...]


class SourcePlace(NamedTuple):
    """Where something was written: ``file:line:column``, or a label like ``--set seed``."""

    origin: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """As editors read it: lines and columns count from 1."""
        return f"{self.origin}:{self.line}:{self.column}" if self.line else self.origin


@dataclass(slots=True)
class TreeNode:
    """One value, its place, and the place of the key in front of it (its own, if there is none)."""

    value: Any  # str | int | float | bool | None | tuple[TreeNode, ...] | dict[str, TreeNode]
    place: SourcePlace
    key_place: SourcePlace


class Problem(NamedTuple):
    """One mistake: its place, the path of the entry, and what is wrong with it.

    ``meant`` is the key that lacks, where an unknown key at the path was probably meant to be it.
    """

    place: SourcePlace
    path: KeyPath
    message: str
    meant: str = ""

    def __str__(self) -> str:
        """The line that a user reads; a message does not name again the key that it is about."""
        if not self.path:
            return f"{self.place}: {self.message}"
        message = self.message.removeprefix(f"{self.path[-1]}: ")
        return f"{self.place}: {written(self.path)}: {message}"


Locate = Callable[[KeyPath, object], Problem]  # a problem with what is written at a path


def refuse(problems: Iterable[Problem]) -> None:
    """Raise the problems as one error, in the order of the file, each of them once.

    Beyond the first hundred they are only counted.

    Raises:
        ScenarioError: there is a problem.
    """
    once = sorted(dict.fromkeys(problems), key=_by_place)
    if once:
        lines = [shortened(str(problem)) for problem in once[:MOST_TOLD]]
        rest = len(once) - MOST_TOLD
        raise ScenarioError([*lines, f"... and {rest} more"] if rest > 0 else lines)


def _by_place(problem: Problem) -> SourcePlace:
    return problem.place


def written(path: KeyPath) -> str:
    """The path as it is written in messages.

    >>> written(("network", "layers", 1, "name"))
    'network.layers[1].name'
    """
    steps = (f"[{step}]" if isinstance(step, int) else f".{_on_one_line(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def _on_one_line(key: str) -> str:
    """A key as it is, unless it is a page of text before a colon."""
    if key.isprintable() and len(key) <= 64:
        return key
    return repr(key if len(key) <= 40 else f"{key[:40]}...")


def plain(node: TreeNode) -> Any:
    """The value without its places: scalars, tuples and dicts."""
    if isinstance(node.value, dict):
        return {name: plain(child) for name, child in node.value.items()}
    if isinstance(node.value, tuple):
        return tuple(plain(child) for child in node.value)
    return node.value


def node_of(value: object, place: SourcePlace) -> TreeNode:
    """A tree from Python's own values, all of it at one place."""
    if isinstance(value, Mapping):
        value = {
            str(name).replace("\0", "\ufffd"): node_of(child, place)
            for name, child in value.items()
        }
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = tuple(node_of(child, place) for child in value)
    return TreeNode(value, place, place)


def descend(node: TreeNode, path: KeyPath) -> TreeNode:
    """The node at the path, or the last one on the way to it that exists."""
    for step in path:
        below = _child(node, step)
        if below is None:
            return node
        node = below
    return node


def set_below(node: TreeNode) -> Iterator[tuple[PathStep, TreeNode]]:
    """What was set below a node that is itself of a file: keys with their values."""
    if not node.place.line:
        return
    waiting = [node]
    while waiting:
        match waiting.pop().value:
            case dict() as children:
                pairs: list[tuple[PathStep, TreeNode]] = [*children.items()]
            case tuple() as items:
                pairs = [*enumerate(items)]
            case _:
                continue
        yield from ((key, below) for key, below in pairs if not below.place.line)
        waiting += [below for _, below in pairs if below.place.line]


def _child(node: TreeNode, step: PathStep) -> TreeNode | None:
    match node.value:
        case dict() as children if isinstance(step, str):
            return children.get(step)
        case tuple() as items if isinstance(step, int) and 0 <= step < len(items):
            return items[step]  # type: ignore[no-any-return]  # items are nodes, see TreeNode.value
    return None

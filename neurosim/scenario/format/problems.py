"""Problems of a scenario file: pydantic's errors as lines that a user can act on.

Each line has the place, the path of the entry, what is wrong, what is there, what is expected, and
a guess. Pydantic's location tells the path (our tags in it are left out), the tree tells the
place. A missing key beside an unknown one that resembles it is one mistake, and one line.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from neurosim.errors import guess, guess_number
from neurosim.scenario.format import entry
from neurosim.scenario.format.node import KeyPath, Problem, TreeNode, descend

Keys = Callable[[KeyPath], list[str]]
Known = tuple[str, ...]

_EXPECTED = {  # the kinds of pydantic's errors, each with the kind of value it expects
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least {}"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "at most {}"),
    "less_than": ("lt", "less than {}"),
}


def explain(errors: Iterable[ErrorDetails], tree: TreeNode, keys: Keys) -> list[Problem]:
    """One problem for each mistake.

    Args:
        errors: what pydantic found.
        tree: where to look up places and what is there.
        keys: returns which keys the entry at a path may have.
    """
    at_keys: dict[KeyPath, tuple[list[str], list[str]]] = {}
    problems: list[Problem] = []
    for error in errors:
        path: KeyPath = tuple(step for step in error["loc"] if not entry.is_tag(step))
        if error["type"] in ("missing", "extra_forbidden"):
            missing, extra = at_keys.setdefault(path[:-1], ([], []))
            (missing if error["type"] == "missing" else extra).append(str(path[-1]))
        elif not _is_echo(error, path, tree):
            problems.append(_problem(error, path, tree))
    for path, (missing, extra) in at_keys.items():
        problems += explain_keys(descend(tree, path), path, missing, extra, keys(path))
    return problems


def _is_echo(error: ErrorDetails, path: KeyPath, tree: TreeNode) -> bool:
    """Whether a list is called too short only because items of it are wrong: those are reported."""
    return error["type"] == "too_short" and len(descend(tree, path).value) > 0


def explain_keys(
    mapping: TreeNode, path: KeyPath, missing: list[str], extra: list[str], known: Iterable[str]
) -> list[Problem]:
    """What is wrong with the keys of an entry: the missing and the unknown ones."""
    lacking, problems, names = list(missing), [], list(known)
    for key in extra:
        meant = _resembling(key, lacking)
        if meant:
            lacking.remove(meant)
        problem = unknown_key(mapping, path, key, [meant] if meant else names)
        problems.append(problem._replace(meant=meant or ""))
    got = _own_keys(mapping)
    problems += [
        Problem(mapping.place, (*path, key), f"missing key, got {got}; expected also {key!r}")
        for key in lacking
    ]
    return problems


def _own_keys(mapping: TreeNode) -> str:
    """The keys that were written where the mapping was, and not set from elsewhere."""
    children = mapping.value.items()
    own = [key for key, below in children if below.key_place.origin == mapping.place.origin]
    return ", ".join(own) or "nothing"


def unknown_key(mapping: TreeNode, path: KeyPath, key: str, expected: Iterable[str]) -> Problem:
    """An unknown key of an entry, and what could have stood there."""
    names = list(expected)
    words = repr(names[0]) if len(names) == 1 else f"one of {', '.join(names)}"
    message = f"unknown key, got {key!r}; expected {words}"
    place = mapping.value[key].key_place
    return Problem(place, (*path, key), f"{message}{guess(key.lower(), names)}")


def _resembling(key: str, names: Iterable[str]) -> str | None:
    """The name that a key was probably meant to be."""
    return next((name for name in names if guess(key.lower(), [name])), None)


def shown(node: TreeNode) -> str:
    """What is there, in a word or two."""
    match node.value:
        case None:
            return "nothing"
        case bool():
            return str(node.value).lower()
        case tuple():
            return f"a list of {len(node.value)}"
        case dict():
            return "a mapping"
    text = repr(node.value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _problem(error: ErrorDetails, path: KeyPath, tree: TreeNode) -> Problem:
    node = descend(tree, path)
    context = error.get("ctx", {})
    match error["type"]:
        case entry.MISTAKE:
            return Problem(node.place, path, context["message"])
        case entry.WRONG_KEYS:
            others = context.get("others", "").split()
            return _wrong_keys(node, path, context["kind"], context["keys"].split(), others)
        case entry.WRONG_NAME:
            return _wrong_name(node, path, context["kind"], context["names"].split())
    what, expected = _told(error["type"], context, node)
    meant = ""
    if what == "wrong kind" and isinstance(node.value, str):
        is_whole = "whole number" in expected or "a count" in expected
        if is_whole or "number" in expected:
            meant = guess_number(node.value, whole=is_whole)
    return Problem(node.place, path, f"{what}, got {shown(node)}; expected {expected}{meant}")


def _told(kind: str, context: Mapping[str, Any], node: TreeNode) -> tuple[str, str]:
    """What is wrong and what is expected, for the kinds of errors that pydantic finds itself."""
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return "out of range", words.format(f"{context[bound]:g}")
    if kind in _EXPECTED or kind == entry.WRONG_KIND:
        return "wrong kind", context.get("expected") or _EXPECTED[kind]
    if kind == "string_type":
        is_word = not isinstance(node.value, tuple | dict)
        return "wrong kind", f"text{' (in quotes, if it is meant)' if is_word else ''}"
    if kind in ("too_short", "string_too_short"):
        return "empty", f"at least one {'item' if kind == 'too_short' else 'character'}"
    if kind == "string_too_long":
        return "too long", f"at most {context['max_length']} characters"
    return "not valid", str(context.get("expected", kind.replace("_", " ")))


def _wrong_keys(node: TreeNode, path: KeyPath, kind: str, known: Known, others: Known) -> Problem:
    """None of the telling keys, or more than one of them; ``others`` are right beside any."""
    expected = f"one of {', '.join(known)}"
    if not isinstance(node.value, dict):
        message = f"wrong kind, got {shown(node)}; expected a mapping with {expected}"
        return Problem(node.place, path, message)
    told = [key for key in node.value if key in known]
    if told:
        message = f"more than one {kind}, got {' and '.join(told)}; expected {expected}"
        return Problem(node.value[told[1]].key_place, path, message)
    meant = [key for key in node.value if key not in others and _resembling(key, known)]
    if meant:
        return unknown_key(node, path, meant[0], known)
    got = _own_keys(node)
    return Problem(node.place, path, f"no {kind}, got {got}; expected {expected}")


def _wrong_name(node: TreeNode, path: KeyPath, kind: str, known: Known) -> Problem:
    """An entry whose name is missing, is no text, or is unknown."""
    expected = f"one of {', '.join(known)}"
    if not isinstance(node.value, dict):
        message = f"wrong kind, got {shown(node)}; expected a mapping with a name, {expected}"
        return Problem(node.place, path, message)
    if "name" not in node.value:
        extra = [key for key in node.value if _resembling(key, ["name"])]
        return explain_keys(node, path, ["name"], extra[:1], ["name"])[0]
    name: TreeNode = node.value["name"]
    what = f"unknown {kind}" if isinstance(name.value, str) else "wrong kind"
    message = f"{what}, got {shown(name)}; expected {expected}{guess(name.value, known)}"
    return Problem(name.place, (*path, "name"), message)

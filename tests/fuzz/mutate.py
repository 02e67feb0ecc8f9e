"""Mutations of bytes, texts and trees, each decided by the random generator that is given."""

import json
import string
from random import Random
from typing import Any

import numpy as np
import yaml

NASTY: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), 10**400, 0.0, -0.0, 1e308, 1e-320,
    float("nan"), float("inf"), float("-inf"), "", " ", "~", "x" * 5000, "no", "1e400", "0x10",
    "../up", "/etc/passwd", "a/b", ".", "NUL", "\x00", "\u202e", "\ud7ff", "é", "<b>", "{}", "[x]",
    "__class__", "%s", "x1", "h1", "*", "<<", "2024-01-01", "1:30", "=", [], {}, [[]], [{}],
    {"": 1}, {"name": "x"}, [1, 2, 3], [[1.0, 2.0]], [None], {"a": {"b": {"c": 1}}},
)  # fmt: skip
TOKENS = (
    ":", "- ", "[", "]", "{", "}", "#", "&a ", "*a ", "!!python/object ", "\t", "'", '"', "|", ">",
    "---\n", "...\n", ",", "nan", ".inf", "-1", "1e999", "\r\n", "\ufeff", "\x07", "? ", "<<: ",
)  # fmt: skip


def mutated_bytes(rng: Random, data: bytes) -> bytes:
    """Some bytes flipped, cut out, doubled, written over, or the end cut off."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(found) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del found[at : at + rng.choice((1, 4, 100))]
        elif kind == 2:
            found[at:at] = found[at : at + rng.choice((1, 8, 200))]
        elif kind == 3:
            found[at:at] = rng.randbytes(rng.choice((1, 4, 16)))
        elif kind == 4:
            found[at : at + 4] = rng.choice((b"\xff" * 4, b"\0" * 4, b"9" * 4, b"-1e9"))
        elif rng.random() < 0.3:
            del found[at:]
    return bytes(found)


def mutated_text(rng: Random, text: str) -> str:
    """Some lines doubled, swapped, left out, indented, or with a token or a value written in."""
    lines = text.split("\n")
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        kind = rng.randrange(7)
        if kind == 0:
            lines.insert(at, rng.choice(lines))
        elif kind == 1 and len(lines) > 1:
            del lines[at]
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] = " " * rng.choice((1, 2, 7)) + lines[at]
        elif kind == 4:
            head, colon, _ = lines[at].partition(": ")
            lines[at] = f"{head}{colon}{_written(rng)}"
        else:
            where = rng.randrange(len(lines[at]) + 1)
            token = rng.choice((*TOKENS, rng.choice(string.printable)))
            lines[at] = lines[at][:where] + token + lines[at][where:]
    return "\n".join(lines)


def mutated_tree(rng: Random, tree: Any) -> Any:
    """The same tree with some parts replaced, doubled, left out or renamed."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        tree = _mutated_once(rng, tree)
    return tree


def _mutated_once(rng: Random, tree: Any) -> Any:
    if not isinstance(tree, dict | list) or not tree or rng.random() < 0.08:
        return _changed(rng, tree)
    if isinstance(tree, list):
        at = rng.randrange(len(tree))
        kept = tree[:at], tree[at + 1 :]
        if rng.random() < 0.15:
            return [*kept[0], *rng.choice(([], [tree[at]] * 2, [rng.choice(NASTY)])), *kept[1]]
        return [*kept[0], _mutated_once(rng, tree[at]), *kept[1]]
    key = rng.choice(list(tree))
    rest = {name: value for name, value in tree.items() if name != key}
    if rng.random() < 0.15:
        new = rng.choice((key + "x" if isinstance(key, str) else "x", "", "name", "weights"))
        return rng.choice((rest, {**rest, new: tree[key]}, {**tree, new: rng.choice(NASTY)}))
    return {**tree, key: _mutated_once(rng, tree[key])}


def _changed(rng: Random, value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and rng.random() < 0.6:
        return rng.choice((0, 1, 2, 0.5, -value, value * 1000, value + 1, value // 3, str(value)))
    if isinstance(value, np.ndarray) and rng.random() < 0.8:
        shapes = (value[:-1], value[:0], np.concatenate([value, value]), value[None], value.ravel())
        kinds = (value.astype(np.float32), value.astype(str), value * np.nan, value * -1e300)
        return rng.choice((*shapes, *kinds, np.arange(3), np.array(1.0), value.tolist()))
    if isinstance(value, str) and value and rng.random() < 0.5:
        return rng.choice((value[:-1], value + value, value.upper(), value[::-1], [value]))
    return rng.choice(NASTY)


def _written(rng: Random) -> str:
    """A value as YAML or JSON, in one line."""
    value = rng.choice(NASTY)
    return str(value) if rng.random() < 0.5 else json.dumps(value)


def dumped(tree: Any) -> str:
    """The tree as YAML."""
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)

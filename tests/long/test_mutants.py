"""The faults of mutation testing: each is one change, and the text stays Python."""

import ast
import json

import pytest

from tests.long.mutants import ROOT, TESTS, Place, _done, _replaced, mutants, sample

SOURCE = '''\
"""Doc 1."""


def f(x: int = 1) -> bool:
    """Not 2."""
    if x < 2:
        raise ValueError(f"got {x + 1}")
    elif not x:
        return False
    return x + 1 == 3  # é
'''


def test_each_changes_one_place():
    changed = [
        [new for old, new in zip(SOURCE.split("\n"), text.split("\n"), strict=True) if old != new]
        for text in (_replaced(SOURCE, *pair) for pair in mutants(ast.parse(SOURCE)))
    ]

    assert [line.strip() for [line] in changed] == [
        "def f(x: int = (2)) -> bool:",
        "if (not x < 2):",
        "if (x <= 2):",
        "if x < (3):",
        "elif (not not x):",
        "return None",
        "return (True)",
        "return None  # é",
        "return (x + 1 != 3)  # é",
        "return (x - 1) == 3  # é",
        "return x + (2) == 3  # é",
        "return x + 1 == (4)  # é",
    ]


@pytest.mark.slow
def test_a_sample_is_the_same_each_time_and_python():
    chosen = sample("interpreter", 300, seed=0)

    assert chosen == sample("interpreter", 300, seed=0)
    assert len(set(chosen)) == 300
    assert chosen[:20] == sample("interpreter", 20, seed=0) != sample("interpreter", 20, seed=1)
    assert all((ROOT / name).exists() for package in TESTS.values() for name in package)


def test_what_was_found_of_another_text_is_not_known(tmp_path):
    here, gone, left = Place("a.py", 1, "now"), Place("a.py", 2, "before"), Place("b.py", 1, "now")
    found = [(gone, "t"), (here, None), (left, "t"), (here, "u")]
    lines = [json.dumps(place._asdict() | {"by": by}) for place, by in found]
    (tmp_path / "out").write_text("\n".join(lines))

    known = _done(tmp_path / "out", [here, Place("a.py", 2, "now"), left])

    assert {place: one["by"] for place, one in known.items()} == {here: "u", left: "t"}
    assert _done(tmp_path / "none", [here]) == {}

"""The faults of mutation testing: each is one change, and the text stays Python."""

import ast

from tests.long.mutants import ROOT, TESTS, _replaced, mutants, sample

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


def test_a_sample_is_the_same_each_time_and_python():
    chosen = sample("interpreter", 300, seed=0)

    assert chosen == sample("interpreter", 300, seed=0)
    assert len(set(chosen)) == 300
    assert chosen[:20] == sample("interpreter", 20, seed=0) != sample("interpreter", 20, seed=1)
    assert all((ROOT / name).exists() for package in TESTS.values() for name in package)

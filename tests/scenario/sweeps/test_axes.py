"""Axes: what ``--vary`` and ``vary=`` mean."""

import numpy as np
import pytest

from neurosim.errors import NeurosimError
from neurosim.scenario.sweeps.axes import axes_of, space_of
from tests.each import each


def _values(vary):
    return {axis.key: axis.values for axis in axes_of(vary)}


@each(
    ("text", "values"),
    [
        ("0.01,0.1,1", (0.01, 0.1, 1)),
        ("0..9", tuple(range(10))),
        ("-1..1, 7", (-1, 0, 1, 7)),
        ("relu, tanh", ("relu", "tanh")),
        ("x, {l2: 0.5}, [1, 2]", ("x", {"l2": 0.5}, (1, 2))),
        ("'0..9', true", (*range(10), True)),
    ],
)
def test_values_are_yaml_with_commas_between_and_a_range_has_both_ends(text, values):
    assert _values(f"a.b={text}") == {"a.b": values}


def test_python_gives_values_by_key():
    vary = {"a": np.array([0.5, 1.0]), "seed": range(2), "c": "0..2", "d": [np.int64(3), None]}

    assert _values(vary) == {"a": (0.5, 1.0), "seed": (0, 1), "c": (0, 1, 2), "d": (3, None)}


def test_a_search_takes_intervals():
    found = space_of(["a=0.001..1 log", "b=1..64 log", "c=1..8", "d=1,2"])

    assert [str(one) for one in found[:3]] == ["0.001..1.0 log", "1..64 log", "1..8"]
    assert [one.is_whole for one in found[:3]] == [False, True, True]
    assert found[3].values == (1, 2)


@each(
    ("vary", "words"),
    [
        ("seed", "--vary: not understood, got 'seed'; expected KEY=VALUES"),
        ("=1", "--vary: not understood"),
        ([], "--vary: nothing to vary"),
        ("a=", "--vary a: got ''; expected values"),
        ("a=9..0", "--vary a: empty range, got '9..0'; expected low..high"),
        ("a=-1..1 log", "--vary a: empty range, got '-1..1 log'; expected low..high, both above 0"),
        ("a=0.1..0.5", "--vary a: got '0.1..0.5'; expected values with commas between them"),
        ("a=0..1e400", "expected finite numbers"),
        ("a=0..100000", "--vary a: too many values"),
        (["a=1..1000", "b=1..1000"], "--vary: too many points, got 1,000,000"),
        ("a=1,2,1", "--vary a: got '1' twice; expected each value once"),
        (["a=1", "a=2"], "--vary a: the key is there twice"),
        ("a={b", "--vary a: not YAML"),
        ("a=1], [2", "--vary a: not YAML"),
        ({"a": 3}, "vary a: got 3; expected a list of values"),
        ({"a": []}, "vary a: no values"),
        (3, "vary: got 3; expected texts"),
    ],
)
def test_what_is_no_axis_is_refused_with_words(vary, words):
    with pytest.raises(NeurosimError) as caught:
        axes_of(vary)

    assert words in str(caught.value)

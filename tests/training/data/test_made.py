"""The data sets that are made here, by numbers a reader can check."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError
from neurosim.functions.streams import stream
from neurosim.training.data import DATASETS, Labelled, MeasuredRows
from neurosim.training.data.made import MADE, bits_table, parity, sine, spirals
from tests.each import each


@pytest.fixture
def random():
    return stream(1, "data")


@pytest.mark.parametrize(
    ("gate", "truth"),
    [
        ("and", "no no no yes"),
        ("or", "no yes yes yes"),
        ("xor", "no yes yes no"),
        ("nand", "yes yes yes no"),
        ("nor", "yes no no no"),
        ("xnor", "yes no no yes"),
    ],
)
def test_a_gate_is_its_truth_table(random, gate, truth):
    rows = MADE[gate](random)

    assert rows.X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [rows.class_names[number] for number in rows.classes] == truth.split()
    assert rows.input_names == ("a", "b")
    assert rows.class_names == ("no", "yes")


def test_bits_are_counted_in_binary():
    assert bits_table(3)[[0, 1, 6]].tolist() == [[0, 0, 0], [0, 0, 1], [1, 1, 0]]
    assert bits_table(3).shape == (8, 3)


def test_parity_is_odd_where_the_number_of_ones_is(random):
    rows = parity(random, bits=3)

    assert rows.X.tolist() == bits_table(3).tolist()
    assert rows.classes.tolist() == [0, 1, 1, 0, 1, 0, 0, 1]
    assert rows.class_names == ("even", "odd")


def test_parity_of_two_bits_is_xor(random):
    assert parity(random).classes.tolist() == MADE["xor"](random).classes.tolist()


def test_spirals_without_turns_are_straight_arms(random):
    rows = spirals(random, rows=8, classes=4, turns=0.0)

    halfway, end = rows.X[:4], rows.X[4:]
    np.testing.assert_allclose(end, [[1, 0], [0, 1], [-1, 0], [0, -1]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(halfway, end / 2, rtol=0, atol=1e-15)
    assert rows.classes.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert rows.class_names == ("arm0", "arm1", "arm2", "arm3")


def test_a_spiral_turns_as_it_leaves_the_middle(random):
    rows = spirals(random, rows=8, classes=2, turns=1.0)

    first = rows.X[rows.classes == 0]  # a quarter of the radius is a quarter of the turn
    expected = [[0, 0.25], [-0.5, 0], [0, -0.75], [1, 0]]
    np.testing.assert_allclose(first, expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(rows.X[rows.classes == 1], -first, rtol=0, atol=1e-15)


def test_the_arms_of_spirals_share_the_rows(random):
    rows = spirals(random, rows=11, classes=3)

    assert np.bincount(rows.classes).tolist() == [4, 4, 3]
    assert np.hypot(*rows.X.T).max() == pytest.approx(1.0, abs=1e-15)


def test_a_sine_is_the_sine_of_numbers_from_minus_pi_to_pi(random):
    rows = sine(random, rows=5)

    pi = math.pi
    assert rows.X.tolist() == [[-pi], [-pi / 2], [0], [pi / 2], [pi]]
    np.testing.assert_allclose(rows.T, [[0], [-1], [0], [1], [0]], rtol=0, atol=2e-16)
    assert (rows.input_names, rows.target_names) == (("x",), ("sine",))


@pytest.mark.parametrize(
    ("make", "part"), [(spirals, "X"), (sine, "T")], ids=["spirals' inputs", "a sine's targets"]
)
def test_noise_is_drawn_from_the_seed_and_is_as_wide_as_asked(make, part):
    exact = getattr(make(stream(1, "data"), rows=4000), part)
    noisy = getattr(make(stream(1, "data"), rows=4000, noise=0.1), part)
    again = getattr(make(stream(1, "data"), rows=4000, noise=0.1), part)
    other = getattr(make(stream(2, "data"), rows=4000, noise=0.1), part)

    assert noisy.tolist() == again.tolist()
    assert noisy.tolist() != other.tolist()
    assert (noisy - exact).std() == pytest.approx(0.1, rel=0.05)  # 4 deviations of 4,000 draws


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("parity", {"bits": 0}, "parity bits: out of range, got 0; expected 1 to 16"),
        ("parity", {"bits": 17}, "parity bits: out of range, got 17; expected 1 to 16"),
        ("spirals", {"classes": 1}, "spirals classes: out of range, got 1; expected 2 to 20"),
        ("spirals", {"rows": 1}, "spirals rows: out of range, got 1; expected 2 to 1000000"),
        ("spirals", {"rows": 2, "classes": 3}, "spirals rows: out of range, got 2; expected 3 to"),
        ("spirals", {"turns": -1.0}, "spirals turns: out of range, got -1.0; expected 0.0 to"),
        ("spirals", {"noise": math.nan}, "spirals noise: out of range, got nan; expected 0.0 to"),
        ("sine", {"rows": 1}, "sine rows: out of range, got 1; expected 2 to 1000000"),
        ("sine", {"rows": 10**9}, "sine rows: out of range, got 1000000000; expected 2 to 1000000"),
        ("sine", {"noise": -0.1}, "sine noise: out of range, got -0.1; expected 0.0 to"),
    ],
)
def test_an_option_out_of_its_range_is_refused(random, error, name, options, words):
    assert words in error(InvalidValueError, MADE[name], random, **options)


@pytest.mark.parametrize("name", MADE)
def test_every_made_set_fits_together(random, name):
    rows = DATASETS[name](random)

    assert rows.X.dtype == np.float64
    assert len(rows.input_names) in (0, rows.X.shape[1])
    match rows:
        case Labelled():
            assert set(rows.classes) == set(range(len(rows.class_names)))
            assert len(rows.classes) == len(rows.X)
        case MeasuredRows():
            assert rows.T.shape == (len(rows.X), len(rows.target_names))


@each("name", DATASETS)
def test_every_data_set_says_what_it_is(name):
    assert DATASETS[name].__doc__.split("\n")[0].endswith(".")

"""Plots of sweeps: a line over one key, a heat map over two, the trials of a search."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import LogNorm

import neurosim as ns
from neurosim.drawing.plots.sweeps import describe_search, describe_sweep, sweep_grid
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.scenario import SweepResult, SweptPoint
from neurosim.scenario.sweeps.table import SweepMeasure


@pytest.fixture
def swept():
    """``swept(axes, loss)``: a sweep whose loss is a function of the values; None: it diverged."""

    def swept(axes, loss, *, is_maximized=False):
        points = []
        for number, values in enumerate(itertools.product(*axes.values())):
            found = loss(*values)
            status = "diverged" if found is None else "passed"
            held = {"status": status, "epochs": 3, "loss": found}
            points.append(SweptPoint(number, dict(zip(axes, values, strict=True)), held, None))
        held = {key: tuple(values) for key, values in axes.items()}
        return SweepResult("A title", held, tuple(points), SweepMeasure("loss", is_maximized))

    return swept


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_over_one_key_it_is_a_line_whose_points_are_the_numbers(swept):
    axes = ns.draw_sweep(swept({"a.rate": [3, 1, 2]}, lambda rate: 10.0 * rate))

    line = axes.lines[0]
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == [10, 20, 30]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a.rate", "loss")
    assert axes.get_xscale() == axes.get_yscale() == "linear"


def test_what_is_far_apart_is_on_logarithmic_axes(swept):
    axes = ns.draw_sweep(swept({"rate": [0.001, 0.1, 1]}, lambda rate: 1 / rate))

    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.get_ylabel() == "loss (logarithmic)"


def test_words_are_places_in_their_order(swept):
    axes = ns.draw_sweep(swept({"f": ["tanh", "relu"]}, len))

    assert [label.get_text() for label in axes.get_xticklabels()] == ["tanh", "relu"]
    assert axes.lines[0].get_ydata().tolist() == [4, 4]


def test_a_point_that_diverged_is_a_cross_and_no_number(swept):
    axes = ns.draw_sweep(swept({"rate": [1, 2, 3]}, lambda rate: None if rate == 3 else 1.0))

    numbers, crosses = axes.lines[0], axes.lines[1]
    assert np.isnan(numbers.get_ydata()).tolist() == [False, False, True]
    assert (crosses.get_marker(), crosses.get_xdata().tolist()) == ("x", [3])
    assert axes.get_ylabel() == "loss (x: 1 value without one)"


def test_over_two_keys_it_is_a_heat_map_with_a_row_for_each_value_of_the_first(swept):
    sweep = swept({"rate": [1, 2], "seed": [0, 1, 2]}, lambda rate, seed: 10.0 * rate + seed)

    axes = ns.draw_sweep(sweep)

    assert axes.images[0].get_array().tolist() == [[10, 11, 12], [20, 21, 22]]
    assert _texts(axes) == ["10", "11", "12", "20", "21", "22"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("seed", "rate")


def test_cells_that_diverged_hold_a_cross(swept):
    sweep = swept({"a": [1, 2], "b": [1, 2]}, lambda a, b: None if a == b else 1000.0**a)

    axes = ns.draw_sweep(sweep)

    assert _texts(axes) == ["x", "1000", "1e6", "x"]
    assert isinstance(axes.images[0].norm, LogNorm)
    assert describe_sweep(sweep) == (
        "The loss over a and b, from 1000 to 1e+06; 2 points without a number."
    )


@pytest.mark.slow
def test_a_sweep_in_which_all_diverged_is_drawn(swept):
    for axes in ({"a": [1, 2]}, {"a": [1, 2], "b": [1, 2]}, {"a": [1]}):
        sweep = swept(axes, lambda *_: None)

        drawn = ns.draw_sweep(sweep)

        assert "from" not in describe_sweep(sweep)
        drawn.get_figure(root=True).canvas.draw()


def test_other_keys_are_averaged_over_what_did_not_diverge(swept):
    axes = {"seed": [0, 1], "one": ["x"], "rate": [1, 2], "size": [1, 2, 4]}
    sweep = swept(axes, lambda s, _, r, size: None if s == r == size == 1 else float(size + 10 * r))

    grid = sweep_grid(sweep, "loss")

    assert grid.keys == ("seed", "rate")
    assert grid.others == ("size",)
    np.testing.assert_array_equal(grid.numbers, [[37 / 3, 67 / 3], [13.0, 67 / 3]])
    assert grid.n_missing.tolist() == [[0, 0], [1, 0]]
    colours = ns.draw_sweep(sweep).get_figure(root=True).axes[1]
    assert colours.get_ylabel() == "loss, mean over size"


def test_another_number_can_be_drawn(swept):
    sweep = swept({"a": [1, 2]}, float)

    assert ns.draw_sweep(sweep, measure="epochs").lines[0].get_ydata().tolist() == [3, 3]
    with pytest.raises(UnknownNameError, match="unknown measure 'los'"):
        ns.draw_sweep(sweep, measure="los")
    with pytest.raises(InvalidValueError, match="no points"):
        ns.draw_sweep(SweepResult("", {"a": ()}, (), SweepMeasure("loss")))


@pytest.mark.parametrize(
    ("is_maximized", "best"), [(False, [3, 3, 1, 1, 1]), (True, [3, 3, 3, 4, 4])]
)
def test_the_trials_of_a_search_are_drawn_with_the_best_so_far(swept, is_maximized, best):
    numbers = [3.0, None, 1.0, 4.0, 2.0]
    search = swept({"n": range(5)}, numbers.__getitem__, is_maximized=is_maximized)

    axes = ns.draw_search(search)

    trials, line, crosses = axes.lines[:3]
    np.testing.assert_array_equal(trials.get_ydata(), [3, np.nan, 1, 4, 2])
    assert line.get_ydata().tolist() == best
    assert crosses.get_xdata().tolist() == [1]
    assert axes.get_ylabel() == "loss (x: 1 trial without one)"
    assert describe_search(search) == "The loss of 5 trials, from 1 to 4, and the best so far."

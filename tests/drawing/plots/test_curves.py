"""Curves: the numbers that stand on the page, and what is written beside them."""

import math

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.page.pages import new_axes
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.plots.curves import describe_loss, loss_series, metric_series
from neurosim.drawing.plots.history import Course
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError


def course(loss, validation=(), **metrics):
    return Course(
        np.arange(len(loss), dtype=float),
        np.array(loss, dtype=float),
        np.array(validation, dtype=float),
        {name: np.array(values, dtype=float) for name, values in metrics.items()},
    )


def legend_of(axes):
    return [] if axes.get_legend() is None else [t.get_text() for t in axes.get_legend().texts]


def test_a_line_has_the_losses_over_the_epochs():
    axes = ns.draw_loss([3.0, 2.0, 1.5])

    (line,) = axes.get_lines()
    assert line.get_xydata().tolist() == [[0, 3], [1, 2], [2, 1.5]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert legend_of(axes) == []
    low, high = axes.get_ylim()
    assert low < 0
    assert high > 3


def test_the_validation_loss_is_dashed_and_named():
    axes = ns.draw_loss(course([3, 2], [4, 3]))

    training, validation = axes.get_lines()
    assert training.get_ydata().tolist() == [3, 2]
    assert validation.get_ydata().tolist() == [4, 3]
    assert (training.is_dashed(), validation.is_dashed()) == (False, True)
    assert legend_of(axes) == ["training", "validation"]


def test_validation_losses_may_stand_beside_a_list():
    axes = ns.draw_loss([3, 2], validation=[5, 4])

    assert axes.get_lines()[1].get_ydata().tolist() == [5, 4]


def test_validation_losses_of_another_number_are_told():
    with pytest.raises(ShapeError, match="validation: got 3 numbers; expected 2, one an epoch"):
        ns.draw_loss([3, 2], validation=[5, 4, 3])


def test_runs_have_a_colour_and_a_marker_each_and_their_names():
    axes = ns.draw_loss({"slow $x$": course([3, 2], [3, 3]), "_fast": [2, 1]})

    lines = axes.get_lines()
    assert legend_of(axes) == ["slow $x$: training", "slow $x$: validation", "_fast"]
    assert [line.get_marker() for line in lines] == ["o", "o", "s"]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert not any(text.get_parse_math() for text in axes.get_legend().texts)


def test_losses_that_differ_a_hundredfold_stand_on_a_log_axis():
    axes = ns.draw_loss([1.0, 0.1, 0.01])

    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "loss (logarithmic)"
    assert ns.draw_loss([1.0, 0.1, 0.011]).get_yscale() == "linear"
    assert ns.draw_loss([1.0, 0.1, 0.0]).get_yscale() == "linear"
    assert ns.draw_loss([1.0, 0.01], log=False).get_yscale() == "linear"


@pytest.mark.quick("0.001")
@pytest.mark.parametrize("low", [0.9, 0.5, 0.1, 1e-3, 1e-9, 1e-300])
def test_a_log_axis_has_several_ticks_which_are_plain_numbers(low):
    axes = ns.draw_loss([1.0, low], log=True)
    axes.figure.draw_without_rendering()

    low, high = axes.get_ylim()
    ticks = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    shown = [text.get_text() for at, text in ticks if low <= at <= high]
    assert 2 <= len(shown) <= 12
    assert all(float(text) > 0 for text in shown)


def test_a_log_axis_refuses_what_has_no_logarithm():
    with pytest.raises(InvalidValueError, match=r"got 0\.0 in epoch 1; expected positive losses"):
        ns.draw_loss([1.0, 0.0], log=True)


def test_what_is_not_finite_is_a_gap_that_the_legend_tells_of():
    axes = ns.draw_loss([1.0, math.inf, math.nan, 0.5])

    (line,) = axes.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), [1.0, np.nan, np.nan, 0.5])
    assert legend_of(axes) == ["not finite in 2 epochs, first 1"]


def test_a_run_that_never_was_finite_is_told_too():
    assert legend_of(ns.draw_loss([math.nan])) == ["not finite in 1 epoch, first 0"]


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-300, 1e300])
def test_a_single_epoch_is_a_marker_in_the_middle(value):
    axes = ns.draw_loss([value])
    axes.figure.draw_without_rendering()

    assert axes.get_xlim() == (-0.5, 0.5)
    assert axes.get_lines()[0].get_marker() == "o"
    low, high = axes.get_ylim()
    assert low < value < high


def test_of_many_epochs_some_have_a_marker_and_all_are_drawn():
    (line,) = ns.draw_loss(np.linspace(2, 1, 100_000)).get_lines()

    assert len(line.get_xdata()) == 100_000
    assert line.get_markevery()[1] == 12_500


def test_metrics_have_a_line_each():
    axes = ns.draw_metrics(course([3, 2], accuracy=[0.5, 1], mean_absolute_difference=[3, 1]))

    assert [line.get_ydata().tolist() for line in axes.get_lines()] == [[0.5, 1], [3, 1]]
    assert legend_of(axes) == ["training accuracy", "training mean absolute difference"]
    assert axes.get_ylabel() == "training accuracy, mean absolute difference"


def test_one_metric_of_several_runs_has_the_names_of_the_runs():
    runs = {"a": course([1], accuracy=[0.5], other=[9]), "b": course([1], accuracy=[0.7])}

    series = metric_series(runs, ["accuracy"])

    assert [(one.label, one.y.tolist()) for one in series] == [("a", [0.5]), ("b", [0.7])]


def test_metrics_of_an_iterator_are_drawn():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=1)
    epochs = ns.epochs(
        net, [[1]], [[0]], optimizer=ns.SGD(0.1), epochs=3, metrics=["mean_absolute_difference"]
    )

    (line,) = ns.draw_metrics(epochs).get_lines()

    assert line.get_xdata().tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("history", "names", "error", "words"),
    [
        ([1.0], None, InvalidValueError, r"no metrics were measured; expected some"),
        (course([1], accuracy=[1]), ["acuracy"], UnknownNameError, "did you mean 'accuracy'"),
    ],
)
def test_metrics_that_are_not_there_are_told(history, names, error, words):
    with pytest.raises(error, match=words):
        ns.draw_metrics(history, names=names)


@pytest.mark.parametrize("theme", THEMES)
def test_curves_stand_in_the_axes_that_are_given_in_the_colours_of_the_theme(theme):
    mine = new_axes("light", (3, 2))

    axes = ns.draw_loss([1, 2], mine, theme=theme, title="Mine")

    assert axes is mine
    assert axes.get_lines()[0].get_color() == THEMES[theme].categorical[0]
    assert axes.get_title("left") == "Mine"
    assert axes._left_title.get_color() == THEMES[theme].text


def test_the_title_stands_above_the_legend():
    axes = ns.draw_loss({f"run {number}": [1, 2] for number in range(9)}, title="Nine")
    axes.figure.draw_without_rendering()

    legend = axes.get_legend().get_window_extent()
    assert axes._left_title.get_window_extent().y0 >= legend.y1 - 2


def test_series_are_data_that_can_be_had_alone():
    (series,) = loss_series([2.0, math.inf])

    assert series.x.tolist() == [0, 1]
    assert np.isnan(series.y[1])


@pytest.mark.slow
def test_epochs_are_written_out():
    axes = ns.draw_loss(np.linspace(2, 1, 1_000_000))
    axes.figure.draw_without_rendering()

    shown = [text.get_text() for text in axes.get_xticklabels()]
    assert "200,000" in shown


@pytest.mark.slow
def test_a_long_legend_takes_no_room_from_the_curves():
    heights = []
    for n in (1, 40):
        axes = ns.draw_loss({f"run {number}": [1, 2] for number in range(n)})
        axes.figure.draw_without_rendering()
        heights.append(axes.get_window_extent().height)

    assert heights[1] > 0.8 * heights[0]


def test_the_best_epoch_is_marked():
    found = course([3.0, 1.0, 2.0])

    axes = ns.draw_loss(found, best_epoch=1)

    (mark,) = axes.get_lines()[1:]
    assert mark.get_xdata() == [1, 1]
    assert [text.get_text() for text in axes.texts] == ["best"]
    assert not ns.draw_loss(found).texts


def test_a_history_says_itself_which_epoch_was_the_best():
    net = ns.Network(seed=1)
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0.0)
    history = ns.train(net, [[1.0]], [[1.0]], optimizer=ns.SGD(2.0), epochs=9,
                       early_stopping={"patience": 2})  # fmt: skip

    axes = ns.draw_loss(history)

    assert history.best_epoch == 0
    assert axes.get_lines()[1].get_xdata() == [0, 0]
    assert "the best epoch, 0, is marked" in describe_loss(axes, history=history)

"""The list of plots: each is drawn from the data of a run, described, and found everywhere."""

import inspect
from dataclasses import replace

import pytest

import neurosim as ns
from neurosim.drawing.pictures import PICTURES
from neurosim.scenario.format.json_schema import schema
from tests.each import each

DATA = {"network", "history", "X", "T", "fixed", "loss", "reduction", "curve"}


@each("name", PICTURES)
def test_the_front_door_has_each_plot(name):
    assert getattr(ns, f"draw_{name}") is PICTURES[name].draw
    assert f"draw_{name}" in dir(ns)


def test_a_plot_that_is_only_in_the_list_is_at_the_front_door_too(monkeypatch):
    monkeypatch.setitem(PICTURES, "series", replace(PICTURES["loss"], name="series"))

    assert "draw_series" in dir(ns)
    assert ns.draw_series.__module__ == "neurosim.drawing.plots.curves"
    monkeypatch.delattr(ns, "draw_series")


@each("name", PICTURES)
def test_what_a_plot_cannot_do_without_is_data_of_a_run(name):
    parameters = inspect.signature(PICTURES[name].draw).parameters.values()

    needed = {p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD}
    assert needed <= DATA
    assert {"theme", "title"} <= PICTURES[name].takes


def test_a_plot_is_given_what_it_takes_and_describes_it():
    axes, words = PICTURES["loss"].draw_described(history=[0.5, 0.25], network=None, title="mine")

    assert axes.get_title(loc="left") == "mine"
    assert words == "The loss over 2 epochs, from 0.5 to 0.25."


def test_gradients_are_those_of_the_loss_and_the_reduction_of_the_run():
    network = ns.Network()
    network.add_layer("x", 1), network.add_layer("o", 1, activation="sigmoid")
    network.connect("x", "o", weight=0)
    data = {"network": network, "X": [[1], [1]], "T": [[1], [1]]}

    axes, _ = PICTURES["gradients"].draw_described(
        **data, loss="binary_cross_entropy", reduction="sum"
    )

    # y = 1/2, dL/da = y - 1 for each of two rows: their sum is -1, for the weight and the bias
    assert list(axes.lines[0].get_ydata()) == [pytest.approx(2**0.5, rel=1e-15)]


def test_the_schema_offers_the_plots_of_the_list():
    assert schema()["$defs"]["DrawEntry"]["properties"]["plot"]["enum"] == list(PICTURES)

"""The course of a training: the same numbers, whatever told of them."""

import math

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.plots.history import course_of, courses_of
from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.scenario import EpochRecord
from tests.each import each

X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


def xor():
    net = ns.Network(seed=1)
    net.add_layer("x", 2), net.add_layer("h", 2, activation="tanh"), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    return net


OPTIONS = {"optimizer": ns.SGD(0.1), "validation": (X, T), "metrics": ["accuracy"]}


def test_a_history_its_epochs_and_a_list_tell_the_same():
    history = ns.train(xor(), X, T, epochs=5, **OPTIONS)
    records = list(ns.epochs(xor(), X, T, epochs=5, **OPTIONS))

    courses = [course_of(history), course_of(records), course_of(iter(records))]

    for course in courses:
        assert course.epochs.tolist() == [0, 1, 2, 3, 4]
        assert course.loss.tolist() == list(history.loss)
        assert course.validation_loss.tolist() == list(history.validation_loss)
        assert course.metrics["accuracy"].tolist() == list(history.metrics["accuracy"])
    assert course_of(list(history.loss)).loss.tolist() == list(history.loss)


def test_a_training_that_went_on_begins_where_the_first_ended():
    net = xor()
    first = ns.train(net, X, T, epochs=3, optimizer=ns.SGD(0.1))

    second = ns.train(net, X, T, epochs=2, optimizer=ns.SGD(0.1), state=first.state)

    assert course_of(second).epochs.tolist() == [3, 4]


def test_records_of_a_scenario_keep_their_numbers_and_gaps():
    records = [
        EpochRecord(7, math.inf, None, {}, 1.0, 0.0),
        EpochRecord(9, 0.5, 0.25, {"accuracy": 1.0}, 1.0, 0.0),
    ]

    course = course_of(records)

    assert course.epochs.tolist() == [7, 9]
    assert course.loss.tolist() == [math.inf, 0.5]
    assert np.isnan(course.validation_loss[0])
    assert course.validation_loss[1] == 0.25
    assert np.isnan(course.metrics["accuracy"][0])


def test_runs_keep_their_names_and_their_order():
    courses = courses_of({"b": [1.0], "a": [2.0]})

    assert [(name, course.loss.tolist()) for name, course in courses.items()] == [
        ("b", [1.0]), ("a", [2.0]),
    ]  # fmt: skip


@each("thing", [3, "losses", b"x", None, [[1, 2], [3, 4]], [1, "x"], object()])
def test_what_is_no_history_is_told(thing):
    with pytest.raises(WrongTypeError, match=r"history: got .*; expected a History, a list of"):
        courses_of(thing)


def test_the_run_that_is_no_history_is_named():
    with pytest.raises(WrongTypeError, match="history 'bad': got 3; expected a History"):
        courses_of({"good": [1.0], "bad": 3})


@pytest.mark.parametrize(("thing", "words"), [([], "0 epochs"), ({}, "no runs")])
def test_nothing_is_told(thing, words):
    with pytest.raises(InvalidValueError, match=words):
        courses_of(thing)

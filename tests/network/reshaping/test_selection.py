"""Parameters are frozen by name, layer or pattern."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, UnknownNameError, WrongTypeError
from tests.each import each

X = np.random.default_rng(0).normal(size=(6, 2))


def names(things):
    return [thing.name for thing in things]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["h1"], ["x1->h1", "x2->h1", "h1.bias"]),
        (["h1.bias"], ["h1.bias"]),
        (["o"], [f"h{i}->o1" for i in (1, 2, 3)]
            + ["x1->o1"] + [f"h{i}->o2" for i in (1, 2, 3)] + ["o1.bias", "o2.bias"]),
        (["o.bias", "h1.bias"], ["o1.bias", "o2.bias", "h1.bias"]),
        (["*.bias"], ["h1.bias", "h2.bias", "h3.bias", "o1.bias", "o2.bias"]),
        (["x1->h1"], ["x1->h1"]),
        (["x1 -> h1"], ["x1->h1"]),
        ([("x1", "h1")], ["x1->h1"]),
        (["x->o"], ["x1->o1"]),
        (["h[12]->o?"], ["h1->o1", "h2->o1", "h1->o2", "h2->o2"]),
        (["h2->*", "h2->o1"], ["h2->o1", "h2->o2"]),
        (["x1->h2"], ["x1->h2 = x2->h2"]),
        (["x1->h2 = x2->h2"], ["x1->h2 = x2->h2"]),
    ],
)  # fmt: skip
def test_what_is_named_is_frozen_and_unfrozen(made, chosen, expected):
    assert names(made.freeze(*chosen)) == expected
    frozen = [each.name for each in made.parameter_list() if not each.trainable]
    assert sorted(frozen) == sorted(expected)
    assert names(made.unfreeze(*chosen)) == expected
    assert made.trainable_mask().all()


def test_objects_are_frozen(made):
    frozen = made.freeze(made["x1", "h1"], made["h3"], made.layer("o"), made["x1", "h2"].parameter)

    assert {"x1->h1", "h3.bias", "o1.bias", "x1->h2 = x2->h2"} <= set(names(frozen))
    assert made.freeze(made["h1"].bias_parameter)[0] is made["h1"].bias_parameter


def test_what_is_frozen_stays_in_a_training_that_is_under_way(made, engine):
    training = ns.Training(made, X, X, optimizer=ns.Adam(0.1), engine=engine)
    training.advance(epochs=2)
    made.freeze("h")
    frozen = [made["x1", "h1"].weight, made["h2"].bias]

    training.advance(epochs=2)

    assert [made["x1", "h1"].weight, made["h2"].bias] == frozen


@each(
    ("chosen", "kind", "words"),
    [
        ([], GraphError, "freeze: got nothing; expected names"),
        (["hh"], UnknownNameError, "freeze: unknown neuron or layer 'hh' (did you mean 'h'?)"),
        (["q*"], UnknownNameError, "freeze: unknown neuron or layer 'q*'"),
        (
            ["hh1.bias"],
            UnknownNameError,
            "freeze: unknown neuron or layer 'hh1' (did you mean 'h1'",
        ),
        (["x1->hh1"], UnknownNameError, "freeze: unknown neuron or layer 'hh1'"),
        (["h1->x1"], UnknownNameError, "no connection 'h1->x1' (did you mean 'x1->h1'?)"),
        (["o->h"], UnknownNameError, "freeze: no connection 'o->h'"),
        (["x"], GraphError, "freeze: x has no parameters"),
        (["x.bias"], GraphError, "freeze: x.bias has no parameters"),
        ([3], WrongTypeError, "freeze: name: got 3"),
    ],
)
def test_what_is_not_there_is_refused(made, refused, chosen, kind, words):
    with refused(made, kind, words):
        made.freeze(*chosen)


def test_a_parameter_of_another_network_is_refused(made, refused):
    other = made.copy()
    for parameter in (other["x1", "h1"], other["h1"].bias_parameter, other["x1", "h2"].parameter):
        with refused(made, UnknownNameError, "is not of this network"):
            made.freeze(parameter)


def test_neurons_and_layers_are_renamed_by_a_call(made):
    made.rename("h1", "first"), made.rename("o", "out"), made.rename(made["h2"], "second")

    assert names(made.neurons)[2:4] == ["first", "second"]
    assert made.layer("out").neurons[0].name == "o1"
    with pytest.raises(UnknownNameError, match=r"unknown neuron or layer 'oo'"):
        made.rename("oo", "p")

"""What stands on neurons and connections: numbers that were worked out by hand."""

import pytest

from neurosim.drawing.diagram.sample_values import SHOWN, require_shown, sample_values_of
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError

GIVEN = {"sample": [2, 3], "target": [1], "loss": "half_squared_error"}


def test_a_sample_gives_outputs_deltas_gradients_and_the_loss(small):
    found = sample_values_of(small, **GIVEN, show=SHOWN)

    assert found.sample == (2.0, 3.0)
    assert found.outputs == {"x1": 2.0, "x2": 3.0, "h": -1.0, "o": -0.5}
    assert found.targets == {"o": 1.0}
    assert found.loss == 1.125  # (1 + 1/2)^2 / 2
    assert found.deltas == {"o": -1.5, "h": -0.75}  # a - t; 0.5 * -1.5
    assert found.gradients == {"x1->h": -1.5, "x2->h": -2.25, "h->o": 1.5, "h": -0.75}


def test_only_what_is_asked_for_is_given(small):
    found = sample_values_of(small, **GIVEN, show=("weights",))

    assert (found.outputs, found.deltas, found.gradients, found.loss) == ({}, {}, {}, 1.125)


def test_the_network_is_not_changed(small):
    sample_values_of(small, **GIVEN, show=SHOWN)

    assert [neuron.output for neuron in small.neurons] == [None] * 4
    assert small.loss is None


def test_without_a_sample_what_the_last_pass_left_is_read(small):
    small.forward([1, 0])

    found = sample_values_of(small)

    assert found.outputs == {"x1": 1.0, "x2": 0.0, "h": 1.0, "o": 0.5}
    assert found.sample == ()


def test_without_a_sample_and_a_pass_there_are_no_outputs(small):
    assert sample_values_of(small).outputs == {}


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"sample": [1]}, ShapeError, r"sample: got \(1,\); expected \(2,\)"),
        ({"sample": [1, 2], "target": [1, 2]}, InvalidValueError, "target: got 2 values"),
        ({"loss": "hinge"}, InvalidValueError, "loss: got 'hinge' without a sample"),
        ({"sample": [1, 2], "loss": "hinge"}, InvalidValueError, "without a target"),
        ({**GIVEN, "loss": "hing"}, UnknownNameError, "did you mean 'hinge'"),
        ({"sample": [1, 2], "show": ["deltas"]}, InvalidValueError, "show: no deltas stand"),
        ({"show": ["gradients"]}, InvalidValueError, "show: no gradients stand"),
    ],
)
def test_what_cannot_be_had_is_refused(small, given, error, words):
    with pytest.raises(error, match=words):
        sample_values_of(small, **given)


def test_things_to_show_are_checked_and_put_in_order():
    assert require_shown(["deltas", "weights"]) == ("weights", "deltas")
    with pytest.raises(UnknownNameError, match=r"unknown thing to show 'delta'.*'deltas'"):
        require_shown(["delta"])
    with pytest.raises(WrongTypeError, match="show: got 'weights'; expected some of"):
        require_shown("weights")

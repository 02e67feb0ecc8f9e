"""What is no entry of a table is refused when it is registered, with words."""

import math
from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from tests.each import each


class Unnamed:
    """What has all that an optimizer has, but a name of its own."""

    name, start, remembers, pushes, scalar = "other", (), (), (), ns.SGD.scalar


class Wide:
    """An initializer that draws another shape than it is asked for."""

    def draw(self, source, n_in, n_out):
        return np.zeros((n_out, n_in))


NO_ENTRIES = [
    (ns.register_activation, math.tanh, WrongTypeError, "got <built-in function tanh>; expected"),
    (ns.register_activation, replace(ACTIVATIONS["prelu"], name="bent"), InvalidValueError,
     "got options that are trained; expected none in one's own"),
    (ns.register_loss, abs, WrongTypeError, "loss: got <built-in function abs>; expected a Loss"),
    (ns.register_loss, replace(LOSSES["squared_error"], targets="some"), InvalidValueError,
     "loss 'bent': unknown rule of targets 'some'"),
    (ns.register_optimizer, Wide, WrongTypeError, "without name, start, remembers, pushes, scalar"),
    (ns.register_optimizer, 3, WrongTypeError, "optimizer 'bent': got 3; expected a class such as"),
    (ns.register_optimizer, Unnamed, InvalidValueError, "got the name 'other' in its class"),
    (ns.register_penalty, ns.L2(0.5), WrongTypeError, "expected a class with gradient(weight, row"),
    (ns.register_initializer, 3, WrongTypeError, "got 3; expected a class with a method draw"),
    (ns.register_initializer, Wide(), ShapeError, "drew a wrong shape, got (2, 3); expected (3, 2"),
]  # fmt: skip


@each(("register", "given", "kind", "words"), NO_ENTRIES)
def test_what_is_no_entry_is_refused_with_words(register, given, kind, words):
    with pytest.raises(kind) as caught:
        register(given, name="bent")

    assert words in str(caught.value)


def test_what_has_no_name_is_to_be_given_one():
    with pytest.raises(WrongTypeError, match=r"without a name; expected one, or name='\.\.\.'"):
        ns.register_initializer(Wide())


@each("forms", [{"value": math.hypot}, {"slope": math.hypot}, {}])
def test_a_loss_has_a_value_and_a_slope(forms):
    with pytest.raises(WrongTypeError, match="expected value=f and slope=g"):
        ns.Loss("half", **forms)


def test_an_optimizer_of_a_table_can_be_made_of_its_rate_alone():
    class Bare(ns.SGD):
        name = "bare"

        def __init__(self):
            pass

    with pytest.raises(WrongTypeError, match="expected options with defaults"):
        ns.register_optimizer(Bare)

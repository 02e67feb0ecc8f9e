"""Records as values: each prints one line, is frozen, and can be compared across networks."""

import numpy as np
import pytest

from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import Adam
from neurosim.functions.penalties import L2
from neurosim.interpreter import (
    Activated,
    Backpropagated,
    DeltaComputed,
    Distributed,
    Dropped,
    ErrorDropped,
    GradientComputed,
    Loaded,
    Measured,
    Noised,
    Started,
    Summed,
    Updated,
    forward,
)
from neurosim.interpreter.steps import KINDS, Adjusted, Aggregated, completed, value_of
from neurosim.network import Network


def updated(net, **changes):
    fields = {
        "parameter": net["x1", "h1"], "before": 0.5, "rule": "sgd", "rate": 0.1, "gradient": 2.0,
        "rows": 1, "penalty": 0.0, "memory": np.zeros((1, 9)), "column": 0, "memory_before": (0.0,),
        "memory_after": (0.0,), "after": 0.3,
    }  # fmt: skip
    return Updated(**{**fields, **changes})


UPDATES = [
    ({}, "w(x1->h1) = 0.5 - 0.1*2 = 0.3"),
    ({"rows": 4, "after": 0.45}, "w(x1->h1) = 0.5 - 0.1*(2/4) = 0.45"),
    ({"gradient": -2.0, "after": 0.7}, "w(x1->h1) = 0.5 - 0.1*(-2) = 0.7"),
    ({"penalty": 1.0, "after": 0.5 - 0.1 * 3.0}, "w(x1->h1) = 0.5 - 0.1*(2 + 1) = 0.2"),
    (
        {"rows": 4, "penalty": 0.5, "after": 0.4},
        "w(x1->h1) = 0.5 - 0.1*(2/4 + 0.5) = 0.4",
    ),
    ({"rule": "adam", "memory_after": (1.0,)}, "w(x1->h1) = 0.5 - 0.2 (adam, g = 2) = 0.3"),
    ({"rule": "adam", "after": 0.75}, "w(x1->h1) = 0.5 + 0.25 (adam, g = 2) = 0.75"),
    (
        {"rows": 4, "penalty": 0.5, "after": 0.4, "adjusted": Adjusted(1.0, 1.0, 0.0, 1.0)},
        "w(x1->h1) = 0.5 - 0.1*(2/4 + 0.5) = 0.4",
    ),
    (
        {"rows": 4, "penalty": 0.5, "after": 0.42, "adjusted": Adjusted(1.0, 0.8, 0.0, 1.0)},
        "w(x1->h1) = 0.5 - 0.1*clip(2/4 + 0.5, 0.8) = 0.42",
    ),
]


ADJUSTED = [(0.01, 1.0, "decay 0.01"), (0.0, 0.5, "times 0.5 by max-norm")]
UPDATES += [
    (
        {"rule": "adam", "adjusted": Adjusted(1.0, 2.0, decay, norm)},
        f"w(x1->h1) = 0.5 - 0.2 (adam, g = 2, {words}) = 0.3",
    )
    for decay, norm, words in ADJUSTED
]


@pytest.mark.parametrize(("changes", "text"), UPDATES)
def test_an_update_prints_the_rule_and_divides_once(net, changes, text):
    assert str(updated(net, **changes)) == text


def test_an_update_by_momentum_does_not_print_the_arithmetic_of_plain_descent(net):
    # momentum 0.5, v = 2, g = 1: v stays 2, and the weight moves by the rate times 2
    step = updated(net, gradient=1.0, memory_before=(2.0,), memory_after=(2.0,))

    assert str(step) == "w(x1->h1) = 0.5 - 0.2 (sgd, g = 1) = 0.3"


def test_an_update_of_a_bias_says_so(net):
    assert str(updated(net, parameter=net["h1"].bias_parameter)) == "b(h1) = 0.5 - 0.1*2 = 0.3"


HANDMADE = [
    (lambda n: Loaded(n["x1"], None, 0.1), "x1 = 0.1"),
    (lambda n: Started(n["h1"], 7.0, 0.35), "h1: net = 0.35"),
    (lambda n: Activated(n["h1"], None, -1.0, 0.26894), "h1 = sigmoid(-1) = 0.26894"),
    (
        lambda n: Backpropagated(n["h1", "o1"], None, 0.25, -0.5, 0.5, 0.0),
        "h1: dL/dh1 = 0.25 - 0.5*0.5 = 0",
    ),
    (
        lambda n: DeltaComputed(n["o1"], None, 0.5, -2.0, 0.0, 0.0, 0.5, 0.25, 0.0),
        "delta(o1) = 0.5 + (-2)*0.5*(1 - 0.5) = 0",
    ),
    (
        lambda n: GradientComputed(n["x1", "h1"], 1.0, 1.0, 2.0, -0.25, 0.5),
        "dL/dw(x1->h1) = 1 + 2*(-0.25) = 0.5",
    ),
    (
        lambda n: GradientComputed(n["h1"].bias_parameter, 1.0, 1.0, 1.0, -0.25, 0.75),
        "dL/db(h1) = 1 + (-0.25) = 0.75",
    ),
    (
        lambda n: Distributed(n["h1"], (), 2.0, 1.0, (0.0, 1.0), (0.0, 2.0)),
        "dL/dterms(h1) = 2*[0, 1] = [0, 2]",
    ),
    (
        lambda n: Distributed(n["h1"], (), 2.0, -3.0, (0.0, 1.0), (0.0, -6.0)),
        "dL/dterms(h1) = 2*(-3)*[0, 1] = [0, -6]",
    ),
    (lambda n: Noised(n["x1"], 0.5, -0.25, 0.25), "x1 = 0.5 - 0.25 (noise) = 0.25"),
    (lambda n: Dropped(n["h1"], 0.5, 2.0, 1.0), "h1 kept: h1 = 0.5*2 = 1"),
    (
        lambda n: ErrorDropped(n["h1"], 0.5, 0.0, 0.0),
        "dL/dh1 dropped: dL/dh1 = 0.5*0 = 0",
    ),
]


@pytest.mark.parametrize(("make", "text"), HANDMADE)
def test_a_record_is_a_line(net, make, text):
    assert str(make(net)) == text


def test_the_value_before_is_an_operand_of_the_kinds_that_go_on_from_it():
    goes_on = {Summed, Noised, Dropped, ErrorDropped, Updated}

    assert {kind for kind, row in KINDS.items() if row.continues} == goes_on


def test_a_step_completes_what_all_that_share_a_weight_have(net):
    net.share(("x1", "h1"), ("x2", "h2"))

    assert completed(updated(net)) == ((net["x1", "h1"], "weight"), (net["x2", "h2"], "weight"))
    assert completed(updated(net, parameter=net["h1"]._bias)) == ((net["h1"], "bias"),)


def test_a_long_aggregate_lists_eight_terms():
    net = Network()
    net.add_layer("x", 10)
    net.add_neuron("m", aggregation="max")
    net.connect("x", "m", weights=[[1.0]] * 10)

    [text] = [str(s) for s in forward(net, range(10)) if isinstance(s, Aggregated)]

    assert text.endswith("1*7, ... 2 more) = 9")


def test_a_record_is_frozen(net):
    step = next(forward(net, [2, 3]))

    with pytest.raises(AttributeError):
        step.after = 1.0


def test_the_value_of_a_step_names_its_objects_and_holds_its_numbers(net, batch):
    loss = LOSSES["half_squared_error"]

    steps = list(batch(net, [[2, 3]], [[1]], loss, Adam(0.1), penalty=L2(0.0)))

    assert value_of(steps[0]) == ("Loaded", "x1", None, 2.0)
    assert value_of(steps[3]) == ("Summed", "x1->h1", 0.0, 0.0, 2.0, 0.0)
    assert [value_of(s)[:3] for s in steps if isinstance(s, Measured)] == [
        ("Measured", None, "half_squared_error")
    ]
    assert not any(isinstance(field, np.ndarray) for s in steps for field in value_of(s))
    adjusted = updated(net, adjusted=Adjusted(1.0, 0.8, 0.25, 0.5))
    assert value_of(adjusted)[-5:] == (0.3, 1.0, 0.8, 0.25, 0.5)


def test_the_steps_of_a_twin_have_the_same_values_and_are_not_the_same(net):
    twin = net.copy()

    ours, theirs = list(forward(net, [2, 3])), list(forward(twin, [2, 3]))

    assert [value_of(s) for s in ours] == [value_of(s) for s in theirs]
    assert ours != theirs

"""What expressions come to, at one moment and at many."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.stops import conditions, expressions
from neurosim.debugger.stops.conditions import parse_condition, parse_expression
from neurosim.debugger.stops.expressions import QUANTITIES, Quantity
from neurosim.errors import NotComputable
from tests.each import each

VALUES = {
    "h1.output": 0.75,
    "h1.net_input": -2.0,
    "h1.output_gradient": 0.25,
    "h1.delta": -0.5,
    "h1.bias": None,
    "h2.output": 0.0,
    "h2.delta": None,
    "x1->h1.weight": 3.0,
    "x1->h1.gradient": -8.0,
    "x2->h1.gradient": math.nan,
    "x2->h1.weight": math.inf,
    "epoch": 10,
    "batch": 3,
    "sample": 7,
    "row": 2,
    "step": 40,
    "loss": 0.5,
}


def read(quantity):
    return VALUES[str(quantity)]


@pytest.fixture(scope="module")
def net():
    network = ns.Network("xor")
    network.add_layer("x", 2)
    network.add_layer("h", 2, activation="sigmoid")
    network.connect("x", "h")
    return network


@each(
    ("text", "value"),
    [
        ("h1.output", 0.75),
        ("x1->h1.weight", 3.0),
        ("x1 ->\th1.gradient", -8.0),
        ("loss", 0.5),
        ("epoch", 10.0),
        ("10 - 3 - 2", 5.0),
        ("10 - (3 - 2)", 9.0),
        ("1 + 2*3", 7.0),
        ("(1 + 2)*3", 9.0),
        ("-2*-3 - +1", 5.0),
        ("12 / 4 / 3 * 2", 2.0),
        ("-7 % 3", 2.0),  # Python's sign, not C's
        ("7.5 % -2", -0.5),
        (".5 + 1. + 2e1 + 1E-1", 21.6),
        ("1.e2", 100.0),
        ("007", 7.0),
        ("abs(x1->h1.gradient)", 8.0),
        ("min(3, loss, 2)", 0.5),
        ("max (3, max(loss, epoch))", 10.0),
        ("exp(0) + log(1) + sqrt(16)", 5.0),
        ("max(1, x2->h1.gradient)", math.nan),
        ("min(x2->h1.gradient, 1)", math.nan),
        ("x2->h1.weight - x2->h1.weight", math.nan),
        ("1e308 * 10", math.inf),
        ("epoch + batch + sample + row + step", 62.0),
        ("1" + "+1" * 249, 250.0),
    ],
)
def test_an_expression_has_the_value_that_its_numbers_give(net, text, value):
    found = parse_expression(text, net).value(read)

    assert type(found) is float
    assert found == value or (math.isnan(found) and math.isnan(value))


@each(
    ("text", "answer"),
    [
        ("h1.output > 0.7 and x1->h1.gradient < 0", True),
        ("h1.output > 0.8 and x1->h1.gradient < 0", False),
        ("h1.output > 0.8 or x1->h1.gradient < 0", True),
        ("abs(h1.delta) > 1e-3", True),
        ("epoch == 10", True),
        ("epoch != 10", False),
        ("loss <= 0.5", True),
        ("loss >= 0.6", False),
        ("0 < loss < 1", True),
        ("0 < loss < 0.4 < 1", False),
        ("1 > loss == 0.5 >= 0.5 != 2", True),
        ("1<-h1.net_input", True),  # no arrow: 1 < 2
        ("h1.output-h1.output>-1", True),
        ("epoch % 5 == 0 and not batch == 2", True),
        ("not loss > 1 or 1 > 2", True),  # (not ...) or ...
        ("not (loss > 1 or 2 > 1)", False),
        ("1 > 2 and 1 > 2 or 2 > 1", True),
        ("1 > 2 and (1 > 2 or 2 > 1)", False),
        ("not not isnan(x2->h1.gradient)", True),
        ("isnan(loss)", False),
        ("isfinite(loss)", True),
        ("isfinite(x2->h1.weight)", False),
        ("x2->h1.gradient == x2->h1.gradient", False),
        ("2 > 1 or h2.delta > 0", True),  # the rest is not asked
        ("1 > 2 and h2.delta > 0", False),
        ("2 < 1 < h2.delta", False),
        (" ((loss))  >\t.1 ", True),
    ],
)
def test_a_condition_holds_where_its_numbers_say_so(net, text, answer):
    assert parse_condition(text, net).holds(read) is answer
    assert parse_expression(text, net).value(read) is answer


@each(
    ("text", "reason"),
    [
        ("1/0", "1/0: division by zero"),
        ("h1.output / h2.output", "0.75/0: division by zero"),
        ("7 % h2.output", "7%0: division by zero"),
        ("exp(1000)", "exp(1000): too large for a number"),
        ("log(0)", "log(0): it takes a number above 0"),
        ("log(h1.delta)", "log(-0.5): it takes a number above 0"),
        ("sqrt(-4)", "sqrt(-4): it takes no negative number"),
        ("h2.delta * 0", "h2.delta: not yet"),
        ("h1.bias", "h1.bias: the neuron has none"),
    ],
)
def test_what_cannot_be_computed_says_why(net, text, reason):
    with pytest.raises(NotComputable) as of_expression:
        parse_expression(text, net).value(read)
    with pytest.raises(NotComputable) as of_condition:
        parse_condition(f"1 > 2 or not {text} > 1", net).holds(read)

    assert str(of_expression.value) == str(of_condition.value) == reason


def test_an_expression_knows_its_quantities_each_once_in_the_order_of_its_text(net):
    text = "loss > 1 and x1 -> h1.weight > h1.output or loss > epoch"

    condition = parse_condition(text, net)

    assert list(map(str, condition.quantities)) == ["loss", "x1->h1.weight", "h1.output", "epoch"]
    assert [quantity.kind for quantity in condition.quantities] == [
        "loss",
        "connection",
        "neuron",
        "position",
    ]
    assert condition.quantities[1] == Quantity("connection", net["x1", "h1"], "weight")
    assert str(condition) == condition.text == text


def test_all_quantities_of_the_table_are_understood(net):
    owners = {"neuron": "h1.", "connection": "x1->h1.", "position": "", "loss": ""}

    for kind, names in QUANTITIES.items():
        for name in names:
            (quantity,) = parse_expression(owners[kind] + name, net).quantities
            assert (quantity.kind, quantity.name) == (kind, name)


@each(
    "name",
    [
        *("loss", "epoch", "and", "or", "not", "abs", "exp", "if", "lambda", "True", "None"),
        *("_", "1", "7a", "1e5", "0x10", "\u5165\u529b", "\u00e9", "\u0928\u093f", "q\u0331"),
    ],
)
def test_a_neuron_of_any_name_can_be_asked_for(name):
    network = ns.Network()
    network.add_layer("x", [name])
    network.add_layer("o", ["o1"])
    network.connect("x", "o")
    text = f"not {name}.output > 1 and {name}->o1.weight<-2 or abs({name} -> o1.weight)>loss"

    condition = parse_condition(text, network)

    (neuron, connection, loss) = condition.quantities
    assert (neuron.owner, connection.owner) == (network[name], network[name, "o1"])
    assert loss == Quantity("loss", None, "loss")


def test_what_is_parsed_and_what_is_computed_have_the_same_names():
    counted, meant = expressions.FUNCTIONS, {**conditions.FUNCTIONS, **conditions.PREDICATES}

    assert counted.keys() == meant.keys()
    assert set(expressions.PREDICATES) == conditions.PREDICATES.keys()
    assert set(expressions._ARITHMETIC.values()) == conditions.ARITHMETIC.keys()
    assert set(expressions._COMPARISONS.values()) == conditions.COMPARISONS.keys()


# --- many moments at once


@each(
    ("text", "expected"),
    [
        ("loss < 0.1", [0, 1, 1, 0]),  # at the third, half of the tolerance above
        ("not loss >= 0.1", [0, 1, 1, 0]),
        ("0.04 < loss < 0.1", [0, 1, 1, 0]),
        ("loss == 0.1", [0, 0, 1, 0]),
        ("loss != 0.1", [1, 1, 1, 1]),
        ("loss * 3 - 0.6 > 0.5", [1, 0, 0, 0]),
        ("-loss < -0.4", [1, 0, 0, 0]),
        ("1 / loss > 15", [0, 1, 0, 0]),
        ("abs(loss - 0.3) > 0.21", [0, 1, 0, 0]),
        ("max(loss, 0.2) == 0.2", [0, 1, 1, 0]),
        ("min(loss, 0.2) < 0.2", [0, 1, 1, 0]),
        ("log(loss) < -2.5", [0, 1, 0, 0]),
        ("exp(loss) > 1.5", [1, 0, 0, 0]),
        ("sqrt(loss) > 0.6", [1, 0, 0, 0]),
        ("epoch == 10", [0, 1, 0, 0]),
        ("epoch % 4 == 3", [0, 0, 1, 0]),
        ("epoch > 9 and loss > 0.07", [0, 0, 1, 1]),
        ("epoch < 10 or loss < 0.07", [1, 1, 0, 0]),
        ("not (epoch < 10 or loss < 0.07)", [0, 0, 1, 1]),
        ("epoch > 5 or 1 / 0 > 1", [1, 1, 1, 1]),
        ("epoch > 11 and 1 / 0 > 1", [0, 0, 0, 1]),
        ("loss % 1 > 2", [1, 1, 1, 1]),
        ("isnan(loss)", [0, 0, 0, 0]),
        ("isfinite(loss)", [1, 1, 1, 1]),
    ],
)
def test_screening_keeps_the_moments_that_may_hold(net, text, expected):
    moments = {
        "loss": np.array([0.5, 0.05, 0.1 + 5e-10, 0.3]),
        "epoch": np.array([9.0, 10.0, 11.0, 12.0]),
    }

    kept = parse_condition(text, net).may_hold(lambda quantity: moments[str(quantity)], 1e-9)

    assert np.broadcast_to(kept, 4).tolist() == [bool(flag) for flag in expected]


@each("text", ["loss > 1", "not loss > 1", "isnan(loss)", "isfinite(loss)"])
@each("x", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_rules_nothing_out(net, text, x):
    assert parse_condition(text, net).may_hold(lambda _: x, 1e-9) is True


@pytest.mark.parametrize("x", [0.0, 5e-10, -5e-10])
def test_what_may_be_divided_by_zero_rules_nothing_out(net, x):
    assert parse_condition("1/loss < -1e30", net).may_hold(lambda _: x, 1e-9) is True


def test_screening_rules_out_what_is_further_off_than_the_tolerance(net):
    above = parse_condition("loss > 1000", net)

    assert above.may_hold(lambda _: 1000.0 - 0.9e-6, 1e-9) is True
    assert above.may_hold(lambda _: 1000.0 - 1.1e-6, 1e-9) is False


def test_numbers_and_arrays_of_all_shapes_are_screened_together(net):
    condition = parse_condition("loss > 1 and h1.output > epoch", net)
    shapes = {"loss": np.ones((3, 1)) * 2.0, "h1.output": np.arange(4.0), "epoch": 2}

    kept = condition.may_hold(lambda quantity: shapes[str(quantity)], 1e-9)

    assert kept.dtype == bool
    assert kept.tolist() == [[False, False, True, True]] * 3


LEAVES = ("loss", "h1.output", "x1->h1.weight", "epoch", "batch", "0", "1", "0.5", "3", "1e-9")
SPECIAL = (0.0, 1.0, -1.0, 0.5, 3.0, 1e-9, -1e-9, 1e-300, 1e200, 710.0, math.nan, math.inf)


def number(rng, depth):
    """The text of a random number."""
    if depth == 0 or rng.random() < 0.2:
        return str(rng.choice(LEAVES))
    a, b = number(rng, depth - 1), number(rng, depth - 1)
    forms = [f"({a} {sign} {b})" for sign in "+-*/%"]
    forms += [f"{f}({a})" for f in ("abs", "exp", "log", "sqrt")]
    return rng.choice([*forms, f"min({a}, {b})", f"max({a}, {b})", f"-{a}"])


def truth(rng, depth):
    """The text of a random condition."""
    if depth > 0 and rng.random() < 0.5:
        a, b = truth(rng, depth - 1), truth(rng, depth - 1)
        return rng.choice([f"({a} and {b})", f"({a} or {b})", f"not {a}"])
    a, b, c = (number(rng, rng.integers(3)) for _ in range(3))
    first, second = rng.choice(["<", "<=", ">", ">=", "==", "!="], size=2)
    chain = f"({a} {first} {b} {second} {c})"
    return rng.choice([f"({a} {first} {b})", chain, f"isnan({a})", f"isfinite({a})"])


def moments(rng, quantities, n):
    """What is screened and what is exact, at n moments: as far apart as may be."""
    screened, exact = {}, {}
    for quantity in quantities:
        x = np.where(rng.random(n) < 0.5, rng.choice(SPECIAL, size=n), rng.normal(size=n))
        if quantity.kind == "position":
            x = rng.integers(4, size=n).astype(float)
            off = np.zeros(n)
        else:
            off = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], size=n) * 1e-9
        screened[quantity] = x
        size = np.maximum(1.0, np.abs(np.where(np.isfinite(x), x, 1.0)))
        exact[quantity] = x + off * size
    return screened, exact


def wrongly_ruled_out(net, seed):
    """The random condition and its moments that hold though they were ruled out."""
    rng = np.random.default_rng(seed)
    condition = parse_condition(truth(rng, 2), net)
    screened, exact = moments(rng, condition.quantities, 30)
    kept = np.broadcast_to(condition.may_hold(screened.__getitem__, 1e-9), 30)
    return [(condition.text, i) for i in range(30) if not kept[i] and holds(condition, exact, i)]


def holds(condition, exact, i):
    try:
        return condition.holds(lambda quantity: exact[quantity][i])
    except NotComputable:
        return False


@given(seed=st.integers(0, 2**32 - 1))
def test_no_moment_that_holds_is_ruled_out(net, seed):
    assert wrongly_ruled_out(net, seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ["-", "*", "/", "%", "exp", "abs", "max"])
def test_a_wrong_bound_is_found(net, monkeypatch, mutant):
    table = conditions.ARITHMETIC if mutant in conditions.ARITHMETIC else conditions.FUNCTIONS
    right = table[mutant]

    def low(*parts):
        ends = np.mod(*(part[0] for part in parts)) if mutant == "%" else right.bounds(*parts)[0]
        return ends, ends

    monkeypatch.setitem(table, mutant, conditions.Meaning(right.exact, low))

    assert any(wrongly_ruled_out(net, seed) for seed in range(3000))

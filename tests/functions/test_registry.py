"""Registration: a user's function is checked at once, and then its name works everywhere."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import (
    InvalidValueError,
    NameRuleError,
    UnknownNameError,
    WrongTypeError,
)
from neurosim.functions.activations import ACTIVATIONS, Facts, facts_of, measured
from neurosim.functions.initializers import INITIALIZERS
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.functions.penalties import PENALTIES
from neurosim.functions.registry import is_same
from neurosim.training.metrics import METRICS
from tests.each import each

TABLES = (ACTIVATIONS, LOSSES, OPTIMIZERS, PENALTIES, INITIALIZERS, METRICS)
X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


@pytest.fixture(autouse=True)
def _forget():
    """What a test registers is gone after it."""
    yield
    for table in TABLES:
        for name in [name for name in table if table[name] is not table._shipped.get(name)]:
            table.unregister(name)


def bent(name="bent", k=0.5, **forms):
    given = {"value": lambda z: math.hypot(z, 1.0) + k * z,
             "slope": lambda z, _a: z / math.hypot(z, 1.0) + k}  # fmt: skip
    return ns.Activation(name, **{**given, **forms})


def network(activation, **options):
    net = ns.Network(seed=3)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation=activation)
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h", **options)
    net.connect("h", "o", **options)
    return net


def refused(words, kind, call, *arguments, **options):
    with pytest.raises(kind) as caught:
        call(*arguments, **options)
    assert words in str(caught.value)


@each("table", TABLES)
def test_every_shipped_entry_passes_the_check_of_users_entries(table):
    if table is INITIALIZERS:
        return  # its entries are made by the check
    for name, entry in table.items():
        table._check(name, entry)


@each("name", ACTIVATIONS)
def test_the_facts_of_a_shipped_activation_are_what_a_grid_shows(name):
    given, found = ACTIVATIONS[name].facts, measured(ACTIVATIONS[name])

    assert given is not None
    assert found.range == pytest.approx(given.range, abs=1e-4)
    assert (found.saturates, found.can_die) == (given.saturates, given.can_die)
    assert found.kinks == tuple(kink for kink in given.kinks if abs(kink) <= 4.0)  # the grid


def test_a_registered_activation_trains_with_the_same_numbers_in_both_engines():
    ns.register_activation(bent())

    assert ns.agree(network("bent"), X, T, optimizer=ns.SGD(0.5)).passed


def test_an_activation_of_lambdas_runs_as_a_program_of_arrays_and_of_numbers():
    net = network(bent(k=0.25))

    for rows in (X, np.random.default_rng(0).normal(size=(300, 2))):
        by_walk = [net.forward(row) for row in rows]
        assert net.predict(rows) == pytest.approx(np.array(by_walk), abs=1e-14)


def test_a_replaced_activation_holds_at_once_in_walk_and_program():
    ns.register_activation(bent(k=0.0))
    net = network("bent")
    before = net.predict(X)
    net.forward(X[1])

    ns.register_activation(bent(k=0.5), replace=True)

    assert net.predict(X)[1] == net.forward(X[1])
    assert (net.predict(X) != before).any()


def test_a_taken_name_is_refused_but_for_identical_source():
    ns.register_activation(bent(k=0.5))
    ns.register_activation(bent(k=0.5))  # a cell that runs twice

    refused("the name is taken", NameRuleError, ns.register_activation, bent(k=0.25))
    refused("the name is taken", NameRuleError, ns.register_activation, bent("tanh"))


@each(
    "other",
    [
        lambda z: math.hypot(z, 2.0),  # another number,
        lambda z: math.copysign(z, 1.0),  # another function,
        lambda z: 1.0 - math.hypot(z, 1.0),  # another operation
    ],
)
def test_functions_are_the_same_where_they_do_the_same(other):
    assert is_same(lambda z: math.hypot(z, 1.0), lambda z: math.hypot(z, 1.0))
    assert not is_same(lambda z: math.hypot(z, 1.0), other)


def test_a_class_is_the_same_where_its_text_is():
    def tilted(k):
        class Tilted:
            name = "tilted"

            @property
            def slope(self):
                return k

            @staticmethod
            def gradient(weight, rows):
                return weight * k / rows

        return Tilted

    def sloped(slope):
        return type("Sloped", (), {"slope": property(slope)})

    ns.register_penalty(tilted(2.0))
    ns.register_penalty(tilted(2.0))  # a cell that runs twice

    refused("the name is taken", NameRuleError, ns.register_penalty, tilted(3.0))
    assert is_same(sloped(lambda _self: 1.0), sloped(lambda _self: 1.0))
    assert not is_same(sloped(lambda _self: 1.0), sloped(lambda _self: 2.0))


def test_functions_that_refer_to_themselves_are_not_known_to_be_the_same():
    def summed():
        def metric(outputs, targets):
            return float(outputs[0, 0]) if len(outputs) == 1 else metric(outputs[1:], targets)

        return metric

    ns.register_metric(summed(), name="summed")

    refused("the name is taken", NameRuleError, ns.register_metric, summed(), name="summed")


def test_what_is_unregistered_is_unknown_and_a_shipped_entry_returns():
    ns.register_activation(bent("tanh"), replace=True)
    ns.unregister_activation("tanh")
    assert ACTIVATIONS["tanh"].value is math.tanh
    refused("it is shipped", NameRuleError, ns.unregister_activation, "tanh")

    again = bent("tanh")
    ns.register_activation(again, replace=True)
    ns.unregister_activation("tanh")
    refused("the name is taken", NameRuleError, ns.register_activation, again)

    net = network(bent())
    ns.unregister_activation("bent")
    refused("unknown activation 'bent'", UnknownNameError, net.forward, X[0])
    refused("unknown activation 'bent'", UnknownNameError, net.predict, X)


def test_what_is_registered_may_have_a_second_name():
    ns.register_activation(bent())
    ns.register_activation(ACTIVATIONS["bent"], name="second")

    assert network("second").predict(X).tolist() == network("bent").predict(X).tolist()


def test_load_names_what_is_not_registered(tmp_path):
    network(bent()).save(tmp_path / "net.json")
    ns.unregister_activation("bent")

    refused("unknown activation 'bent'", ns.NeurosimError, ns.load, tmp_path / "net.json")


BAD = [
    ({"slope": lambda _z, a: a}, InvalidValueError, "which differences of the values say"),
    ({"value": math.log, "slope": None}, InvalidValueError, "raises ValueError at -4"),
    ({"value": lambda z: math.nan if z > 50 else z, "slope": lambda _z, _a: 1.0}, InvalidValueError,
     "is NaN at 51"),
    ({"value": lambda z: math.exp(z * z), "slope": None}, InvalidValueError, "overflows at"),
    ({"value": lambda z: math.exp(7.1 * abs(z)), "slope": None}, InvalidValueError,
     "overflows at -100;"),
    ({"value": lambda z: math.nan if z == 100 else z, "slope": None}, InvalidValueError,
     "is NaN at 100;"),
    ({"value": lambda z: abs(z * 8 - round(z * 8)), "slope": lambda _z, _a: 8.0}, InvalidValueError,
     "bent"),
    ({"array": lambda z, out: np.multiply(z, 2.0, out=out)}, InvalidValueError,
     "the array form differs"),
    ({"value": 3}, WrongTypeError, "expected a function"),
    ({"slope_text": "{q}"}, InvalidValueError, "expected a formula of {a} and {z}"),
]  # fmt: skip


@each(("forms", "kind", "words"), BAD)
def test_an_activation_that_is_wrong_is_refused_with_words(forms, kind, words):
    refused(words, kind, ns.register_activation, bent(**forms))
    assert "bent" not in ACTIVATIONS


@each("name", ["two words", "lambda", "softmax", "z\n", "ünder", ""])
def test_a_name_that_could_not_stand_in_a_program_is_refused(name):
    refused("no name for one", NameRuleError, ns.register_activation, bent(name))


def test_kinks_are_skipped_at_most_eight():
    def tent(width, shift=0.0):
        def value(z):
            return abs((z + shift) % width - width / 2.0)

        def slope(z, _a):
            return 1.0 if (z + shift) % width >= width / 2.0 else -1.0

        return ns.Activation("tent", value, slope)

    ns.register_activation(tent(4.0))  # at -4, -2, ..., 4
    assert facts_of("tent").kinks == (-4.0, -2.0, 0.0, 2.0, 4.0)
    refused("got 9 kinks", InvalidValueError, ns.register_activation, tent(2.0), replace=True)
    ns.register_activation(tent(2.0, 0.5), replace=True)
    assert len(facts_of("tent").kinks) == 8


def test_an_overflow_far_out_is_infinite_in_both_engines():
    net = network(ns.Activation("power", lambda z: z**5 * 1e-6, lambda z, _a: 5e-6 * z**4))

    for row in ([1e100, 0.0], [-1e100, 0.0]):
        net["x1", "h1"].weight = 1.0
        net.forward(row)
        assert net["h1"].output == math.copysign(math.inf, row[0])
        assert np.isfinite(net.predict([row])).all() == math.isfinite(net["o1"].output)


def test_a_user_gives_facts_or_they_are_measured():
    ns.register_activation(bent("one", facts=Facts((0.0, 1.0), reach=7.0)))
    ns.register_activation(ns.Activation("squash", lambda z: z / math.hypot(1.0, z),
                                         lambda z, _a: math.hypot(1.0, z) ** -3))  # fmt: skip

    assert facts_of("one").reach == 7.0
    assert facts_of("squash").saturates
    assert facts_of("softmax").range == (0.0, 1.0)
    assert facts_of("squash").range == pytest.approx((-1.0, 1.0))


def test_the_plane_of_a_picture_reaches_to_where_an_activation_is_flat():
    def squash(k):
        return ns.Activation("squash", lambda z: math.tanh(k * z), None)

    for k, reach in ((0.8, 3.0), (0.6, 4.0), (0.5, 5.0), (0.4, 6.0)):  # 1 - tanh(2.4) is 0.016
        assert measured(squash(k)).reach == reach, k
    assert measured(ns.Activation("grows", lambda z: z, None)).reach == 3.0


CUBED = {"value": lambda x, t: abs(x - t) ** 3, "slope": lambda x, t: 3 * (x - t) * abs(x - t)}


def test_a_loss_is_taken_by_its_name_and_as_an_object():
    ns.register_loss(ns.Loss("cubed", **CUBED))

    for loss in ("cubed", ns.Loss("other", **CUBED)):
        assert ns.agree(network("tanh"), X, T, loss=loss, optimizer=ns.SGD(0.5)).passed


@each(("rule", "expected"), [("signs", {-1.0, 1.0}), ("unit", {0.0, 0.3, 1.0})])
def test_a_loss_is_tried_with_targets_of_its_rule(rule, expected):
    tried = set()

    def value(x, t):
        tried.add(t)
        return CUBED["value"](x, t)

    ns.register_loss(
        ns.Loss("cubed", value=value, slope=CUBED["slope"], targets=rule), replace=True
    )

    assert tried == expected


def test_a_loss_with_a_wrong_slope_is_refused_as_an_object_too():
    wrong = ns.Loss("wrong", value=CUBED["value"], slope=lambda x, t: x - t)

    refused("loss 'wrong' slope", InvalidValueError, ns.register_loss, wrong)
    refused("loss 'wrong' slope", InvalidValueError, ns.agree, network("tanh"), X, T, loss=wrong,
            optimizer=ns.SGD(0.5))  # fmt: skip


@dataclass(frozen=True)
class Lion:
    """A rule by signs, with its form for numbers alone."""

    learning_rate: float = 0.01
    beta: float = 0.9

    name: ClassVar[str] = "lion"
    start: ClassVar[tuple[float, ...]] = (0.0,)
    remembers: ClassVar[tuple[str, ...]] = ("m",)
    pushes: ClassVar[tuple[bool, ...]] = (True,)

    def scalar(self, w, g, memory, count, rate):
        m = self.beta * memory[0] + (1.0 - self.beta) * g
        return w - rate * math.copysign(1.0, m), (m,)


def test_an_optimizer_of_the_protocol_runs_in_both_engines_and_its_array_form_is_optional():
    assert ns.agree(network("tanh"), X, T, optimizer=Lion()).passed
    ns.register_optimizer(Lion)
    assert OPTIMIZERS["lion"] is Lion


class Signs(Lion):
    """A rule that remembers nothing."""

    name, start, remembers, pushes = "signs", (), (), ()

    def scalar(self, w, g, memory, count, rate):
        return w - rate * math.copysign(1.0, g), memory


@pytest.mark.slow
def test_an_optimizer_may_remember_nothing():
    for rows in (1, 20):
        found = ns.agree(network("tanh"), X * rows, T * rows, optimizer=Signs())
        assert found.passed


def test_an_optimizer_whose_forms_differ_is_refused():
    class Wrong(Lion):
        name = "wrong"

        def array(self, w, g, memory, count, rate):
            w -= rate * g

    refused("differs in update 1", InvalidValueError, ns.register_optimizer, Wrong)


@dataclass(frozen=True)
class Drawn:
    """Weights on a line."""

    top: float

    def draw(self, source, n_in, n_out):
        return np.linspace(-self.top, self.top, n_in * n_out).reshape(n_in, n_out)


@dataclass(frozen=True)
class Lasso:
    """strength * sign(w) / n."""

    strength: float

    name: ClassVar[str] = "lasso"

    def gradient(self, weight, rows):
        return self.strength * math.copysign(1.0, weight) / rows


def test_a_penalty_is_one_class_and_both_engines_obey_it():
    ns.register_penalty(Lasso)

    for penalty in (Lasso(0.3), {"lasso": 0.3}):
        found = ns.agree(network("tanh"), X, T, optimizer=ns.SGD(0.5), penalty=penalty)
        assert found.passed
    net = network("tanh")
    ns.train(net, X, T, optimizer=ns.SGD(0.5), epochs=1, penalty={"lasso": 0.3})
    other = network("tanh")
    ns.train(other, X, T, optimizer=ns.SGD(0.5), epochs=1)
    assert (net.parameters() != other.parameters()).any()


def test_a_metric_is_taken_by_its_name_and_as_a_function(engine):
    def close(outputs, targets):
        return float((abs(outputs - targets) < 0.5).mean())

    ns.register_metric(close)
    options = {"optimizer": ns.SGD(0.5), "epochs": 2, "engine": engine}

    by_name = ns.train(network("tanh"), X, T, metrics=["close"], **options)
    by_function = ns.train(network("tanh"), X, T, metrics=[close], **options)

    assert by_name.metrics == by_function.metrics
    refused("expected a function of (outputs, T)", WrongTypeError, ns.register_metric, len)


SCENARIO = """\
neurosim: 1
title: of functions that a user registered
network:
  layers: [{name: x, neurons: 2}, {name: h, neurons: 2, activation: bent},
           {name: o, neurons: 1}]
  connections: [{from: x, to: h}, {from: h, to: o}]
  initial: {weights: {drawn: 0.5}}
data: {inputs: [[0, 1]], targets: [[1]]}
training:
  loss: cubed
  optimizer: {name: lion, beta: 0.5}
  epochs: 3
  penalty: {lasso: 0.1}
  metrics: [close]
"""


@pytest.mark.slow
def test_a_scenario_sees_what_is_registered_after_it_was_first_read(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    with pytest.raises(ns.ScenarioError) as caught:
        ns.run_scenario(file)
    assert len(caught.value.problems) == 6

    ns.register_activation(bent())
    ns.register_loss(ns.Loss("cubed", **CUBED))
    ns.register_optimizer(Lion)
    ns.register_penalty(Lasso)
    ns.register_initializer(Drawn, name="drawn")
    ns.register_metric(lambda outputs, _targets: float(outputs.sum()), name="close")

    result = ns.run_scenario(file)
    assert result.status == "passed"
    assert "close" in result.history[-1].metrics
    for table in TABLES:
        table.unregister(next(name for name in table if name not in table._shipped))
    with pytest.raises(ns.ScenarioError):
        ns.run_scenario(file)

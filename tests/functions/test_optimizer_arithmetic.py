"""Optimizers written out: every line, worked out by its own text, is the number that it shows."""

import math
from typing import final

import pytest

from neurosim.functions.arithmetic import arithmetic
from neurosim.functions.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    KerasAdam,
    NAdam,
    Perceptron,
    RMSprop,
    Rprop,
    SklearnAdam,
)
from tests.each import each

ALL = [
    SGD(0.1),
    Perceptron(),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.9, nesterov=True),
    RMSprop(),
    Adagrad(),
    Adadelta(),
    Rprop(),
    Adam(),
    AdamW(weight_decay=0.1),
    Adamax(),
    NAdam(),
    SklearnAdam(),
    KerasAdam(),
]
GRADIENTS = [0.5, -2.0, 0.25, 0.0, 1e-3]


def worked_out(line):
    """What the printed formula comes to."""
    text = line.formula.format(**{name: f"({x!r})" for name, x in line.numbers.items()})
    return eval(text.replace("^", "**"), {"sqrt": math.sqrt, "max": max, "min": min, "abs": abs})  # noqa: S307


def test_every_rule_of_the_table_is_written_out_here():
    assert {type(rule) for rule in ALL} == set(OPTIMIZERS.values())


@each("rule", ALL)
def test_each_line_of_five_updates_comes_to_the_number_it_shows(rule):
    w, memory = 0.7, rule.start
    for count, g in enumerate(GRADIENTS, start=1):
        lines = arithmetic(rule, w, g, memory=memory, count=count, rate=rule.learning_rate)
        w, memory = rule.scalar(w, g, memory, count, rule.learning_rate)

        shown = {line.what: line.value for line in lines}
        assert [worked_out(line) for line in lines] == pytest.approx(
            [line.value for line in lines], rel=1e-14, abs=1e-300
        )
        assert shown["w"] == w
        assert [shown.get(name, 0.0) for name in rule.remembers] == list(memory)


@each("rule", ALL[2:])  # the first remember nothing
def test_what_pushes_moves_a_parameter_without_a_gradient_and_what_scales_does_not(rule):
    memory = (0.5,) * len(rule.start)

    for slot, pushes in enumerate(rule.pushes):
        alone = tuple(0.5 if i == slot or not rule.pushes[i] else 0.0 for i in range(len(memory)))
        after, _ = rule.scalar(0.0, 0.0, alone, 2, 0.1)
        assert (after != 0.0) == pushes, slot


def test_adam_shows_both_means_and_both_corrections():
    lines = arithmetic(Adam(0.1), 1.0, 0.5, memory=(0.0, 0.0), count=1, rate=0.1)

    assert [(line.what, line.formula) for line in lines] == [
        ("m", "{beta1}*{m} + (1 - {beta1})*{g}"),
        ("s", "{beta2}*{s} + (1 - {beta2})*{g}^2"),
        ("below", "sqrt({s})/sqrt(1 - {beta2}^{count}) + {epsilon}"),
        ("w", "{w} - {rate}/(1 - {beta1}^{count})*{m}/{below}"),
    ]
    assert [line.value for line in lines] == pytest.approx([0.05, 0.00025, 0.5, 0.9])


def test_keras_adam_shows_how_its_means_move():
    lines = arithmetic(KerasAdam(0.1), 1.0, 0.5, memory=(0.25, 0.5), count=1, rate=0.1)

    assert [(line.what, line.formula) for line in lines] == [
        ("m", "{m} + ({g} - {m})*(1 - {beta1})"),
        ("s", "{s} + ({g}^2 - {s})*(1 - {beta2})"),
        ("step", "{rate}*sqrt(1 - {beta2}^{count})/(1 - {beta1}^{count})"),
        ("w", "{w} - {m}*{step}/(sqrt({s}) + {epsilon})"),
    ]


def test_a_rule_without_readable_source_is_one_line():
    class Closed(SGD):  # of a function: its source has names that no module has
        name = "closed"
        scalar = staticmethod(lambda w, g, memory, _count, rate: (w - 2.0 * rate * g, memory))

    (line,) = arithmetic(Closed(0.1), 1.0, 0.5, memory=(0.0,), count=1, rate=0.1)

    assert (line.what, line.formula, line.value) == ("w", "closed({w}, {g})", 0.9)


def test_a_changed_rule_changes_what_is_printed():
    lines = arithmetic(Halved(0.1), 1.0, 0.5, memory=(0.25,), count=1, rate=0.1)

    assert [line.formula for line in lines] == ["{v}/2 + {g}", "{w} - {rate}*({v} + {v before})"]
    assert worked_out(lines[0]) == 0.625
    assert lines[1].numbers["v before"] == 0.25


class Halved(SGD):
    """A rule that asks what it remembered after it has a new one."""

    def scalar(self, w, g, memory, count, rate):
        v = memory[0] / 2.0 + g
        return w - rate * (v + memory[0]), (v,)


SEEN = {}


def doubled(x, times=2.0):
    """The helper of a rule; its caller may leave the second number out."""
    return times * x


def stepped(x):
    """The helper of a rule, with a statement that is not written out."""
    while x > 1.0:
        x -= 1.0
    return x


class Turned(SGD):
    """A rule with a sign, and with a helper that has a docstring."""

    def scalar(self, w, g, memory, count, rate):
        return w - -rate * doubled(g, 3.0), memory


def test_a_sign_and_a_helper_are_written_out():
    (line,) = arithmetic(Turned(0.1), 1.0, 0.5, memory=(0.0,), count=1, rate=0.1)

    assert line.formula == "{w} - -{rate}*(3*{g})"
    assert worked_out(line) == line.value == 1.15


class Renamed(SGD):
    """A rule whose numbers have other names."""

    def scalar(self, w, slope, memory, count, rate):
        return w - rate * slope, memory


class Unpacked(SGD):
    """A rule that assigns two numbers, one of them to no name."""

    def scalar(self, w, g, memory, count, rate):
        SEEN["gradient"], step = g, rate * g
        return w - step, memory


class Brief(SGD):
    """A rule that leaves a number of its helper out."""

    def scalar(self, w, g, memory, count, rate):
        return w - rate * doubled(g), memory


class Halving(SGD):
    """A rule that is another one, of half the gradient."""

    def scalar(self, w, g, memory, count, rate):
        return SGD(rate).scalar(w, g / 2.0, memory, count, rate)


class Looped(SGD):
    """A rule with a loop."""

    def scalar(self, w, g, memory, count, rate):
        for _ in range(2):
            w -= rate * g
        return w, memory


class Listed(SGD):
    """A rule with an expression that is no arithmetic."""

    def scalar(self, w, g, memory, count, rate):
        return [w - rate * g][0], memory


class Remainder(SGD):
    """A rule with an operation that is not written out."""

    def scalar(self, w, g, memory, count, rate):
        return w - rate * (g % 2.0), memory


class Stepped(SGD):
    """A rule whose helper has a loop."""

    def scalar(self, w, g, memory, count, rate):
        return w - rate * stepped(g), memory


class Marked(SGD):
    """A rule that is decorated."""

    @final
    def scalar(self, w, g, memory, count, rate):
        return w - rate * g, memory


TYPED = {}
exec("def scalar(self, w, g, memory, count, rate): return w - rate * g, memory", TYPED)  # noqa: S102 - ours


class Typed(SGD):
    """A rule whose source is in no file."""

    scalar = TYPED["scalar"]


@each(
    "kind", [Typed, Marked, Renamed, Unpacked, Brief, Halving, Looped, Listed, Remainder, Stepped]
)
def test_a_rule_that_cannot_be_written_out_is_one_line(kind):
    rule, given = kind(0.1), {"memory": (0.0,), "count": 1, "rate": 0.1}

    lines = arithmetic(rule, 1.0, 0.5, **given)

    after, _ = rule.scalar(1.0, 0.5, *given.values())
    assert [(line.formula, line.value) for line in lines] == [("sgd({w}, {g})", after)]

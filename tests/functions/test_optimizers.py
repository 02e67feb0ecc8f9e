"""Optimizers: PyTorch's rules, by the published table, in both forms."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.errors import InvalidValueError, WrongTypeError
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
    array_rule,
    require_optimizer,
    require_optimizer_memory,
)
from tests.each import each

X0 = (1.0, 2.0, 3.0, 4.0)
GRADIENTS = [[scale * g for g in (1.0, 6.0, 7.0, 2.0)] for scale in (1, -0.5, 0.25, 2, -1)]
# rule, half a unit of the last digit printed, after step 1, after step 5: PyTorch's numbers
TABLE = [
    (SGD(0.1, momentum=0.9), 5e-6, (0.9, 1.4, 2.3, 3.8), (0.41469, -1.51186, -1.09717, 2.82938)),
    (
        SGD(0.1, momentum=0.9, nesterov=True),
        5e-7,
        (0.81, 0.86, 1.67, 3.62),
        (0.298221, -2.210674, -1.912453, 2.596442),
    ),
    (
        Adam(0.1),
        2e-15,
        (0.900000001, 1.9000000001666666, 2.900000000142857, 3.9000000005),
        (0.7469178629160758, 1.7469178606997544, 2.7469178606364313, 3.746917861586283),
    ),
    (
        AdamW(0.1, weight_decay=0.01),
        2e-15,
        (0.899000001, 1.8980000001666666),
        (0.7425394155306277, 1.7375494033247976, 2.73255939326663, 3.727569384219127),
    ),
    (
        RMSprop(0.01),
        2e-15,
        (0.9000000099999991, 1.9000000016666667),
        (0.8759110777059477, 1.8759110692985383),
    ),
    (Adagrad(0.1), 2e-15, (0.90000000001,), (0.875928875017419, 1.8759288750090146)),
]
ALL = [
    SGD(0.1),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.9, nesterov=True),
    RMSprop(),
    Adagrad(),
    Adadelta(),
    Rprop(),
    Perceptron(),
    Adam(),
    AdamW(),
    Adamax(),
    NAdam(),
    SklearnAdam(),
    KerasAdam(),
]


def walk_by_scalar(rule, gradients=GRADIENTS, start=X0):
    """The parameters after each step, moved one by one."""
    values, memories = list(start), [rule.start] * len(start)
    for count, row in enumerate(gradients, start=1):
        for i, g in enumerate(row):
            values[i], memories[i] = rule.scalar(
                values[i], g, memories[i], count, rule.learning_rate
            )
        yield list(values), np.array(memories).T


def walk_by_array(rule, gradients=GRADIENTS, start=X0):
    """The parameters after each step, moved together."""
    values = np.array(start)
    memory = np.repeat(np.array(rule.start)[:, None], len(start), axis=1)
    for count, row in enumerate(gradients, start=1):
        rule.array(values, np.array(row), memory, count, rule.learning_rate)
        yield values.tolist(), memory.copy()


def farthest_from_table(rule, walk, after_one, after_five):
    steps = [values for values, _ in walk(rule)]
    pairs = [*zip(steps[0], after_one, strict=False), *zip(steps[4], after_five, strict=False)]
    return float(np.max([abs(got - want) / max(1.0, abs(want)) for got, want in pairs]))


@each("walk", [walk_by_scalar, walk_by_array])
@each(("rule", "tolerance", "after_one", "after_five"), TABLE)
def test_five_steps_are_those_of_the_published_table(rule, tolerance, after_one, after_five, walk):
    assert farthest_from_table(rule, walk, after_one, after_five) <= tolerance


def test_one_step_of_adamax_is_the_one_worked_out_by_hand():
    after, _ = Adamax(0.1).scalar(1.0, 2.0, Adamax.start, 1, 0.1)

    # m = 0.1 * 2, corrected by 1 - 0.9: 2; u = 2 + 1e-8
    assert after == pytest.approx(1.0 - 0.1 * 2.0 / (2.0 + 1e-8), abs=2e-16)


def test_one_step_of_nadam_is_the_one_worked_out_by_hand():
    after, _ = NAdam(0.1).scalar(1.0, 1.0, NAdam.start, 1, 0.1)

    mu1, mu2 = 0.9 * (1 - 0.96**0.004 / 2), 0.9 * (1 - 0.96**0.008 / 2)
    # s' = 1, so that both parts are over 1 + 1e-8; m = 0.1
    expected = 1.0 - 0.1 * (1.0 + mu2 * 0.1 / (1.0 - mu1 * mu2)) / (1.0 + 1e-8)
    assert after == pytest.approx(expected, abs=2e-16)


def test_one_step_of_the_perceptron_rule_is_the_one_worked_out_by_hand():
    assert Perceptron().scalar(0.5, -2.0, Perceptron.start, 1, 0.25) == (1.0, (0.0,))


def test_one_step_of_adadelta_is_the_one_worked_out_by_hand():
    after, memory = Adadelta().scalar(1.0, 2.0, Adadelta.start, 1, 1.0)

    # s = 0.1 * 2^2; nothing has moved yet, so the root above is that of epsilon
    step = 2.0 * math.sqrt(1e-6 / 0.400001)
    assert after == pytest.approx(1.0 - step, abs=2e-16)
    assert memory == pytest.approx((0.4, 0.1 * step**2), rel=1e-15)


@pytest.mark.parametrize("walk", [walk_by_scalar, walk_by_array])
def test_rprop_grows_its_step_halves_it_at_a_turn_and_stays_there(walk):
    rule = Rprop(0.25, eta_plus=2.0, most_step=1.0)
    steps = [values[0] for values, _ in walk(rule, [[3.0], [0.1], [9.0], [-1.0], [-5.0]], [10.0])]

    # steps 0.25, 0.5, 1; at the turn it is halved and nothing moves; then it goes back by 0.5
    assert steps == [9.75, 9.25, 8.25, 8.25, 8.75]


BITS = np.random.default_rng(9).normal(size=(50, 40))  # gradients; walked from BITS[0]


@pytest.mark.parametrize("walk", [walk_by_scalar, walk_by_array])
def test_sklearn_adam_has_the_bits_of_scikit_learn(walk):
    stochastic = pytest.importorskip("sklearn.neural_network._stochastic_optimizers")
    params = [BITS[0].copy()]
    theirs = stochastic.AdamOptimizer(params, 0.02, beta_1=0.8, beta_2=0.99)

    for ours, _ in walk(SklearnAdam(0.02, beta1=0.8, beta2=0.99), BITS.tolist(), BITS[0].tolist()):
        theirs.update_params(params, [BITS[theirs.t]])
        assert ours == params[0].tolist()


@pytest.mark.parametrize("walk", [walk_by_scalar, walk_by_array])
def test_keras_adam_has_the_bits_of_its_formula(walk):
    w, m, v, rule = BITS[0].copy(), np.zeros(40), np.zeros(40), KerasAdam()
    assert dataclasses.astuple(rule) == (0.001, 0.9, 0.999, 1e-7)

    for t, (ours, _) in enumerate(walk(rule, BITS.tolist(), BITS[0].tolist()), start=1):
        alpha = 0.001 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m += (BITS[t - 1] - m) * (1 - 0.9)
        v += (np.square(BITS[t - 1]) - v) * (1 - 0.999)
        w -= (m * alpha) / (np.sqrt(v) + 1e-7)
        assert ours == w.tolist()


def test_every_optimizer_has_its_numbers_tested_here():
    by_hand = {Adamax, NAdam, SklearnAdam, KerasAdam, Adadelta, Rprop, Perceptron}
    assert {type(rule) for rule, *_ in TABLE} | by_hand == set(OPTIMIZERS.values())
    assert {type(rule) for rule in ALL} == set(OPTIMIZERS.values())


class EpsilonInside(RMSprop):
    """The epsilon under the root: another library's rule."""

    def scalar(self, w, g, memory, _count, rate):
        s = self.alpha * memory[0] + (1.0 - self.alpha) * g * g
        return w - rate * g / math.sqrt(s + self.epsilon), (s,)


class RateInside(SGD):
    """v = momentum v - rate g, w = w + v, with a v that starts at the first gradient."""

    def scalar(self, w, g, memory, _count, rate):
        v = self.momentum * memory[0] + (1.0 - self.momentum) * g
        return w - rate * v, (v,)


class Uncorrected(Adam):
    """The running means as they are, though they start at zero."""

    def scalar(self, w, g, memory, _count, rate):
        return super().scalar(w, g, memory, 1000, rate)


WRONG = [
    (TABLE[0], RateInside(0.1, momentum=0.9)),
    (TABLE[2], Uncorrected(0.1)),
    (TABLE[4], EpsilonInside(0.01)),
]


@pytest.mark.parametrize(("row", "wrong"), WRONG, ids=repr)
def test_another_librarys_convention_is_seen_by_the_table(row, wrong):
    _, tolerance, after_one, after_five = row

    assert farthest_from_table(wrong, walk_by_scalar, after_one, after_five) > 10 * tolerance


@each("rule", ALL)
def test_both_forms_of_a_rule_are_equal_to_two_ulp(rule):
    rng = np.random.default_rng(5)
    gradients = rng.normal(size=(20, 4)).tolist()

    for one_by_one, together in zip(
        walk_by_scalar(rule, gradients), walk_by_array(rule, gradients), strict=True
    ):
        assert_array_max_ulp(np.array(one_by_one[0]), np.array(together[0]), maxulp=2)
        if one_by_one[1].any() and rule.start:
            assert_array_max_ulp(one_by_one[1], together[1], maxulp=2)


@each("rule", ALL)
def test_no_gradient_moves_nothing_but_what_decays(rule):
    (after,) = [values for values, _ in walk_by_array(rule, [[0.0] * 4])]

    shrunk = 1.0 - rule.learning_rate * getattr(rule, "weight_decay", 0.0)
    assert after == [shrunk * x for x in X0]


@each("kind", [RMSprop, Adagrad, Adam, AdamW, Adamax, NAdam, SklearnAdam, KerasAdam])
def test_without_an_epsilon_nothing_over_nothing_is_no_number_in_both_forms(kind):
    rule = kind(epsilon=0.0)

    after, _ = rule.scalar(1.0, 0.0, rule.start, 1, 0.1)
    with np.errstate(invalid="ignore"):
        ((together, _),) = walk_by_array(rule, [[0.0]], [1.0])

    assert math.isnan(after)
    assert math.isnan(together[0])


def test_the_rate_of_the_moment_counts_and_not_that_of_the_start():
    after, _ = SGD(0.1).scalar(1.0, 1.0, SGD.start, 1, 0.5)

    assert after == 0.5


@each("rule", ALL)
def test_a_rule_is_a_frozen_value(rule):
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.learning_rate = 1.0

    assert rule == dataclasses.replace(rule)


@dataclass
class Melting:
    """A rule that can be changed."""

    learning_rate: float
    name, start, remembers, pushes, scalar = "melting", (), (), (), SGD.scalar


def test_a_method_of_the_object_itself_goes_before_that_of_its_class():
    class Given(Melting):
        array = SGD.array

    rule, w = Given(0.1), np.array([1.0])
    rule.scalar = lambda w, g, memory, _count, _rate: (w - g, memory)

    array_rule(rule)(w, np.array([0.25]), np.zeros((0, 1)), 1, 0.1)

    assert w.tolist() == [0.75]
    assert array_rule(plain := SGD(0.1)) == plain.array


BAD = [
    (lambda: Rprop(eta_plus=0.5), InvalidValueError, "got 0.5; expected eta_plus >= 1"),
    (lambda: Rprop(most_step=1e-9), InvalidValueError, "expected most_step >= least_step"),
    (lambda: SGD("0.1"), WrongTypeError, "SGD(learning_rate=): no number, got '0.1'"),
    (lambda: SGD(True), WrongTypeError, "SGD(learning_rate=): no number, got True"),
    (lambda: SGD(1j), WrongTypeError, "SGD(learning_rate=): no number, got 1j"),
    (lambda: SGD(np.complex128(1)), WrongTypeError, "SGD(learning_rate=): no real number"),
    (lambda: SGD(math.nan), InvalidValueError, "SGD(learning_rate=): not finite, got nan"),
    (lambda: SGD(10**400), InvalidValueError, "SGD(learning_rate=): not finite, got 1000"),
    (lambda: SGD(-0.1), InvalidValueError, "out of range, got -0.1; expected 0 <= learning_rate"),
    (lambda: SGD(0.1, momentum=1.0), InvalidValueError, "got 1.0; expected 0 <= momentum < 1"),
    (lambda: SGD(0.1, nesterov=True), InvalidValueError, "expected momentum > 0"),
    (lambda: SGD(0.1, 0.9, nesterov="no"), WrongTypeError, "got 'no'; expected True or False"),
    (lambda: RMSprop(alpha=1.0), InvalidValueError, "RMSprop(alpha=): out of range, got 1.0"),
    (lambda: Adagrad(epsilon=-1), InvalidValueError, "Adagrad(epsilon=): out of range, got -1"),
    (lambda: Adam(beta1=1.0), InvalidValueError, "Adam(beta1=): out of range, got 1.0"),
    (lambda: AdamW(beta2=-0.1), InvalidValueError, "AdamW(beta2=): out of range, got -0.1"),
    (lambda: AdamW(weight_decay=None), WrongTypeError, "AdamW(weight_decay=): no number"),
    (lambda: Adamax(beta2=2), InvalidValueError, "Adamax(beta2=): out of range, got 2"),
    (lambda: NAdam(momentum_decay=[]), WrongTypeError, "NAdam(momentum_decay=): no number"),
    (lambda: require_optimizer("adm"), WrongTypeError, "did you mean 'adam'?"),
    (lambda: require_optimizer(0.1), WrongTypeError, "got 0.1; expected one like neurosim.SGD"),
    (lambda: require_optimizer(SGD), WrongTypeError, "expected one like neurosim.SGD"),
    (lambda: require_optimizer(Melting(0.1)), WrongTypeError, "which may change; expected a froz"),
]


@each(("call", "kind", "words"), BAD)
def test_a_bad_argument_is_refused_with_words(call, kind, words):
    with pytest.raises(kind) as caught:
        call()

    assert words in str(caught.value)


def test_means_of_squares_are_not_negative_but_a_rule_of_ones_own_remembers_anything():
    require_optimizer_memory(Melting(0.1), np.array([[-1.0]]))
    require_optimizer_memory(Adam(), np.array([[-1.0], [0.0]]))

    with pytest.raises(InvalidValueError, match=r"got -0\.5 in 's' of adam"):
        require_optimizer_memory(Adam(), np.array([[-1.0], [-0.5]]))


def test_numbers_of_numpy_and_integers_become_floats():
    rule = SGD(np.float32(0.5), momentum=0)

    assert (type(rule.learning_rate), rule) == (float, SGD(0.5))

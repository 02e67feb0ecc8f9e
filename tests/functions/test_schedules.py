"""Schedules of the learning rate: closed forms, options, registration; PyTorch is the witness."""

import inspect
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import neurosim as ns
from neurosim.errors import InvalidValueError, NameRuleError, UnknownNameError, WrongTypeError
from neurosim.functions.schedules.base import require_schedule
from neurosim.functions.schedules.shipped import SCHEDULES, Plateau
from tests.each import each

BASE, STEPS = 0.3, 50


def rates(schedule, steps=STEPS, rows=1):
    made = require_schedule(schedule)
    return [made.rate_of(BASE, t, rows, made.start(BASE)) for t in range(steps)]


BY_HAND = [
    ({"constant": {}}, [0.3, 0.3, 0.3]),
    ({"step": {"every": 2, "factor": 0.5}}, [0.3, 0.3, 0.15, 0.15, 0.075]),
    ({"multi_step": {"at": [3, 1], "factor": 0.5}}, [0.3, 0.15, 0.15, 0.075]),
    ({"exponential": {"factor": 0.5}}, [0.3, 0.15, 0.075]),
    ({"inverse_time": {"power": 1.0}}, [0.3, 0.15, 0.1]),
    ({"inverse_time": {"power": 1, "warm_up": 1, "warm_up_from": 0.5}}, [0.15, 0.3, 0.15, 0.1]),
    ({"cosine": {"epochs": 2}}, [0.3, 0.15, 0.0, 0.15, 0.3]),
    ({"warm_restarts": {"epochs": 2, "growth": 2}}, [0.3, 0.15, 0.3, 0.2560660171779821, 0.15]),
    ({"list": [[1, 0.1], [3, 0.01]]}, [0.3, 0.1, 0.1, 0.01, 0.01]),
    ({"constant": {"warm_up": 2, "warm_up_from": 0.0}}, [0.0, 0.15, 0.3, 0.3]),
    ({"exponential": {"factor": 0.5, "warm_up": 1, "warm_up_from": 0.5}}, [0.15, 0.3, 0.15]),
    (
        {
            "one_cycle": {
                "epochs": 5,
                "rise": 0.6,
                "from_part": 3.0,
                "to_part": 1.0,
                "shape": "line",
            }
        },
        [0.1, 0.2, 0.3, 0.2, 0.1, 0.1],
    ),
    ({"one_cycle": {"epochs": 2, "rise": 0.5, "shape": "line", "to_part": 1.0}}, [0.3, 0.012]),
    ({"multi_step": {"at": [1]}}, [0.3, 0.03]),
]


@each(("schedule", "expected"), BY_HAND)
def test_rates_worked_by_hand(schedule, expected, assert_close):
    assert_close(rates(schedule, len(expected)), expected, 1e-15)


def test_a_schedule_of_time_alone_remembers_nothing():
    assert [require_schedule(name).start(BASE) for name in ("constant", "inverse_time")] == [()] * 2


def test_adaptive_divides_by_five_as_scikit_learn_does():
    made = require_schedule("adaptive")

    assert (made.divisor, made.patience, made.least_change) == (5.0, 10, 1e-4)


def test_inverse_time_counts_rows_as_scikit_learn_does(assert_close):
    assert_close(rates("inverse_time", 3, rows=10), [0.3, 0.3 / 11**0.5, 0.3 / 21**0.5], 1e-15)


def torch_rates(make):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def warmed(t, o, make, steps):
    first = t.LinearLR(o, start_factor=0.25, total_iters=steps)
    return t.SequentialLR(o, [first, make(t, o)], milestones=[steps])


PEERS = [
    ({"constant": {}}, lambda t, o: t.ConstantLR(o, factor=1.0)),
    ({"step": {"every": 7}}, lambda t, o: t.StepLR(o, 7)),
    ({"step": {"every": 7, "factor": 0.5}}, lambda t, o: t.StepLR(o, 7, gamma=0.5)),
    (
        {"multi_step": {"at": (5, 20, 21), "factor": 0.3}},
        lambda t, o: t.MultiStepLR(o, [5, 20, 21], gamma=0.3),
    ),
    ({"exponential": {"factor": 0.9}}, lambda t, o: t.ExponentialLR(o, 0.9)),
    ({"cosine": {"epochs": 50}}, lambda t, o: t.CosineAnnealingLR(o, 50)),
    (
        {"cosine": {"epochs": 20, "lowest": 0.01}},
        lambda t, o: t.CosineAnnealingLR(o, 20, eta_min=0.01),
    ),
    ({"warm_restarts": {"epochs": 7}}, lambda t, o: t.CosineAnnealingWarmRestarts(o, 7)),
    (
        {"warm_restarts": {"epochs": 4, "growth": 2, "lowest": 0.02}},
        lambda t, o: t.CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.02),
    ),
    (
        {"one_cycle": {"epochs": 51}},
        lambda t, o: t.OneCycleLR(o, BASE, total_steps=51, cycle_momentum=False),
    ),
    (
        {"one_cycle": dict(epochs=60, rise=0.45, from_part=10, to_part=100, shape="line")},  # noqa: C408
        lambda t, o: t.OneCycleLR(
            o, BASE, total_steps=60, pct_start=0.45, div_factor=10.0, final_div_factor=100.0,
            anneal_strategy="linear", cycle_momentum=False,
        ),
    ),
    (
        {"cosine": {"epochs": 30, "warm_up": 6, "warm_up_from": 0.25}},
        lambda t, o: warmed(t, o, lambda t, o: t.CosineAnnealingLR(o, 30), 6),
    ),
    (
        {"step": {"every": 9, "warm_up": 1, "warm_up_from": 0.25}},
        lambda t, o: warmed(t, o, lambda t, o: t.StepLR(o, 9), 1),
    ),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@each(("schedule", "make"), PEERS)
def test_fifty_rates_are_those_of_torch(schedule, make, assert_close):
    assert_close(rates(schedule), torch_rates(make), 1e-12)


@pytest.mark.parametrize(
    "given",
    [{"cosine": {"epochs": 40}}, {"cosine": 40}, ns.Cosine(40), ns.Cosine(epochs=40)],
    ids=str,
)
def test_a_schedule_is_given_as_a_mapping_or_itself(given):
    assert require_schedule(given) == ns.Cosine(40)


BAD = [
    (
        {"cosin": {"epochs": 4}},
        UnknownNameError,
        "unknown schedule 'cosin' (did you mean 'cosine'?)",
    ),
    ({"cosine": {"epoch": 4}}, WrongTypeError, "Cosine: unknown option 'epoch' (did you mean"),
    (
        {"cosine": {"epochs": 0}},
        InvalidValueError,
        "Cosine(epochs=): got 0; expected an integer >=",
    ),
    ({"cosine": {"epochs": 2.5}}, WrongTypeError, "Cosine(epochs=): got 2.5; expected an integer"),
    (
        {"cosine": {"epochs": 4, "per": "day"}},
        InvalidValueError,
        "got 'day'; expected epoch or upd",
    ),
    ({"cosine": {}}, WrongTypeError, "schedule 'cosine'"),
    ({"cosine": None}, WrongTypeError, "got None; expected a mapping of its options"),
    ({"step": {"every": 3, "factor": -1}}, InvalidValueError, "StepDecay(factor=): got -1"),
    (
        {"list": [[0, 0.1], [0, 0.2]]},
        InvalidValueError,
        "RateList(points=)[1]: got 0 again or less",
    ),
    ({"list": [0.1]}, WrongTypeError, "RateList(points=)[0]: got 0.1; expected a list of pairs"),
    ({"list": []}, WrongTypeError, "RateList(points=): got []; expected a list of pairs"),
    ({"multi_step": {"at": 3}}, WrongTypeError, "MultiStep(at=): got 3; expected a list of counts"),
    ({"one_cycle": {"epochs": 3, "rise": 2}}, InvalidValueError, "OneCycle(rise=): got 2.0; expec"),
    ({"one_cycle": {"epochs": 3, "shape": "s"}}, InvalidValueError, "got 's'; expected cosine or"),
    ({"one_cycle": {"epochs": 3, "to_part": 0}}, InvalidValueError, "got 0; expected a number > 0"),
    ({"plateau": {"per": "update"}}, InvalidValueError, "Plateau(per=): it goes by the loss of ea"),
    ({"adaptive": {"divisor": 1}}, InvalidValueError, "Adaptive(divisor=): got 1.0; expected ab"),
    (0.1, WrongTypeError, "schedule: not a schedule, got 0.1; expected None, Cosine(40) or"),
]


@pytest.mark.parametrize(("given", "kind", "words"), BAD, ids=str)
def test_a_bad_schedule_is_refused_with_words(given, kind, words):
    with pytest.raises(kind) as caught:
        require_schedule(given)

    assert words in str(caught.value)


@dataclass(frozen=True, slots=True)
class Halving(ns.RateSchedule):
    """Half the rate each time."""

    name: ClassVar[str] = "halving"

    def rate(self, base, t):
        return base * 0.5**t


@pytest.fixture
def halving():
    ns.register_schedule(Halving)
    yield
    ns.unregister_schedule("halving")


@pytest.mark.usefixtures("halving")
def test_a_registered_schedule_is_known_by_its_name():
    assert rates({"halving": {"warm_up": 1, "warm_up_from": 0.5}}, 3) == [0.15, 0.3, 0.15]
    assert list(SCHEDULES)[-1] == "halving"


@dataclass(frozen=True, slots=True)
class Powers(Halving):
    """The rate times a number of its own, each time."""

    factor: float

    name: ClassVar[str] = "powers"

    def rate(self, base, t):
        return base * self.factor**t


@dataclass(frozen=True, slots=True)
class Below(ns.RateSchedule):
    name: ClassVar[str] = "below"

    def rate(self, base, _t):
        return base - 1.0


def test_a_registered_schedule_may_ask_for_a_number():
    ns.register_schedule(Powers)
    try:
        assert rates({"powers": {"factor": 0.5}}, 3) == [0.3, 0.15, 0.075]
    finally:
        ns.unregister_schedule("powers")


def test_what_is_no_schedule_is_not_registered():
    with pytest.raises(WrongTypeError, match=r"expected a subclass of neurosim\.RateSchedule"):
        ns.register_schedule(object, name="thing")
    with pytest.raises(NameRuleError, match="got the name 'halving' in its class"):
        ns.register_schedule(Halving, name="thing")
    with pytest.raises(InvalidValueError, match=r"schedule 'below': got -0\.9"):
        ns.register_schedule(Below)


@each("name", [n for n in SCHEDULES if n not in {"plateau", "adaptive"}])
def test_no_shipped_rate_is_negative_or_infinite(name):
    first = {"list": [[0, 0.1]], "multi_step": [3], "exponential": 0.9}
    needs = {"step", "cosine", "warm_restarts", "one_cycle"}
    given = {name: first.get(name, 5 if name in needs else {})}

    found = np.array(rates(given, 200))

    assert np.isfinite(found).all()
    assert (found >= 0.0).all()


def test_plateau_without_a_cooldown_counts_every_epoch():
    plateau, memory = Plateau(factor=0.5, patience=1), (0.4, math.inf, 0.0, 0.0)
    assert (plateau.rate(0.4, 9), plateau.start(0.4)) == (0.4, memory)

    found = []
    for _ in range(6):  # after progress, and after a reduction, two are too many
        memory = plateau.after(memory, 1.0)
        found.append(memory[0])

    assert found == [0.4, 0.4, 0.2, 0.2, 0.1, 0.1]


DEFAULTS = [
    ("StepDecay", "factor", "StepLR", "gamma"),
    ("MultiStep", "factor", "MultiStepLR", "gamma"),
    ("Cosine", "lowest", "CosineAnnealingLR", "eta_min"),
    ("WarmRestarts", "growth", "CosineAnnealingWarmRestarts", "T_mult"),
    ("WarmRestarts", "lowest", "CosineAnnealingWarmRestarts", "eta_min"),
    ("OneCycle", "rise", "OneCycleLR", "pct_start"),
    ("OneCycle", "from_part", "OneCycleLR", "div_factor"),
    ("OneCycle", "to_part", "OneCycleLR", "final_div_factor"),
    ("Cosine", "warm_up_from", "LinearLR", "start_factor"),
    ("Plateau", "factor", "ReduceLROnPlateau", "factor"),
    ("Plateau", "patience", "ReduceLROnPlateau", "patience"),
    ("Plateau", "least_change", "ReduceLROnPlateau", "threshold"),
    ("Plateau", "cooldown", "ReduceLROnPlateau", "cooldown"),
    ("Plateau", "lowest", "ReduceLROnPlateau", "min_lr"),
    ("Adaptive", "patience", None, "n_iter_no_change"),
    ("Adaptive", "least_change", None, "tol"),
]


@each(("ours", "option", "theirs", "name"), DEFAULTS)
def test_what_is_not_given_is_what_the_source_takes(ours, option, theirs, name):
    schedulers = pytest.importorskip("torch.optim.lr_scheduler")
    source = getattr(schedulers, theirs) if theirs else MLPClassifier

    default = inspect.signature(source).parameters[name].default
    assert inspect.signature(getattr(ns, ours)).parameters[option].default == default


def test_an_adaptive_rate_is_a_fifth_down_to_a_millionth():
    assert (ns.Adaptive().divisor, ns.Adaptive().lowest) == (5.0, 1e-6)  # as in scikit-learn


def test_a_loss_that_stays_is_no_progress():
    plateau, adaptive = Plateau(patience=0, least_change=0.0), ns.Adaptive(patience=0)

    assert plateau.after((1.0, 1.0, 0.0, 0.0), 1.0)[0] == 0.1
    assert adaptive.after((0.5, 1.0, 0.0, 0.0), 1.0) == (0.1, 1.0, 0.0, 0.0)


def test_an_adaptive_rate_that_is_not_above_the_lowest_ends_the_training():
    adaptive = ns.Adaptive(patience=0, lowest=0.5)

    memory = adaptive.after((0.5, 1.0, 0.0, 0.0), 1.0)

    assert (memory[0], adaptive.is_over(memory)) == (0.5, True)


def test_a_rate_that_was_reduced_in_the_warm_up_holds_right_after_it():
    plateau = Plateau(warm_up=2, warm_up_from=0.5)

    assert [plateau.rate_of(0.4, t, 1, (0.1, 1.0, 0.0, 0.0)) for t in (1, 2)] == [
        pytest.approx(0.3),
        0.1,
    ]

"""Expectations within an epoch: the numbers on the objects right after a phase of a sample."""

import math
from dataclasses import replace

import pytest

from neurosim.functions.losses import LOSSES
from neurosim.functions.streams import stream
from neurosim.interpreter.steps import PHASES
from neurosim.scenario.format import expect_entry
from neurosim.training.engines.contract import Batches

# The small scenario with weights of 1 and a bias of 0.5: its samples (0,0), (0,1), (1,0), (1,1)
# have the net inputs 0.5, 1.5, 1.5, 2.5 and the targets 0, 1, 1, 1; delta is a - t.
START = {"network.initial": {"weights": {"constant": 1}, "biases": {"constant": 0.5}}}
PAIRS = START | {"training.batch_size": 2}
ROWS = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 1)]


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


DELTAS = [sigmoid(0.5), sigmoid(1.5) - 1, sigmoid(1.5) - 1, sigmoid(2.5) - 1]


@pytest.fixture
def judged(small, run):
    """Run the small scenario with other expectations; the verdicts."""

    def judged(*items, **options):
        lines = "\n".join(f"  - {item}" for item in items)
        text = f"{small().partition('expect:')[0]}expect:\n{lines}\n"
        return run(text, **options).expectations

    return judged


@pytest.mark.parametrize(
    ("item", "what", "number"),
    [
        ("sample: 1, output: o1", "output of o1 in epoch 0, sample 1, after forward", sigmoid(1.5)),
        ("sample: 2, output: a", "output of a in epoch 0, sample 2, after forward", 1.0),
        ("sample: 3, net_input: o1", "net input of o1 in epoch 0, sample 3, after forward", 2.5),
        ("delta: o1", "delta of o1 in epoch 0, sample 0, after backward", DELTAS[0]),
        ("sample: 3, delta: o1", "delta of o1 in epoch 0, sample 3, after backward", DELTAS[3]),
        (
            "sample: 2, gradient: o1.bias",  # of three samples, not divided by them
            "gradient by o1.bias in epoch 0, sample 2, after backward",
            sum(DELTAS[:3]),
        ),
        (
            "sample: 3, after: update, gradient: b->o1",  # still there
            "gradient by b->o1 in epoch 0, sample 3, after update",
            DELTAS[1] + DELTAS[3],
        ),
        (
            "sample: 3, after: backward, bias: o1",
            "bias of o1 in epoch 0, sample 3, after backward",
            0.5,
        ),
        (
            "sample: 3, bias: o1",
            "bias of o1 in epoch 0, sample 3, after update",
            0.5 - sum(DELTAS) / 4,
        ),
        (
            "sample: 3, weight: a->o1",
            "weight a->o1 in epoch 0, sample 3, after update",
            1 - (DELTAS[2] + DELTAS[3]) / 4,
        ),
    ],
)
def test_each_number_is_met_within_its_tolerance_and_not_beyond(judged, engine, item, what, number):
    met, failed = judged(
        f"{{{item}, equals: {number!r}, tolerance: 1e-15}}",
        f"{{{item}, equals: {number + 2e-9!r}}}",
        engine=engine,
        overrides=START,
    )

    assert (met.what, met.passed) == (what, True)
    assert (failed.what, failed.passed) == (what, False)


def test_a_loss_is_that_of_the_sample_and_bounds_are_judged_too(judged, engine):
    loss = -math.log(sigmoid(1.5))

    found = judged(
        f"{{sample: 1, loss: {{equals: {loss!r}, tolerance: 1e-15}}}}",
        f"{{sample: 1, after: backward, loss: {{below: {loss + 1e-9!r}, above: {loss!r}}}}}",
        engine=engine,
        overrides=START,
    )

    assert [verdict.passed for verdict in found] == [True, True, False]
    assert found[0].what == "loss in epoch 0, sample 1, after loss"
    assert found[1].what == "loss in epoch 0, sample 1, after backward"


def trained_by_hand(epochs, *, seed=1, rate=0.5, momentum=0.9):
    """Every delta and every bias behind its batch, of batches of two shuffled rows."""
    source = stream(seed, "shuffling")
    theta, memory, seen = [1.0, 1.0, 0.5], [0.0, 0.0, 0.0], {}
    for epoch in range(epochs):
        total = [0.0, 0.0, 0.0]
        for sample, row in enumerate(source.permutation(4).tolist()):
            (a, b), target = ROWS[row]
            delta = sigmoid(theta[2] + theta[0] * a + theta[1] * b) - target
            seen[epoch, sample, "delta"] = delta
            total = [g + x * delta for g, x in zip(total, (a, b, 1), strict=True)]
            if sample % 2:
                memory = [momentum * m + g / 2 for m, g in zip(memory, total, strict=True)]
                theta = [w - rate * m for w, m in zip(theta, memory, strict=True)]
                total = [0.0, 0.0, 0.0]
                seen[epoch, sample, "bias"] = theta[2]
    return seen


def test_samples_count_in_the_order_of_the_shuffle_and_memory_goes_on_over_epochs(judged, engine):
    seen = trained_by_hand(4)
    optimizer = {"name": "sgd", "learning_rate": 0.5, "momentum": 0.9}
    shuffled = PAIRS | {"training.shuffle": True, "training.optimizer": optimizer}

    found = judged(
        *(
            f"{{epoch: {epoch}, sample: {sample}, {key}: o1, equals: {number!r}, tolerance: 1e-14}}"
            for (epoch, sample, key), number in seen.items()
        ),
        engine=engine,
        overrides=shuffled,
    )

    assert len({round(number, 9) for number in seen.values()}) == len(seen) == 24
    assert [verdict for verdict in found if not verdict.passed] == []


def test_a_look_within_changes_neither_the_training_nor_another_look(small, run, engine):
    text = small().partition("expect:")[0]
    late = "{epoch: 2, sample: 3, delta: o1, above: -1}"
    many = [f"{{epoch: {e}, sample: {s}, delta: o1, above: -1}}" for e in (2, 0) for s in (0, 1)]

    plain = run(text, engine=engine, overrides=PAIRS)
    one = run(f"{text}expect: [{late}]", engine=engine, overrides=PAIRS)
    all_ = run(f"{text}expect: [{', '.join([*many, late])}]", engine=engine, overrides=PAIRS)

    assert one.parameters == all_.parameters == plain.parameters
    assert one.loss == all_.loss == plain.loss
    assert one.expectations[0].actual == all_.expectations[-1].actual


def test_behind_the_update_of_a_network_that_learns_nothing_its_numbers_stand(judged, engine):
    frozen = {
        "network.layers[1].bias_trainable": False,
        "network.connections": [{"from": "x", "to": "o", "trainable": False}],
    }

    found = judged(
        "{sample: 3, weight: a->o1, equals: 1, tolerance: 0}",
        "{sample: 3, after: backward, net_input: o1, equals: 2.5, tolerance: 0}",
        "{sample: 3, after: update, net_input: o1, equals: 2.5, tolerance: 0}",
        engine=engine,
        overrides=START | frozen,
    )

    assert [verdict.passed for verdict in found] == [True] * 3


BLOWN_UP = {  # the first update comes to 1e200, whose square is infinite
    "network.layers[1].activation": "identity",
    "training.loss": "half_squared_error",
    "training.optimizer": {"name": "sgd", "learning_rate": 1e200},
}


def test_what_a_training_that_diverges_does_not_reach_is_not_met(judged, engine):
    found = judged(
        "{sample: 1, after: backward, bias: o1, equals: 0.5, tolerance: 0}",
        "{sample: 1, after: update, bias: o1, below: -1e199}",
        "{sample: 2, loss: {above: 0}}",  # the square of 1e200
        "{epoch: 1, delta: o1, above: 0}",
        "{epoch: 3, sample: 2, delta: o1, equals: 0}",
        engine=engine,
        overrides=PAIRS | BLOWN_UP,
    )

    assert [verdict.actual for verdict in found][0::2] == [0.5, math.inf, None]
    assert [verdict.passed for verdict in found] == [True, True, True, False, False]
    assert found[3].actual is None


def test_batches_behind_the_one_that_diverges_are_not_reached(judged, engine):
    found = judged(
        "{sample: 1, loss: {above: 0}}",
        "{sample: 2, after: forward, output: a, equals: 1}",
        "{sample: 3, after: forward, output: a, equals: 1}",
        engine=engine,
        overrides=START | BLOWN_UP | {"training.batch_size": 1},
    )

    assert [verdict.actual for verdict in found] == [math.inf, None, None]
    assert [verdict.passed for verdict in found] == [True, False, False]


def test_a_wrong_slope_is_seen(judged, monkeypatch):
    sound = LOSSES["binary_cross_entropy"]
    faulty = replace(sound.by_net_input, slope=lambda x, t: (x - t) * (1 + 1e-9))
    item = f"{{sample: 1, delta: o1, equals: {DELTAS[1]!r}, tolerance: 1e-14}}"
    before = judged(item, overrides=START)

    monkeypatch.setitem(LOSSES, sound.name, replace(sound, by_net_input=faulty))

    assert [verdict.passed for verdict in before] == [True]
    assert [verdict.passed for verdict in judged(item, overrides=START)] == [False]


def test_a_fault_of_the_engine_on_the_way_to_the_batch_is_seen(judged, monkeypatch):
    bias = 0.5 - (DELTAS[0] + DELTAS[1]) / 2
    item = f"{{sample: 2, after: forward, bias: o1, equals: {bias!r}, tolerance: 1e-14}}"
    before = judged(item, overrides=PAIRS)
    honest = Batches.state

    def state(self):
        found = honest(self)
        return replace(found, parameters=found.parameters + 1e-12)

    monkeypatch.setattr(Batches, "state", state)

    assert [verdict.passed for verdict in before] == [True]
    assert [verdict.passed for verdict in judged(item, overrides=PAIRS)] == [False]


def test_the_phases_are_those_of_the_debugger():
    assert expect_entry.PHASES == PHASES
    assert set(expect_entry.WITHIN.values()) == set(PHASES)

"""Expectations: every subject, met and not met, with its tolerance and its moment."""

import math

import pytest

from tests.each import each

# The small scenario before training, with weights of 1 and a bias of 0.5, on its four rows:
# net inputs 0.5, 1.5, 1.5, 2.5 for (0,0), (0,1), (1,0), (1,1); targets 0, 1, 1, 1.
START = {"network.initial": {"weights": {"constant": 1}, "biases": {"constant": 0.5}}}


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


LOSS = (-math.log(1 - sigmoid(0.5)) - math.log(sigmoid(1.5)) * 2 - math.log(sigmoid(2.5))) / 4
SLOPE_A = (sigmoid(1.5) - 1 + sigmoid(2.5) - 1) / 4  # (a - t) * x1, averaged over the rows
SLOPE_BIAS = (sigmoid(0.5) + sigmoid(1.5) - 1 + sigmoid(1.5) - 1 + sigmoid(2.5) - 1) / 4


@pytest.mark.parametrize(
    ("item", "what", "number"),
    [
        ("forward: [1, 0], output: o1", "output of o1 for [1, 0]", sigmoid(1.5)),
        ("forward: [1, 0], output: a", "output of a for [1, 0]", 1.0),
        ("forward: [1, 1], net_input: o1", "net input of o1 for [1, 1]", 2.5),
        ("weight: a->o1", "weight a->o1", 1.0),
        ("bias: o1", "bias of o1", 0.5),
        ("gradient: a->o1", "gradient by a->o1", SLOPE_A),
        ("gradient: o1.bias", "gradient by o1.bias", SLOPE_BIAS),
    ],
)
def test_each_number_is_met_within_its_tolerance_and_not_beyond(
    verdicts, engine, item, what, number
):
    found = verdicts(
        f"{{epoch: 0, {item}, equals: {number!r}, tolerance: 1e-14}}",
        f"{{epoch: 0, {item}, equals: {number + 2e-9!r}}}",
        f"{{epoch: 0, {item}, equals: {number + 2e-9!r}, tolerance: 3e-9}}",
        engine=engine,
        overrides=START,
    )

    assert found == [
        (f"{what} before training", True),
        (f"{what} before training", False),  # the tolerance is 1e-9 where none is given
        (f"{what} before training", True),
    ]


@pytest.mark.parametrize(("subject", "number"), [("loss", LOSS), ("accuracy", 0.75)])
def test_loss_and_accuracy_are_those_of_the_training_rows(verdicts, engine, subject, number):
    found = verdicts(
        f"{{epoch: 0, {subject}: {{equals: {number!r}, tolerance: 1e-14}}}}",
        f"{{epoch: 0, {subject}: {{equals: {number - 1e-3!r}, tolerance: 1e-14}}}}",
        engine=engine,
        overrides=START,
    )

    assert [passed for _, passed in found] == [True, False]


def test_bounds_are_strict_and_each_is_a_verdict_of_its_own(verdicts):
    found = verdicts(
        "{epoch: 0, weight: a->o1, below: 1, above: 0.9}",
        "{epoch: 0, weight: a->o1, below: 1.1, above: 1}",
        "{epoch: 0, weight: a->o1, equals: 1, above: 0}",
        overrides=START,
    )

    assert [passed for _, passed in found] == [False, True, True, False, True, True]


def test_an_epoch_counts_what_has_been_done(verdicts, small, load):
    import neurosim as ns

    made = load(small(), overrides=START)
    epochs = ns.epochs(made.network, *made.data.train, **made.training.options())
    weights = [made.network["a", "o1"].weight]
    weights += [made.network["a", "o1"].weight for _ in epochs]

    found = verdicts(
        *(
            f"{{epoch: {epoch}, weight: a->o1, equals: {weight!r}, tolerance: 0}}"
            for epoch, weight in enumerate(weights)
        ),
        f"{{weight: a->o1, equals: {weights[-1]!r}, tolerance: 0}}",
        overrides=START,
    )

    assert len(set(weights)) == 5
    assert [passed for _, passed in found] == [True] * 6
    assert [what for what, _ in found] == [
        "weight a->o1 before training",
        "weight a->o1 after 1 epoch",
        "weight a->o1 after 2 epochs",
        "weight a->o1 after 3 epochs",
        "weight a->o1 after 4 epochs",
        "weight a->o1",
    ]


def test_validation_and_test_rows_are_measured_apart(run, small):
    text = small(
        ("training:", "  split: {validation: 0.25, test: 0.25}\ntraining:"),
        ("{loss: {below: 1}}", "{loss: {below: 9}, on: validation}\n  - {accuracy: {above: -1},"
         " on: test}"),
    )  # fmt: skip

    result = run(text)

    assert [verdict.what for verdict in result.expectations] == [
        "loss before training",
        "loss on validation rows",
        "accuracy on test rows",
    ]
    assert result.status == "passed"


@each(
    ("item", "message"),
    [
        ("{los: {below: 1}}", ".los: unknown key, got 'los'; expected one of output, net_input,"),
        ("{loss: {}}", ".loss: nothing is expected; expected equals, below or above"),
        ("{loss: {tolerance: 1}}", ".loss: nothing is expected; expected equals, below or above"),
        ("{loss: {below: 1, tolerance: 1}}", ".loss: a tolerance of nothing; expected equals"),
        ("{loss: 3}", ".loss: wrong kind, got 3; expected a mapping"),
        ("{weight: a->p, equals: 1}", ".weight: unknown connection 'a->p' (did you mean 'a->o1'?)"),
        ("{weight: a, equals: 1}", ".weight: no connection, got 'a'; expected source->target"),
        ("{bias: a, equals: 1}", ".bias: the neuron 'a' has no bias parameter"),
        ("{bias: o1}", ": nothing is expected; expected equals, below or above"),
        ("{forward: [1], output: o1, equals: 1}", ".forward: wrong length, got 1; expected 2, one"),
        ("{forward: [1, 2], output: q, equals: 1}", ".output: unknown neuron 'q'; known: a, b, o1"),
        ("{forward: [1, 2], net_input: a, equals: 1}", ".net_input: 'a' is an input and has no"),
        ("{output: o1, equals: 1}", ".forward: missing key, got output, equals; expected also"),
        ("{weight: a->o1, bias: o1, equals: 1}", ": more than one subject, got weight and bias;"),
        ("{gradient: o1, equals: 1}", ".gradient: neither a weight nor a bias, got 'o1'; expected"),
        ("{gradient: b->o2, equals: 1}", ".gradient: unknown connection 'b->o2' (did you mean"),
        ("{accuracy: {equals: 1}, on: test}", ".on: no rows are set aside for 'test'; expected"),
        ("{accuracy: {equals: 1}, on: tset}", "(did you mean 'test'?)"),
        ("{equals: 3}", ": no subject, got equals; expected one of output, net_input, weight,"),
        ("3", ": wrong kind, got 3; expected a mapping with one of output, net_input, weight,"),
        ("{loss: {below: 1}, epoch: -1}", ".epoch: out of range, got -1; expected at least 0"),
        ("{loss: {below: 1}, epoch: 5}", ".epoch: later than the end, got 5; expected at most 4"),
        ("{bias: o1, equals: 1, tolerance: -1}", ".tolerance: out of range, got -1; expected at"),
    ],
)
def test_an_expectation_of_a_wrong_subject_is_an_error_before_anything_runs(
    complaints, small, item, message
):
    (line,) = complaints(small(("{loss: {below: 1}}", item)))

    assert line.startswith("s.yaml:17:")
    assert f"expect[1]{message}" in line or message in line


def test_what_is_measured_on_rows_needs_rows(complaints, two_two_one):
    items = ["{loss: {below: 1}}", "{gradient: x1->h1, equals: 0}", "{accuracy: {above: 1}}"]
    lines = "".join(f"  - {item}\n" for item in items)

    found = complaints(two_two_one(("expect:\n", f"expect:\n{lines}")))

    assert [line.split(": ", 2)[2] for line in found] == [
        "is measured on rows, and there are none; expected data too"
    ] * 3


def test_a_verdict_is_a_line(run, small):
    text = small(("{loss: {below: 1}}", "{bias: o1, equals: 70, tolerance: 0.5}"))

    met, failed = run(text, overrides=START).expectations

    assert str(met) == f"met: loss before training: got {met.actual!r}; expected above 0.3"
    assert str(failed) == (f"not met: bias of o1: got {failed.actual!r}; expected 70.0 within 0.5")

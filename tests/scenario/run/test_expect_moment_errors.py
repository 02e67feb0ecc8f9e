"""Expectations of a moment that there is not: told with place and guess, before anything runs."""

from tests.each import each


@each(
    ("item", "message"),
    [
        ("{delta: o2, equals: 1}", ".delta: unknown neuron 'o2' (did you mean 'o1'?)"),
        ("{delta: a, equals: 1}", ".delta: 'a' is an input and has no delta; expected another"),
        ("{sample: 0, net_input: b, equals: 1}", ".net_input: 'b' is an input and has no net inp"),
        (
            "{output_gradient: o1, equals: 1}",
            ".output_gradient: binary_cross_entropy after sigmoid gives 'o1' its delta at once;",
        ),
        ("{sample: 3, weight: c->o1, equals: 1}", ".weight: unknown connection 'c->o1' (did you"),
        (
            "{sample: 0, gradient: o1, equals: 1}",
            ".gradient: neither a weight nor a bias, got 'o1'",
        ),
        ("{sample: 0, gradient: a.bias, equals: 1}", ".gradient: the neuron 'a' has no bias par"),
        ("{epoch: 4, delta: o1, equals: 1}", ".epoch: there is no such epoch to look into, got 4;"),
        ("{sample: 4, delta: o1, equals: 1}", ".sample: an epoch has 4 samples, got 4; expected"),
        ("{sample: -1, delta: o1, equals: 1}", ".sample: out of range, got -1; expected at least"),
        ("{sample: 1.5, delta: o1, equals: 1}", ".sample: wrong kind, got 1.5; expected a whole"),
        (
            "{sample: 1, bias: o1, equals: 1}",
            ".after: no update comes after sample 1, which does not end its batch;"
            " expected sample: 3, or after: backward",
        ),
        ("{after: loss, delta: o1, equals: 1}", ".after: the delta is not there yet, got loss; ex"),
        ("{after: forward, loss: {below: 1}}", ".after: the loss is not there yet, got forward;"),
        (
            "{after: bakward, delta: o1, equals: 1}",
            ".after: unknown phase, got 'bakward'; expected one of forward, loss, backward, update"
            " (did you mean 'backward'?)",
        ),
        ("{smaple: 1, output: o1, equals: 1}", ".smaple: unknown key, got 'smaple'; expected one"),
        ("{smaple: 1, output: o1, equals: 1}", "(did you mean 'sample'?)"),
        (
            "{value: 1, bias: o1, equals: 1}",  # resembles sample, and not enough
            ".value: unknown key, got 'value'; expected one of equals, tolerance, below, above,"
            " epoch, bias",
        ),
        ("{sample: 1, accuracy: {equals: 1}}", ".sample: unknown key, got 'sample'; expected one"),
        ("{sample: 1, forward: [0, 1], output: o1, equals: 1}", ".forward: unknown key, got 'forw"),
        ("{delta: o1, output: o1, equals: 1}", ": more than one subject, got "),
        ("{delta: o1}", ": nothing is expected; expected equals, below or above"),
        ("{delta: o1, below: 1, tolerance: 1}", ": a tolerance of nothing; expected equals beside"),
        ("{delta: 5, equals: 1}", ".delta: wrong kind, got 5; expected text (in quotes, if it"),
    ],
)
def test_a_moment_that_there_is_not_is_an_error_before_anything_runs(
    complaints, small, item, message
):
    (line,) = complaints(small(("{loss: {below: 1}}", item)))

    assert line.startswith("s.yaml:17:")
    assert f"expect[1]{message}" in line or message in line


def test_the_batch_of_a_sample_says_where_its_update_is(complaints, small):
    text = small(("{loss: {below: 1}}", "{sample: 2, weight: a->o1, equals: 1}"))

    (pairs,) = complaints(text, overrides={"training.batch_size": 2})
    (threes,) = complaints(
        text.replace("sample: 2", "sample: 0"), overrides={"training.batch_size": 3}
    )

    assert "sample 2, which does not end its batch; expected sample: 3," in pairs
    assert "sample 0, which does not end its batch; expected sample: 2," in threes


def test_there_is_no_moment_without_a_training(complaints, two_two_one, small):
    given = "expect:\n  - {sample: 0, delta: o1, equals: 1}\n"

    (untrained,) = complaints(two_two_one(("expect:\n", given)))
    (no_epochs,) = complaints(
        small(("expect:\n", given), ("{loss: {below: 1}}", "{epoch: 0, bias: o1, equals: 0}")),
        overrides={"training.epochs": 0},
    )

    assert untrained == (
        "s.yaml:13:24: expect[0].delta: is looked for within a training, and there is none;"
        " expected training too"
    )
    assert no_epochs.endswith(
        "there is no such epoch to look into, got 0; expected a training with epochs"
    )


def test_a_name_that_an_override_took_away_is_told(complaints, small):
    (line,) = complaints(small(), overrides={"expect": [{"delta": None, "equals": 1}]})

    assert line.endswith(
        "expect[0]: no name, got nothing; expected that of a neuron or a connection"
    )

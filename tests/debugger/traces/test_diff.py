"""Comparing traces: the first line where two differ, and what is told of it."""

import math

import pytest

import neurosim as ns
from neurosim.debugger.traces.diff import diff_traces, is_close
from neurosim.debugger.traces.trace import entry_of, positioned_steps
from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.optimizers import SGD
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.each import each


def trace(n_batches=2, seed=1, weight=0.5, **options):
    """A trace of x -> h (sigmoid) -> o (softmax of two), two rows, one in a batch."""
    net = ns.Network("small")
    net.add_layer("x", 1)
    net.add_layer("h", 1, activation="sigmoid", bias=0.25)
    net.add_layer("o", 2, activation="softmax")
    net.connect("x", "h", weight=weight)
    net.connect("h", "o", weight=2.0)
    given = {"loss": "cross_entropy", "optimizer": SGD(0.5), "batch_size": 1} | options
    task = make_task(net, [[1.0], [3.0]], [0, 1], **given)
    return [entry_of(*pair) for pair in positioned_steps(task, start_state(task, seed), n_batches)]


def planted(entries, line, **changes):
    """The trace with the entry in this line of its file changed."""
    entry = entries[line - 2]
    fields = {name: changes.pop(name) for name in list(changes) if name in entry._fields}
    changed = entry._replace(**fields, record={**entry.record, **changes})
    return [*entries[: line - 2], changed, *entries[line - 1 :]]


def line_with(entries, text):
    return next(line for line, entry in enumerate(entries, start=2) if entry.text.startswith(text))


def test_two_traces_of_the_same_range_are_the_same():
    assert diff_traces(trace(), trace()) is None


@each("line", range(2, 2 + 50))
def test_a_number_planted_in_any_line_is_found_in_that_line(line):
    entries = trace()
    after = entries[line - 2].record["after"]
    other = (*after[:-1], after[-1] + 1e-9) if isinstance(after, tuple) else after + 1e-9

    found = diff_traces(entries, planted(entries, line, after=other))

    assert (found.line, found.field) == (line, "after")
    assert found.what == entries[line - 2].what[-1]
    assert diff_traces(entries, planted(entries, line, after=other), 1e-8) is None


def test_a_difference_is_told_with_its_place_and_both_values():
    entries = trace()
    line = line_with(entries, "h1: net = 0.25 + 0.5*1")

    found = diff_traces(entries, planted(entries, line, after=0.875))

    assert str(found) == (
        "epoch 0, sample 0, forward, step 2: h1.net_input:"
        " 0.75 in the first, 0.875 in the second, 0.125 apart"
    )
    assert (found.first.text, found.second.record["after"]) == ("h1: net = 0.25 + 0.5*1 = 0.75",
                                                               0.875)  # fmt: skip


def test_another_operand_is_told_before_what_came_of_it():
    found = diff_traces(trace(weight=0.5), trace(weight=0.75))

    assert str(found) == (
        "epoch 0, sample 0, forward, step 2: h1.net_input:"
        " weight 0.5 in the first, 0.75 in the second, 0.25 apart"
    )
    assert (found.first.text, found.second.text) == (
        "h1: net = 0.25 + 0.5*1 = 0.75",
        "h1: net = 0.25 + 0.75*1 = 1",
    )


def test_another_rate_is_found_at_the_first_update():
    found = diff_traces(trace(), trace(optimizer=SGD(0.25)))

    assert (found.first.phase, found.what, found.field) == ("update", "x1->h1.weight", "rate")


def test_a_wrong_slope_is_found_at_the_first_delta_that_is_computed_by_it(monkeypatch):
    honest = trace()
    a = ACTIVATIONS["sigmoid"]
    wrong = a.__class__(**{f: getattr(a, f) for f in a.__slots__} | {"slope": lambda _, a: a})
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wrong)

    found = diff_traces(honest, trace())

    assert (found.what, found.field, found.first.kind) == ("h1.delta", "slope", "DeltaComputed")


def test_of_a_softmax_layer_the_output_that_differs_is_named():
    entries = trace()
    line = next(n for n, entry in enumerate(entries, start=2) if entry.kind == "Normalized")

    found = diff_traces(entries, planted(entries, line, after=(0.5, 0.75)))

    assert str(found).endswith("o2.output: 0.5 in the first, 0.75 in the second, 0.25 apart")


def test_what_an_earlier_pass_left_is_no_difference():
    entries = trace()

    assert diff_traces(entries, planted(entries, 2, before=99.0)) is None
    line = line_with(entries, "h1: net = 0.25 + 0.5")
    assert diff_traces(entries, planted(entries, line, before=0.5)).field == "before"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"kind": "Activated"},
            "forward, step 1: another thing happens: h1: net = 0.25, and h1: n",
        ),
        ({"what": ("h2.net_input",)}, "forward, step 1: another thing happens: h1: net = 0.25"),
        ({"step": 9}, "line 3: one is at epoch 0, sample 0, forward, step 1, the other at epoch 0"),
        ({"row": 1}, "the other at epoch 0, sample 0 (row 1), forward, step 1"),
    ],
)
def test_another_thing_at_a_place_is_told_as_such(changes, words):
    entries = trace()

    assert words in str(diff_traces(entries, planted(entries, 3, **changes)))


def test_one_that_ends_before_the_other_is_told_with_what_follows_in_the_other():
    one, two = trace(n_batches=1), trace(n_batches=2)
    line = 2 + len(one)

    words = f"line {line}: the {{}} trace has ended; the other goes on with {two[len(one)]}"
    assert str(diff_traces(one, two)) == words.format("first")
    assert str(diff_traces(two, one)) == words.format("second")
    assert "epoch 0, sample 1, forward, step 0: x1 = 3" in words
    assert diff_traces([], []) is None


def test_traces_of_different_ranges_are_said_to_be_that():
    entries = trace()
    second = [entry for entry in entries if entry.sample == 1]

    assert str(diff_traces(entries, second)) == (
        "of different ranges: one begins at epoch 0, sample 0, forward, step 0, the other at"
        " epoch 0, sample 1, forward, step 0"
    )


def test_traces_are_read_no_further_than_their_first_difference():
    entries = trace()

    def endless():
        yield from planted(entries, 3, after=9.0)[:2]
        pytest.fail("read on")

    assert diff_traces(entries, endless()).line == 3


@each(
    ("a", "b", "tolerance", "same"),
    [
        (1.0, 1.0 + 2**-52, 0.0, False),
        (1.0, 1.0 + 2**-52, 1e-15, True),
        (0.0, -0.0, 0.0, False),
        (0.0, -0.0, 1e-300, True),
        (0.001, 0.002, 0.001, True),  # below 1 the tolerance is absolute
        (1000.0, 1001.0, 0.001, True),  # and above, relative to the first
        (1000.0, 1001.1, 0.001, False),
        (math.nan, -math.nan, 0.0, True),
        (math.nan, 1.0, 9.0, False),
        (math.inf, math.inf, 0.0, True),
        (math.inf, -math.inf, 9.0, False),
        (math.inf, 1e308, 9.0, False),
        (1e308, -1e308, 1.0, False),
    ],
)
def test_when_two_numbers_are_the_same(a, b, tolerance, same):
    assert is_close(a, b, tolerance) is same
    record = {"neuron": "x1", "before": None}
    one, two = (planted(trace(1), 2, after=number, **record) for number in (a, b))
    assert (diff_traces(one, two, tolerance) is None) is same


@pytest.mark.parametrize("tolerance", [-1e-9, math.nan, math.inf])
def test_a_tolerance_that_is_none_is_refused(tolerance):
    with pytest.raises(InvalidValueError, match="tolerance: "):
        diff_traces([], [], tolerance)
    with pytest.raises(WrongTypeError, match="tolerance: no number"):
        diff_traces([], [], "1")

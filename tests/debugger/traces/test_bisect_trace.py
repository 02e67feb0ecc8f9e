"""A training and a saved trace: the first step where they part."""

import json

import pytest

import neurosim as ns
from neurosim.debugger.traces.bisect_trace import bisect_trace
from neurosim.debugger.traces.file import read_trace
from neurosim.debugger.traces.trace import header_of, positioned_steps, write_trace
from neurosim.errors import FileError
from neurosim.network import Network
from neurosim.training.engines.contract import advance_batch
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.state import start_state
from neurosim.training.task import make_task


@pytest.fixture
def task():
    """y = w x + b over three rows in batches of 2, shuffled."""
    net = Network("line")
    net.add_layer("x", 1)
    net.add_layer("y", 1)
    net.connect("x", "y", weight=0.5)
    X, T = [[1.0], [2.0], [3.0]], [[1.0], [0.0], [2.0]]
    return make_task(net, X, T, optimizer=ns.SGD(0.1, momentum=0.5), batch_size=2, shuffle=True)


@pytest.fixture
def saved(task, tmp_path):
    """A function: the trace of so many batches after the first ``skipped``, its lines changed."""

    def save(n_batches, *, skipped=0, change=list):
        state = start_state(task, 4)
        for _ in range(skipped):
            state = advance_batch(GraphEngine(task), state)
        path = tmp_path / "saved.jsonl"
        with path.open("wb") as file:
            steps = positioned_steps(task, state, n_batches)
            write_trace(file, header_of(task, state, n_batches), steps)
        lines = change([json.loads(line) for line in path.read_text().splitlines()])
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        task.network.load_parameters([0.5, 0.0])
        return read_trace(path)

    return save


def parted(task, trace, **options):
    return bisect_trace(task, start_state(task, 4), trace, n_epochs=5, **options)


@pytest.mark.parametrize("skipped", [0, 3])
def test_a_training_does_not_part_from_its_own_trace(task, saved, skipped):
    assert parted(task, saved(4, skipped=skipped), tolerance=0.0) is None


def test_a_number_that_was_changed_is_found(task, saved):
    def change(lines):
        number = next(
            i for i, line in enumerate(lines)
            if line.get("kind") == "Activated" and (line["epoch"], line["batch"]) == (2, 1)
        )  # fmt: skip
        lines[number]["after"] += 1e-6
        return lines

    found = parted(task, saved(6, change=change))

    assert (found.epoch, found.batch, found.sample) == (2, 1, 2)
    assert (found.where, found.quantity, found.names) == (
        "y1.output",
        "step",
        ("scenario", "trace"),
    )
    assert found.values[1] - found.values[0] == pytest.approx(1e-6, rel=1e-6)
    assert [line.split(" = ")[0] for line in found.arithmetic] == ["scenario: y1", "trace: y1"]


def test_a_change_within_the_tolerance_is_none(task, saved):
    def change(lines):
        lines[5]["after"] += 1e-6
        return lines

    assert parted(task, saved(1, change=change), tolerance=1e-5) is None


def test_a_trace_may_begin_within_a_sample(task, saved):
    trace = saved(4, skipped=1, change=lambda lines: [lines[0], *lines[4:]])

    assert parted(task, trace, tolerance=0.0) is None


@pytest.mark.parametrize("kept", [1, 2, 20, -1])
def test_a_trace_that_is_cut_off_is_refused(task, saved, kept):
    trace = saved(4, skipped=1, change=lambda lines: lines[:kept])

    with pytest.raises(FileError, match=r":\d+: cut off, .* the steps of all 4 batches of line 1"):
        parted(task, trace)


def test_a_trace_that_goes_on_after_the_training_is_told(task, saved):
    trace = saved(4)

    found = bisect_trace(task, start_state(task, 4), trace, n_epochs=1)

    assert (found.epoch, found.batch, found.sample) == (1, 0, 0)
    assert found.values == ("has ended", "goes on")
    assert found.arithmetic == ("trace: x1 = 3",)


@pytest.mark.parametrize(("field", "value"), [("epoch", 5), ("epoch", 10**15), ("batch", 2)])
def test_a_trace_of_another_training_is_refused(task, saved, field, value):
    def change(lines):
        lines[1][field] = value
        return lines

    with pytest.raises(
        FileError, match=r"of another training, got epoch .* expected epochs below 5"
    ):
        parted(task, saved(1, change=change))


def test_a_trace_of_no_batch_parts_from_nothing(task, saved):
    assert parted(task, saved(0)) is None

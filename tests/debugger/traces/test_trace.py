"""Traces: the walk with its positions, the lines, writing and reading."""

import io
import json
import math
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.traces.file import read_trace
from neurosim.debugger.traces.trace import (
    TraceEntry,
    entry_of,
    header_of,
    line_of,
    new_file,
    positioned_steps,
    table_of_columns,
    write_trace,
)
from neurosim.errors import DivergedError, FileError, InvalidValueError
from neurosim.functions.optimizers import SGD, NAdam
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples

ROOT = Path(ns.__file__).parents[1]
PLACE = ["epoch", "batch", "sample", "row", "phase", "step", "kind", "what"]


def softmax_task(**options):
    """Two inputs, two sigmoid neurons, a softmax of two: every kind of step happens in it."""
    net = ns.Network("two classes", seed=4)
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="sigmoid", bias=0.5)
    net.add_layer("o", 2, activation="softmax")
    for source, target in (("x", "h"), ("h", "o")):
        net.connect(source, target, weight=0.25)
    X = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    given = {"loss": "cross_entropy", "optimizer": SGD(0.5)} | options
    return make_task(net, X, [0, 1, 0], **given)


def entries_of(task, n_batches=1):
    return [entry_of(*pair) for pair in positioned_steps(task, start_state(task, 7), n_batches)]


@pytest.fixture
def written(tmp_path):
    """Write bytes below a header, and open the trace."""

    def written(*lines, header=b'{"neurosim_trace": 2}\n'):
        path = tmp_path / "it.jsonl"
        path.write_bytes(header + b"".join(lines))
        return read_trace(path)

    return written


# --- the walk


def test_positions_count_samples_in_the_order_taken_and_steps_within_a_sample():
    task = softmax_task(batch_size=2, shuffle=True)
    n_sample = 2 + 2 * (1 + 2 + 1) + 2 * (1 + 2) + 1 + 1  # forward: x, h, o; softmax, loss
    n_sample += 2 + 2 * 3 + 2 * (2 + 1) + 2 * 3  # compared; o's gradients; h's deltas and gradients

    pairs = list(positioned_steps(task, start_state(task, 7), 2))

    found = {}
    for position, _ in pairs:
        key = (position.epoch, position.batch, position.sample, position.n_steps)
        found.setdefault(key, []).append(position.step)
    n_update = 4 + 2 + 4 + 2
    assert list(found) == [
        (0, 0, 0, n_sample),
        (0, 0, 1, n_sample + n_update),
        (0, 1, 2, n_sample + n_update),
    ]
    assert all(steps == list(range(n_steps)) for (*_, n_steps), steps in found.items())


def test_a_position_tells_which_row_of_x_a_sample_is():
    task = softmax_task(batch_size=2, shuffle=True)

    entries = entries_of(task, n_batches=4)

    loaded = [entry for entry in entries if entry.what == ("x1.output",)]
    assert [entry.record["after"] for entry in loaded] == [2.0 * e.row for e in loaded]
    assert [entry.sample for entry in loaded] == [0, 1, 2] * 2
    assert sorted(entry.row for entry in loaded) == [0, 0, 1, 1, 2, 2]
    assert [entry.row for entry in loaded[:3]] != [0, 1, 2]  # seed 7 does shuffle


def test_phases_follow_each_other_and_only_the_last_sample_of_a_batch_is_updated_behind():
    entries = entries_of(softmax_task(batch_size=2), n_batches=2)

    found = [key for key, _ in groupby((entry.sample, entry.phase) for entry in entries)]

    passes = [[(n, "forward"), (n, "loss"), (n, "backward")] for n in range(3)]
    assert found == [*passes[0], *passes[1], (1, "update"), *passes[2], (2, "update")]


def test_the_walk_ends_where_the_graph_engine_does_bit_for_bit():
    options = {"optimizer": NAdam(0.1), "batch_size": 2, "shuffle": True}
    task, twin = softmax_task(**options), softmax_task(**options)

    entries = entries_of(task, n_batches=8)
    ns.train(twin.network, twin.X, twin.T, loss="cross_entropy", epochs=4, engine="graph", seed=7,
             **options)  # fmt: skip

    assert task.network.parameters().tobytes() == twin.network.parameters().tobytes()
    assert entries[-1].epoch == 3


def test_a_walk_that_is_left_in_the_middle_gives_the_network_free():
    task = softmax_task()
    pairs = positioned_steps(task, start_state(task, 7), 1)
    next(pairs)

    pairs.close()

    assert len(entries_of(task)) > 0


def test_a_walk_tells_the_batch_it_diverges_in_and_then_says_so():
    net = ns.Network("line")
    net.add_layer("x", 1)
    net.add_layer("y", 1, activation="identity")
    net.connect("x", "y", weight=1.0)
    task = make_task(net, [[1e100]], [[0.0]], optimizer=SGD(1e200))
    pairs, told = positioned_steps(task, start_state(task, 1), 3), []

    with pytest.raises(DivergedError, match="epoch 1, batch 0: cannot begin, the loss or a para"):
        told.extend(step for _, step in pairs)  # those that came stay

    assert [str(step) for step in told[-2:]] == [
        "w(x1->y1) = 1 - 1e+200*1e+200 = -inf",
        "b(y1) = 0 - 1e+200*1e+100 = -1e+300",
    ]


# --- a line


SCHEMA = {
    "Loaded": ["neuron", "before", "after"],
    "Started": ["neuron", "before", "after"],
    "Summed": ["connection", "before", "weight", "value", "after"],
    "Activated": ["neuron", "before", "net_input", "after"],
    "Normalized": ["layer", "before", "net_inputs", "after"],
    "Measured": ["before", "loss", "values", "targets", "after"],
    "Compared": ["neuron", "before", "output", "target", "formula", "after"],
    "Backpropagated": ["connection", "before", "start", "weight", "delta", "after"],
    "DeltaComputed": ["neuron", "before", "start", "output_gradient", "shift", "net_input",
                      "output", "slope", "after"],
    "GradientComputed": ["neuron", "before", "start", "value", "delta", "after"],
    "Updated": ["neuron", "before", "rule", "rate", "gradient", "rows", "penalty", "column",
                "memory_before", "memory_after", "after"],
}  # fmt: skip


def test_each_kind_of_line_has_the_documented_keys_in_order():
    lines = [json.loads(line_of(entry)) for entry in entries_of(softmax_task())]

    found = {line["kind"]: list(line) for line in lines}  # of an owner, the last is a bias

    assert found == {kind: [*PLACE, *keys, "text"] for kind, keys in SCHEMA.items()}


OPTIONS = {"clip": {"norm": 0.01}, "weight_decay": 0.1, "penalty": {"l1": 0.1, "max_norm": 0.3}}


def test_what_options_do_to_an_update_has_columns_behind_the_others(written):
    lines = [line_of(entry) for entry in entries_of(softmax_task(**OPTIONS))]

    (line, *_) = [json.loads(line) for line in lines if json.loads(line)["kind"] == "Updated"]
    keys = [key if key != "neuron" else "connection" for key in SCHEMA["Updated"]]
    more = ["clip", "clipped", "decay", "projection"]
    assert list(line) == [*PLACE, *keys, *more, "text"]
    assert line["clipped"] == line["clip"] * (line["gradient"] / line["rows"] + line["penalty"])
    moved = line["before"] - 0.5 * line["clipped"] - line["decay"]
    assert line["after"] == moved * line["projection"]
    assert [entry.record for entry in written(*lines)] == [
        entry.record for entry in entries_of(softmax_task(**OPTIONS))
    ]


def test_a_line_can_be_read_without_knowing_the_program():
    lines = [json.loads(line_of(entry)) for entry in entries_of(softmax_task())]

    (summed, *_) = [line for line in lines if line["kind"] == "Summed"]
    (normalized, *_) = [line for line in lines if line["kind"] == "Normalized"]
    assert summed == {
        "epoch": 0, "batch": 0, "sample": 0, "row": 0, "phase": "forward", "step": 3,
        "kind": "Summed", "what": "h1.net_input", "connection": "x1->h1", "before": 0.5,
        "weight": 0.25, "value": 0.0, "after": 0.5, "text": "h1: net = 0.5 + 0.25*0 = 0.5",
    }  # fmt: skip
    assert normalized["what"] == ["o1.output", "o2.output"]
    assert normalized["before"] == [None, None]
    assert {line["what"] for line in lines if line["phase"] == "update"} == {
        "x1->h1.weight", "x2->h1.weight", "x1->h2.weight", "x2->h2.weight", "h1.bias", "h2.bias",
        "h1->o1.weight", "h2->o1.weight", "h1->o2.weight", "h2->o2.weight", "o1.bias", "o2.bias",
    }  # fmt: skip


@pytest.mark.slow
@examples(25)
@given(data=st.data())
def test_every_step_of_any_network_is_read_back_bit_for_bit(data, cases, tmp_path_factory):
    case = data.draw(cases())
    task = make_task(case.network, case.X[:2], case.T[:2], loss=case.loss, optimizer=NAdam(0.1))
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    state = start_state(task, 1)

    with new_file(path, overwrite=True) as file:
        write_trace(file, header_of(task, state, 2), positioned_steps(task, state, 2))
    again = list(read_trace(path))

    task.network.forget()
    task.network.load_parameters(state.parameters)
    made = [entry_of(*pair) for pair in positioned_steps(task, state, 2)]
    assert list(map(repr, again)) == list(map(repr, made))


NUMBERS = [math.inf, -math.inf, math.nan, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3]


@pytest.mark.parametrize("number", NUMBERS)
def test_any_double_survives_strict_json(number, written):
    record = {"neuron": "inf", "before": number, "after": number}
    entry = TraceEntry(0, 0, 0, 0, "forward", 0, "Loaded", ("inf.output",), record, "x")

    line = line_of(entry)

    def refuse(word):
        raise AssertionError(word)

    json.loads(line, parse_constant=refuse)
    (again,) = written(line)
    assert np.array(again.record["after"]).tobytes() == np.array(number).tobytes()
    assert again.record["neuron"] == "inf"


def test_text_is_utf_8_and_half_a_surrogate_is_an_escape():
    task, file = softmax_task(), io.BytesIO()
    header = header_of(task, start_state(task, 1), 0) | {"title": "é \udc80"}

    write_trace(file, header, ())

    assert "é \\udc80".encode() in file.getvalue()
    assert json.loads(file.getvalue())["title"] == "é \udc80"


def test_the_manual_has_the_columns_of_every_kind():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("neurosim/manual/*.md")]

    assert any(table_of_columns() in page.read_text("utf-8") for page in pages), table_of_columns()


# --- a file


def test_a_trace_of_version_1_is_read_with_the_kinds_of_today(tmp_path):
    old = Path(__file__).parent / "version_1.jsonl"  # as version 0.1 wrote it
    net = ns.Network("two classes", seed=4)
    net.add_layer("x", 1)
    net.add_layer("h", 1, activation="sigmoid", bias=0.5)
    net.add_layer("o", 2, activation="softmax")
    for source, target in (("x", "h"), ("h", "o")):
        net.connect(source, target, weight=0.25)
    task = make_task(net, [[2.0]], [0], loss="cross_entropy", optimizer=SGD(0.5))

    entries = list(read_trace(old))

    assert entries == entries_of(task)
    assert '"kind": "Fired"' in old.read_text()
    new = tmp_path / "new.jsonl"
    new.write_text(old.read_text().replace('"neurosim_trace": 1', '"neurosim_trace": 2'))
    with pytest.raises(FileError, match=r"new\.jsonl:4: unknown kind 'Carried'"):
        list(read_trace(new))


def test_a_header_says_what_the_trace_is_of():
    task = softmax_task(batch_size=2)

    header = header_of(task, start_state(task, 1), 2)

    assert header == {
        "neurosim_trace": 2, "title": "two classes", "neurons": 6, "connections": 8,
        "inputs": ["x1", "x2"], "outputs": ["o1", "o2"], "loss": "cross_entropy",
        "reduction": "mean", "optimizer": "sgd", "rows": 3, "batch_size": 2, "epoch": 0,
        "batch": 0, "batches": 2,
        "closes": True,
    }  # fmt: skip


def test_a_trace_can_be_read_twice_and_left_in_the_middle(written):
    trace = written(*map(line_of, entries_of(softmax_task())))

    first = next(iter(trace))

    assert first == next(iter(trace)) == entries_of(softmax_task())[0]
    assert repr(trace).startswith("trace '")


def test_an_error_on_the_way_leaves_no_file_and_the_old_one_as_it_was(tmp_path):
    path = tmp_path / "it.jsonl"
    path.write_text("mine")

    def broken():
        yield from ()
        raise FileError("no")

    with pytest.raises(FileError, match="no"), new_file(path, overwrite=True) as file:
        write_trace(file, {}, broken())

    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("it.jsonl", "mine")]


@pytest.mark.parametrize(
    ("name", "overwrite", "words"),
    [
        ("there", False, "there: exists; expected a new file"),
        (".", True, "cannot be written, got a folder"),
        ("none/it", True, "none/it: cannot be written, no such file or directory"),
        ("there/it", False, "there/it: cannot be written, not a directory"),
        ("a\0b", False, "got a NUL"),
    ],
)
def test_a_name_that_cannot_be_written_to_is_refused_before_anything_is(
    tmp_path, name, overwrite, words
):
    (tmp_path / "there").write_text("mine")

    with pytest.raises(FileError, match=words), new_file(tmp_path / name, overwrite=overwrite):
        pytest.fail("it was opened")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there", "mine")]


def test_a_walk_ends_with_the_training_and_is_refused_behind_its_end():
    net = ns.Network(seed=1)
    net.add_layer("x", 1), net.add_layer("o", 1)
    net.connect("x", "o")
    options = {"optimizer": ns.SGD(0.1), "until": {"loss": 100.0}}
    training = ns.Training(net, [[1.0]], [[1.0]], **options)
    steps = list(positioned_steps(training.task, training.state, 3))

    assert {position.epoch for position, _ in steps} == {0}
    training.advance(epochs=1)
    with pytest.raises(InvalidValueError, match="epoch 1: nothing to walk, the training stopped"):
        list(positioned_steps(training.task, training.state, 1))

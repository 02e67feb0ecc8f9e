"""Files that are no traces, or broken ones: each is refused with the line, and why."""

import json

import pytest

from neurosim.debugger.traces.file import MOST_LETTERS, is_trace, read_trace
from neurosim.errors import FileError

HEADER = b'{"neurosim_trace": 2}\n'
LOADED = {
    "epoch": 0, "batch": 0, "sample": 0, "row": 0, "phase": "forward", "step": 0, "kind": "Loaded",
    "what": "x.output", "neuron": "x", "before": None, "after": 1.5, "text": "x = 1.5",
}  # fmt: skip
MANY = b'{%s, "299999": 0}\n' % b", ".join(b'"%d": 0' % n for n in range(300_000))


def line(**changes):
    return json.dumps(LOADED | changes).encode() + b"\n"


def without(key):
    return json.dumps({name: value for name, value in LOADED.items() if name != key}).encode()


def softmax(**changes):
    many = {"kind": "Normalized", "what": ["x.output"], "layer": "o", "before": [None],
            "net_inputs": [0.5], "after": [1]}  # fmt: skip
    return json.dumps({k: v for k, v in LOADED.items() if k != "neuron"} | many | changes).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty, got no line; expected a trace"),
        (b"\n", r"jsonl:1: no trace, got ''; expected a first line with \"neurosim_trace\": 2"),
        (b"neurosim: 1\ntitle: x\n", "jsonl:1: no trace, got 'neurosim: 1'"),
        (b"{}\n", "jsonl:1: no trace, got '{}'"),
        (b"[1]\n", "jsonl:1: no trace, got"),
        (b"\x89PNG\r\n\x1a\n\0\0", "jsonl:1: no trace, got"),
        (b"\0" * 99, "jsonl:1: no trace, got"),
        (b"[" * 1_000_000, "jsonl:1: no trace, got"),
        (b'{"neurosim_trace": 3}\n', "jsonl:1: of another version, got 3; expected 1 or 2"),
        (b'{"neurosim_trace": true}\n', "jsonl:1: of another version, got True; expected 1 or 2"),
        (b'{"neurosim_trace": 1, "neurosim_trace": 1}\n', "jsonl:1: no trace"),
        (b'{"neurosim_trace"', "jsonl:1: no trace"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "data",  # some data are large
)
def test_what_does_not_begin_as_a_trace_is_refused_at_once(tmp_path, data, words):
    path = tmp_path / "it.jsonl"
    path.write_bytes(data)

    with pytest.raises(FileError, match=words):
        read_trace(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\n", "jsonl:3: no JSON, expecting value at column 1, got ''"),
        (b"nonsense\n", "jsonl:3: no JSON, expecting value at column 1, got 'nonsense'"),
        (b"[1, 2]\n", r"jsonl:3: no object, got '\[1, 2\]'; expected one on each line"),
        (b"[" * 1_000_000 + b"\n", "jsonl:3: no JSON of a trace, .*recursion"),
        (b"\0\n", "jsonl:3: no JSON, expecting value"),
        (b"\xff\xfe\n", "jsonl:3: no UTF-8 text, got the byte 0xff"),
        (line()[:40], "jsonl:3: cut off, got 40 bytes without an end; expected a whole line"),
        (b" " * (MOST_LETTERS + 1), "jsonl:3: too long, got over 10000000 bytes in one line"),
        (b'{"a": 1, "a": 1}\n', "jsonl:3: no JSON of a trace, got the key 'a' twice"),
        (MANY, "jsonl:3: no JSON of a trace, got the key '299999' twice"),
        (line(after=float("nan")), "jsonl:3: no JSON of a trace, got NaN; expected a finite"),
        (line()[:-3] + b', "x": ' + b"9" * 5000 + b"}\n", "jsonl:3: no JSON"),
        (b"{}\n", "jsonl:3: unknown kind 'None'"),
        (line(kind="Activate"), r"jsonl:3: unknown kind 'Activate' \(did you mean 'Activated'\?\)"),
        (line(kind=["Activated"]), "jsonl:3: unknown kind"),
        (without("after"), "jsonl:3: no 'after', got Loaded without it; expected it"),
        (without("row"), "jsonl:3: no 'row'"),
        (line(neurn="x"), r"jsonl:3: unknown key of Loaded 'neurn' \(did you mean 'neuron'"),
        (line(after="1.5"), "jsonl:3: after: got '1.5'; expected a number"),
        (line(after="Infinity"), "jsonl:3: after: got 'Infinity'; expected a number"),
        (line(after=True), "jsonl:3: after: got 'True'; expected a number"),
        (line(after=None), "jsonl:3: after: got 'None'; expected a number"),
        (line(after=10**400), "jsonl:3: after: got .*; expected a number of double precision"),
        (line().replace(b"1.5,", b"1e999,"), "after: got 'inf'; expected a number of double"),
        (line(before="x"), "jsonl:3: before: got 'x'; expected a number"),
        (line(epoch=-1), "jsonl:3: epoch: got '-1'; expected an integer >= 0"),
        (line(step=1.0), "jsonl:3: step: got '1.0'; expected an integer >= 0"),
        (line(row=False), "jsonl:3: row: got 'False'; expected an integer >= 0"),
        (line(phase="sideways"), "phase: got 'sideways'; expected one of forward, loss, backw"),
        (line(phase=[]), "jsonl:3: phase: got"),
        (line(what=["x.output"]), "jsonl:3: what: got .*; expected a text"),
        (line(neuron=3), "jsonl:3: neuron: got '3'; expected a text"),
        (line(text="x" * 9)[:-2] + b', "text": ""}\n', "got the key 'text' twice"),
        (softmax(what="x.output"), "jsonl:3: what: got 'x.output'; expected a list"),
        (softmax(after=0.5), "jsonl:3: after: got '0.5'; expected a list of numbers"),
        (softmax(net_inputs=[None]), "jsonl:3: net_inputs: got"),
        (softmax(before=["x"]), "jsonl:3: before: got"),
        (softmax(after=[0.5, 0.5]), "jsonl:3: after: got 2 numbers; expected 1, as in what"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "data",  # some data are large
)
def test_a_broken_line_is_named_and_those_before_it_are_read(tmp_path, data, words):
    path = tmp_path / "it.jsonl"
    path.write_bytes(HEADER + line() + data)
    read = []

    with pytest.raises(FileError, match=words):
        read.extend(read_trace(path))  # those that came stay

    assert [entry.text for entry in read] == ["x = 1.5"]


def test_a_last_line_without_its_end_is_read_where_it_is_whole(tmp_path):
    path = tmp_path / "it.jsonl"
    path.write_bytes(HEADER + line() + softmax())

    assert [entry.record["after"] for entry in read_trace(path)] == [1.5, (1.0,)]


def test_what_is_no_file_is_refused(tmp_path):
    for name, words in (("none", "no such file"), (".", "got a folder"), ("a\0b", "cannot be re")):
        with pytest.raises(FileError, match=words):
            read_trace(tmp_path / name)
        assert not is_trace(tmp_path / name)

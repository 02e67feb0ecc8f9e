"""Lines as wide as the terminal: wrapped between words; in a file they are as they are."""

import fcntl
import io
import os
import pty
import re
import struct
import termios

import pytest
from rich.console import Console

import neurosim as ns
from neurosim.cli.commands.run.report import print_result
from neurosim.cli.output import wrapped
from neurosim.cli.terminal import watched


@pytest.fixture
def shown(process):
    """What a command shows on a terminal of so many columns; both its streams go there."""

    def shown(columns, *arguments):
        screen, line = pty.openpty()
        fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {"COLUMNS": "", "NO_COLOR": "1", "TERM": "dumb"}
        running = process(*arguments, stdout=line, stderr=line, environment=environment)
        os.close(line)
        found = b""
        while part := _read(screen):
            found += part
        running.wait(timeout=30)
        os.close(screen)
        return found.decode().replace("\r\n", "\n").splitlines()

    return shown


def _read(screen):
    try:
        return os.read(screen, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.quick("arguments0")
@pytest.mark.parametrize(
    ("arguments", "stream"),
    [
        (["list"], "out"),
        (["help"], "out"),
        pytest.param(["run", "invalid.yaml"], "err", marks=pytest.mark.slow),
        (["new", "."], "err"),
        pytest.param(["compile", "passed.yaml", "--explain"], "out", marks=pytest.mark.slow),
    ],
)
def test_on_a_terminal_no_line_is_wider_and_no_word_is_cut(shown, neurosim, arguments, stream):
    lines = shown(40, *arguments)

    plain = getattr(neurosim(*arguments), stream)
    assert [word for line in lines for word in line.split()] == plain.split()
    assert [line for line in lines if len(line) > 40 and len(line.split()) > 1] == []


@pytest.mark.parametrize("name", ["passed", "diverged", "failed", "skipped"])
def test_a_report_is_as_wide_as_the_terminal(folder, name):
    assert folder.is_dir()
    result, reports = ns.run_scenario(f"{name}.yaml"), []
    for options in ({"force_terminal": True, "no_color": True}, {}):
        console = Console(file=io.StringIO(), width=44, highlight=False, **options)
        print_result(result, console)
        reports.append(console.file.getvalue())

    wide, plain = (re.sub(r"\x1b\[[0-9;]*m", "", report) for report in reports)
    assert wide.split() == plain.split()
    assert max(map(len, wide.splitlines())) <= 44 < max(map(len, plain.splitlines()))


def test_a_table_is_wrapped_in_its_last_column(shown):
    lines = shown(60, "list")

    assert lines[1:3] == [
        "breast-cancer           Benign or not, from thirty",
        "                        measurements of cell nuclei",
    ]


def test_where_there_is_no_terminal_nothing_is_wrapped(neurosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")

    assert max(map(len, neurosim("list").out.splitlines())) > 60
    assert max(map(len, neurosim("run", "invalid.yaml").err.splitlines())) > 100
    assert max(map(len, neurosim("run", "diverged.yaml").out.splitlines())) > 100


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "  three"]),
        ("a-word-that-is-long and on", ["a-word-that-is-long", "  and on"]),
        ("one\n\n  two  six", ["one", "", "  two  six"]),
        ("", [""]),
    ],
)
def test_lines_are_wrapped_between_words(text, lines):
    assert wrapped(text, 11).split("\n") == lines


def test_a_bar_starts_anew_without_an_end_for_what_follows(monkeypatch):
    made = []

    class Bar:
        def __init__(self, *columns, **options):
            made.append(("columns", len(columns)))

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def add_task(self, name, **options):
            made.append((name, options["total"]))

        def update(self, _, advance, told):
            made.append((advance, told))

        def reset(self, _, **options):
            made.append((options["description"], options["total"]))

    monkeypatch.setattr("neurosim.cli.terminal.Progress", Bar)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    follows = iter(["", "5 folds"])

    done = list(watched([3, 4], "iris", 7, size=int, follows=lambda: next(follows)))

    assert done == [3, 4]
    assert made[1:] == [("iris", 7), (3, ""), (4, ""), ("iris: 5 folds", None)]


def _with_labels(path):
    """A model of ONNX that says the classes of its rows beside its outputs."""
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Softmax", ["x"], ["p"]),
        helper.make_node("ArgMax", ["p"], ["label"], axis=1),
    ]
    outputs = [
        helper.make_tensor_value_info("p", kinds.FLOAT, [None, 3]),
        helper.make_tensor_value_info("label", kinds.INT64, [None, 1]),
    ]
    inputs = [helper.make_tensor_value_info("x", kinds.FLOAT, [None, 3])]
    onnx.save(helper.make_model(helper.make_graph(nodes, "labels", inputs, outputs)), path)


@pytest.mark.parametrize(
    "arguments",
    [("draw", "m.onnx", "-o", "m.svg"), ("convert", "m.onnx", "m.json"), ("compile", "m.onnx")],
    ids=lambda given: given[0],
)
def test_what_reading_a_file_leaves_out_is_one_line_in_every_command(neurosim, folder, arguments):
    _with_labels(folder / "m.onnx")

    assert neurosim(*arguments).err == (
        "warning: m.onnx: left out 'label', which says classes; the outputs are those of 'p'\n"
    )

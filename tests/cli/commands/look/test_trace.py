"""``trace`` and ``trace diff``."""

import json

import pytest

from neurosim.debugger.traces.file import read_trace

HAND = """\
what,value
h1.net_input,-1.16573
h1,0.23763      # five digits are enough
loss,0.2123
dL/dw(h1->o1),-0.0352
w(h1->o1),0.7914
"""


def steps_of(text):
    return [json.loads(line) for line in text.splitlines()[1:]]


def test_trace_prints_an_epoch_as_json_lines(neurosim):
    ran = neurosim("trace", "xor")

    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out.splitlines()[0])["neurosim_trace"] == 2
    assert len(steps_of(ran.out)) == 4 * 69
    assert steps_of(ran.out)[4]["text"] == "h1: net = -0.16596 - 0.99977*1 = -1.16573"


def test_trace_writes_a_file_that_is_read_back(neurosim, folder):
    ran = neurosim("trace", "xor", "-o", "xor.jsonl", "--batches", "2")

    assert ran == (0, "", "")
    trace = read_trace(folder / "xor.jsonl")
    assert trace.header["batches"] == 2
    assert [entry.sample for entry in trace] == [0] * 69 + [1] * 69
    assert not list(folder.glob(".neurosim-*"))


def test_trace_overwrites_a_file_only_where_it_is_told_to(neurosim, folder):
    (folder / "out").write_text("mine")

    refused = neurosim("trace", "xor", "-o", "out")
    kept = (folder / "out").read_text()
    forced = neurosim("trace", "xor", "-o", "out", "--overwrite")

    assert (refused.code, refused.out, kept) == (2, "", "mine")
    assert refused.err == "error: out: exists; expected a new file, or --overwrite\n"
    assert forced.code == 0
    assert len(list(read_trace(folder / "out"))) == 4 * 69


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_trace_of_a_later_epoch_is_that_of_stepping_all_the_way(neurosim, engine):
    whole = neurosim("trace", "xor", "--epochs", "13")
    late = neurosim("trace", "xor", "--epoch", "12", "--set", f"engine={engine}")

    for a, b in zip(steps_of(whole.out)[12 * 4 * 69 :], steps_of(late.out), strict=True):
        assert (a["epoch"], a["sample"], a["step"], a["what"]) == (
            b["epoch"], b["sample"], b["step"], b["what"],
        )  # fmt: skip
        assert abs(a["after"] - b["after"]) <= (0 if engine == "graph" else 1e-12)


def test_set_changes_what_is_traced(neurosim):
    ran = neurosim("trace", "xor", "--set", "training.batch_size=4")

    assert len([step for step in steps_of(ran.out) if step["phase"] == "update"]) == 17


def test_a_training_that_diverges_is_traced_up_to_there(neurosim, folder):
    ran = neurosim("trace", "diverged.yaml", "--epochs", "2000", "-o", "it.jsonl")

    *_, last = read_trace(folder / "it.jsonl")
    assert ran.code == 3
    assert ran.err.startswith(f"diverged: epoch {last.epoch + 1}, batch 0: cannot begin, the loss")
    assert last.phase == "update"
    assert neurosim("trace", "diff", "it.jsonl", "diverged.yaml").code == 0


def test_a_scenario_in_single_precision_is_walked_in_double(neurosim):
    single = ["--set", "training.precision=single", "--set", "engine=compiled"]

    ran = neurosim("trace", "passed.yaml", "--epoch", "3", *single)
    double = neurosim("trace", "passed.yaml", "--epoch", "3")

    assert ran.code == 0
    pairs = zip(steps_of(ran.out), steps_of(double.out), strict=True)
    gaps = [abs(a["after"] - b["after"]) for a, b in pairs]
    assert 1e-12 < max(gaps) < 1e-5


def test_an_epoch_behind_the_divergence_cannot_be_traced(neurosim, folder):
    ran = neurosim("trace", "diverged.yaml", "--epoch", "1999", "-o", "it.jsonl")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("diverged: epoch ")
    assert not (folder / "it.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["two-two-one"], "error: two-two-one: nothing to trace, got no data; expected a scenario"),
        (["invalid.yaml"], "error: invalid.yaml:"),
        (["none.yaml"], "error: none.yaml: "),
        (["xr"], "error: no file and no shipped scenario, got 'xr'"),
        (["xor", "--epoch", "-1"], "--epoch"),
        (["xor", "-o", "none/it"], "error: none/it: cannot be written, no such file or directory"),
        (["xor", "-o", ""], "error: .: cannot be written, got a folder"),
        ([], "FILE"),
        (["diff"], "'A'"),
        (["diff", "xor"], "'B'"),
    ],
)
def test_wrong_use_is_a_line_and_2(neurosim, arguments, words):
    ran = neurosim("trace", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_mistake(process):
    running = process("trace", "xor", "--epochs", "200")

    running.stdout.readline()
    running.stdout.close()

    assert running.wait(60) == 0
    assert running.stderr.read() == ""


# --- diff


def test_diff_of_equal_traces_ends_with_0(neurosim):
    neurosim("trace", "xor", "-o", "a.jsonl")
    neurosim("trace", "xor", "-o", "b.jsonl")

    ran = neurosim("trace", "diff", "a.jsonl", "b.jsonl")

    assert ran == (0, "the traces are the same, line by line\n", "")


def test_diff_names_the_first_line_that_differs_with_both_arithmetics(neurosim):
    neurosim("trace", "xor", "-o", "a.jsonl")
    rate = "training.optimizer.learning_rate=0.5"
    neurosim("trace", "xor", "-o", "b.jsonl", "--set", rate)

    ran = neurosim("trace", "diff", "a.jsonl", "b.jsonl")

    assert ran.code == 1
    first, one, other = ran.out.splitlines()
    assert first == (
        "epoch 0, sample 0, update, step 52: a->h1.weight:"
        " rate 1.0 in the first, 0.5 in the second, 0.5 apart"
    )
    assert one == "  a.jsonl:54: w(a->h1) = 0.44065 - 1*0 = 0.44065"
    assert other == "  b.jsonl:54: w(a->h1) = 0.44065 - 0.5*0 = 0.44065"


def test_diff_allows_a_tolerance(neurosim, folder):
    neurosim("trace", "xor", "-o", "a.jsonl")
    text = (folder / "a.jsonl").read_text()
    (folder / "b.jsonl").write_text(text.replace('"after": -1.16573,', '"after": -1.16574,'))

    exact = neurosim("trace", "diff", "a.jsonl", "b.jsonl")
    near = neurosim("trace", "diff", "a.jsonl", "b.jsonl", "--tolerance", "2e-5")

    assert exact.code == 1
    assert exact.out.splitlines()[0] == (
        "epoch 0, sample 0, forward, step 4: h1.net_input:"
        " -1.16573 in the first, -1.16574 in the second, 1e-05 apart"
    )
    assert (near.code, near.out) == (0, "the traces are the same, line by line\n")


def test_diff_takes_a_scenario_for_a_trace_over_the_range_of_the_other(neurosim):
    neurosim("trace", "xor", "-o", "a.jsonl", "--epoch", "3", "--batches", "2",
             "--set", "engine=graph")  # fmt: skip

    for pair in (("xor", "a.jsonl"), ("a.jsonl", "xor")):
        assert neurosim("trace", "diff", *pair, "--tolerance", "1e-12").code == 0
    assert neurosim("trace", "diff", "xor", "xor").code == 0
    assert neurosim("trace", "diff", "passed.yaml", "xor").code == 1


def test_diff_judges_a_calculation_by_hand(neurosim, folder):
    (folder / "hand.csv").write_text(HAND)
    neurosim("trace", "xor", "-o", "a.jsonl")

    for pair in (("xor", "hand.csv"), ("a.jsonl", "hand.csv"), ("hand.csv", "xor")):
        assert neurosim("trace", "diff", *pair) == (0, "5 values by hand, all of them right\n", "")


def test_diff_names_the_first_wrong_line_of_a_hand_calculation_with_its_arithmetic(
    neurosim, folder
):
    (folder / "hand.csv").write_text(HAND.replace("-0.0352", "-0.0353").replace("0.7914", "0.8"))

    ran = neurosim("trace", "diff", "xor", "hand.csv")

    first, *arithmetic = ran.out.splitlines()
    assert (ran.code, ran.err) == (1, "")
    assert first.startswith("hand.csv:5: h1->o1.gradient: got -0.0353; expected -0.03515")
    assert first.endswith(" apart, allowed 5e-05 (epoch 0, sample 0, backward, step 27)")
    assert [line.split(" = ")[0] for line in arithmetic] == [
        "  dL/do1", "  delta(o1)", "  dL/dw(h1->o1)"
    ]  # fmt: skip


def test_a_hand_calculation_may_speak_of_a_later_epoch(neurosim, folder):
    (folder / "hand.csv").write_text("what,value,epoch\nloss,0.125,4000\nloss,0.125,4001\n")

    ran = neurosim("trace", "diff", "xor", "hand.csv")

    assert ran.code == 1
    assert ran.out.startswith("hand.csv:2: loss: got 0.125; expected 0.000")
    assert "(epoch 4000, sample 0, loss, step 24)" in ran.out


def test_the_worksheet_that_is_wrong_is_found_out(neurosim, folder):
    (folder / "sheet.csv").write_text(
        "w(a->top),0.09916\nw(b->top),0.7978\nw(a->bottom),0.3972\nw(b->bottom),0.5928\n"
    )

    ran = neurosim("trace", "diff", "rgu-worksheet", "sheet.csv")

    assert ran.code == 1
    assert ran.out.startswith("sheet.csv:1: a->top.weight: got 0.09916; expected 0.09907092883919")


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("none.jsonl", "error: no file and no shipped scenario, got 'none.jsonl'"),
        ("other.txt", "error: other.txt:1: no trace, got 'hello'; expected a first line with"),
        ("torn.jsonl", "error: torn.jsonl:2: cut off, got 12 bytes without an end"),
        ("empty.jsonl", "error: empty.jsonl: empty, got no line; expected a trace"),
        ("bare.jsonl", "error: bare.jsonl:1: epoch: got None; expected an integer >= 0"),
        ("bad.csv", "error: bad.csv:1: unknown neuron 'h9'"),
        ("none.csv", "error: none.csv: cannot be read, no such file or directory"),
    ],
)
def test_a_file_that_cannot_be_compared_is_a_line_and_2(neurosim, folder, second, words):
    (folder / "other.txt").write_text("hello\n")
    header = '{"neurosim_trace": 1, "epoch": 0, "batch": 0, "batches": 4}\n'
    (folder / "torn.jsonl").write_text(header + '{"epoch": 0,')
    (folder / "bare.jsonl").write_text('{"neurosim_trace": 1}\n')
    (folder / "empty.jsonl").write_text("")
    (folder / "bad.csv").write_text("h9,1\n")

    ran = neurosim("trace", "diff", "xor", second)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_two_hand_calculations_have_nothing_to_be_judged_by(neurosim, folder):
    (folder / "hand.csv").write_text(HAND)

    ran = neurosim("trace", "diff", "hand.csv", "hand.csv")

    assert ran.code == 2
    assert "hand.csv: two calculations by hand; expected a trace to judge one by" in ran.err


@pytest.mark.parametrize("tolerance", ["-1", "nan", "inf", "x"])
def test_a_tolerance_that_is_none_is_wrong_use(neurosim, folder, tolerance):
    (folder / "hand.csv").write_text(HAND)

    for second in ("xor", "hand.csv"):
        ran = neurosim("trace", "diff", "xor", second, "--tolerance", tolerance)
        assert (ran.code, ran.out) == (2, "")
        assert "tolerance" in ran.err


def test_a_scenario_of_the_name_diff_is_traced_by_its_path(neurosim, folder):
    (folder / "diff").write_text((folder / "passed.yaml").read_text())

    assert neurosim("trace", "./diff").code == 0


def test_both_have_help_of_their_own(neurosim):
    assert "neurosim trace [OPTIONS] FILE" in neurosim("trace", "--help").out
    assert "neurosim trace diff [OPTIONS] A B" in neurosim("trace", "diff", "-h").out


@pytest.mark.parametrize("command", [("trace", "xor"), ("debug", "xor", "--batch")])
def test_a_time_limit_is_said_to_be_without_effect(neurosim, command):
    ran = neurosim(*command, "--set", "training.time_limit=60")

    assert ran.code == 0
    assert ran.err.startswith("note: the time limit of 60 s is without effect here")


def test_a_line_that_cannot_be_read_is_said_and_the_rest_is_judged(neurosim, folder):
    (folder / "a.csv").write_text("what;value\nsigma(h1);1\nz(h1);-1,1657\n", encoding="utf-8")
    (folder / "b.csv").write_text("sigma(h1),1\nz_h1,9\nh2,\n", encoding="utf-8")

    right = neurosim("trace", "diff", "xor", "a.csv")
    wrong = neurosim("trace", "diff", "xor", "b.csv")

    assert (right.code, right.out) == (2, "1 value by hand, all of them right\n")
    assert "error: a.csv:2: unknown quantity 'sigma(h1)'" in right.err
    assert wrong.code == 1
    assert wrong.out.startswith("b.csv:2: h1.net_input: got 9; expected -1.16573")
    assert "error: b.csv:3: no value, got h2.output without one" in wrong.err


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--epoch", "99999"], "epoch: got 99999; expected 0 to 4999, or 'end'"),
        (["--epoch", "-1"], "--epoch: got '-1'; expected a number of epochs, or end"),
        (
            ["--epoch", "end", "--epochs", "2"],
            "epochs: got 2 from epoch 4999 on; expected at most 1",
        ),
        (
            ["--epoch", "4999", "--epochs", "2"],
            "epochs: got 2 from epoch 4999 on; expected at most 1",
        ),
    ],
)
def test_epochs_that_the_training_does_not_have_are_refused_before_it_begins(
    neurosim, tmp_path, asked, message
):
    ran = neurosim("trace", "xor", *asked, "-o", tmp_path / "t.jsonl")

    assert (ran.code, ran.err) == (2, f"error: {message}\n")
    assert not list(tmp_path.glob("*.jsonl"))


@pytest.mark.usefixtures("folder")
def test_the_epoch_end_of_a_trace_is_the_last_that_trains(neurosim):
    by_word = neurosim("trace", "passed.yaml", "--epoch", "end")
    by_number = neurosim("trace", "passed.yaml", "--epoch", "3")

    assert (by_word.code, by_word.out) == (0, by_number.out)
    assert '"epoch": 3' in by_word.out


def test_a_line_by_hand_of_an_epoch_that_there_is_not_is_named(neurosim, folder):
    (folder / "h.csv").write_text("what,value,epoch\no1.output,0.5,1\no1.output,0.5,99\n")

    judged = neurosim("trace", "diff", "passed.yaml", "h.csv")
    marked = neurosim("mark", "passed.yaml", "h.csv")

    assert (judged.code, judged.err) == (2, "error: h.csv:3: epoch: got 99; expected 0 to 3\n")
    assert (marked.code, "h.csv:3: epoch: got 99; expected 0 to 3" in marked.out) == (2, True)


def test_traces_that_are_cut_off_at_the_same_line_are_not_the_same(neurosim, folder):
    neurosim("trace", "passed.yaml", "-o", "whole.jsonl")
    lines = (folder / "whole.jsonl").read_text().splitlines(keepends=True)
    assert json.loads(lines[-1])["last"] is True
    for n in (1, 2, len(lines) - 1):
        for name in ("one.jsonl", "other.jsonl"):
            (folder / name).write_text("".join(lines[:n]))

        ran = neurosim("trace", "diff", "one.jsonl", "other.jsonl")

        assert ran.code == 2, n
        assert "one.jsonl: cut off, got the end of the file; expected a line that is" in ran.err
    (folder / "one.jsonl").write_text("".join([*lines, lines[1]]))
    behind = neurosim("trace", "diff", "one.jsonl", "one.jsonl")
    assert f"one.jsonl:{len(lines) + 1}: got a line behind the last one" in behind.err
    assert neurosim("trace", "diff", "whole.jsonl", "whole.jsonl").code == 0

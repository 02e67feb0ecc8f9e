"""``neurosim run`` as a person sees it, and its exit codes."""

import json
import math
import re
import shutil
from dataclasses import replace

import pytest

import neurosim as ns
from neurosim.cli.commands.run.run import _note_missing_kernel
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.kernel.checks import tell_kernel
from neurosim.kernel.library import why_no_kernel


def test_a_person_sees_network_training_rows_and_expectations(neurosim):
    ran = neurosim("run", "passed.yaml")

    lines = ran.out.splitlines()
    assert ran.code == 0
    assert ran.err == ""
    assert lines[0] == "Either but not both"
    assert lines[1] == "network: 2 inputs, 4 neurons, 9 connections, 1 output"
    assert lines[2].startswith("training: 4 epochs, loss 0.")
    assert " -> 0." in lines[2]
    assert lines[2].endswith(" s)")
    assert lines[4].split() == ["inputs", "targets", "outputs"]
    assert lines[5].split() == ["a", "b", "o1", "o1"]
    assert [line.split()[:3] for line in lines[6:10]] == [
        ["0", "0", "0"],
        ["0", "1", "1"],
        ["1", "0", "1"],
        ["1", "1", "0"],
    ]
    assert lines[11] == "expectations"
    assert lines[12].startswith("met      loss before training = 0.")
    assert lines[12].endswith(", expected above 0.1")
    assert lines[14:] == ["2 of 2 expectations met", ""]


def test_an_expectation_that_is_not_met_says_by_how_much(neurosim):
    ran = neurosim("run", "passed.yaml", "--set", "expect[1]={epoch: 0, bias: o1, equals: 2}")

    assert ran.code == 1
    assert "not met  bias of o1 before training = 0, expected 2 within 1e-09; off by 2" in ran.out
    assert "1 of 2 expectations met" in ran.out


@pytest.mark.parametrize("how", [(), ("-q",), ("--json",)])
def test_a_loss_that_ended_far_above_its_start_is_told_on_standard_error(neurosim, how):
    rate = "training.optimizer={name: sgd, learning_rate: 1e100}"

    ran = neurosim("run", "passed.yaml", *("--set", rate), *("--set", "training.epochs=1"), *how)

    assert ran.err.startswith("warning: passed: the loss ended at 1")
    assert "far above the 0." in ran.err
    assert ran.err.count("\n") == 1


def test_sixteen_rows_are_shown_of_more(neurosim):
    rows = [[k, 0] for k in range(20)]

    ran = neurosim(
        "run",
        "passed.yaml",
        *("--set", f"data.inputs={rows}"),
        *("--set", f"data.targets={[0, 1] * 10}"),
    )

    assert "\n... (16 of 20 training rows)\n" in ran.out
    assert "\n15  0 " in ran.out
    assert "\n16  0 " not in ran.out


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("passed", 0, "2 of 2 expectations met"),
        ("skipped", 0, "skipped: data set 'moons': comes through scikit-learn, which is not"),
        ("failed", 1, "1 of 2 expectations met"),
        ("diverged", 3, "diverged: epoch "),
    ],
)
def test_each_ending_has_its_code_and_its_words(neurosim, name, code, words):
    ran = neurosim("run", f"{name}.yaml", "--no-advice")

    assert ran.code == code
    assert words in ran.out
    assert ran.err == ""


ILL = (
    *("--set", "training.optimizer.learning_rate=1e-7"),  # it cannot learn
    *("--set", "training.epochs=2000", "--set", "expect=[]"),
)


def test_a_training_that_does_not_learn_is_told_why_on_standard_error(neurosim, folder):
    ran = neurosim("run", "passed.yaml", *ILL, "--out", "there")

    lines = ran.err.splitlines()
    assert ran.code == 0
    assert lines[0].startswith("advice: passed: ")
    assert lines[-2] == "  why, and the cures tried: neurosim doctor passed.yaml --try"
    written = json.loads((folder / "there" / "run.json").read_text())["findings"]
    assert 1 <= len(written) <= 3
    assert lines[0].split(": ")[2] == written[0]["name"]


def test_the_findings_are_in_the_json_document(neurosim):
    told = json.loads(neurosim("run", "passed.yaml", *ILL, "--json").out)
    silent = neurosim("run", "passed.yaml", *ILL, "--json", "--no-advice")
    healthy = neurosim("run", "passed.yaml", "--set", "training.epochs=2000", "--json")

    assert set(told["findings"][0]) == {"name", "what", "where", "why", "numbers", "cure"}
    assert silent.err == ""
    assert "findings" not in json.loads(silent.out)
    assert (healthy.err, json.loads(healthy.out)["findings"]) == ("", [])


def test_a_diagnosis_that_fails_is_a_note_and_the_run_ends_as_it_did(neurosim, monkeypatch):
    def fail(_run):
        raise InvalidValueError("no such thing")

    monkeypatch.setattr("neurosim.scenario.run.run.Run.diagnosis", fail)

    ran = neurosim("run", "passed.yaml")

    assert (ran.code, ran.err) == (0, "note: no diagnosis: no such thing\n")


def test_an_invalid_file_has_code_2_and_each_mistake_a_line_on_stderr(neurosim):
    ran = neurosim("run", "invalid.yaml")

    assert ran.code == 2
    assert ran.out == ""
    assert [line[:40] for line in ran.err.splitlines()] == [
        "error: invalid.yaml:7:41: network.layers",
        "error: invalid.yaml:15:3: training.epoch",
    ]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["passed", "skipped"], 0),
        (["passed", "failed", "skipped"], 1),
        (["failed", "diverged", "passed"], 3),
        (["diverged", "invalid", "failed"], 2),
        (["invalid", "passed"], 2),
    ],
)
def test_for_several_files_the_worst_ending_counts_in_the_order_2_3_1_0(neurosim, names, code):
    ran = neurosim("run", "-q", *(f"{name}.yaml" for name in names))

    shown = [line.split()[0] for line in ran.out.splitlines()[:-1]]
    assert ran.code == code
    assert shown == [name for name in names if name != "invalid"]
    assert sorted(ran.out.splitlines()[-1].split(", ")) == sorted(f"1 {name}" for name in names)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("passed", "passed   passed: 2 of 2 expectations met\n"),
        ("failed", "failed   failed: 1 of 2 expectations met\n"),
        ("skipped", "skipped  skipped: data set 'moons': comes through scikit-learn, which is"),
        ("diverged", "diverged diverged: epoch "),
    ],
)
def test_quiet_is_a_line_a_file(neurosim, name, line):
    ran = neurosim("run", "-q", f"{name}.yaml")

    assert ran.out.startswith(line)
    assert ran.out.count("\n") == 1


def test_engine_seed_and_keys_of_the_file_can_be_changed(neurosim):
    ran = neurosim(
        "run", "passed.yaml", "--engine", "graph", "--seed", "7", "--set", "training.epochs=1"
    )

    assert "training: 1 epoch, loss " in ran.out
    assert " (graph engine, " in ran.out
    assert ran.out != neurosim("run", "passed.yaml", "--set", "training.epochs=1").out


def test_a_shipped_scenario_is_found_by_its_name(neurosim):
    ran = neurosim("run", "two-two-one")

    assert ran.code == 0
    assert "output of o1 for [2, 3] = 0.7216325609518421, expected 0.7216325609518421" in ran.out


def test_markup_in_a_title_is_text(neurosim):
    ran = neurosim("run", "passed.yaml", "--set", "title='[red]a[/red] [/]'")

    assert ran.out.startswith("[red]a[/red] [/]\n")


@pytest.mark.parametrize(
    ("columns", "names", "note"),
    [
        (40, ["inputs", "targets", "outputs"], ""),
        (24, ["inputs", "outputs"], "... (no room for targets)"),
        (18, ["inputs", "outputs"], "... (no room for targets)"),
        (10, ["outputs"], "... (no room for inputs and targets)"),
        (0, ["inputs", "targets", "outputs"], ""),
    ],
)
def test_a_narrow_terminal_shows_fewer_columns_with_all_their_digits(
    neurosim, monkeypatch, columns, names, note
):
    shown = [line.split()[-1] for line in neurosim("run", "passed.yaml").out.splitlines()[6:10]]
    monkeypatch.setenv("COLUMNS", str(columns))

    table = neurosim("run", "passed.yaml").out.partition("\n\n")[2].splitlines()

    assert table[0].split() == names
    assert [line.split()[-1] for line in table[2:6]] == shown
    assert table[6] == note


def test_a_title_of_several_lines_is_one_line_of_the_report(neurosim):
    ran = neurosim("run", "passed.yaml", '--set=title="two\\nlines"')

    assert ran.out.splitlines()[0] == "two lines"


def test_too_little_memory_is_told_in_a_line(neurosim, monkeypatch):
    def exhaust(*_, **__):
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr("neurosim.cli.commands.run.run.start_run", exhaust)

    ran = neurosim("run", "passed.yaml")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "error: not enough memory, Unable to allocate 8 TiB; expected a smaller task\n"
    )


@pytest.mark.parametrize(
    "arguments", [["run", "n" * 5000], ["n" * 5000], ["run", f"{'n' * 5000}.yaml"]]
)
def test_a_name_of_thousands_of_letters_is_told_in_a_short_line(neurosim, arguments):
    ran = neurosim(*arguments)

    assert ran.code == 2
    assert max(map(len, ran.err.splitlines())) < 600


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_table_fits_any_terminal(neurosim, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    names = [f"a_rather_long_name_{k}" for k in range(12)]
    sets = {
        "network.layers[0].neurons": str(names),
        "data.inputs": str([[k / 3 for k in range(12)]] * 4),
        "expect": "[]",
    }

    ran = neurosim("run", "passed.yaml", *(f"--set={key}={value}" for key, value in sets.items()))

    table = ran.out.splitlines()[4:]
    assert ran.code == 0
    assert max(map(len, table)) <= columns
    assert "inputs (" in table[0]
    assert "outputs" in table[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "FILE|NAME"),
        (
            ["rnu", "xor"],
            "unknown command 'rnu' (did you mean 'run'?); known: run, sweep, tune, debug",
        ),
        (["run", "xor", "--nosuch"], "--nosuch"),
        (["run", "xor", "--engine", "gpu"], "gpu"),
        (["run", "xor", "--seed", "-1"], "--seed"),
        (["run", "xor", "--set", "a"], "error: --set: not understood, got 'a'; expected key=value"),
        (["run", "nosuch"], "error: no file and no shipped scenario, got 'nosuch'"),
        (["run", "none.yaml"], "error: none.yaml: cannot be read, no such file or directory"),
        (["run", "."], "error: .: cannot be read, got a folder; expected a file"),
        (["run", "a\0b.yaml"], "cannot be read, embedded null byte"),
    ],
)
def test_wrong_use_is_told_on_stderr_with_code_2(neurosim, arguments, words):
    ran = neurosim(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_is_no_scenario_is_told(neurosim, folder):
    (folder / "rows.csv").write_text("a,b\n1,2\n")
    (folder / "binary.yaml").write_bytes(bytes(range(256)))

    assert "rows.csv:1:1: no scenario; expected a mapping" in neurosim("run", "rows.csv").err
    assert "binary.yaml:3:115: no UTF-8 text" in neurosim("run", "binary.yaml").err


def test_help_and_version_end_well(neurosim):
    ran = neurosim("--help")

    assert ran.code == 0
    assert "Begin with: neurosim run xor" in ran.out
    commands = ran.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands][:5] == [
        "run", "sweep", "tune", "debug", "draw",
    ]  # fmt: skip
    assert neurosim("--version").out == f"neurosim 0.2.0\nkernel: {tell_kernel()}\n"
    assert neurosim("run", "-h").code == 0
    assert neurosim().code == 2


def test_the_check_of_the_kernel_lists_every_formula(neurosim, monkeypatch):
    monkeypatch.setattr("neurosim.cli.main._MANY", 100)
    if why_no_kernel() is not None:
        assert neurosim("--version", "--check").code == 1
        return

    ran = neurosim("--check", "--version")
    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], value=math.atan))
    monkeypatch.setattr(type(ACTIVATIONS), "is_shipped", lambda *_: True)
    wrong = neurosim("--version", "--check")

    assert ran.code == 0
    assert "\ntanh: 0 of 100 differ from the graph engine\n" in ran.out
    assert "\nnadam: 0 of 100 differ from the graph engine\n" in ran.out
    assert wrong.code == 1
    assert "\ntanh: 0 of" not in wrong.out
    assert "expected neurosim --version --check" in neurosim("--check").err


def test_wrong_rows_are_listed_with_true_and_predicted_class(neurosim):
    ran = neurosim("run", "iris", "--show", "wrong", "--on", "validation")

    lines = ran.out.splitlines()
    place = lines.index("2 of 30 validation rows are wrong")
    assert lines[place + 2].split()[-2:] == ["true", "predicted"]
    assert [line.split()[-2:] for line in lines[place + 3 : place + 5]] == [
        ["versicolor", "virginica"]
    ] * 2
    assert "measured: validation loss 0.174068, validation accuracy 0.933333" in lines


def test_wrong_rows_are_part_of_the_json_document(neurosim):
    ran = neurosim("run", "iris", "--show", "wrong", "--on", "test", "--json")

    wrong = json.loads(ran.out)["wrong_rows"]
    assert (wrong["on"], wrong["n_rows"]) == ("test", 30)
    assert [(row["target"], row["predicted"]) for row in wrong["rows"]] == [
        ("virginica", "versicolor")
    ]


def test_rows_of_numbers_are_not_wrong(neurosim):
    ran = neurosim("run", "least-squares", "--show", "wrong")

    assert ran.code == 2
    assert "wrong rows: got a task of regression" in ran.err


@pytest.mark.slow
def test_without_the_kernel_a_note_says_once_how_much_slower_it_was(monkeypatch, capsys):
    monkeypatch.setenv("NEUROSIM_KERNEL", "nowhere")
    trained = [ns.run_scenario("xor") for _ in range(2)]

    _note_missing_kernel(trained)
    found = capsys.readouterr().err
    monkeypatch.setenv("NEUROSIM_KERNEL", "off")
    _note_missing_kernel(trained)

    assert found == (
        "note: trained by arrays alone, as there is no compiled kernel (nowhere: cannot be read, no"
        " such file or directory; expected a file): 25 to 80 times slower on small networks;"
        " neurosim help speed\n"
    )
    assert capsys.readouterr().err == ""  # it was hidden on purpose


def test_a_limit_of_memory_is_estimated_first(neurosim, folder):
    refused = neurosim("run", "passed.yaml", "--limit", "memory=1MB", "--out", "there")
    odd = neurosim("run", "passed.yaml", "--limit", "1MB")

    assert refused.code == odd.code == 2
    assert "passed.yaml: too large, would take about " in refused.err
    assert "--limit: got '1MB'; expected memory=SIZE, as memory=2GB" in odd.err
    assert "got --limit memory=1MB; expected" in refused.err
    assert not (folder / "there").exists()
    assert neurosim("run", "passed.yaml", "--limit", "memory=2GB").code == 0


def test_every_command_that_trains_a_scenario_takes_a_limit_of_memory(neurosim, folder):
    (folder / "only").mkdir()
    shutil.copy(folder / "passed.yaml", folder / "only")
    before = set(folder.rglob("*"))
    lines = (
        "sweep FILE --vary seed=1,2 --out D", "tune FILE --out D", "debug FILE --batch",
        "draw FILE --epoch end -o o.svg", "doctor FILE", "animate FILE -o o.gif",
        "page FILE -o o.html", "serve FILE", "agree FILE", "bench FILE", "trace FILE -o o.jsonl",
        "worksheet FILE -o o.csv", "lesson FILE -o D", "mark FILE h.csv", "predict FILE h.csv",
        "compile FILE", "diff FILE FILE@end", "convert FILE o.json", "gallery only",
    )  # fmt: skip
    for line in lines:
        ran = neurosim(*line.replace("FILE", "passed.yaml").split(), "--limit", "memory=1MB")

        assert ran.code == 2, line
        assert re.match(r"error: \S*passed.yaml: too large, would take about", ran.err), line
    assert set(folder.rglob("*")) == before


def test_a_limit_is_told_as_it_was_given(neurosim):
    for limit in ("1.5MB", "1.234567MB", "20B", "0.5kB"):
        told = {"0.5kB": "500B"}.get(limit, limit)

        refused = neurosim("run", "passed.yaml", "--limit", f"memory={limit}")

        assert f"got --limit memory={told}; expected a smaller one" in refused.err, limit


def test_a_limit_of_memory_counts_the_largest_values_that_are_varied(neurosim, folder):
    key = "network.layers[1].neurons"
    (folder / "wide.yaml").write_text(WIDE)
    for command, values in (("sweep", f"{key}=3,90000"), ("tune", f"{key}=3..90000")):
        given = (command, "wide.yaml", "--vary", values, "--out", "D", "--limit")

        refused = neurosim(*given, "memory=100MB")

        assert (refused.code, "90,002 neurons" in refused.err) == (2, True), refused.err
    assert not (folder / "D").exists()


WIDE = """neurosim: 1
title: wide
network: {layers: [{name: x, neurons: 1}, {name: h, neurons: 2}, {name: o, neurons: 1}]}
data: {inputs: [[0]], targets: [[1]]}
training: {loss: half_squared_error, optimizer: {name: sgd, learning_rate: 1}, epochs: 1}
"""

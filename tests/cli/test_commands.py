"""``agree``, ``compile``, ``predict``, ``new``, ``list`` and ``schema``."""

import json
import subprocess
import sys

import pytest
import yaml

import neurosim as ns
from neurosim.scenario import list_scenarios, shipped_folder

pytestmark = pytest.mark.usefixtures("no_kernel")


def test_agree_prints_the_worst_of_each_kind_and_where(neurosim):
    ran = neurosim("agree", "passed.yaml", "--updates", "7")

    lines = ran.out.splitlines()
    assert ran.code == 0
    assert [line.split(": worst ")[0] for line in lines[:4]] == [
        "outputs", "loss", "gradients", "parameters after 7 updates",
    ]  # fmt: skip
    assert " <= 1e-12 at row " in lines[0]
    assert " <= 1e-10 at " in lines[3]
    assert lines[4:] == ["the engines agree"]


def test_agree_ends_with_1_where_the_engines_differ(neurosim, monkeypatch):
    from neurosim.training.engines.table import CompiledEngine

    honest = CompiledEngine.outputs
    monkeypatch.setattr(
        CompiledEngine, "outputs", lambda self, theta, X: honest(self, theta, X) + 3e-12
    )

    ran = neurosim("agree", "passed.yaml")

    assert ran.code == 1
    assert ran.out.startswith("outputs: worst 3e-12 > 1e-12 at row ")
    assert ran.out.endswith("the engines do not agree\n")


def test_agree_needs_rows(neurosim):
    ran = neurosim("agree", "two-two-one")

    assert (ran.code, ran.out) == (2, "")
    assert "error: two-two-one: no rows to compare on, got no data; expected a scenario" in ran.err


def test_compile_prints_matrices_whose_rows_are_sources_and_a_program(neurosim):
    ran = neurosim("compile", "two-two-one")

    assert ran.code == 0
    assert ran.out.splitlines()[:4] == [
        "# 2 x 2 sigmoid: h1, h2",
        "#       h1  h2",
        "#   x1   0   0",
        "#   x2   1   1",
    ]
    compile(ran.out, "program", "exec")


def test_compile_writes_an_es_module_where_the_ending_is_js(neurosim, tmp_path):
    trained = neurosim("compile", "xor", "--standalone", "xor.js")
    untrained = neurosim("compile", "two-two-one", "--standalone", "two.mjs")

    assert trained.code == untrained.code == 0
    assert "export { passOf as pass };" in (tmp_path / "xor.js").read_text(encoding="utf-8")
    assert "passOf" not in (tmp_path / "two.mjs").read_text(encoding="utf-8")


@pytest.mark.slow
def test_compile_writes_a_script_that_gives_the_same_outputs(neurosim, folder):
    ran = neurosim("compile", "two-two-one", "--standalone", "out.py")

    script = subprocess.run(
        [sys.executable, "-I", "out.py"],
        input="[2, 3]\n",
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    assert ran.code == 0
    assert ran.out == ""
    assert ran.err == "wrote out.py; now: echo 0,0 | python out.py\n"
    assert json.loads(script.stdout) == [0.7216325609518421]


def test_compile_explains_what_was_chosen_for_each_block(neurosim):
    small = neurosim("compile", "--explain", "xor").out.splitlines()
    large = neurosim("compile", "--explain", "n-four-one").out

    assert small[:2] == [
        "batches of 1 row",
        "program: arrays: the kernel is not there: hidden by NEUROSIM_KERNEL=off",
    ]
    assert small[4].split() == [
        "block", "neurons", "sources", "multiply-adds", "bytes", "kind", "why"
    ]  # fmt: skip
    assert small[5].split()[:7] == ["1", "4", "sigmoid", "3", "12", "128", "dense"]
    assert "all cells hold a parameter" in large


def test_compile_overwrites_a_script_only_where_it_is_told_to(neurosim, folder):
    (folder / "out.py").write_text("mine")

    refused = neurosim("compile", "two-two-one", "--standalone", "out.py")
    kept = (folder / "out.py").read_text()
    forced = neurosim("compile", "two-two-one", "--standalone", "out.py", "--overwrite")

    assert (refused.code, kept) == (2, "mine")
    assert refused.err == "error: out.py: exists; expected a new file, or --overwrite\n"
    assert forced.code == 0
    assert neurosim("compile", "two-two-one", "--standalone", "none/out.py").err == (
        "error: none/out.py: no such file or directory\n"
    )


def test_predict_prints_a_row_of_outputs_for_each_row(neurosim, folder):
    (folder / "rows.csv").write_text("b,a\n1,0\n0,1\n")
    trained = ns.run_scenario("passed.yaml").network
    trained.save(folder / "net.json")

    by_scenario = neurosim("predict", "passed.yaml", "rows.csv")
    by_network = neurosim("predict", "net.json", "rows.csv")

    header, *rows = by_scenario.out.splitlines()
    assert by_scenario.code == 0
    assert by_network == by_scenario
    assert header == "o1"
    assert [[float(row)] for row in rows] == trained.predict([[0, 1], [1, 0]]).tolist()


def test_each_wrong_cell_is_an_error_of_its_own(neurosim, folder):
    (folder / "rows.csv").write_text("a;b\n1,5;x\ny;2\n")

    ran = neurosim("predict", "passed.yaml", "rows.csv")

    assert ran.code == 2
    assert ran.err.splitlines() == [
        "error: rows.csv:2: column 'b': no finite number, got 'x'; expected one with a decimal"
        " comma",
        "error: rows.csv:3: column 'a': no finite number, got 'y'; expected one with a decimal"
        " comma",
    ]


def test_run_says_what_was_found_in_a_file(neurosim, folder):
    (folder / "d.csv").write_text("a;b;y\n1,5;0;no\n0;?;no\n0;1;yes\n")
    text = (folder / "passed.yaml").read_text()
    before, _, rest = text.partition("data:")
    data = "data:\n  csv: {path: d.csv, inputs: all, classes: y, missing: drop}\n"
    (folder / "csv.yaml").write_text(f"{before}{data}training:{rest.partition('training:')[2]}")

    lines = neurosim("run", "csv.yaml").out.splitlines()

    assert [line for line in lines if line.startswith("data: ")] == [
        "data: d.csv is separated by ';', with a decimal comma",
        "data: 1 of 3 rows are left out: a cell is missing",
        "data: the classes 'no' and 'yes' are the targets 0 and 1",
    ]


def test_predict_takes_rows_without_a_header(neurosim, folder):
    (folder / "rows.csv").write_text("0,1\n")

    assert len(neurosim("predict", "passed.yaml", "rows.csv").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("file", "code", "words"),
    [
        ("passed.yaml", 2, "error: rows.csv: wrong columns, got 3 (1, 2, 3); expected 2, or a"),
        ("diverged.yaml", 3, "diverged: epoch "),
        ("skipped.yaml", 2, "skipped, data set 'moons': comes through scikit-learn"),
        ("invalid.yaml", 2, "error: invalid.yaml:7:41"),
        ("none.json", 2, "error: none.json: cannot be read"),
    ],
)
def test_predict_says_what_is_wrong(neurosim, folder, file, code, words):
    (folder / "rows.csv").write_text("1,2,3\n")

    ran = neurosim("predict", file, "rows.csv")

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_new_writes_a_commented_scenario_that_runs(neurosim, folder):
    made = neurosim("new", "mine")

    ran = neurosim("run", "mine.yaml")

    assert made.err == "wrote mine.yaml; now: neurosim run mine.yaml\n"
    assert (folder / "mine.yaml").read_text().count("#") >= 4
    assert ran.code == 0
    assert "2 of 2 expectations met" in ran.out


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("-q", "neurosim run ./-q.yaml"),
        ("my net", "neurosim run 'my net.yaml'"),
        ("-a b", "neurosim run './-a b.yaml'"),
    ],
)
def test_new_gives_advice_that_can_be_typed(neurosim, name, advice):
    assert neurosim("new", "--", name).err == f"wrote {name}.yaml; now: {advice}\n"


def test_new_does_not_overwrite(neurosim, folder):
    (folder / "mine.yaml").write_text("mine")

    ran = neurosim("new", "mine.yaml")

    assert ran.code == 2
    assert ran.err == "error: mine.yaml: exists; expected a new name\n"
    assert (folder / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_new_needs_a_name(neurosim, name):
    ran = neurosim("new", name)

    assert ran.code == 2
    assert ran.err.startswith("error: NAME: no name, got ")


def test_list_shows_each_shipped_scenario_in_a_line(neurosim):
    lines = neurosim("list").out.splitlines()

    assert [line.split()[0] for line in lines] == [item.name for item in list_scenarios()]
    assert "two-two-one             The 2-2-1 network of the tutorial" in lines


def test_schema_prints_the_json_schema(neurosim):
    path = shipped_folder() / "scenario.schema.json"

    assert neurosim("schema").out == path.read_text(encoding="utf-8")


def test_the_starter_is_plain_yaml_that_other_parsers_read_alike(neurosim, folder):
    neurosim("new", "mine")

    document = yaml.safe_load((folder / "mine.yaml").read_text())

    assert document["training"]["optimizer"] == {"name": "adam", "learning_rate": 0.05}


def test_predict_takes_the_dialect_that_a_scenario_takes(neurosim, folder):
    (folder / "rows.csv").write_text("0:1,0\n1:1,0\n")

    ran = neurosim("predict", "passed.yaml", "rows.csv", "--delimiter", ":", "--decimal", ",")

    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == 3
    wrong = neurosim("predict", "passed.yaml", "rows.csv", "--delimiter", "::")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("error: delimiter: got '::'; expected one character such as ','")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["agree", "passed.yaml", "--bisect", "--tolerance", "0,5"],
         "'--tolerance': got '0,5'; expected a number (did you mean 0.5?)"),
        (["animate", "passed.yaml", "--fps", "1/2"],
         "'--fps': got '1/2'; expected a number (did you mean 0.5? a fraction is no number)"),
        (["run", "passed.yaml", "--seed", "1,000"],
         "'--seed': got '1,000'; expected a whole number (did you mean 1000?)"),
        (["animate", "passed.yaml", "--every", "two"],
         "'--every': got 'two'; expected a whole number"),
    ],
)  # fmt: skip
def test_an_option_that_is_no_number_is_said_with_a_guess(neurosim, arguments, words):
    ran = neurosim(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"Invalid value for {words}\n")

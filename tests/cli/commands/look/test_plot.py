"""``neurosim plot``: from the folder of a run to pictures, and what is said where that fails."""

import json
import xml.etree.ElementTree as ET

import pytest

import neurosim as ns

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(neurosim, folder):
    """The folder of a run, ``results``."""
    assert neurosim("run", "passed.yaml", "--out", "results", "-q").code == 0
    return folder / "results"


def change(run, name, text):
    """Change a file of a run that lists none, as those of an older version do."""
    document = json.loads((run / "run.json").read_text())
    document.pop("files", None)
    (run / "run.json").write_text(json.dumps(document))
    (run / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def texts_of(path):
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - our own
    return [element.text for element in root.iter(f"{SVG}text")]


def add_metrics(run):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    records = [{**record, "metrics": {"accuracy": 0.5}} for record in lines]
    change(run, "metrics.jsonl", "".join(json.dumps(r) + "\n" for r in records))


def test_the_loss_is_drawn_beside_the_run_and_its_path_printed(neurosim, run):
    ran = neurosim("plot", "results")

    assert (ran.code, ran.out, ran.err) == (0, "results/loss.svg\n", "")
    assert {"epoch", "loss", "Either but not both"} <= set(texts_of(run / "loss.svg"))
    root = ET.fromstring((run / "loss.svg").read_bytes())  # noqa: S314 - our own
    assert root.find(f"{SVG}title").text == "Either but not both"
    assert root.find(f"{SVG}desc").text.startswith("The loss over 4 epochs, from 0.")


@pytest.mark.slow
def test_the_metrics_are_drawn_where_there_are_some(neurosim, run):
    add_metrics(run)

    ran = neurosim("plot", "results")

    assert ran.out == "results/loss.svg\nresults/metrics.svg\n"
    assert "training accuracy" in texts_of(run / "metrics.svg")


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_the_same_run_gives_the_same_bytes(neurosim, folder):
    for name in ("one.svg", "two.svg"):
        assert neurosim("plot", "results", "-o", name, "--theme", "dark").code == 0

    assert (folder / "one.svg").read_bytes() == (folder / "two.svg").read_bytes()


@pytest.mark.slow
def test_every_kind_is_drawn(neurosim, run):
    kinds = ["weights", "boundary", "responses", "confusion", "activations", "gradients"]

    ran = neurosim("plot", "results", *[word for kind in kinds for word in ("--what", kind)])

    assert ran.code == 0
    assert ran.out.splitlines() == [f"results/{kind}.svg" for kind in kinds]
    named = {text.split(", ±")[0] for text in texts_of(run / "responses.svg")}
    assert {"h1", "h2", "h3"} <= named
    assert "predicted (" in "".join(texts_of(run / "confusion.svg"))
    assert {"o1 = 0", "o1 = 1"} <= set(texts_of(run / "boundary.svg"))


@pytest.mark.slow
def test_nothing_is_replaced_unless_asked_and_then_it_is(neurosim, run):
    (run / "loss.svg").write_text("mine")
    add_metrics(run)

    ran = neurosim("plot", "results")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: results/loss.svg: exists; expected a new file, or --overwrite\n"
    assert (run / "loss.svg").read_text() == "mine"
    assert not (run / "metrics.svg").exists()
    assert neurosim("plot", "results", "--overwrite").code == 0
    assert "epoch" in texts_of(run / "loss.svg")


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "nosuch: no folder, got nothing; expected one of `neurosim run --out`"),
        (["passed.yaml"], "passed.yaml: no folder, got a file"),
        (["."], ".: no run.json; expected a folder of `neurosim run --out`"),
        (["results", "--what", "los"], "unknown picture 'los' (did you mean 'loss'?)"),
        (["results", "-o", "a.jpg"], "got the ending '.jpg'; expected one of .svg, .png, .pdf"),
        (["results", "-o", "a.svg", "--what", "loss", "--what", "weights"],
         "-o: one file for 2 pictures; expected one --what"),
        (["results", "--what", "metrics"], "no metrics were measured"),
        (["results", "--what", "boundary", "--fix", "a"], "--fix: got 'a'; expected INPUT=VALUE"),
        (["results", "--what", "boundary", "--fix", "c=1"], "unknown input 'c'"),
        (["a\0b"], "no folder, got nothing"),
    ],
)  # fmt: skip
def test_wrong_use_is_told_in_a_line(neurosim, arguments, words):
    ran = neurosim("plot", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_a_run_whose_scenario_is_gone_is_drawn_as_far_as_it_goes(neurosim, folder):
    (folder / "passed.yaml").unlink()

    ran = neurosim("plot", "results", "--what", "boundary")

    assert ran.code == 0
    assert ran.err.startswith("note: drawn without the training rows: passed.yaml: ")
    confused = neurosim("plot", "results", "--what", "confusion")
    assert confused.code == 2
    assert confused.err.startswith("error: passed.yaml: ")


def test_a_diverged_run_is_drawn_and_tells_of_it(neurosim, folder):
    assert neurosim("run", "diverged.yaml", "--out", "results", "-q").code == 3

    ran = neurosim("plot", "results")

    assert ran.code == 0
    assert (folder / "results" / "loss.svg").exists()


def test_a_run_that_was_skipped_has_no_epochs_and_no_network(neurosim):
    neurosim("run", "skipped.yaml", "--out", "results", "-q")

    assert "nothing was trained" in neurosim("plot", "results").err
    weights = neurosim("plot", "results", "--what", "weights")
    assert weights.code == 2
    assert "network.json: not listed in run.json" in weights.err


@pytest.mark.parametrize("name", ["metrics.jsonl", "network.json"])
def test_a_file_with_other_bytes_than_its_run_wrote_is_not_believed(neurosim, run, name):
    data = bytearray((run / name).read_bytes())
    data[len(data) // 2] ^= 1
    (run / name).write_bytes(data)

    ran = neurosim("plot", "results", "--what", "loss", "--what", "weights")

    assert ran.code == 2
    assert f"results/{name}: sha256 " in ran.err
    assert "got other bytes than its run wrote" in ran.err


@pytest.mark.quick("cost")
@pytest.mark.parametrize("title", ["<script>", "\u202eback \x1b[31m", "cost $x$", "a\nb"])
def test_a_hostile_title_does_no_harm(neurosim, run, title):
    document = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**document, "scenario": title}))

    ran = neurosim("plot", "results")

    assert ran.code == 0
    root = ET.fromstring((run / "loss.svg").read_bytes())  # noqa: S314 - it must be well-formed
    assert root.find(f"{SVG}title").text in texts_of(run / "loss.svg")
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("run.json", "{", "run.json: no JSON"),
        ("run.json", "[1]", "run.json: no record of a run, got [1]"),
        ("run.json", '{"scenario": 3}', "run.json: scenario: no text, got 3"),
        ("run.json", "[" * 100_000, "run.json: no JSON"),
        ("metrics.jsonl", "\n", "metrics.jsonl:1: no JSON"),
        ("metrics.jsonl", "[" * 100_000, "metrics.jsonl:1: no JSON"),
        ("metrics.jsonl", "3\n", "metrics.jsonl:1: got 3; expected the record of an epoch"),
        ("metrics.jsonl", "{}\n", "metrics.jsonl:1: epoch: got None; expected a whole number"),
        ("metrics.jsonl", '{"epoch": 0.5}', "epoch: got 0.5; expected a whole number"),
        ("metrics.jsonl", '{"epoch": -1}', "epoch: got -1"),
        ("metrics.jsonl", '{"epoch": true}', "epoch: got True"),
        ("metrics.jsonl", '{"epoch": 0, "loss": "x"}', "loss: got 'x'; expected a number"),
        ("metrics.jsonl", '{"epoch": 0, "loss": 1' + "0" * 400 + "}", "loss: got 1000"),
        ("metrics.jsonl", '{"epoch": 0, "metrics": [1]}', "metrics: got [1]"),
        ("metrics.jsonl", '{"epoch": 0, "metrics": {"a": {}}}', "metrics: 'a': got {}"),
    ],
)
def test_a_damaged_run_is_told_in_a_line(neurosim, run, name, text, words):
    change(run, name, text)

    ran = neurosim("plot", "results")

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (run / "loss.svg").exists()


def test_a_run_that_is_no_text_is_told(neurosim, run):
    change(run, "metrics.jsonl", b"\xff\xfe")

    assert "expected UTF-8" in neurosim("plot", "results").err


def test_numbers_that_were_not_finite_are_gaps(neurosim, run):
    line = '{{"epoch": {}, "loss": {}, "validation_loss": null, "metrics": {{}}}}\n'
    change(run, "metrics.jsonl", line.format(0, 1.5) + line.format(1, "null"))

    assert neurosim("plot", "results").code == 0
    assert "not finite in 1 epoch, first 1" in texts_of(run / "loss.svg")


def test_a_network_with_more_inputs_is_drawn_where_the_others_are_fixed(neurosim, run):
    net = ns.Network(seed=1)
    net.add_layer("x", 3), net.add_layer("o", 1), net.connect("x", "o")
    net.save(run / "network.json")
    (run / "run.json").write_text("{}")

    refused = neurosim("plot", "results", "--what", "responses")
    drawn = neurosim("plot", "results", "--what", "responses", "--fix", "x2=0.5")

    assert (refused.code, drawn.code) == (2, 0)
    assert "such as fixed={'x3': 0}" in refused.err
    assert {"x1", "x2", "x3", "o1"} <= set(texts_of(run / "responses.svg"))


@pytest.mark.slow
def test_over_one_input_the_picture_is_a_curve_and_says_so(neurosim, run):
    net = ns.Network(seed=1)
    net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o")
    net.save(run / "network.json")
    (run / "run.json").write_text("{}")

    drawn = neurosim("plot", "results", "--what", "boundary", "--what", "responses")

    assert drawn.code == 0
    assert "What the outputs are over the input x1, and" in (run / "boundary.svg").read_text()
    assert 'id="curve-o1"' in (run / "responses.svg").read_text()


def test_a_folder_is_drawn_from_any_folder(neurosim, tmp_path, monkeypatch):
    assert neurosim("run", "passed.yaml", "-q", "--out", "R").code == 0
    monkeypatch.chdir(tmp_path / "R")

    ran = neurosim("plot", ".", "--what", "gradients")

    assert ran.code == 0, ran.err


def test_the_rows_of_a_picture_are_chosen(neurosim):
    assert neurosim("run", "passed.yaml", "-q", "--out", "R").code == 0

    ran = neurosim("plot", "R", "--what", "confusion", "--on", "test")

    assert ran.code != 0
    assert "--on test: its scenario sets no such rows aside" in ran.err


GAPS = """\
neurosim: 1
title: Rows with gaps
network:
  layers:
    - {name: x, neurons: 2}
    - {name: y, neurons: 1, activation: sigmoid}
data:
  csv: {path: gaps.csv, inputs: [a, b], targets: [t], weights: w, missing_targets: ignore}
training:
  loss: binary_cross_entropy
  optimizer: {name: sgd, learning_rate: 0.1}
  epochs: 2
  metrics: [accuracy]
"""
ROWS = "".join(f"{n % 3},{n % 5},{'' if n == 3 else n % 2},{n % 4}\n" for n in range(24))
KINDS = ("boundary", "confusion", "importance", "saliency", "gradients", "activations",
         "learning_curve")  # fmt: skip


@pytest.mark.quick("confusion")
@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_targets_and_of_no_weight_are_drawn(neurosim, folder, kind):
    (folder / "gaps.csv").write_text("a,b,t,w\n" + ROWS)
    (folder / "gaps.yaml").write_text(GAPS)
    assert neurosim("run", "gaps.yaml", "--out", "gaps", "-q").code == 0

    ran = neurosim("plot", "gaps", "--what", kind)

    assert (ran.code, ran.err) == (0, "")

"""Folds of a scenario: what is expected of them, what is written, and what is refused."""

import json

import numpy as np
import pytest

import neurosim as ns
from neurosim.cli.main import run_command
from neurosim.errors import ScenarioError
from neurosim.scenario import load_scenario, run_scenario, start_run, to_scenario
from tests.each import each

TEXT = """\
neurosim: 1
title: folds
seed: 4
network:
  layers:
    - {name: x, neurons: 2}
    - {name: o, neurons: 2, activation: softmax}
data:
  csv: {path: rows.csv, inputs: [a, b], classes: c, missing: mean}
  scale: standard
training:
  loss: cross_entropy
  optimizer: {name: adam, learning_rate: 0.05}
  epochs: 10
  metrics: [accuracy]
  validate: {folds: 3, repeats: 2}
expect:
  - {accuracy: {above: 0.5}, on: folds}
  - {loss: {below: 2}, on: folds}
  - {f1: {above: 2}, on: folds}
"""


@pytest.fixture
def write(tmp_path):
    random = np.random.default_rng(5)
    X, c = random.normal(size=(18, 2)), np.arange(18) % 2
    X[:, 0] += 3 * c
    lines = [f"{a!r},{b!r},{['no', 'yes'][k]}" for (a, b), k in zip(X.tolist(), c, strict=True)]
    lines[2] = "," + lines[2].partition(",")[2]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,c", *lines]), encoding="utf-8")

    def written(old="", new=""):
        assert old in TEXT
        path = tmp_path / "folds.yaml"
        path.write_text(TEXT.replace(old, new), encoding="utf-8")
        return path

    return written


def test_what_is_expected_of_folds_is_judged_by_their_mean(write, engine):
    result = run_scenario(write(), engine=engine)

    accuracy, loss, f1 = result.expectations
    assert accuracy.actual == result.folds.metrics["accuracy"].mean
    assert str(loss).startswith("met: loss on held-out rows, mean of the folds: got")
    assert (f1.actual, f1.passed) == (result.folds.measure("f1").mean, False)
    assert result.status == "failed"


def test_the_network_that_is_kept_is_fitted_on_all_rows(write):
    with_folds = run_scenario(write())

    without = run_scenario(
        write("  validate: {folds: 3, repeats: 2}\n" + TEXT[TEXT.index("expect:") :], "")
    )

    assert with_folds.parameters == without.parameters
    assert without.folds is None


def test_a_fold_is_scaled_and_filled_by_the_rows_that_it_trains_on(write):
    path = write()
    scenario = load_scenario(path)
    X, T = scenario.data.train
    raw = X.copy()
    raw[2, 0] = np.nan

    fold = next(f for f in run_scenario(path).folds.folds if 2 in f.rows)

    others = np.setdiff1d(np.arange(18), fold.rows)
    net = scenario.network.copy()
    net.scale_inputs(raw[others])
    ns.train(net, raw[others], T[others], **{**scenario.training.options(), "validate": None})
    held = np.where(np.isnan(raw), np.mean(raw[others, 0]), raw)[fold.rows]
    np.testing.assert_allclose(fold.outputs, net.predict(held), rtol=0, atol=1e-12)


def test_folds_are_in_the_report_and_in_the_documents(write, tmp_path, capsys):
    out = tmp_path / "out"

    run_command(["run", str(write()), "--out", str(out)])

    text = capsys.readouterr().out
    run_command(["run", str(write()), "--json"])
    printed = json.loads(capsys.readouterr().out)["folds"]
    written = json.loads((out / "run.json").read_text(encoding="utf-8"))["folds"]
    assert "on held-out rows of 3 folds, 2 times: loss " in text
    assert printed == written
    assert written["validate"] == {
        "folds": 3, "repeats": 2, "stratified": None, "leave_one_out": False,
    }  # fmt: skip
    assert [(e["repeat"], e["fold"], e["rows"]) for e in written["each"]] == [
        (r, f, 6) for r in (0, 1) for f in (0, 1, 2)
    ]
    accuracies = [e["metrics"]["accuracy"] for e in written["each"]]
    assert written["metrics"]["accuracy"] == {
        "mean": np.mean(accuracies),
        "deviation": np.std(accuracies),
        "least": min(accuracies),
        "greatest": max(accuracies),
    }


@each(
    ("old", "new", "message"),
    [
        ("{folds: 3, repeats: 2}", "{fold: 3}", r":16:14.*fold.*did you mean 'folds'"),
        ("{folds: 3, repeats: 2}", "{folds: 1}", r":16:13.*folds: got 1; expected an integer >= 2"),
        ("{folds: 3, repeats: 2}", "{folds: 10}", r":16:13.*a class has 9 rows, fewer than 10"),
        ("folds: 3, repeats: 2", "leave_one_out: true, folds: 2", r":16:13.*expected it alone"),
        ("  validate: {folds: 3, repeats: 2}\n", "", r"no folds are held out; expected training"),
        ("on: folds}\n  - {loss", "on: folds, epoch: 3}\n  - {loss", "measured after whole"),
        ("on: folds}\n  - {loss", "on: fold}\n  - {loss", "did you mean 'folds'"),
    ],
)
def test_what_is_wrong_with_folds_is_said_with_its_place(write, old, new, message):
    with pytest.raises(ScenarioError, match=message):
        run_scenario(write(old, new))


def test_folds_are_written_into_a_scenario(tmp_path, write):
    scenario = load_scenario(write())
    net = scenario.network.copy()
    net.scale_inputs([[0.0, 0.0], [1.0, 1.0]])
    options = {"optimizer": ns.SGD(0.1), "epochs": 1, "validate": {"folds": 4, "stratified": False}}

    path = to_scenario(net, *scenario.data.train, tmp_path / "made.yaml", **options)

    again = load_scenario(path).training.validate
    assert (again.folds, again.repeats, again.stratified) == (4, 1, False)


def test_a_run_says_what_follows_its_epochs(write):
    run = start_run(write())
    before = run.follows

    assert before == ""
    assert [run.follows for _ in run][-1] == "3 folds, 2 times"

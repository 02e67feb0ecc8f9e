"""``neurosim doctor`` as a person sees it, and its exit codes."""

import json

import pytest

from tests.cli.conftest import XOR

SICK = """\
neurosim: 1
title: Doubles
network:
  layers: [{name: x, neurons: 1}, {name: y, neurons: 1}]
# one row in thousands
data: {inputs: [[0], [1], [2]], targets: [[1], [3], [5]]}
training:
  loss: squared_error
  optimizer: {name: sgd, learning_rate: 1}  # too fast
  epochs: 30
"""


@pytest.fixture(autouse=True)
def sick(folder):
    """A scenario whose rate is too large, though its loss stays finite."""
    path = folder / "sick.yaml"
    path.write_text(SICK)
    return path


def learned(*more):
    return ("doctor", "passed.yaml", "--set", "training.epochs=2000", *more)


def test_of_a_healthy_training_nothing_is_found(neurosim):
    ran = neurosim(*learned())

    assert (ran.code, ran.err) == (0, "")
    first, empty, found = ran.out.splitlines()
    assert first.startswith("training: 2,000 epochs, loss 0.")
    assert (empty, found) == ("", "nothing found")


def test_a_finding_is_told_with_a_cure_and_what_to_do_next(neurosim):
    ran = neurosim("doctor", "sick.yaml")

    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[2].startswith("1. ")
    assert any(line.startswith("    --set training.optimizer.learning_rate=") for line in lines)
    assert lines[-2:] == [
        "try the cures: neurosim doctor sick.yaml --try",
        "write the first into the scenario: neurosim doctor sick.yaml --apply 1 -o cured.yaml",
    ]


def test_a_training_that_diverges_is_diagnosed_too(neurosim):
    ran = neurosim("doctor", "sick.yaml", "--set", "training.epochs=3000")

    assert ran.code == 1
    assert ran.out.splitlines()[1].startswith("diverged: epoch ")
    assert "1. " in ran.out


def test_cures_are_tried_side_by_side(neurosim):
    ran = neurosim("doctor", "sick.yaml", "--try")

    rows = [line.split() for line in ran.out.splitlines()]
    at = next(i for i, row in enumerate(rows) if row[:2] == ["training", "loss"])
    assert rows[at + 1][:2] == ["as", "it"]
    before, after = float(rows[at + 1][3]), float(rows[at + 2][1])
    assert before > 1e10
    assert after < 1.0


def test_two_commands_make_a_scenario_that_learns(neurosim, sick):
    told = neurosim("doctor", "sick.yaml")
    done = neurosim("doctor", "sick.yaml", "--apply", "1", "-o", "cured.yaml")

    assert told.code == done.code == 1
    assert "wrote cured.yaml, sick.yaml with the cure of " in done.err
    text = (sick.parent / "cured.yaml").read_text()
    before, after = SICK.splitlines(), text.splitlines()
    assert [line for line in before if line not in after] == [
        "  optimizer: {name: sgd, learning_rate: 1}  # too fast"
    ]
    assert neurosim("doctor", "cured.yaml").code == 0


def test_the_json_document_has_all_that_was_asked_for(neurosim):
    ran = neurosim("doctor", "sick.yaml", "--json", "--try", "--gradients", "--engines")

    document = json.loads(ran.out)
    assert ran.code == 1
    assert set(document) == {
        "scenario", "path", "status", "epochs", "loss", "findings", "failed", "gradients",
        "engines", "tried",
    }  # fmt: skip
    finding = document["findings"][0]
    assert set(finding) == {"name", "what", "where", "why", "numbers", "cure"}
    assert document["tried"][1]["finding"] == finding["name"]
    assert document["gradients"]["parameter"] in {"x1->y1", "y1.bias"}


def test_gradients_and_engines_are_told_to_agree(neurosim):
    ran = neurosim(*learned("--gradients", "--engines"))

    assert ran.code == 0
    assert "gradients agree with differences of the loss: worst of 13 is " in ran.out
    assert "\nthe engines agree" in ran.out


def test_the_engines_are_compared_before_they_diverge(neurosim):
    rate = ("--set", "training.optimizer.learning_rate=100")

    ran = neurosim("doctor", "sick.yaml", "--gradients", "--engines", *rate)

    assert ran.code == 1
    assert "\nthe engines agree" in ran.out


def test_what_is_expected_and_not_met_says_since_when(neurosim):
    expected = "expect=[{loss: {above: 0.5}}, {loss: {below: 9}}]"

    ran = neurosim(*learned("--set", expected))

    assert ran.code == 1
    (line,) = [line for line in ran.out.splitlines() if line.startswith("not met: ")]
    assert line.startswith("not met: loss, expected above 0.5, got 0.")
    assert line.endswith(" epochs, and not since")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("passed.yaml", "--apply", "1"), "--apply: goes with -o"),
        (("passed.yaml", "-o", "new.yaml"), "--apply: goes with -o"),
        (("sick.yaml", "--apply", "9", "-o", "new.yaml"), "--apply: no finding 9, got"),
        (("sick.yaml", "--apply", "1", "-o", "passed.yaml"), "passed.yaml: exists"),
        (("sick.yaml", "--set", "trainnig.epochs=3"), "did you mean 'training'?"),
        (("invalid.yaml",), "invalid.yaml:"),
        (("skipped.yaml",), "scikit-learn"),
        (("nowhere.yaml",), "nowhere.yaml"),
        (("single-neuron",), "nothing is trained"),
    ],
)
def test_misuse_is_told_and_writes_nothing(neurosim, sick, arguments, words):
    ran = neurosim("doctor", *arguments)

    assert ran.code == 2
    assert words in ran.err
    assert not (sick.parent / "new.yaml").exists()
    assert (sick.parent / "passed.yaml").read_text() == XOR


def test_from_it_does_not_learn_to_a_cured_scenario_in_two_commands(neurosim, folder):
    found = neurosim("doctor", "dead-units", "--json")
    written = neurosim("doctor", "dead-units", "--apply", "1", "-o", "cured.yaml")
    again = neurosim("run", "cured.yaml", "--set", "expect=[]", "--json")

    assert json.loads(found.out)["findings"][0]["name"] == "dead_units"
    assert (found.code, written.code, again.code) == (1, 1, 0)
    assert (folder / "cured.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")
    assert json.loads(again.out)["findings"] == []


def test_of_a_training_without_epochs_it_says_that_a_copy_was_trained(neurosim):
    ran = neurosim("doctor", "passed.yaml", "--set", "training.epochs=0")

    first, second, *_ = ran.out.splitlines()
    assert first.startswith("training: none, loss ")
    assert second == "of 1,000 epochs that a copy was trained for:"


def test_where_all_targets_are_the_same_the_share_is_that_of_the_first_loss(neurosim):
    ran = neurosim(*learned("--set", "data.targets=[[1], [1], [1], [1]]", "--try", "--json"))

    (tried,) = json.loads(ran.out)["tried"]
    assert 0.0 < tried["share"] < 0.1


def test_a_cure_that_takes_out_what_is_expected_says_how_to_go_on(neurosim, sick):
    layer = "    - {name: h, neurons: 3, activation: tanh}\n"
    text = XOR.replace(layer, "").replace("epochs: 4", "epochs: 500")
    assert layer in XOR
    sick.write_text(text.replace("  - {loss: {below: 9}}", "  - {weight: a->o1, below: 9}"))
    apply = ("doctor", "sick.yaml", "--apply", "1", "-o", "new.yaml")

    refused = neurosim(*apply)
    done = neurosim(*apply, "--set", "expect=[]")

    assert refused.code == 2
    assert (
        "new.yaml: expect: names what the cure changes; expected --set 'expect=[]'" in refused.err
    )
    assert "wrote new.yaml" in done.err
    assert neurosim("run", "new.yaml", "-q").code == 0

"""``neurosim diff``: two epochs, runs or files."""

import re

import numpy as np
import pytest

import neurosim as ns


def test_two_epochs_differ_the_largest_change_first(neurosim):
    ran = neurosim("diff", "passed.yaml@0", "passed.yaml@4")

    lines = ran.out.splitlines()
    assert ran.code == 1
    assert lines[0] == "passed.yaml@0 -> passed.yaml@4: 13 values changed"
    sizes = [abs(float(line.split()[-1])) for line in lines[1:]]
    assert len(sizes) == 13
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_network_is_the_same(neurosim):
    ran = neurosim("diff", "passed.yaml@end", "passed.yaml@4")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "passed.yaml@end -> passed.yaml@4: the same 6 neurons and 9 connections\n"


def test_a_run_is_compared_by_its_folder_and_a_network_by_its_file(neurosim, folder):
    neurosim("run", "passed.yaml", "--out", "results")
    ns.load(folder / "results" / "network.json").save(folder / "copy.json")

    assert neurosim("diff", "results", "passed.yaml@end").code == 0
    assert neurosim("diff", "results", "copy.json").code == 0
    assert neurosim("diff", "results", "passed.yaml").code == 1


def test_what_is_added_removed_and_changed_stands_in_a_table(neurosim, folder):
    one = ns.Network()
    one.add_layer("x", 2), one.add_layer("h", 1, activation="tanh"), one.add_neuron("old")
    one.connect("x", "h", weights=[[1], [2]]), one.connect("x1", "old", weight=3)
    other = one.copy()
    other.remove_neuron("old")
    other.add_neuron("new", activation="relu")
    other.connect("h1", "new", weight=-4)
    other["x2", "h1"].weight, other["x1", "h1"].trainable = 0.5, False
    one.save(folder / "a.json"), other.save(folder / "b.json")

    ran = neurosim("diff", "a.json", "b.json")

    assert ran.code == 1
    assert ran.out == (
        "a.json -> b.json: 1 neuron added, 1 neuron removed, 1 connection added,"
        " 1 connection removed, 2 values changed\n"
        "  new      neuron                   added\n"
        "  old      neuron                 removed\n"
        "  h1->new  weight             -4    added\n"
        "  x1->old  weight       3         removed\n"
        "  x1->h1   trainable  yes ->  no\n"
        "  x2->h1   weight       2 -> 0.5     -1.5\n"
    )


def test_what_is_not_listed_is_counted(neurosim):
    ran = neurosim("diff", "xor@0", "xor@10", "--most", "3")

    lines = ran.out.splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("  ... and 14 more, the largest by ")


def test_small_differences_can_be_allowed(neurosim, folder):
    net = ns.load_scenario("passed.yaml").network
    net["a", "h1"].weight += 1e-9
    net.save(folder / "near.json")

    assert neurosim("diff", "passed.yaml", "near.json").code == 1
    assert neurosim("diff", "passed.yaml", "near.json", "--tolerance", "1e-8").code == 0


@pytest.mark.slow
def test_the_changes_are_drawn(neurosim, folder):
    ran = neurosim("diff", "xor", "xor-skip", "-o", "changes.svg")

    assert (ran.code, ran.err) == (1, "wrote changes.svg\n")
    picture = (folder / "changes.svg").read_text()
    assert "xor -&gt; xor-skip" in picture
    assert all(f">{word}</text>" in picture for word in ("added", "removed", "changed"))
    written = dict(
        re.findall(r'<g id="(?:weight|name)-([^"]+)"[^>]*>.*?>([^<>]+)</text>', picture, re.DOTALL)
    )
    assert written["a-h2"] == "w −0.706"  # removed, with its sign
    assert written["a-h1"] == "Δw −0.941"  # changed
    assert re.search(r">Δb 0.466</text>", picture)
    assert re.search(r">b −0.395</text>", picture)
    words = "w: weight; Δw: by how much a weight grew; b: bias; Δb: by how much a bias grew"
    assert f">{words}</text>" in picture
    again = neurosim("diff", "xor", "xor-skip", "-o", "changes.svg")
    assert (again.code, again.out) == (2, "")


@pytest.mark.parametrize(("word", "code", "words"), [
    ("xor@5x", 2, "xor@5x: epoch: got '5x'; expected a number of epochs, or end"),
    ("xor@", 2, "xor@: epoch: got ''; expected"),
    ("xor@5001", 2, "epoch: got 5001; expected 0 to 5000, or 'end'"),
    ("xorr@5", 2, "did you mean 'xor'"),
    (".", 2, ".: no network.json; expected a folder of `neurosim run --out`"),
    ("no.json", 2, "no.json: cannot be read"),
    ("diverged.yaml@2000", 3, "diverged: "),
])  # fmt: skip
def test_what_names_no_network_is_refused(neurosim, word, code, words):
    ran = neurosim("diff", "xor", word)

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_a_file_may_have_an_at_in_its_name(neurosim, folder):
    (folder / "a@7").mkdir()
    net = ns.load_scenario("passed.yaml").network
    net.save(folder / "a@7" / "network.json"), net.save(folder / "b@c.json")

    assert neurosim("diff", "a@7", "b@c.json").code == 0


def test_names_of_files_do_no_harm_in_a_terminal(neurosim, folder):
    (folder / "\x1b[31m").mkdir()
    ns.load_scenario("passed.yaml").network.save(folder / "\x1b[31m" / "network.json")

    ran = neurosim("diff", "passed.yaml", "\x1b[31m")

    assert ran.code == 0
    assert "passed.yaml -> ␛[31m: the same" in ran.out


@pytest.mark.slow
def test_the_numbers_are_those_of_the_networks(neurosim):
    scenario = ns.load_scenario("passed.yaml")
    before = scenario.network.parameters()
    X, T = scenario.data.train
    ns.train(scenario.network, X, T, **scenario.training.options(), seed=scenario.seed)
    grown = np.sort(np.abs(scenario.network.parameters() - before))[::-1]

    ran = neurosim("diff", "passed.yaml", "passed.yaml@end")

    shown = [abs(float(line.split()[-1])) for line in ran.out.splitlines()[1:]]
    assert shown == pytest.approx(grown.tolist(), rel=1e-5)

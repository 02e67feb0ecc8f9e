"""``neurosim draw --format dot | mermaid | text``."""

import pytest


@pytest.mark.parametrize(("form", "begin"), [
    ("dot", "digraph network {\n"),
    ("mermaid", '---\ntitle: "Either but not both\\u002c before training"\n---\nflowchart LR\n'),
    ("text", "Either but not both\nbefore training\nall 6 neurons and 9 connections\n"),
])  # fmt: skip
def test_a_drawing_is_printed_and_nothing_else(neurosim, form, begin):
    ran = neurosim("draw", "passed.yaml", "--format", form)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(begin)


@pytest.mark.parametrize("form", ["dot", "mermaid", "text"])
def test_a_drawing_goes_to_a_file_that_is_not_there(neurosim, folder, form):
    printed = neurosim("draw", "passed.yaml", "--format", form).out

    ran = neurosim("draw", "passed.yaml", "--format", form, "-o", "drawn")

    assert (ran.code, ran.out) == (0, "drawn\n")
    assert (folder / "drawn").read_text(encoding="utf-8") == printed
    again = neurosim("draw", "passed.yaml", "--format", form, "-o", "drawn")
    assert again.code == 2
    assert "error: drawn: exists; expected a new file, or --overwrite\n" in again.err
    replaced = neurosim("draw", "passed.yaml", "--format", form, "-o", "drawn", "--overwrite")
    assert replaced.code == 0


def test_the_ending_of_a_file_says_that_it_is_for_graphviz(neurosim, folder):
    assert neurosim("draw", "passed.yaml", "-o", "drawn.dot").code == 0

    assert (folder / "drawn.dot").read_text().startswith("digraph network {")


def test_a_sample_its_target_and_its_loss_are_shown(neurosim):
    ran = neurosim("draw", "passed.yaml", "--format", "text", "--sample", "1", "--epoch", "end")

    lines = ran.out.splitlines()
    assert lines[1].startswith("after 4 epochs, sample 1, loss 0.")
    assert any(line.startswith("[ a  0 ]") for line in lines)
    assert any(line.startswith("[ b  1 ]") for line in lines)
    assert "target 1 ))" in ran.out


def test_the_diagram_is_as_wide_as_the_terminal(neurosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "44")

    ran = neurosim("draw", "passed.yaml", "--format", "text", "--input", "0,1")

    assert max(map(len, ran.out.splitlines())) <= 44


@pytest.mark.slow
def test_a_terminal_with_nothing_but_ascii_gets_ascii(process):
    running = process(
        "draw", "passed.yaml", "--format", "text", environment={"PYTHONIOENCODING": "ascii"}
    )

    out, err = running.communicate(timeout=60)

    assert (running.returncode, err) == (0, "")
    assert out.isascii()
    assert "       .-->( h1 )--.\n" in out


def test_a_path_is_told_and_marked(neurosim):
    ran = neurosim(
        "draw", "two-two-one", "--format", "text", "--input", "2,3", "--path", "x2", "o1"
    )

    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[:3] == [
        "do1/dx2 = 0.00907504, the sum over 2 paths from x2 to o1",
        "  w(x2->h2) * sigmoid'(h2) * w(h2->o1) * sigmoid'(o1) = 1*0.0451767*1*0.200879"
        " = 0.00907504",
        "  w(x2->h1) * sigmoid'(h1) * w(h1->o1) * sigmoid'(o1) = 1*0.0451767*0*0.200879 = 0",
    ]
    assert "h1    sigmoid     0  x1  0  x2! 1" in ran.out


def test_a_path_does_not_mix_with_what_is_printed_for_a_program(neurosim):
    arguments = ("draw", "two-two-one", "--format", "dot", "--input", "2,3")

    ran = neurosim(*arguments, "--path", "x2", "o1")

    assert ran.out.startswith("digraph")
    assert ran.err.startswith("do1/dx2 = 0.00907504, the sum over 2 paths")


def test_a_path_needs_a_sample(neurosim):
    ran = neurosim("draw", "two-two-one", "--path", "x2", "o1")

    assert (ran.code, ran.out) == (2, "")
    assert "no value to take a slope at; expected a sample" in ran.err

"""What Tab offers: names of the network, of commands, of what was made."""

import pytest

from neurosim.cli.debugger.completion import complete
from neurosim.cli.debugger.shell import Shell
from neurosim.cli.debugger.table import COMMANDS
from neurosim.scenario import debug_scenario

HIDDEN = ["h1", "h2", "h3", "h4"]


@pytest.fixture(scope="module")
def state():
    shell = Shell(debug_scenario("xor"))
    for line in ("break h1", "watch loss", "display h1.output", "fork untouched", "fork other"):
        shell.run(line)
    return shell.state


@pytest.mark.parametrize(
    ("line", "typed", "answers"),
    [
        ("st", "st", ["step"]),
        ("  con", "con", ["continue", "condition"]),
        ("until h", "h", ["h", *HIDDEN]),
        ("until layer ", "", ["x", "h", "o", "backward", "update", "if"]),
        ("break h1 ", "", ["backward", "update", "if"]),
        ("b epoch 3 sa", "sa", ["sample"]),
        ("break h1 if o", "o", ["o1"]),
        ("break h1 if h1.output > 0.5 and a->h2.we", "a->h2.we", ["a->h2.weight"]),
        ("print h1.", "h1.", ["h1.output", "h1.net_input", "h1.output_gradient", "h1.delta",
                              "h1.bias", "h1.bias_gradient", "h1.value"]),
        ("p (h1.d", "h1.d", ["h1.delta"]),
        ("p 1-h1.d", "h1.d", ["h1.delta"]),
        ("p a->", "a->", ["a->h1", "a->h2", "a->h3", "a->h4"]),
        ("p h1", "h1", ["h1", "h1.output", "h1.net_input", "h1.output_gradient", "h1.delta",
                        "h1.bias", "h1.bias_gradient", "h1.value", "h1->o1"]),
        ("p h1->o1", "h1->o1", ["h1->o1", "h1->o1.weight", "h1->o1.gradient"]),
        ("p is", "is", ["isnan", "isfinite"]),
        ("why a->h3", "a->h3", ["a->h3"]),
        ("why a->h3 s", "s", ["since"]),
        ("explain o", "o", ["o1"]),
        ("set h2.bi", "h2.bi", ["h2.bias", "h2.bias_gradient"]),
        ("set h2.bias = h3.b", "h3.b", ["h3.bias", "h3.bias_gradient"]),
        ("watch h1.output c", "c", ["crosses"]),
        ("catch sat", "sat", ["saturated"]),
        ("back ", "", ["step", "neuron", "layer", "phase", "sample", "batch", "epoch"]),
        ("goto epoch 3 ba", "ba", ["batch", "backward"]),
        ("delete ", "", ["1", "2"]),
        ("condition 1 loss <", "", None),
        ("undisplay ", "", ["1"]),
        ("compare u", "u", ["untouched"]),
        ("info b", "b", ["break", "branches"]),
        ("help re", "re", ["restart", "record"]),
        ("", "", list(COMMANDS)),
        ("step ", "", []),
        ("nonsense h", "", []),
        ("re h", "", []),
        ("p h9->", "h9->", []),
        ("p h1..", "", None),
    ],
)  # fmt: skip
def test_tab_offers_what_may_stand_there(state, line, typed, answers):
    found = complete(state, line)

    if answers is None:
        assert all(answer.startswith(found[0]) for answer in found[1])
    else:
        assert found == (typed, answers)


def test_tab_offers_files_where_one_is_written(state, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "steps.jsonl").touch()
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "more.jsonl").touch()

    assert complete(state, "record st") == ("st", ["steps.jsonl", "store/"])
    assert complete(state, "record store/") == ("store/", ["store/more.jsonl"])
    assert complete(state, "record nowhere/") == ("nowhere/", [])
    assert complete(state, "record steps.jsonl ep") == ("ep", ["epoch"])


@pytest.mark.parametrize(
    "line", ["print " + "(" * 5000, "p \x00", "p " + "h1->" * 2000, "record ~nobody/"]
)
def test_tab_is_not_troubled_by_what_nobody_types(state, line):
    typed, answers = complete(state, line)

    assert all(answer.startswith(typed) for answer in answers)

"""``--import``: a module that registers functions, for the commands that read a scenario."""

import json
import sys

import pytest

from neurosim.cli.main import run_command
from neurosim.functions.activations import ACTIVATIONS

MODULE = """\
import neurosim as ns

ns.register_activation(ns.Activation("doubled", lambda z: 2.0 * z, lambda z, a: 2.0))
"""
SCENARIO = """\
neurosim: 1
title: a function of one's own
network:
  layers: [{name: x, neurons: 1}, {name: o, neurons: 1, activation: doubled}]
  connections: [{from: x, to: o, weight: 3}]
expect:
  - {output: o1, forward: [1], equals: 6}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a module and a scenario; the module is forgotten afterwards."""
    (tmp_path / "my_functions.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("my_functions", None)
    if "doubled" in ACTIVATIONS:
        ACTIVATIONS.unregister("doubled")


def test_run_imports_a_module_of_this_folder_and_reports_it(folder, capsys):
    assert run_command(["run", "s.yaml"]) == 2
    capsys.readouterr()

    assert run_command(["run", "--import", "my_functions", "--json", "s.yaml", "--out", "o"]) == 0

    printed, written = capsys.readouterr().out, (folder / "o/run.json").read_text("utf-8")
    assert json.loads(printed)["imports"] == json.loads(written)["imports"] == ["my_functions"]


@pytest.mark.parametrize("name", ["agree", "draw", "debug", "trace", "animate", "plot", "predict"])
def test_other_commands_that_read_a_scenario_take_the_option(name, capsys):
    assert run_command([name, "--help"]) == 0

    assert "--import MODULE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "nowhere", "no such module, got 'nowhere'"),
        ("1/0", "broken", "ZeroDivisionError: division by zero"),
        ("import nowhere", "broken", "ModuleNotFoundError: No module named 'nowhere'"),
        ("", "my_functions.py", "did you mean 'my_functions'?"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_words(folder, capsys, text, name, words):
    (folder / "broken.py").write_text(text, encoding="utf-8")
    sys.modules.pop("broken", None)

    assert run_command(["run", "--import", name, "s.yaml"]) == 2
    assert words in capsys.readouterr().err

"""The start of the command line: what help, list and schema import, and the table of commands."""

import json
import subprocess
import sys

import click
import pytest

from neurosim.cli.main import _COMMANDS, cli, run_command
from neurosim.scenario.build import shipped
from tests.each import each

HEAVY = {"numpy", "yaml", "pydantic", "networkx", "rich", "matplotlib", "cmd2"}


@pytest.mark.quick("list", "help")
@pytest.mark.parametrize("command", ["--help", "list", "schema", "--version", "help"])
def test_a_light_command_imports_no_heavy_library(command):
    code = (
        "import json, sys; from neurosim.cli.main import run_command;"
        f"code = run_command([{command!r}]);"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    words = [sys.executable, "-c", code]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603

    code, modules = json.loads(ran.stderr)
    assert code == 0
    assert ran.stdout
    needed = {"numpy"} if command == "--version" else set()  # to check the kernel's formulas
    assert (HEAVY - needed).isdisjoint(modules)
    commands = [name for name in modules if name.startswith("neurosim.cli.commands.")]
    assert len([name for name in commands if name.count(".") == 4]) == (command[0] != "-")


@each("name", _COMMANDS)
def test_the_line_of_the_table_is_the_first_of_the_command(name):
    command = cli.get_command(click.Context(cli), name)

    assert command.help.split("\n\n")[0] == _COMMANDS[name].line
    assert command.name == name


def test_help_lists_every_command(neurosim):
    lines = neurosim("--help").out.split("Commands:\n")[1].splitlines()

    assert [line.split()[0] for line in lines] == list(_COMMANDS)
    assert [line.split(maxsplit=1)[1] for line in lines] == [e.line for e in _COMMANDS.values()]


def test_every_shipped_title_is_read_without_the_parser(monkeypatch):
    parsed = {path.stem: shipped._parsed_title(path) for path in _files()}
    monkeypatch.setattr(shipped, "_parsed_title", lambda path: f"{path} is parsed")

    assert {item.name: item.title for item in shipped.list_scenarios()} == parsed


@pytest.mark.parametrize(
    "written",
    [
        '"Two words"', "Two words  # of a title", ">-\n  Two words", "Two\n  words", "true", "12 e",
        "Two words ", "[Two, words]", "Ünder words", "null", "'it''s two'", "Two: words",
    ],
)  # fmt: skip
def test_a_title_in_any_form_is_the_one_that_the_parser_reads(written, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"# one\n\nneurosim: 1\ntitle: {written}\nseed: 1\n", encoding="utf-8")

    assert shipped._title(path) == shipped._parsed_title(path)


def _files():
    return sorted(shipped.shipped_folder().glob("*.yaml"))


def test_a_present_folder_that_was_deleted_is_told_in_a_line(tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    for line in ("run xor", "draw xor", "debug xor --batch"):
        assert run_command(line.split()) == 2, line
        told = capsys.readouterr().err
        assert told.startswith("error: the present folder: got one that was deleted; expected"), (
            line
        )

"""``neurosim help``: the pages of the manual."""

import importlib
import re
import sys
from pathlib import Path

import click

from neurosim.cli.output import say_table
from neurosim.errors import UnknownNameError, unknown

_FOLDER = Path(__file__).parents[3] / "manual"
_MARKS = re.compile(r"^<!--.*?-->\n", re.MULTILINE)  # around tables that are made from the code


@click.command("help")
@click.argument("topic", required=False)
def help_(topic: str | None) -> int:
    """Show a page of the manual.

    Without TOPIC, lists the pages.
    """
    pages = {path.stem: path for path in sorted(_FOLDER.glob("*.md"))}
    if topic is None:
        say_table([(name, _line_of(path)) for name, path in pages.items()])
        return 0
    if topic not in pages:
        raise UnknownNameError(unknown("topic", topic, pages))
    _show(_MARKS.sub("", pages[topic].read_text(encoding="utf-8")))
    return 0


def _line_of(path: Path) -> str:
    """The heading of a page, and its sections."""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    sections = ", ".join(re.findall(r"^## (.+)$", rest, re.MULTILINE))
    return f"{first.removeprefix('# ')}: {sections}".removesuffix(": ")


def _show(text: str) -> None:
    """The page in colours where a terminal shows it, else its text."""
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    markdown = importlib.import_module("rich.markdown")  # takes longer than the rest
    importlib.import_module("neurosim.cli.terminal").terminal().print(markdown.Markdown(text))

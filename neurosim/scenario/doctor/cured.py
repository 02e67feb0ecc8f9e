"""The text of a scenario with a cure in it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from neurosim.errors import ScenarioError
from neurosim.scenario.build.scenario import build_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.assign import assigned
from neurosim.scenario.format.read import read_string
from neurosim.scenario.format.yaml_text import read_text


def cured_text(path: str | Path, assignments: Sequence[str], new: Path) -> str:
    """The text of a scenario with assignments at their places; it is checked as if it lay at new.

    Raises:
        InvalidValueError: an assignment cannot be written into this text.
        ScenarioError: the text that came out is no scenario there, as where it reads a CSV file
            that lies beside the first.
    """
    file = find_scenario(path)
    text = assigned(read_text(file), str(file), assignments)
    try:
        build_scenario(replace(read_string(text, str(new)), is_diagnosed=True), new)
    except ScenarioError as error:
        raise ScenarioError([*error.problems, *_hints(error.problems, new)]) from None
    return text


def _hints(problems: Sequence[str], new: Path) -> list[str]:
    """How to go on where the cure changes what another section names."""
    named = [key for key in ("expect", "draw", "edits") if any(f": {key}[" in p for p in problems)]
    return [
        f"{new}: {key}: names what the cure changes; expected --set '{key}=[]' beside --apply,"
        " or entries that fit the cured network"
        for key in named
    ]

"""The text of a scenario with a cure in it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
    build_scenario(replace(read_string(text, str(new)), is_diagnosed=True), new)
    return text

"""Whatever stands in a file: the outcome is a scenario, or an error that tells the places."""

import random
import re

import pytest

from neurosim.errors import FileError, MissingExtraError, ScenarioError
from neurosim.scenario import Scenario, list_scenarios
from neurosim.scenario.build.scenario import build_scenario
from neurosim.scenario.format.read import read_string

TOO_SLOW = {
    "breast-cancer",
    "digits",
    "digits-folds",
    "million",
    "wine",
}  # the last but one makes a million connections
SHIPPED = [item for item in list_scenarios() if item.name not in TOO_SLOW]
WORDS = [
    "-1", "0", "1e400", "1e-320", "99999999", "null", "true", "all", "[]", "{}", "''", "x", "o1",
    "h1", "*a", "&a", "!t", "- ", "[1, 2]", "{a: 1}", "nan", "..", "->", ".bias", "\t", "\n", "'",
    '"', "#", ": ", "?", "|", ">", "%", "@", "`", "\u200b", "é", "0x10", "softmax", "step", "name",
]  # fmt: skip


def outcome(text, path):
    """A scenario, or the lines of the error; anything else is a fault."""
    try:
        return build_scenario(read_string(text, "s.yaml"), path)
    except ScenarioError as error:
        return list(error.problems)
    except (FileError, MissingExtraError) as error:
        return [str(error)]


def require_sound(found):
    if not isinstance(found, Scenario):
        assert found
        for line in found:
            assert re.match(r"s\.yaml:\d+:\d+: |\.\.\. and \d+ more$", line)
            assert "\n" not in line


def mutated(text, rng):
    """The text with one thing changed: a line or a few characters."""
    lines, here = text.split("\n"), rng.randrange(len(text))
    line = rng.randrange(len(lines))
    match rng.randrange(6):
        case 0:
            return "\n".join(lines[:line] + lines[line + 1 :])
        case 1:
            return "\n".join([*lines[:line], lines[rng.randrange(len(lines))], *lines[line:]])
        case 2:
            return text[:here] + rng.choice(WORDS) + text[here:]
        case 3:
            return text[:here] + text[here + rng.randint(1, 3) :]
        case 4:
            return text[:here] + chr(rng.randrange(0x3000)) + text[here + 1 :]
    word = rng.choice(list(re.finditer(r"[\w.>-]+", text)))
    return text[: word.start()] + rng.choice(WORDS) + text[word.end() :]


ALL = pytest.param(SHIPPED, marks=pytest.mark.slow, id="all")
FEW = pytest.param([item for item in SHIPPED if item.name in ("mazur", "iris", "xor")], id="few")


@pytest.mark.slow
@pytest.mark.parametrize("shipped", [FEW, ALL])
def test_a_scenario_cut_short_at_any_line_is_a_scenario_or_an_error(shipped):
    for item in shipped:
        lines = item.path.read_text(encoding="utf-8").split("\n")
        for end in range(len(lines)):
            require_sound(outcome("\n".join(lines[:end]), item.path))


@pytest.mark.slow
@pytest.mark.parametrize("shipped", [FEW, ALL])
def test_a_scenario_without_any_one_of_its_lines_is_a_scenario_or_an_error(shipped):
    for item in shipped:
        lines = item.path.read_text(encoding="utf-8").split("\n")
        for gone in range(len(lines)):
            require_sound(outcome("\n".join(lines[:gone] + lines[gone + 1 :]), item.path))


@pytest.mark.slow
def test_a_scenario_without_any_one_of_its_characters_is_a_scenario_or_an_error():
    path = next(item.path for item in SHIPPED if item.name == "two-two-one")
    text = path.read_text(encoding="utf-8").partition("network:")[2]
    head = "neurosim: 1\ntitle: x\nnetwork:"

    for gone in range(len(text)):
        require_sound(outcome(head + text[:gone] + text[gone + 1 :], path))


@pytest.mark.quick("1-")
@pytest.mark.parametrize(
    ("seed", "count"), [(1, 150), (2, 150), pytest.param(3, 2000, marks=pytest.mark.slow)]
)
def test_a_scenario_changed_at_random_is_a_scenario_or_an_error(seed, count):
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    texts = [(item.path, item.path.read_text(encoding="utf-8")) for item in SHIPPED]

    for _ in range(count):
        path, text = rng.choice(texts)
        for _ in range(rng.choice([1, 1, 2, 4])):
            text = mutated(text or " ", rng)
        require_sound(outcome(text, path))

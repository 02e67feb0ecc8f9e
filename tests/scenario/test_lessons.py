"""The course: every lesson runs, and every number in its text is one of the engine's."""

import re

import pytest

import neurosim as ns
from neurosim.debugger.traces.hand_file import read_hand_file
from neurosim.scenario.build.scenario import load_scenario
from neurosim.scenario.build.shipped import COURSE, list_lessons
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import sheet_of
from neurosim.sheets.judging import judge
from neurosim.sheets.planting import plant
from neurosim.sheets.worksheet import to_csv_sheet
from tests.each import each

# with fewer decimals they are round ones; behind "- " a number is taken away, or a negative one
_NUMBER = re.compile(r"(-\s+)?(-?\d+\.\d{3,}(?:e-?\d+)?)")
_LOG_2 = 0.6931  # the loss of "I do not know"


def test_there_are_eight_in_the_order_of_the_course():
    assert tuple(lesson.name for lesson in list_lessons()) == COURSE
    assert len(COURSE) == 8


@each("name", COURSE)
def test_a_lesson_runs_as_it_expects(name):
    result = ns.run_scenario(name)

    assert result.status == "passed"
    assert result.expectations


@pytest.mark.slow
@each("name", COURSE)
def test_every_number_in_a_text_is_one_of_the_engines(name):
    scenario = load_scenario(name)
    taught, result = Lesson(name), ns.run_scenario(name)
    values = [formula.value for formula in taught.formulas("", 0, 1).values()]
    values += [result.loss.first, result.loss.last, _LOG_2]
    for losses in (s for h in result.stretches for s in (h.loss, h.validation_loss) if s):
        values += [*losses[:2], min(losses), losses[-1]]
    values += [parameter.value for parameter in result.network.parameter_list()]

    for minus, word in _NUMBER.findall(scenario.lesson):
        digits = len(word.partition("e")[0].partition(".")[2])
        exponent = int(word.partition("e")[2] or 0)
        half = 0.5000001 * 10.0 ** (exponent - digits)
        meant = {float(word), -float(word)} if minus else {float(word)}
        assert any(abs(one - value) <= half for one in meant for value in values), word


@pytest.mark.slow
@pytest.mark.parametrize("name", COURSE)
def test_the_planted_fault_is_found_and_all_else_follows_or_is_right(name, tmp_path):
    taught = Lesson(name)
    planted = plant(sheet_of(taught), taught.formulas())
    path = tmp_path / "fault.csv"
    path.write_text(to_csv_sheet(planted.sheet, is_solution=True))

    judged = judge(read_hand_file(path, taught.names), taught.formulas())

    wrong = [line for line in judged.lines if line.verdict == "wrong"]
    assert [line.formula.key for line in wrong] == [planted.key]
    assert wrong[0].slip in (planted.words, "")

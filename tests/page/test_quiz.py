"""The quiz of a page: judged in JavaScript as Python judges a sheet."""

import json
import math
import random
import shutil
import subprocess
from dataclasses import replace

import pytest

from neurosim.debugger.traces.hand_file import read_hand_file
from neurosim.page.markup import page_asset
from neurosim.page.quiz import make_quiz
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import quiz_of, sheet_of
from neurosim.sheets.judging import judge
from neurosim.sheets.worksheet import symbol_of

SCENARIOS = [
    ("mazur", {}, (0,)),
    ("xor", {}, (0, 1)),
    ("residual", {}, (0,)),
    ("twins", {}, (0,)),
    ("softmax-overflow", {}, (0,)),
    ("iris", {"training.batch_size": 2}, (0, 1)),
    ("sklearn-mlp", {}, (0,)),
    ("gates", {}, (0,)),
    ("xor", {"training.optimizer": {"name": "sgd", "learning_rate": 0.5, "momentum": 0.9},
             "training.batch_size": 4}, (0, 3)),
]  # fmt: skip
_RUN = """
const { sheets, quantities } = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const judged = sheets.map((texts) => new QuizJudge(
  quantities, texts.map((text) => (text ? numberIn(text) : null))).verdicts);
console.log(JSON.stringify(judged));
"""


def entries(draw, formulas, asked):
    """A sheet as a student may fill it in: rounded, with faults, with lines left out."""
    digits, n_faults, left_out = draw.randint(2, 6), draw.randint(0, 3), draw.choice((0, 0, 0.2))
    faulty = set(draw.sample(sorted(asked), min(n_faults, len(asked))))
    own, texts = {}, {}
    for key, formula in formulas.items():
        value = formula.value
        if formula.operands:
            value = formula.compute([own[one] for one in formula.operands])
            value = value if math.isfinite(value) else formula.value  # of an output outside (0, 1)
        if key in asked and draw.random() >= left_out:
            value *= draw.choice((-1.0, 2.0, 1.01)) if key in faulty else 1.0
            texts[key] = f"{value:.{digits}f}" if draw.random() < 0.8 else f"{value:.{digits}e}"
            if draw.random() < 0.1 and abs(value) < 1e3:
                texts[key] = f"{round(value * 1000)}/1000"
            top, _, below = texts[key].partition("/")
            value = float(top) / float(below or 1)
        own[key] = value
    return texts


def node(script, given):
    """What a script writes, in node."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node here")
    made = subprocess.run(  # noqa: S603 - node is given our own script
        [found, "-e", script], input=given, capture_output=True, text=True, check=True
    )
    return made.stdout


def line_of(cell, sheet):
    what, epoch, number = cell.key
    return symbol_of(what), epoch, number * (sheet.batch_size if cell.phase == "update" else 1)


@pytest.mark.quick("mazur")
@pytest.mark.parametrize(("name", "changes", "samples"), SCENARIOS)
def test_the_page_judges_random_sheets_as_python_does(name, changes, samples, tmp_path):
    lesson, draw = Lesson(name, changes), random.Random(name)  # noqa: S311
    sheet = sheet_of(lesson, "", samples)
    formulas = {k: replace(f, slips=()) for k, f in lesson.formulas("", 0, 1).items()}
    quiz = make_quiz(sheet, formulas)
    lines = quiz.document["lines"]
    asked = {
        cell.key: line
        for cell in sheet.cells
        for line in lines
        if cell.is_blank and line_of(cell, sheet) == (line["what"], line["epoch"], line["sample"])
    }
    sheets, expected = [], []
    for number in range(40):
        texts = entries(draw, formulas, asked)
        path = tmp_path / f"{number}.csv"
        path.write_text("what;value;epoch;sample\n" + "".join(
            f"{asked[key]['what']};{text};{key[1]};{asked[key]['sample']}\n"
            for key, text in texts.items()))  # fmt: skip
        read = read_hand_file(path, lesson.names)
        judged = judge(read, formulas)
        assert not judged.problems
        of = [asked[key]["of"] for key in texts]
        sheets.append(["" for _ in quiz.document["quantities"]])
        for place, text in zip(of, texts.values(), strict=True):
            sheets[-1][place] = text
        expected.append(dict(zip(of, [one.verdict for one in judged.lines], strict=True)))
    given = {"sheets": sheets, "quantities": quiz.document["quantities"]}

    script = "\n".join([quiz.script, page_asset("quiz.js"), _RUN])
    found = json.loads(node(script, json.dumps(given)))

    assert {v for one in expected for v in one.values()} >= {"right", "wrong"}
    for page, python in zip(found, expected, strict=True):
        assert {place: page[place] for place in python} == python


def test_what_the_page_cannot_compute_is_given():
    quiz = quiz_of(Lesson("xor", {"training.optimizer": {"name": "adam", "learning_rate": 0.01}}))

    assert {line["phase"] for line in quiz.document["lines"]} == {"forward", "loss", "backward"}

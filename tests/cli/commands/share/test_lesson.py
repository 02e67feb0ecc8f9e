"""``neurosim lesson``: all that a lesson needs."""

import pytest

from neurosim.errors import InvalidValueError

ENDS = (
    ".yaml", ".html", "-quiz.html", "-sheet.md", "-sheet.html", "-sheet.csv", "-solution.md",
    "-solution.html", "-fault.csv", "-fault.md",
)  # fmt: skip


def test_it_writes_all_of_a_lesson(neurosim, folder):
    ran = neurosim("lesson", "learning-rate", "-o", "course")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote the lesson 'The learning rate': 10 files in course\nSteps of ")
    names = {path.name for path in (folder / "course").iterdir()}
    assert names == {f"learning-rate{end}" for end in ENDS}
    assert "## One weight" in (folder / "course/learning-rate-sheet.md").read_text()
    assert "<h2>One weight</h2>" in (folder / "course/learning-rate-sheet.html").read_text()
    assert "as if the sign was wrong" in (folder / "course/learning-rate-fault.md").read_text()


@pytest.mark.slow
def test_the_fault_is_marked_as_one(neurosim):
    neurosim("lesson", "backpropagation-by-hand", "-o", "course")

    fault = neurosim("mark", "backpropagation-by-hand", "course/backpropagation-by-hand-fault.csv")
    sheet = neurosim("mark", "backpropagation-by-hand", "course/backpropagation-by-hand-sheet.csv")

    assert fault.code == 1
    assert "wrong" in fault.out
    assert sheet.code == 1  # nothing is filled in


def test_a_lesson_is_written_in_a_language_with_a_decimal_comma_and_marked_so(neurosim, folder):
    options = ("-o", "course", "--lang", "de", "--decimal", "comma")
    assert neurosim("lesson", "learning-rate", *options).code == 0
    files = {path.name: path.read_text("utf-8") for path in (folder / "course").iterdir()}

    ran = neurosim("mark", "learning-rate", "course/learning-rate-fault.csv", "--lang", "de",
                   "--report", "feedback")  # fmt: skip

    assert "## Rückwärtslauf, Epoche 0, Beispiel 0" in files["learning-rate-sheet.md"]
    assert (
        "als ob das Vorzeichen falsch wäre. Alle anderen Zeilen" in files["learning-rate-fault.md"]
    )
    assert "what;value;epoch;sample" in files["learning-rate-fault.csv"]
    for page in ("learning-rate.html", "learning-rate-quiz.html"):
        assert '<html lang="de">' in files[page]
    feedback = (folder / "feedback/learning-rate-fault.csv.html").read_text("utf-8")
    for words in ("6 von 7 Punkten", "Erster Fehler: ", "ist richtig", "folgt nicht, als ob",
                  '<html lang="de">', '<li class="wrong">'):  # fmt: skip
        assert words in feedback
    assert "falsch" in feedback
    assert "wrong" in ran.out  # the table is read by programs, too


def test_a_scenario_that_no_browser_computes_has_no_quiz_and_says_so(neurosim, monkeypatch):
    def refuse(*_):
        raise InvalidValueError("page: cannot compute it")

    monkeypatch.setattr("neurosim.cli.commands.share.lesson.quiz_of", refuse)
    ran = neurosim("lesson", "learning-rate", "-o", "course")

    assert ran.code == 0
    assert "9 files" in ran.err
    assert "There is no quiz: page: cannot compute it" in ran.err


def test_what_is_there_stays(neurosim, folder):
    (folder / "course").mkdir()
    (folder / "course/learning-rate.html").write_text("mine")

    ran = neurosim("lesson", "learning-rate", "-o", "course")

    assert ran.code == 2
    assert "course/learning-rate.html: exists; expected a new file, or --overwrite" in ran.err
    assert [path.name for path in (folder / "course").iterdir()] == ["learning-rate.html"]
    assert neurosim("lesson", "learning-rate", "-o", "course", "--overwrite").code == 0


def test_a_scenario_without_a_lesson_is_refused(neurosim):
    ran = neurosim("lesson", "xor", "-o", "course")

    assert ran.code == 2
    assert "xor: has no lesson; expected a scenario with the key lesson:" in ran.err


def test_the_course_is_listed_in_its_order(neurosim):
    ran = neurosim("list", "--lessons")

    assert ran.out.splitlines()[0].startswith("what-a-neuron-does")
    assert ran.out.splitlines()[-1].startswith("reading-a-network")


@pytest.mark.parametrize("command", ["debug", "worksheet"])
def test_a_text_is_shown(neurosim, folder, command):
    more = ("-ex", "quit") if command == "debug" else ("-o", "sheet.md")
    ran = neurosim(command, "learning-rate", *more)

    shown = ran.out if command == "debug" else (folder / "sheet.md").read_text()
    assert "## What you will learn" in shown


def test_the_scenario_that_is_written_is_the_one_of_the_sheet(neurosim, folder):
    rate = "training.optimizer.learning_rate=0.25"
    neurosim("lesson", "learning-rate", "-o", "course", "--set", rate)

    fault = neurosim("mark", "course/learning-rate.yaml", "course/learning-rate-fault.csv")

    assert "learning_rate: 0.25" in (folder / "course/learning-rate.yaml").read_text()
    assert "language-server" not in (folder / "course/learning-rate.yaml").read_text()
    assert "6       7" in fault.out


def test_the_data_that_a_lesson_reads_go_with_it(neurosim, folder):
    (folder / "data").mkdir()
    (folder / "data/rows.csv").write_text("x,y\n0,1\n1,0\n")
    (folder / "own.yaml").write_text(
        "neurosim: 1\ntitle: Own\nlesson: Look.\nnetwork:\n  layers:\n    - {name: i, neurons: [x]}"
        "\n    - {name: o, neurons: [y]}\ndata: {csv: {path: data/rows.csv, inputs: [x], "
        "targets: [y]}}\ntraining: {loss: half_squared_error, "
        "optimizer: {name: sgd, learning_rate: 0.1},\n  epochs: 2}\n"
    )
    made = neurosim("lesson", "own.yaml", "-o", "course")

    assert (made.code, neurosim("run", "course/own.yaml").code) == (0, 0), made.err
    assert (folder / "course/data/rows.csv").is_file()


def test_a_training_that_diverges_is_said_to(neurosim, folder):
    changes = ["training.optimizer.learning_rate=9", "training.epochs=2000"]
    ran = neurosim("lesson", "learning-rate", "-o", "course", *(f"--set={one}" for one in changes))

    assert ran.code == 3
    assert "not finite" in ran.err
    assert (folder / "course/learning-rate.html").is_file()

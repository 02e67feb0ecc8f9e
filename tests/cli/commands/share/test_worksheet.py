"""``neurosim worksheet``: sheets to fill in, their solutions, and variants."""

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from neurosim.languages import LANGUAGES


def lines(path):
    text = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in text if not line.startswith("#")))


def test_a_sheet_has_blanks_and_its_solution_the_numbers(neurosim, folder):
    ran = neurosim("worksheet", "rgu-worksheet", "-o", "sheet.md", "--digits", "3")

    sheet = (folder / "sheet.md").read_text(encoding="utf-8")
    solution = (folder / "sheet-solution.md").read_text(encoding="utf-8")
    assert ran.code == 0
    assert "w(top->o1) = 0.3" in sheet
    assert "activation of h = sigmoid" in sheet
    assert "loss = half_squared_error, optimizer = sgd, learning rate = 1" in sheet
    for line in ("| a(a) | 0.35 |", "| t(o1) | 0.5 |"):
        assert line in sheet
        assert line in solution
    assert "| z(top) |  |" in sheet
    assert "| delta(o1) |  |" in sheet
    assert "| z(top) | 0.755 |" in solution
    assert "| delta(o1) | 0.041 |" in solution  # 0.190*0.690*(1 - 0.690), carried


@pytest.mark.parametrize(
    ("blanks", "first"),
    [("all", "z(top)"), ("forward", "z(top)"), ("deltas", "dL/da(o1)"), ("updates", "w(a->top)")],
)
def test_what_is_asked_for_can_be_chosen(neurosim, folder, blanks, first):
    neurosim("worksheet", "rgu-worksheet", "-o", "sheet.csv", "--blanks", blanks)

    assert lines(folder / "sheet.csv")[0] == {
        "what": first, "value": "", "epoch": "0", "sample": "0",
    }  # fmt: skip


@pytest.mark.quick("mazur")
@pytest.mark.parametrize("name", ["mazur", "rgu-worksheet", "xor", "sklearn-mlp"])
def test_a_solution_is_right_for_each_variant(neurosim, folder, name):
    made = neurosim("worksheet", name, "-o", "v.csv", "--variants", "3", "--sample", "0")

    ran = neurosim("mark", name, *(f"v-{n}-solution.csv" for n in (1, 2, 3)))

    assert (made.code, ran.code) == (0, 0), ran.out
    one, two = (lines(folder / f"v-{n}-solution.csv") for n in (1, 2))
    assert [line["what"] for line in one] == [line["what"] for line in two]
    assert one != two


def test_later_epochs_and_samples_are_marked_in_their_place(neurosim, folder):
    neurosim("worksheet", "xor", "-o", "s.csv", "--epoch", "2", "--sample", "3")

    assert {(line["epoch"], line["sample"]) for line in lines(folder / "s-solution.csv")} == {
        ("2", "3")
    }
    assert neurosim("mark", "xor", "s-solution.csv").code == 0
    assert neurosim("mark", "xor", "s.csv").code == 1  # empty


def test_the_code_of_another_lesson_is_refused(neurosim, folder):
    neurosim("worksheet", "xor", "-o", "v.csv", "--variants", "1")
    assert (folder / "v-1.csv").is_file()

    ran = neurosim("mark", "mazur", "v-1-solution.csv")

    assert ran.code == 2
    assert "of another lesson" in ran.out


def test_indices_and_latex_are_textbook_notation(neurosim, folder):
    neurosim("worksheet", "rgu-worksheet", "-o", "s.tex", "--notation", "indices")
    neurosim("worksheet", "rgu-worksheet", "-o", "n.tex")

    assert r"$w_{12}^{(1)}$ = 0.8" in (folder / "s.tex").read_text(encoding="utf-8")
    assert (
        r"$\delta(\textrm{o1})$\hfill\makebox[3cm][l]{\hrulefill}" in (folder / "n.tex").read_text()
    )


def test_a_page_is_of_the_sheet_alone_and_escapes_names(neurosim, folder):
    neurosim("worksheet", "xor", "--set", "title=<b>", "-o", "s.html")

    page = (folder / "s.html").read_text(encoding="utf-8")
    assert "<h1>&lt;b&gt;</h1>" in page
    assert "0.2376" not in page


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles_names_of_all_alphabets_and_the_texts_of_every_language(neurosim, folder):
    names = "[{name: x_1, neurons: [größe, α, вход]}, {name: h_%, neurons: [y_2]}]".replace(
        "%", "2"
    )
    (folder / "odd.yaml").write_text(
        f"""neurosim: 1
title: "50 % of #1 {{x}} ~ ^ \\\\ $ & Δ"
lesson: "| a_1 | η ≥ 3 |\\n| --- | --- |\\n| ∂L → 0 | x₁² |\\n"
network: {{layers: {names}}}
data: {{inputs: [[0, 1, 0.5], [1, 1, -2]], targets: [[1], [0]]}}
training: {{loss: squared_error, optimizer: {{name: sgd, learning_rate: 1}}, epochs: 2}}
""",
        encoding="utf-8",
    )
    neurosim("draw", "odd.yaml", "-o", "picture.tex")
    for lang in LANGUAGES:
        made = neurosim("worksheet", "odd.yaml", "-o", f"{lang}.tex", "--lang", lang)
        assert made.code == 0, made.err

    sources = list(folder.glob("*.tex"))
    for source in sources:
        command = ["pdflatex", "-no-shell-escape", "-halt-on-error", source.name]
        ran = subprocess.run(  # noqa: S603 - a program found by its name, and files of our own
            command, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
        log = source.with_suffix(".log").read_text("utf-8", "replace")
        assert (ran.returncode, "Missing character" in log) == (0, False), (
            source.name,
            log[-2000:],
        )
    assert len(sources) == 1 + 2 * len(LANGUAGES)


def test_the_folder_of_a_class_is_made(neurosim, folder):
    assert neurosim("worksheet", "xor", "-o", "class/s.csv", "--variants", "2").code == 0
    assert len(list((folder / "class").iterdir())) == 4

    ran = neurosim("worksheet", "xor", "-o", "class/s-1.csv/t.csv")
    assert ran.err.startswith("error: class/s-1.csv: cannot be made, ")


def test_what_is_wrong_is_said(neurosim, folder):
    assert "no form of a sheet" in neurosim("worksheet", "xor", "-o", "s.txt").err
    assert "--sample: got 9" in neurosim("worksheet", "xor", "-o", "s.md", "--sample", "9").err
    assert (
        "no chain of layers"
        in neurosim("worksheet", "xor-skip", "-o", "s.md", "--notation", "indices").err
    )
    (folder / "s.md").write_text("mine")
    assert neurosim("worksheet", "xor", "-o", "s.md").code == 2
    assert (folder / "s.md").read_text() == "mine"


def test_without_latex_and_browser_a_pdf_is_refused_and_both_are_named(
    neurosim, folder, monkeypatch
):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    ran = neurosim("worksheet", "xor", "-o", "s.pdf")

    assert ran.code == 2
    assert "s.pdf: cannot be printed, got neither LaTeX nor a browser; expected one of" in ran.err
    assert "pdflatex, lualatex, xelatex, tectonic, or Chromium or Chrome" in ran.err
    assert not list(folder.glob("s[.-]*"))


def test_a_browser_prints_the_sheet_and_one_that_fails_is_said(neurosim, folder, monkeypatch):
    printed = []

    def run(command, **_):
        (target,) = [part for part in command if part.startswith("--print-to-pdf=")]
        printed.append(target)
        Path(target.partition("=")[2]).write_bytes(b"%PDF-")

    browsers = {"chromium": "/bin/chromium"}
    monkeypatch.setattr(shutil, "which", browsers.get)
    monkeypatch.setattr(subprocess, "run", run)
    assert neurosim("worksheet", "xor", "-o", "s.pdf").code == 0
    assert (folder / "s-solution.pdf").read_bytes() == b"%PDF-"
    assert len(printed) == 2

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    ran = neurosim("worksheet", "xor", "-o", "t.pdf")
    assert (ran.code, "t.pdf: cannot be printed, chromium failed" in ran.err) == (2, True)


@pytest.mark.slow
def test_latex_prints_the_sheet_before_a_browser_does(neurosim, folder, monkeypatch):
    ran, logs = [], ["fine", "Missing character: There is no Д in font", "fine"]

    def run(command, *, cwd, **_):
        ran.append(Path(command[0]).name)
        if ran[-1] == "chromium":
            (cwd / "sheet.pdf").write_bytes(b"%PDF-browser")
            return
        assert "-no-shell-escape" in command
        assert r"\begin{multicols}" in (cwd / "sheet.tex").read_text()
        (cwd / "sheet.log").write_text(logs.pop(0))
        (cwd / "sheet.pdf").write_bytes(b"%PDF-latex")

    programs = {"lualatex": "/bin/lualatex", "chromium": "/bin/chromium"}
    monkeypatch.setattr(shutil, "which", programs.get)
    monkeypatch.setattr(subprocess, "run", run)

    assert neurosim("worksheet", "xor", "-o", "s.pdf").code == 0
    assert (folder / "s.pdf").read_bytes() == b"%PDF-latex"
    assert (folder / "s-solution.pdf").read_bytes() == b"%PDF-browser"  # it lacked a letter
    assert ran == ["lualatex", "lualatex", "chromium"]


def test_neurons_that_do_not_sum_have_a_sheet_that_says_so(neurosim, folder):
    layers = "[{name: x, neurons: 2}, {name: h, neurons: 2, activation: prelu, aggregation: max},"
    (folder / "gates.yaml").write_text(
        f"""neurosim: 1
title: gates
network: {{layers: {layers} {{name: o, neurons: 1, activation: sigmoid}}]}}
data: {{inputs: [[0, 1], [1, 1]], targets: [[1], [0]]}}
training: {{loss: half_squared_error, optimizer: {{name: sgd, learning_rate: 1}}, epochs: 2}}
""",
        encoding="utf-8",
    )

    written = neurosim("worksheet", "gates.yaml", "-o", "sheet.csv")
    text = neurosim("worksheet", "gates.yaml", "-o", "text.md")

    assert (written.code, text.code) == (0, 0)
    sheet = (folder / "text.md").read_text(encoding="utf-8")
    assert "h.slope = 0.25" in sheet
    assert "aggregation of h = max" in sheet


def test_samples_are_given_as_a_list_too(neurosim, folder):
    assert neurosim("worksheet", "xor", "-o", "a.md", "--rows", "0,2-3").code == 0
    assert (
        neurosim(
            "worksheet", "xor", "-o", "b.md", *["--sample", "0", "--sample", "2", "--sample", "3"]
        ).code
        == 0
    )

    assert (folder / "a.md").read_text() == (folder / "b.md").read_text()


@pytest.mark.parametrize("rows", ["3-1", "x", "1,,2", "0-99999"])
def test_a_list_of_samples_that_is_none_is_refused(neurosim, rows):
    ran = neurosim("worksheet", "xor", "-o", "a.md", "--rows", rows)

    assert ran.code == 2
    assert "expected numbers from 0, as in 0,2-5" in ran.err


@pytest.mark.quick("html")
@pytest.mark.parametrize("form", ["md", "html", "tex", "csv"])
def test_a_decimal_comma_is_in_every_number_and_the_solution_is_taken_back(neurosim, folder, form):
    options = (
        "--variants",
        2,
        "--decimal",
        "comma",
        "--set",
        "training.optimizer.learning_rate=0.25",
    )

    made = neurosim("worksheet", "rgu-worksheet", "-o", f"s.{form}", *options)
    neurosim("worksheet", "rgu-worksheet", "-o", "t.csv", *options)

    assert made.code == 0
    for path in folder.glob("s-*"):
        text = re.sub(r"<style>.*</style>|0\.4pt", "", path.read_text("utf-8"))
        assert not re.search(r"\d\.\d", text), path
    if form != "csv":
        assert "0,25" in (folder / f"s-1.{form}").read_text("utf-8")
        assert "; " in (folder / f"s-1.{form}").read_text("utf-8")
    solution = (folder / "t-1-solution.csv").read_text("utf-8")
    assert re.search(r"^z\(top\);-?\d,\d{4};0;0$", solution, re.MULTILINE)
    assert (folder / "t-1.csv").read_text("utf-8").splitlines()[1] == "what;value;epoch;sample"
    ran = neurosim("mark", "rgu-worksheet", "t-1-solution.csv", "t-2-solution.csv",
                   "--set", "training.optimizer.learning_rate=0.25")  # fmt: skip
    assert ran.code == 0, ran.out


def test_another_decimal_mark_is_refused(neurosim, folder):
    ran = neurosim("worksheet", "rgu-worksheet", "-o", "s.md", "--decimal", "dot")

    assert (ran.code, list(folder.glob("s*.md"))) == (2, [])
    assert "'dot' is not one of 'point', 'comma'" in ran.err


def test_a_worksheet_of_an_epoch_that_the_training_does_not_have_is_refused(neurosim, tmp_path):
    ran = neurosim("worksheet", "xor", "--epoch", "99999", "-o", tmp_path / "s.md")

    assert (ran.code, ran.err) == (2, "error: epoch: got 99999; expected 0 to 4999, or 'end'\n")


def test_the_epoch_end_of_a_sheet_is_the_last_that_trains(neurosim, folder):
    by_word = neurosim("worksheet", "passed.yaml", "--epoch", "end", "-o", "a.csv")
    by_number = neurosim("worksheet", "passed.yaml", "--epoch", "3", "-o", "b.csv")

    assert (by_word.code, by_number.code) == (0, 0)
    sheets = [(folder / f"{name}-solution.csv").read_text() for name in "ab"]
    assert sheets[0] == sheets[1]

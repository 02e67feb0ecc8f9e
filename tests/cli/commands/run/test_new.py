"""``neurosim new``: templates that run and learn, and what is guessed of a CSV file."""

import json
import re
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from neurosim.scenario.uses.starter import TEMPLATES, shipped_folder

FLOWERS = (shipped_folder() / "data" / "iris.csv").read_text(encoding="utf-8")
PRICES = "".join(
    f"{k};{k % 7 + 0.5:.1f};{'flat' if k % 3 else 'house'};{10 * (k % 7) + 5 * (k % 3):.1f}\n"
    for k in range(60)
).replace(".", ",")


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_learns_what_it_expects(neurosim, template):
    neurosim("new", "mine", "--template", template)

    ran = neurosim("run", "mine.yaml")

    assert ran.code == 0, ran.out
    assert "expected above 0.9" in ran.out or "accuracy on training rows = 1," in ran.out


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_first_line_names_the_schema_that_is_installed(neurosim, folder, template):
    neurosim("new", "mine", "--template", template)

    first = (folder / "mine.yaml").read_text().splitlines()[0]

    url = urlparse(re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)[1])
    schema = json.loads(Path(url2pathname(url.path)).read_text(encoding="utf-8"))
    assert url.scheme == "file"
    assert schema["title"] == "A neurosim scenario"


def test_texts_of_a_csv_file_are_learned_as_classes(neurosim, folder):
    (folder / "flowers.csv").write_text(FLOWERS)

    made = neurosim("new", "mine", "flowers.csv", "--template", "csv")
    ran = neurosim("run", "mine.yaml")

    assert made.err.splitlines() == [
        "to learn: species (3 classes)",
        "inputs: sepal_length, sepal_width, petal_length, petal_width",
        "wrote mine.yaml; now: neurosim run mine.yaml",
    ]
    assert ran.code == 0, ran.err
    assert float(re.search(r"accuracy on test rows = ([0-9.]+)", ran.out)[1]) > 0.9


def test_numbers_are_learned_as_numbers_in_the_dialect_that_is_found(neurosim, folder):
    (folder / "prices.csv").write_text(f"id;size;kind;price\n{PRICES}", encoding="utf-8-sig")

    made = neurosim("new", "mine", "prices.csv")
    ran = neurosim("run", "mine.yaml")

    assert made.err.startswith("to learn: price (numbers)\ninputs: size, kind\nleft out: id\n")
    text = (folder / "mine.yaml").read_text()
    assert 'delimiter: ";"\n    decimal: ","\n    encode: {kind: one_hot}' in text
    assert ran.code == 0, ran.err
    assert float(re.search(r"r2 on test rows = ([0-9.]+)", ran.out)[1]) > 0.9


@pytest.mark.quick("1.5", "who")
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1.5,2,a\n2.5,3,b\n", ["inputs: [1, 2]", "classes: 3", "header: false"]),
        ("who\tsize\ty\nMr A\t1\t5\nMr B\t2\t6\nMr C\t3\t8\n",
         ["inputs: [who, size]", 'targets: ["y"]', "delimiter: tab"]),
        ("a  b\n1 2\n3\t4\n5 7\n", ["inputs: [a]", "targets: [b]", "delimiter: blanks"]),
        ("species,a b\ncat,1\ndog,?\ncat,3\n", ["inputs: [a b]", "classes: species",
                                                "missing: mean"]),
        ("a,on\n1,5\n2,?\n3,6\n4,9\n", ["inputs: [a]", 'targets: ["on"]', "missing: drop"]),
        ("a,y\n1,5\n2,?\n3,6\n4,9\n", ["inputs: [a]", 'targets: ["y"]', "missing: drop"]),
        (f"{','.join(f'c{k}' for k in range(9))},id,y\n{'1,2,3,4,5,6,7,8,9,0,1' + chr(10)}"
         "2,2,3,4,5,6,7,8,9,1,0\n", ["inputs: all but id", 'classes: "y"']),
        ("x1,x7,y\n1,2,3\n2,3,4\n3,4,6\n", ["inputs: [x1, x7]"]),
    ],
)  # fmt: skip
def test_what_is_guessed_of_a_csv_file_is_a_scenario_that_runs(neurosim, folder, text, lines):
    (folder / "mine.data").write_text(text)

    made = neurosim("new", "mine", "--template", "csv", "mine.data")
    ran = neurosim("run", "mine.yaml", "--set", "training.epochs=2", "--set", "expect=[]")

    written = (folder / "mine.yaml").read_text()
    assert neurosim("predict", "mine.yaml", "mine.data").code == 0  # in the same dialect
    assert [line for line in lines if line not in written] == []
    assert (made.code, ran.code, ran.err) == (0, 0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--template", "csv"], "DATA: no file; expected one, as in: --template csv DATA.csv"),
        (["a.csv", "--template", "xor"], "DATA: got 'a.csv' with --template xor; expected csv"),
        (["one.csv"], "one.csv: one column, got 'a'; expected two or more"),
        (["same.csv"], "same.csv: no column to learn, got none of numbers or of a few texts; "
                       "expected one with different values"),
        (["../far.csv"], "../far.csv: not in the folder of the scenario, '.'; "
                         "expected a file in it, or NAME beside it"),
        (["ragged.csv"], "ragged.csv:3: ragged, got 3 fields; expected 2, as in the first line"),
    ],
)  # fmt: skip
def test_a_csv_file_of_which_nothing_can_be_guessed_is_refused(
    neurosim, folder, arguments, message
):
    (folder / "one.csv").write_text("a\n1\n2\n")
    (folder / "same.csv").write_text("a,b\n1,2\n1,2\n")
    (folder / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n")
    (folder.parent / "far.csv").write_text("a,b\n1,2\n2,3\n")

    ran = neurosim("new", "mine", *arguments)

    assert (ran.code, ran.err) == (2, f"error: {message}\n")
    assert not (folder / "mine.yaml").exists()

"""The catalogue of languages: nothing is missing in it, and nothing is in it in vain."""

import ast
import json
import re
import string
from pathlib import Path

import matplotlib as mpl
import pytest

import neurosim
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import draw
from neurosim.drawing.page.pages import render
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.languages import LANGUAGES, NOUNS, TEXTS, count, in_language, translate
from neurosim.network import Network
from neurosim.page.markup import page_words
from tests.each import each

ROOT = Path(neurosim.__file__).parent
OTHERS = LANGUAGES[1:]


def placeholders(text):
    return sum(name is not None for _, name, _, _ in string.Formatter().parse(text))


@each("text", TEXTS)
def test_each_text_is_there_in_each_language_with_its_values(text):
    translations = TEXTS[text]

    assert len(translations) == len(OTHERS)
    assert all(translations)
    assert {placeholders(one) for one in (text, *translations)} == {placeholders(text)}


def test_each_noun_has_the_forms_of_each_language():
    for forms in NOUNS.values():
        assert [len(one.split("|")) for one in forms] == [2, 2, 2, 3, 2]


def test_every_text_that_is_written_is_in_the_catalogue_and_no_other():
    source = {path: path.read_text("utf-8") for path in ROOT.rglob("*.py")}
    calls = [
        node
        for path, text in source.items()
        if "neurosim.languages import" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "translate"
    ]
    written = {
        part.value
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    everywhere = "\n".join(text for path, text in source.items() if path.name != "languages.py")

    assert written - set(TEXTS) <= {"update", "input"}  # what is compared, not written
    assert [text for text in TEXTS if f'"{text}"' not in everywhere.replace("'", '"')] == []
    assert len(calls) > 40


def named(text):
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_of_a_page_is_there_in_each_language_with_its_values(language):
    english = page_words()

    with in_language(language):
        words = page_words()

    assert set(english) - set(words) == set()
    assert all(words.values())
    assert [key for key, text in english.items() if named(text) != named(words[key])] == []


def test_no_text_of_a_page_is_there_twice():
    for path in (ROOT / "page" / "assets").glob("words*.json"):
        keys = [key for key, _ in json.loads(path.read_text("utf-8"), object_pairs_hook=list)]
        assert (path.name, len(keys)) == (path.name, len(set(keys)))


@pytest.fixture
def small():
    net = Network("small")
    net.add_layer("x", 2)
    net.add_layer("h", 1, bias=0.0)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "h", weights=[[1.0], [-1.0]])
    net.connect("h", "o", weights=[[0.5]])
    return net


def test_a_picture_is_written_in_a_language(small):
    given = {"sample": [2, 3], "target": [1], "loss": "half_squared_error"}
    with in_language("ru"):
        diagram = prepare(small, **given, show=("weights", "outputs", "deltas"))

    words = [*(line.text for line in diagram.written), diagram.description]
    words += [placed.entry.before + placed.entry.after for placed in diagram.legend]
    latin = {"L", "b", "dL", "dz", "half", "squared", "error", "h", "o", "x", "identity", "t",
             "x1", "x2", "h1", "o1", "small", "db"}  # fmt: skip
    assert set(re.findall("[A-Za-z][A-Za-z0-9]*", " ".join(words))) <= latin
    assert "вес" in " ".join(words)
    assert prepare(small).legend[0].entry.before.startswith("weight ")


@pytest.mark.quick("png")
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_a_picture_whose_font_lacks_a_letter_is_refused(small, form):
    with mpl.rc_context({"font.family": "cmss10"}), in_language("ru"):
        figure = draw(small, lang="ru").figure

        with pytest.raises(
            InvalidValueError, match=r"font: Glyph .* missing .*; expected one that"
        ):
            render(figure, form, title="", description="")

    assert render(draw(small, lang="ru").figure, form, title="", description="")


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="unknown language 'dk'"), in_language("dk"):
        pass


def test_numbers_and_nouns_agree():
    with in_language("pt"):
        assert (count(1, "epoch"), count(5000, "epoch")) == ("1 época", "5\xa0000 épocas")
    assert translate("after {}", count(1, "epoch")) == "after 1 epoch"

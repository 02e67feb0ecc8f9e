"""The quiz of a page, in a browser."""

import re

import pytest

from neurosim.scenario.uses.mark import Lesson

pytestmark = pytest.mark.slow
FIELDS = "ul.quiz input"


@pytest.fixture
def quiz(opened):
    """The quiz of xor: ``quiz(size=...)``."""

    def open_(**options):
        return opened("xor", is_quiz=True, **options)

    return open_


def said(page, number):
    return page.locator("ul.quiz .verdict").nth(number).inner_text()


def test_numbers_are_entered_by_keyboard_and_judged(quiz):
    page = quiz()
    lesson = Lesson("xor")
    z, a = (lesson.formulas()[f"h1.{what}", 0, 0].value for what in ("net_input", "output"))

    page.locator(FIELDS).first.focus()
    page.keyboard.type(f"{-z:.3f}".replace(".", ","))
    page.keyboard.press("Enter")
    assert said(page, 0).endswith("does not follow")
    page.keyboard.type(f"{1 - a:.3f}")  # of -z
    page.keyboard.press("Enter")

    assert said(page, 1).endswith("follows from your earlier numbers")
    assert page.locator("#quiz-part .score").inner_text().endswith("1 of 55 points")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{z:.3f}")
    page.keyboard.press("Enter")
    assert said(page, 0).endswith("right")
    assert said(page, 1).endswith("does not follow")


def test_no_number_is_seen_before_it_is_asked_for(quiz):
    page = quiz()
    formulas = Lesson("xor").formulas()

    seen = page.locator("body").inner_text()

    assert page.locator("#quiz-part h3").last.inner_text() == "update, batch 0"
    shown = [f"{f.value:.3f}" for f in formulas.values() if f.phase == "backward"][:20]
    assert not [text for text in shown if re.search(rf"{text}\\d", seen)]
    assert not page.locator("#arithmetic, #rows-part, #curve-part, #map-part").first.is_visible()
    page.locator("ul.quiz button").nth(2).click()
    h2 = formulas["h2.net_input", 0, 0].value
    assert f"{h2:.4f}" in said(page, 2)
    page.get_by_role("button", name="End, and show all numbers").click()
    assert page.locator("#arithmetic").is_visible()
    assert page.locator(FIELDS).first.is_disabled()


def test_the_saved_result_is_marked_as_the_page_judged_it(quiz, tmp_path):
    page = quiz()
    formulas = Lesson("xor").formulas()
    page.get_by_label("Your name").fill("Ada, of Löf")
    page.locator(FIELDS).nth(0).fill(
        f"{formulas['h1.net_input', 0, 0].value:.4f}".replace(".", ",")
    )
    page.locator(FIELDS).nth(1).fill("1/3")
    page.locator("ul.quiz button").nth(2).click()

    with page.expect_download() as held:
        page.get_by_role("button", name="Save the result").click()
    path = tmp_path / held.value.suggested_filename
    held.value.save_as(path)
    marked = Lesson("xor").mark(path)

    assert path.name == "Ada_of_Löf.csv"
    assert (marked.verdict, marked.points, marked.of) == ("wrong", 1, 55)
    assert "1/3 does not follow" in marked.first_fault
    assert page.locator("#quiz-part .score").inner_text().endswith("1 of 55 points")


def test_the_quiz_fits_a_phone_and_each_field_has_a_name(quiz):
    page = quiz(size=(380, 800))

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    fields = page.locator(FIELDS)
    assert fields.count() == 55
    assert page.get_by_label("z(h1)", exact=True).count() == 1
    assert page.get_by_role("button", name="show z(h1)").count() == 1


def test_the_network_has_the_weights_that_are_given_and_no_key_leads_to_the_answers(quiz):
    page = quiz(samples=(2,))
    given = page.locator("#quiz-part .given").inner_text()

    before = page.locator("svg.wide").text_content()
    page.locator("svg.wide .neuron").first.focus()
    for key in ("ArrowRight", "End", " ", "6"):
        page.keyboard.press(key)

    weight = page.evaluate("lesson.values.parameters[0]")
    assert f"w(a->h1) = {weight:.6g}," in given
    assert page.evaluate("lesson.unit.sample") == 2
    assert page.locator("svg.wide").text_content() == before


def test_axe_finds_nothing(quiz, axe):
    page = quiz()
    page.locator(FIELDS).first.fill("1/3")

    assert axe(page) == []

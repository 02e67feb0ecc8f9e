"""Sheets and pages of feedback, in a browser."""

import pytest

from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import sheet_of
from neurosim.sheets.marking import to_html
from neurosim.sheets.worksheet import PRINTERS

pytestmark = pytest.mark.slow


def test_axe_finds_nothing_on_sheets_and_feedback_and_a_phone_cuts_nothing(browser, axe, tmp_path):
    lesson = Lesson("learning-rate")
    sheet = sheet_of(lesson)
    handed_in = tmp_path / "ada.csv"
    handed_in.write_text("what,value\nz(y),7\ndL/dw(x->y),?\n", encoding="utf-8")
    pages = {
        "sheet": PRINTERS["html"](sheet, is_solution=False),
        "solution": PRINTERS["html"](sheet, is_solution=True),
        "feedback": to_html(lesson.mark(handed_in), lesson.title),
    }

    for name, html in pages.items():
        page = browser.new_page(viewport={"width": 380, "height": 800}, bypass_csp=True)
        page.set_content(html)
        root = "document.documentElement"
        hidden = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        assert (name, axe(page), hidden) == (name, [], 0)
        page.close()

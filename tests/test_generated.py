"""The files that are made from the code are up to date."""

import re

from tests.each import each
from tests.generate import COMMAND, MANUAL, TABLES, main, page_with_tables

PAGES = sorted(path.name for path in MANUAL.glob("*.md"))


@each("page", PAGES)
def test_the_tables_of_a_page_are_those_of_the_code(page):
    text = (MANUAL / page).read_text(encoding="utf-8")

    assert text == page_with_tables(text), f"out of date; run `{COMMAND} tables`"


def test_every_table_stands_on_one_page():
    texts = [(MANUAL / page).read_text(encoding="utf-8") for page in PAGES]

    found = [name for text in texts for name in re.findall(r"<!-- table: (\w+) -->", text)]
    assert sorted(found) == sorted(TABLES)
    assert sum(text.count("<!-- end -->") for text in texts) == len(TABLES)


@each("name", sorted(set(TABLES) - {"steps"}))  # a text, tested by traces
def test_every_row_of_a_table_is_filled(name):
    heads, rows = TABLES[name]()

    assert rows
    for row in rows:
        assert len(row) == len(heads)
        assert all(row[:2]), f"{row[0]} has no meaning"


def test_a_table_that_is_out_of_date_is_replaced_and_nothing_else():
    text = "before\n<!-- table: penalties -->\nold\n<!-- end -->\nafter\n"

    made = page_with_tables(text)

    assert made.startswith("before\n<!-- table: penalties -->\n| name | meaning | arguments |\n")
    assert made.endswith("|\n<!-- end -->\nafter\n")
    assert "`l2`" in made
    assert page_with_tables(made) == made


def test_a_part_that_is_not_there_is_refused(capsys):
    assert main(["table"]) == 2
    assert capsys.readouterr().err == "error: got 'table'; expected schema, tables, gallery\n"

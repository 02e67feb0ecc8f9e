"""``neurosim mark``: a class's sheets, and what comes of each."""

import csv
import re

import pytest

from neurosim.scenario import load_scenario, run_scenario

RIGHT = "what;value\ntop;0,680\nbottom;0,664\nδ(o1);0,0407\nw(top->o1);0,272\n"
SLOPE = "top,0.680\ndelta(o1),0.190\ndL/dw(top->o1),0.129\nw(top->o1),0.171\n"


@pytest.fixture
def klass(folder):
    """A folder of sheets of a class."""
    made = folder / "class"
    made.mkdir()
    (made / "ana_1.csv").write_text(RIGHT, encoding="utf-8-sig")
    (made / "bob_2.csv").write_text(SLOPE, encoding="utf-8")
    return made


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_a_class_is_a_table(neurosim, folder, klass):
    ran = neurosim("mark", "rgu-worksheet", klass, "-o", "points.csv", "--key", "name,number")

    ana, bob = rows(folder / "points.csv")
    assert ran.code == 1
    assert list(ana) == [
        "name", "number", "file", "verdict", "points", "of", "first fault", "follows",
    ]  # fmt: skip
    assert list(ana.values()) == ["ana", "1", "ana_1.csv", "right", "4", "4", "", "0"]
    assert list(bob.values()) == [
        "bob", "2", "bob_2.csv", "wrong", "3", "4",
        "bob_2.csv:2: o1.delta: 0.190 does not follow, as if the slope was forgotten; expected"
        " 0.0406787 (epoch 0, sample 0, backward)",
        "2",
    ]  # fmt: skip


def test_a_point_may_be_that_of_a_phase(neurosim, folder, klass):
    neurosim("mark", "rgu-worksheet", klass, "-o", "points.csv", "--points", "phase")

    assert [(row["points"], row["of"]) for row in rows(folder / "points.csv")] == [
        ("3", "3"),
        ("2", "3"),  # the backward pass has a fault
    ]


def test_all_right_is_0_and_a_file_that_cannot_be_read_is_2_and_stops_no_other(
    neurosim, folder, klass
):
    assert neurosim("mark", "rgu-worksheet", "class/ana_1.csv").code == 0
    (klass / "cem.csv").write_bytes(b"\0")
    (klass / "dia.yaml").write_text("neurosim: 1\n")
    (klass / "eve.json").write_text("{")

    found = neurosim("mark", "rgu-worksheet", "class", "none.csv", "-o", "points.csv")

    verdicts = [row["verdict"] for row in rows(folder / "points.csv")]
    assert (found.code, verdicts) == (2, ["right", "wrong", *["unread"] * 4])


def test_a_line_that_is_unknown_is_a_fault_and_the_rest_has_its_points(neurosim, folder):
    (folder / "a.csv").write_text("sigma(h1),1\ntop,0.680\n")

    ran = neurosim("mark", "rgu-worksheet", "a.csv", "-o", "points.csv")

    (row,) = rows(folder / "points.csv")
    assert (ran.code, row["verdict"], row["points"], row["of"]) == (1, "wrong", "1", "2")
    assert row["first fault"].startswith("a.csv:1: unknown quantity 'sigma(h1)'; expected")


def test_a_cell_that_a_spreadsheet_would_compute_is_escaped(neurosim, folder):
    (folder / "=cmd.csv").write_text("top,0.1\n")

    neurosim("mark", "rgu-worksheet", "./=cmd.csv", "-o", "points.csv", "--key", "name")

    (row,) = rows(folder / "points.csv")
    assert (row["name"], row["file"]) == ("'=cmd", "'=cmd.csv")
    assert row["first fault"].startswith("'=cmd.csv:1: top.output")


def test_scenarios_and_networks_are_marked_too(neurosim, folder):
    made = folder / "class"
    made.mkdir()
    text = load_scenario("rgu-worksheet").path.read_text(encoding="utf-8")
    (made / "a.yaml").write_text(text, encoding="utf-8")
    (made / "b.yaml").write_text(text.replace("learning_rate: 1", "learning_rate: 2"))
    run_scenario("rgu-worksheet").network.save(made / "c.json")
    load_scenario("rgu-worksheet").network.save(made / "d.json")

    ran = neurosim("mark", "rgu-worksheet", "class", "-o", "points.csv")

    found = [(row["verdict"], row["points"], row["of"]) for row in rows(folder / "points.csv")]
    assert ran.code == 1
    assert [verdict for verdict, _, _ in found] == ["right", "wrong", "right", "wrong"]
    assert found[2] == ("right", "6", "6")
    assert found[3] == ("wrong", "0", "6")


@pytest.mark.parametrize(
    ("limit", "words"),
    [(("_MOST_PRODUCTS", 0.5), "products of weights"), (("_MOST_SECONDS", 1e-9), "a shorter one")],
)
def test_a_scenario_that_takes_too_long_stops_no_other(neurosim, folder, monkeypatch, limit, words):
    monkeypatch.setattr(f"neurosim.scenario.uses.mark.{limit[0]}", limit[1])
    text = load_scenario("rgu-worksheet").path.read_text(encoding="utf-8")
    (folder / "long.yaml").write_text(text, encoding="utf-8")
    (folder / "sheet.csv").write_text("z(top),0.755\n")

    ran = neurosim("mark", "rgu-worksheet", "long.yaml", "sheet.csv", "-o", "points.csv")

    long, sheet = rows(folder / "points.csv")
    assert ran.code == 2
    assert long["verdict"] == "unread"
    assert words in long["first fault"]
    assert sheet["verdict"] == "right"


def test_a_page_of_feedback_has_no_path_no_script_and_no_style_attribute(neurosim, folder, klass):
    (klass / "<b>&.csv").write_text("top,0.1\n")

    neurosim("mark", "rgu-worksheet", "class", "--report", "pages")

    page = (folder / "pages" / "<b>&.csv.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "&lt;b&gt;&amp;.csv" in page
    assert not re.search(r"<script|<b>|\sstyle=", page)
    assert str(folder) not in page
    assert "as if the slope was forgotten" in (folder / "pages" / "bob_2.csv.html").read_text()


def test_indices_are_read_as_the_worksheet_writes_them(neurosim, folder):
    lines = [
        "z_{1}^{(1)},0.755", r"\delta_{1}^{(2)},0.0407", "w_{12}^{(1)},0.7976",
        "dL/dw_{11}^{(2)},0.0277",
    ]  # fmt: skip
    (folder / "a.csv").write_text("\n".join(lines) + "\n")

    ran = neurosim("mark", "rgu-worksheet", "a.csv")

    assert (ran.code, ran.out.split()[-4:]) == (0, ["right", "4", "4", "0"])


def test_lines_that_were_asked_for_and_are_left_out_are_empty(neurosim, folder):
    neurosim("worksheet", "xor", "-o", "s.csv")
    whole = (folder / "s-solution.csv").read_text().splitlines(keepends=True)
    (folder / "half.csv").write_text("".join(whole[: len(whole) // 2]))

    alone = neurosim("mark", "xor", "half.csv", "-o", "alone.csv")
    asked = neurosim("mark", "xor", "half.csv", "--sheet", "s.csv", "-o", "asked.csv")
    all_of_it = neurosim("mark", "xor", "s-solution.csv", "--sheet", "s.csv")

    tables = [(folder / name).read_text().splitlines() for name in ("alone.csv", "asked.csv")]
    of = [int(next(csv.DictReader(table))["of"]) for table in tables]
    assert of == [len(whole) // 2 - 1, len(whole) - 1]
    assert (alone.code, asked.code, all_of_it.code) == (0, 1, 0)


@pytest.mark.parametrize("sheet", ["nope.csv", "s-solution.csv"])
def test_a_sheet_that_was_given_out_and_is_none_is_refused_at_once(neurosim, sheet):
    neurosim("worksheet", "xor", "-o", "s.csv")

    ran = neurosim("mark", "xor", "s.csv", "--sheet", sheet)

    assert (ran.code, ran.out) == (2, "")
    assert sheet in ran.err

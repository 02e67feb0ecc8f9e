"""Worked examples that were published with a wrong number: each sheet's first one is named.

``published/`` has each twice: the scenario with the right numbers, and the sheet as it was printed.
"""

from pathlib import Path

import pytest

from neurosim.cli.main import run_command
from neurosim.debugger.traces.hand_file import read_hand
from neurosim.scenario import run_scenario
from tests.each import each

PUBLISHED = Path(__file__).parent / "published"
FIRST = {  # the line that is wrong: its quantity, as printed, the right number, and its arithmetic
    "adaline-sign": ("v.bias", "0.25", 0.4, "b(v) = 0.25 - 0.2*(-0.75) = 0.4"),
    "adaline-target": ("y.output_gradient", "-0.7046", 1.2954, "dL/dy = -((-1) - 0.2954) = 1.2954"),
    "cs231n-two-layer": (
        "h1->s1.gradient", "0.978240210068", 0.9782402100688973,
        "dL/dw(h1->s1) = 2.28*0.429053 = 0.97824",
    ),
    "gradient-check": ("x1->y.gradient", "0.7744", 0.88, "dL/dw(x1->y) = 1*0.88 = 0.88"),
    "softmax-net-input": (
        "o2.net_input", "0.185", 0.1574442516811659, "o2: net = 0.0574443 + 0.2*0.5 = 0.157444",
    ),
    "three-layer-softmax": (
        "o1.output", "0.4199", 0.4201884100030751,
        "o = softmax([2.608, 2.93]) = [0.420188, 0.579812]",
    ),
}  # fmt: skip


@pytest.fixture
def judge(capsys):
    """``judge(name, sheet)``: the exit code and the lines of ``trace diff``."""

    def judge(name, sheet):
        code = run_command(["trace", "diff", str(PUBLISHED / f"{name}.yaml"), str(sheet)])
        return code, capsys.readouterr().out.splitlines()

    return judge


def test_each_example_is_judged():
    assert {path.stem for path in PUBLISHED.iterdir()} == set(FIRST)


@each("name", FIRST)
def test_the_right_numbers_are_right(name, engine):
    result = run_scenario(PUBLISHED / f"{name}.yaml", engine=engine)

    assert result.status == "passed", [str(v) for v in result.expectations if not v.passed]


@pytest.mark.parametrize("name", FIRST)
def test_the_first_wrong_number_is_named_with_the_right_one(name, judge, assert_close, single):
    what, printed, right, arithmetic = FIRST[name]

    code, (first, *lines) = judge(name, PUBLISHED / f"{name}.csv")

    _, found, message = first.rpartition(f": {what}: got {printed}; expected ")
    assert (code, bool(found)) == (1, True)
    assert_close(float(message.partition(";")[0]), right, single)
    assert lines[-1] == f"  {arithmetic}"


@pytest.mark.parametrize("name", FIRST)
def test_the_lines_before_it_are_right_and_so_is_the_right_number(name, judge, tmp_path):
    what, printed, right, _ = FIRST[name]
    given = read_hand(PUBLISHED / f"{name}.csv")
    first = next(i for i, line in enumerate(given) if (line.what, line.value) == (what, printed))
    rows = [(line.what, line.value, line.sample) for line in given[:first]]
    rows.append((what, f"{right:.12f}", given[first].sample))
    sheet = tmp_path / "sheet.csv"
    cells = [f"{name},{value},0,{0 if sample is None else sample}" for name, value, sample in rows]
    sheet.write_text("\n".join(cells))

    assert judge(name, sheet)[0] == 0

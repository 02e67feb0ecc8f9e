"""Judging of sheets: right, carried, or wrong; and the usual slips."""

import pytest

from neurosim.debugger.traces.hand_file import read_hand_file
from neurosim.debugger.traces.trace import positioned_steps
from neurosim.scenario import load_scenario
from neurosim.sheets.formulas import formulas_of
from neurosim.sheets.judging import judge
from neurosim.training.training import Training


def formulas(name, n_batches=1, **changes):
    scenario = load_scenario(name)
    X, T, options = scenario.require_training(name, "mark")
    training = Training(scenario.network, X, T, options)
    task = training.task.with_options(**changes)
    return formulas_of(task, positioned_steps(task, training.state, n_batches))


@pytest.fixture
def judged(tmp_path):
    """``judged("xor", "h1,0.5", ...)``: the judgement of these lines."""

    def judged(name, *lines, **more):
        path = tmp_path / "sheet.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        names = [neuron.name for neuron in load_scenario(name).network.neurons]
        return judge(read_hand_file(path, names), formulas(name, **more))

    return judged


def verdicts(judgement):
    return [one.verdict for one in judgement.lines]


@pytest.mark.quick("mazur", "xor")
@pytest.mark.parametrize(
    "name",
    ["mazur", "xor", "residual", "twins", "sklearn-mlp", "gates", "optimizer-adam", "n-four-one"],
)
def test_every_formula_gives_the_number_of_its_step(name):
    found = formulas(name, n_batches=3)

    without = [key for key, formula in found.items() if not formula.operands]
    assert all(found[key].phase == "forward" or key[0].endswith(".target") for key in without)
    for formula in found.values():
        again = formula.compute([found[key].value for key in formula.operands])
        assert again == pytest.approx(formula.value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("digits", [2, 3, 4])
@pytest.mark.parametrize("name", ["mazur", "rgu-worksheet", "xor", "sklearn-mlp"])
def test_a_sheet_that_is_rounded_at_each_step_is_right(judged, name, digits):
    own, lines = {}, []
    for key, formula in formulas(name).items():
        own[key] = round(formula.compute([own[one] for one in formula.operands]), digits)
        if not key[0].endswith(".target"):
            lines.append(f"{key[0]},{own[key]:.{digits}f}")

    judgement = judged(name, *lines)

    assert set(verdicts(judgement)) == {"right"}
    assert (judgement.verdict, judgement.first) == ("right", None)


def test_a_carried_error_is_one_error(judged):
    judgement = judged(
        "rgu-worksheet",
        "w(a->top),0.09554",  # the last of the training, the first of the file
        "top,0.680", "bottom,0.664", "o1,0.690", "dL/do1,0.190",
        "delta(o1),0.190", "dL/dw(top->o1),0.129", "w(top->o1),0.171",
    )  # fmt: skip

    assert verdicts(judgement) == [
        "wrong", "right", "right", "right", "right", "wrong", "follows", "follows",
    ]  # fmt: skip
    assert judgement.first.formula.key[0] == "o1.delta"
    assert judgement.first.slip == "the slope was forgotten"
    assert "does not follow, as if the slope was forgotten; expected 0.04064" in str(
        judgement.first
    )


SLIPS = [
    ("dL/do1,-0.190283", "the sign was wrong"),
    ("dL/do1,0.380567", "a factor 2 was wrong"),
    ("loss,0.0362078", "a factor 2 was wrong"),
    ("top,0.755", "the activation was forgotten"),
    ("delta(top),0.0122043", "the slope was forgotten"),
    ("delta(top),0.00225750", "the slope was taken at the wrong argument"),  # 0.755*(1 - 0.755)
    ("dL/dtop,0.0110785", "the weights were updated too early"),
    ("z(top),0.395", "the weights were transposed"),  # 0.1*0.35 + 0.4*0.9
    ("w(top->o1),0.327674", "the sign was wrong"),
    ("w(a->top),0.1", ""),  # not updated, to the one digit: that is right
    ("w(a->top),0.09573", "the slope was forgotten"),
]


@pytest.mark.parametrize(("line", "words"), SLIPS)
def test_the_usual_slips_are_named(judged, line, words):
    judgement = judged("rgu-worksheet", line)

    assert [one.slip for one in judgement.lines] == [words]


def test_a_forgotten_bias_and_rate_are_named(judged):
    lines = judged("mazur", "z(h1),0.0275", "dL/dw(h1->o1),0.0821670", "w(h1->o1),0.3178330").lines

    assert lines[0].slip == "the bias was forgotten"  # 0.05*0.15 + 0.1*0.2
    assert lines[2].slip == "the learning rate was forgotten"


def test_a_slip_carries_the_rounding_of_earlier_lines_in_its_own_way(judged):
    rounded = "dL/dw(h1->o1),0.08"  # of 0.0821670

    lines = judged("mazur", rounded, "w(h1->o1),0.3178").lines  # 0.4 - 0.0822

    assert [one.verdict for one in lines] == ["right", "wrong"]
    assert lines[1].slip == "the learning rate was forgotten"


def test_the_mean_of_two_outputs_is_a_factor_2(judged):
    assert judged("mazur", "loss,0.596742").lines[0].slip == "a factor 2 was wrong"


def test_where_two_slips_give_the_number_none_is_named(judged):
    (line,) = judged("mazur", "w(h1->o1),0.3178330").lines  # the rate 0.5, or the factor 2

    assert (line.verdict, line.slip) == ("wrong", "")


def test_mean_for_sum_is_named(judged):
    found = formulas("xor", batch_size=4)
    total = found["h1->o1.gradient", 0, 3].value

    (line,) = judged("xor", f"dL/dw(h1->o1),{total / 4:.7f},0,3", batch_size=4).lines

    assert line.slip == "mean and sum were mixed up"


def test_a_number_that_nothing_explains_has_no_slip(judged):
    (line,) = judged("rgu-worksheet", "delta(top),0.12345").lines

    assert (line.verdict, line.slip) == ("wrong", "")


def test_the_published_worksheet_updates_its_weights_too_early(judged):
    judgement = judged(
        "rgu-worksheet", "top,0.68", "bottom,0.6637", "o1,0.69", "w(top->o1),0.27233",
        "w(bottom->o1),0.873", "w(a->top),0.09916", "w(b->top),0.7978",
    )  # fmt: skip

    assert verdicts(judgement) == ["right"] * 5 + ["wrong", "follows"]
    assert judgement.first.slip == "the weights were updated too early"


def test_what_is_unknown_or_empty_stops_no_other_line(judged):
    judgement = judged("xor", "h9,1", "h1,0.2376", "sigma(h1),1", "h2,", "h1,0.5,7")

    assert verdicts(judgement) == ["right", "empty"]
    assert judgement.verdict == "wrong"
    assert [problem.partition("sheet.csv")[2][:18] for problem in judgement.problems] == [
        ":3: unknown quanti", ":1: unknown neuron", ":5: h1.output: not",
    ]  # fmt: skip


def test_the_error_of_an_input_is_judged(judged):
    (line,) = judged("rgu-worksheet", "dL/da,0.00353").lines

    assert line.verdict == "right"  # 0.1*0.00265449 + 0.4*0.00817165

"""Hand calculations: reading them, and naming the first wrong line."""

import pytest

from neurosim.debugger.traces.hand_file import read_hand, read_hand_file
from neurosim.debugger.traces.quantities import quantity_of
from neurosim.debugger.traces.trace import entry_of, positioned_steps
from neurosim.debugger.traces.worksheet import check_hand
from neurosim.errors import FileError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.scenario import load_scenario
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.each import each


@pytest.fixture
def entries():
    """``entries("xor")``: the steps of a shipped scenario's first epochs."""

    def entries(name, n_batches=1, **changes):
        scenario = load_scenario(name)
        options = scenario.training.options() | changes
        del options["epochs"], options["metrics"]
        task = make_task(scenario.network, *scenario.data.train, **options)
        pairs = positioned_steps(task, start_state(task, scenario.seed), n_batches)
        return (entry_of(*pair) for pair in pairs)

    return entries


@pytest.fixture
def hand(tmp_path):
    """``hand("h1.output,0.5", ...)``: these lines, written and read."""

    def hand(*lines):
        path = tmp_path / "hand.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_hand(path)

    return hand


PRINTED = [  # Mazur's numbers as he prints them, in his order
    "what,value",
    "h1.net_input,0.3775", "h1,0.593269992", "h2,0.596884378",
    "o1.net_input,1.105905967", "o1,0.75136507", "o2,0.772928465",
    "loss,0.298371109", "",
    "dL/do1, 0.74136507", "delta(o1), 0.138498562", "dL/dw(h1->o1), 0.082167041",
    "w(h1->o1), 0.35891648", "w(h2->o1), 0.408666186",
    "w(h1->o2), 0.511301270", "w(h2->o2), 0.561370121", "",
    "# and now the hidden layer",
    "dL/dh1, 0.036350306", "dL/dw(i1->h1), 0.000438568",
    "w(i1->h1), 0.149780716", "w(i2->h1), 0.19956143",
    "w(i1->h2), 0.24975114", "w(i2->h2), 0.29950229",
]  # fmt: skip


def test_mazurs_printed_numbers_are_right_to_half_a_unit_of_their_last_digit(hand, entries):
    assert check_hand(hand(*PRINTED), entries("mazur")) is None


def test_a_wrong_slope_is_noticed_by_mazurs_numbers(hand, entries, monkeypatch):
    a = ACTIVATIONS["sigmoid"]
    wrong = a.__class__(**{f: getattr(a, f) for f in a.__slots__} | {"slope": lambda _, a: a})
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wrong)

    mistake = check_hand(hand(*PRINTED), entries("mazur"))

    assert mistake.given.what == "o1.delta"  # what comes before needs no slope


@pytest.mark.parametrize("line", [i for i, text in enumerate(PRINTED) if text[:1].isalpha() and i])
def test_a_last_digit_that_is_one_off_is_noticed_in_any_line(hand, entries, line):
    text = PRINTED[line]
    wrong = text[:-1] + str((int(text[-1]) + 1) % 10)

    mistake = check_hand(hand(*PRINTED[:line], wrong, *PRINTED[line + 1 :]), entries("mazur"))

    assert mistake.given.where.endswith(f"hand.csv:{line + 1}")
    assert mistake.given.value == wrong.partition(",")[2].strip()


def test_the_worksheet_that_is_wrong_is_wrong_from_its_first_hidden_weight_on(hand, entries):
    worksheet = hand(
        "what,value",
        "top,0.68", "bottom,0.6637", "o1,0.69",
        "w(top->o1),0.27233", "w(bottom->o1),0.873",
        "w(a->top),0.09916", "w(b->top),0.7978", "w(a->bottom),0.3972", "w(b->bottom),0.5928",
    )  # fmt: skip

    mistake = check_hand(worksheet, entries("rgu-worksheet"))

    assert str(mistake).partition("hand.csv")[2] == (
        ":7: a->top.weight: got 0.09916; expected 0.09907092883919034; 8.91e-05 apart, allowed"
        " 5e-06 (epoch 0, sample 0, update, step 27)"
    )
    assert mistake.arithmetic == (
        "top: dL/dtop = 0 + 0.3*0.0406811 = 0.0122043",  # with 0.3, not with 0.27233
        "delta(top) = 0.0122043*0.680267*(1 - 0.680267) = 0.00265449",
        "dL/dw(a->top) = 0.35*0.00265449 = 0.000929071",
        "w(a->top) = 0.1 - 1*0.000929071 = 0.0990709",
    )


def test_the_worksheets_hidden_weights_done_right_are_right(hand, entries):
    right = hand("w(a->top),0.09907", "w(b->top),0.7976", "w(a->bottom),0.3971",
                 "w(b->bottom),0.5926")  # fmt: skip

    assert check_hand(right, entries("rgu-worksheet")) is None


def test_a_net_input_is_judged_by_its_last_term_and_shown_with_all(hand, entries):
    mistake = check_hand(hand("h1.net_input,-1.17"), entries("xor"), tolerance=1e-9)

    assert mistake.actual == -1.16573
    assert mistake.arithmetic == (
        "h1: net = -0.16596",
        "h1: net = -0.16596 + 0.44065*0 = -0.16596",
        "h1: net = -0.16596 - 0.99977*1 = -1.16573",
    )


def test_an_output_is_shown_with_its_net_input(hand, entries):
    mistake = check_hand(hand("h1,0.2377"), entries("xor"))

    assert len(mistake.arithmetic) == 4
    assert mistake.arithmetic[-1] == "h1 = sigmoid(-1.16573) = 0.237628"
    assert check_hand(hand("h1,0.2376"), entries("xor")) is None


@pytest.mark.parametrize(
    ("value", "is_right"),
    [("0", True), ("0.2", True), ("0.24", True), ("0.238", True), ("0.2376", True),
     ("2.376e-1", True), ("+.2376", True), ("0.23761", False), ("0.23760", False), ("1", False),
     ("0.237628", True), ("2.4e-1", True), ("2.5e-1", False), ("-0.2376", False),
     ("1e-300", False), ("1e-999999999", False), ("1e308", False)],
)  # fmt: skip
def test_half_a_unit_of_the_last_digit_written_is_allowed(hand, entries, value, is_right):
    # the output is 0.237628..., so 0 is right to the unit, and 0.23760 is said with five digits
    assert (check_hand(hand(f"h1,{value}"), entries("xor")) is None) is is_right


def test_a_tolerance_given_takes_the_place_of_the_last_digit(hand, entries):
    assert check_hand(hand("h1,0.25"), entries("xor"), tolerance=0.02) is None
    assert check_hand(hand("h1,0.2376"), entries("xor"), tolerance=1e-9) is not None


def test_a_line_may_name_the_epoch_and_the_sample(hand, entries):
    lines = hand("what,value,epoch,sample", "a,0", "a,1,0,1", "b,0,0,1", "b,0,1,2", "b,1,1,3")

    assert check_hand(lines, entries("xor", n_batches=8)) is None
    wrong = check_hand(hand("a,1,1,0"), entries("xor", n_batches=8))
    assert wrong.place == "epoch 1, sample 0, forward, step 0"


def test_columns_may_stand_in_any_order_under_a_header(hand, entries):
    lines = hand("Sample, Value, What", "1, 1, a   # the second sample", ",0, a", "")

    assert [(given.sample, given.what, given.value) for given in lines] == [
        (1, "a.output", "1"),
        (None, "a.output", "0"),
    ]
    assert check_hand(lines, entries("xor", n_batches=2)) is None


def test_in_a_batch_a_gradient_is_the_sum_so_far_and_a_weight_is_that_after_the_update(
    hand, entries
):
    def trace():
        return entries("xor", batch_size=4)

    every = [entry for entry in trace() if entry.what in {("h1->o1.gradient",), ("h1->o1.weight",)}]
    *sums, weight = [repr(entry.record["after"]) for entry in every]
    lines = [f"dL/dw(h1->o1),{sum_},,{n}" for n, sum_ in enumerate(sums)]

    assert len(sums) == 4
    assert (
        check_hand(hand(*lines, f"w(h1->o1),{weight}", f"w(h1->o1),{weight},,3"), trace()) is None
    )
    wrong = check_hand(hand("w(h1->o1),9"), trace())
    assert wrong.arithmetic[-1] == every[-1].text
    assert [text for text in wrong.arithmetic if text.startswith("dL/dw(h1->o1)")] == [
        entry.text for entry in every[:-1]
    ]


def test_a_trace_is_read_no_further_than_the_lines_need(hand, entries):
    def short():
        for entry in entries("xor", n_batches=4):
            if entry.sample == 1:
                assert entry.step == 0, "read on"
            yield entry

    assert check_hand(hand("loss,0.2"), short()) is None
    assert check_hand(hand("w(h1->o1),0.8"), short()) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("h9,0.5", r"hand.csv:1: unknown neuron 'h9' \(did you mean 'h4'\?\); known: a, b, h1, h2"),
        ("w(h1->o2),0.5", r"hand.csv:1: unknown connection 'h1->o2' \(did you mean 'h1->o1'\?\)"),
        ("a.delta,0.5", "hand.csv:1: the trace never writes 'a.delta' in epoch 0, sample 0"),
        ("h1,0.5,7", "hand.csv:1: the trace has no epoch 7; expected one that it has"),
        ("h1,0.5,,4", "hand.csv:1: the trace has no sample 4; expected one that it has"),
    ],
)
def test_what_the_trace_does_not_have_is_said(hand, entries, line, words):
    with pytest.raises(FileError, match=words):
        check_hand(hand(line), entries("xor", n_batches=4))


def test_a_frozen_bias_is_never_written(hand, entries):
    with pytest.raises(FileError, match=r"never writes 'h1.bias' in epoch 0, sample 0 \(it is fr"):
        check_hand(hand("b(h1),0.34"), entries("mazur"))


def test_nothing_can_be_judged_by_an_empty_trace(hand):
    with pytest.raises(FileError, match=r"hand\.csv:1: the trace has no step"):
        check_hand(hand("h1,0.5"), [])


@each(
    ("spelling", "quantity"),
    [
        ("h1", "h1.output"), ("h1.net_input", "h1.net_input"), ("L", "loss"), ("loss", "loss"),
        ("delta(h1)", "h1.delta"), ("dL/dh1", "h1.output_gradient"), ("b(h1)", "h1.bias"),
        ("dL/db(h1)", "h1.bias_gradient"), ("w(x1->h1)", "x1->h1.weight"),
        ("dL/dw(x1 -> h1)", "x1->h1.gradient"), ("x1->h1.gradient", "x1->h1.gradient"),
        ("dL/dw", "w.output_gradient"), ("net(h1)", "h1.net_input"), ("z(h1)", "h1.net_input"),
        ("a(h1)", "h1.output"), ("dL/dnet(o1)", "o1.delta"), ("dE/dz(o1)", "o1.delta"),
        ("dE/dw(x1->h1)", "x1->h1.gradient"), ("dL/da(h1)", "h1.output_gradient"),
        ("price.value", "price.value"),
        ("δ(h1)", "h1.delta"), ("dL/dz(h1)", "h1.delta"), ("dE/dw(a->h1)", "a->h1.gradient"),
        ("E", "loss"), ("dL/dx1", "x1.output_gradient"), ("dL/dw(x1→h1)", "x1->h1.gradient"),
        (r"\delta(h1)", "h1.delta"), ("∂E/∂w(a->h1)", "a->h1.gradient"), ("E_total", "loss"),
        ("out(h1)", "h1.output"), ("$z(h1)$", "h1.net_input"),
    ],
)  # fmt: skip
def test_quantities_are_written_as_the_arithmetic_writes_them(spelling, quantity):
    assert quantity_of(spelling, "here") == quantity


@each(
    ("spelling", "quantity"),
    [
        ("w(x1,h1)", "x1->h1.weight"),
        ("dE/dw(x1, h1)", "x1->h1.gradient"),
        ("w\u207a(x1->h1)", "x1->h1.weight"),
        ("w+_(x1,h1)", "x1->h1.weight"),
        ("w^+_{x1,h1}", "x1->h1.weight"),
        ("b^+(h1)", "h1.bias"),
        ("b^{+}_{h1}", "h1.bias"),
    ],
)
def test_a_comma_is_an_arrow_and_a_plus_marks_what_an_update_leaves(spelling, quantity):
    assert quantity_of(spelling, "here", ("x1", "h1")) == quantity


@pytest.mark.parametrize("spelling", ["w(x1-h1)", "x1-h1", "w(x1 > h1)"])
def test_what_is_no_arrow_is_told_and_nothing_is_guessed_that_is_not_there(spelling):
    with pytest.raises(FileError) as caught:
        quantity_of(spelling, "here")

    text = str(caught.value)
    assert text.startswith(
        f"here: unknown quantity '{spelling}' (an arrow is written ->); expected"
    )
    assert "did you mean" not in text


@pytest.mark.parametrize("spelling", ["f(x1->h1)", "w(x1->h1", "2*h1"])
def test_what_is_no_quantity_is_not_taken_for_a_name(spelling):
    with pytest.raises(FileError) as caught:
        quantity_of(spelling, "here")

    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "hand.csv: empty, got no line with a value; expected such as h1.output,0.5"),
        ("what,value", "hand.csv: empty, got no line with a value"),
        ("# only words", "hand.csv: empty"),
        ("h1", "hand.csv:1: no quantity with its value, got 1 fields; expected what, value"),
        ("h1,1,2,3,4", "hand.csv:1: no quantity with its value, got 5 fields"),
        ("what,value\nh1,1,2", "hand.csv:2: no quantity with its value, got 3 fields"),
        ("what,colour", "hand.csv:1: unknown column 'colour'; known: what, value, epoch, sample"),
        ("what,epoch", "hand.csv:1: got the columns what, epoch; expected what and value"),
        ("what,value,value", "hand.csv:1: got the columns what, value, value"),
        ("h1,nan", "hand.csv:1: value: no finite number, got 'nan'; expected one"),
        ("h1,1/0", "hand.csv:1: value: no finite number, got '1/0'"),
        ("h1,1/2/3", "hand.csv:1: value: no finite number, got '1/2/3'"),
        ("h1,1e999", "hand.csv:1: value: no finite number, got '1e999'"),
        ("h1,1e-99999999999999999999", "hand.csv:1: value: no finite number"),
        ("h1,0." + "1" * 99, "hand.csv:1: value: no finite number"),
        ("h1,", "hand.csv:1: no quantity"),
        (",5", "hand.csv:1: unknown quantity ''"),
        ("h1,1,-1", "hand.csv:1: epoch: got '-1'; expected an integer >= 0"),
        ("h1,1,,x", "hand.csv:1: sample: got 'x'; expected an integer >= 0"),
        ("h1.otput,1", r"unknown quantity 'h1.otput' \(did you mean 'h1.output'\?\); known: h1.ou"),
        ("x1->h1,1", "unknown quantity 'x1->h1'.*; known: x1->h1.weight, x1->h1.gradient"),
        ("w(h1),1", r"unknown quantity 'w\(h1\)'"),
        ("h1\0,1", "hand.csv:1: no text, got a NUL"),
    ],
)
def test_what_is_no_hand_calculation_is_refused(hand, text, words):
    with pytest.raises(FileError, match=words):
        hand(text)


@each(
    ("spelling", "quantity"),
    [
        ("z_h1", "h1.net_input"), ("net_h1", "h1.net_input"), ("out_h1", "h1.output"),
        ("δ_h1", "h1.delta"), ("δh1", "h1.delta"), (r"\delta_{h1}", "h1.delta"),
        ("w_a_h1", "a->h1.weight"), ("w_{a,h1}", "a->h1.weight"), ("b_h1", "h1.bias"),
        ("∂E/∂w_{a→h1}", "a->h1.gradient"), ("dE/dnet_h1", "h1.delta"), ("E", "E.output"),
        ("dE_total/dout_h1", "h1.output_gradient"), ("a", "a.output"), ("a_h1", "h1.output"),
        (r"z_{\mathrm{h1}}", "h1.net_input"), ("z_a", "z_a.output"),
    ],
)  # fmt: skip
def test_where_the_neurons_are_known_subscripts_are_read(spelling, quantity):
    assert quantity_of(spelling, "here", ("a", "h1", "E", "z_a")) == quantity


@pytest.mark.parametrize(
    "data",
    [
        "what;value\nh1;0,5\nz(h1);-1/4\n".encode("utf-8-sig"),
        "what\tvalue\nh1\t0.5\nz(h1)\t−0,25\n".encode("utf-16"),
        "h1;0,5\r\nz(h1);-2,5·10^-1;;  # größer\r\n".encode(),
        "h1;0,5\nz(h1);-0,25;;# größer\n".encode("cp1252"),
        b'"h1","0.5"\nz(h1) = 0.1*5 - 0.75 = -0.25\n',
    ],
)
def test_spreadsheets_of_any_country_are_read(tmp_path, data):
    path = tmp_path / "hand.csv"
    path.write_bytes(data)

    read = read_hand_file(path)

    assert read.problems == ()
    assert [(g.what, float(g.number)) for g in read.lines] == [
        ("h1.output", 0.5),
        ("h1.net_input", -0.25),
    ]


def test_a_line_that_is_not_known_is_reported_and_the_rest_is_read(tmp_path):
    path = tmp_path / "hand.csv"
    path.write_text("what,value\nsigma(h1),1\nh1,0.5\nh2,\n# code: K7\n", encoding="utf-8")

    read = read_hand_file(path)

    assert [str(problem).partition("hand.csv")[2] for problem in read.problems] == [
        ":2: unknown quantity 'sigma(h1)'; expected such as h1.output, h1.net_input, h1.delta,"
        " dL/dh1, b(h1), dL/db(h1), w(x1->h1), dL/dw(x1->h1), loss"
    ]
    assert [line.what for line in read.lines] == ["h1.output"]
    assert ([blank.what for blank in read.blanks], read.code) == (["h2.output"], "K7")


def test_a_fraction_is_exact(hand, entries):
    assert check_hand(hand("b,1/1"), entries("xor", n_batches=1)) is None
    assert check_hand(hand("h1.net_input,-116573/100000"), entries("xor")) is None
    assert check_hand(hand("h1.net_input,-116574/100000"), entries("xor")) is not None

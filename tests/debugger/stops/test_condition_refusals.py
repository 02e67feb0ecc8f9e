"""What is no expression is refused when it is read: by its column, its text and the grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.stops.conditions import parse_condition, parse_expression
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from tests.each import each

UNKNOWN = {  # text: column
    "h9.output > 1": 1,
    "h.output > 1": 1,  # a layer
    "H1.output > 1": 1,
    "h\uff11.output > 1": 1,  # a full-width digit, which Python's parser would take for h1
    "\uff48\uff11.output > 1": 1,
    "x1->h\uff11.weight > 1": 5,
    "\uff45poch > 1": 1,
    "\uff41bs(1) > 1": 1,
    "h\u0301.output > 1": 1,
    "x9->h1.weight > 1": 1,
    "x1 -> h9.weight > 1": 7,
    "h1->x1.weight > 1": 1,
    "x1->o1.weight > 1": 1,
    "1 < h1.net": 8,
    "1 < h1.__class__": 8,
    "h1._unit > 1": 4,
    "h1.weight > 1": 4,
    "x1->h1.bias > 1": 8,
    "x1->h1.delta > 1": 8,
    "h > 1": 1,
    "nan > 1": 1,
    "inf > 1": 1,
    "True": 1,
    "false": 1,
    "None == None": 1,
    "__import__('os')": 1,
    "open('f')": 1,
    "eval(1) > 1": 1,
    "pow(1, 2) > 1": 1,
    "h1(1) > 2": 1,
    "loss() > 1": 1,
    "lambda: 1": 1,
    "f'{loss}'": 1,
    "loss in (1, 2)": 6,
    "loss is 1": 6,
    "1 > 2 if loss > 1 else 2 > 1": 7,
    "(yield 1)": 2,
    "await loss": 1,
    "import os": 1,
    "max(1 for loss) > 1": 7,
    "loss.real > 1": 1,
    "1.real > 1": 1,
}
UNGRAMMATICAL = {
    "": 1,
    " \t ": 1,
    "h1.output": 1,
    "  0.5": 3,
    "(loss)": 1,
    "loss + epoch": 1,
    "-loss": 1,
    "abs(loss)": 1,
    "h1 > 0.5": 1,
    "x1->h1 > 0.5": 1,
    "abs > 1": 1,
    "h1.output = 3": 11,
    "h1.output := 3": 11,
    "h1.output === 3": 13,
    "h1.output => 3": 11,
    "h1.output <> 3": 11,
    "h1.output < = 3": 13,
    "h1.output ** 2 > 1": 11,
    "h1.output * * 2 > 1": 13,
    "h1.output ^ 2 > 1": 11,
    "h1.output // 2 > 1": 11,
    "h1.output << 2 > 1": 11,
    "loss > 1 & epoch > 1": 10,
    "loss > 1 && epoch > 1": 10,
    "loss > 1 | epoch > 1": 10,
    "~loss > 1": 1,
    "!loss > 1": 1,
    "loss @ loss > 1": 6,
    "loss \u2265 1": 6,
    "h1.output.real > 1": 10,
    "h1.output[0] > 1": 10,
    "h1.output(1) > 1": 10,
    "h1.output() > 1": 10,
    "h1 .output > 1": 1,
    "h1. output > 1": 1,
    "x1->h1->o1.weight > 1": 1,
    "x1->h1.weight->o1 > 1": 14,
    "x1 - > h1 > 1": 1,
    "-> h1.weight > 1": 1,
    "1 -> > 2": 3,
    "loss >": 7,
    "loss > 1 and": 13,
    "> 1": 1,
    "and loss > 1": 1,
    "loss > 1 and or epoch > 1": 14,
    "loss not > 1": 6,
    "1 + not 2 > 1": 5,
    "loss 1 > 2": 6,
    "1 2 > 3": 3,
    "(1)(2) > 3": 4,
    "(loss > 1": 1,
    "loss > 1)": 9,
    ")(": 1,
    "()": 1,
    "1, 2": 1,
    "loss > 1, 2": 1,
    "loss > (1, 2)": 8,
    "max(1, 2,) > 1": 10,
    "max(, 1) > 1": 5,
    "max(1) > 1": 1,
    "abs() > 1": 1,
    "abs(1, 2) > 1": 1,
    "abs(loss=1) > 1": 9,
    "abs(*1) > 1": 5,
    "[1] > 1": 1,
    "{1: 2} > 1": 1,
    "'loss' > 1": 1,
    '"""': 1,
    "loss > 'a'": 8,
    "loss > 1 # really": 10,
    "loss > 1; loss > 2": 9,
    "loss > 1\n": 9,
    "loss > \\\n 1": 8,
    "loss > 1\r": 9,
    "loss\x00 > 1": 5,
    "loss > \ud800": 8,
    "loss\u200b > 1": 5,
    "loss\xa0> 1": 5,
    "loss > $HOME": 8,
    "loss > `id`": 8,
    "loss > ...": 8,
    "loss > 1e999": 8,
    "loss > " + "9" * 400: 8,
    "loss > 1_000": 8,
    "loss > 0x10": 8,
    "loss > 1j": 8,
    "loss > 1e": 8,
    "loss > 1..2": 8,
    "loss > 1.5.2": 8,
    "(loss > 1) + 1 > 2": 2,
    "(loss > 1) > 0": 2,
    "1 < 2 == (2 < 3)": 11,
    "abs(loss > 1) > 0": 5,
    "-(loss > 1) > 0": 3,
    "isnan(isnan(loss))": 7,
    "isnan(loss) == 1": 1,
    "loss and epoch > 1": 1,
    "epoch > 1 or loss": 14,
    "not loss": 5,
    "not not 3": 9,
    "isnan(loss) + 1": 1,
    "1" + " " * 499 + "> 0": 501,
    "(" * 10_000: 501,
    "(" * 31: 31,
    "(" * 40 + "1 < 2" + ")" * 40: 31,
    "-" * 31 + "1 < 2": 31,
    "not " * 31 + "1 < 2": 121,
    "-(" * 30 + "1" + ")" * 30 + " < 2": 59,  # the comparison is the first level
    "1-(" * 30 + "1" + ")" * 30 + " < 2": 88,
    ("-" * 30 + "(") * 15 + "1" + ")" * 15 + " < 2": 30,
}


@pytest.fixture(scope="module")
def net():
    network = ns.Network("xor")
    network.add_layer("x", 2)
    network.add_layer("h", 2, activation="sigmoid")
    network.add_layer("o", 1, activation="sigmoid")
    network.connect("x", "h")
    network.connect("h", "o")
    return network


@each(("text", "column"), UNKNOWN.items())
def test_a_name_that_means_nothing_is_refused_at_its_column(net, text, column):
    with pytest.raises(UnknownNameError, match=f"^condition, column {column}: .*; expected num"):
        parse_condition(text, net)


@each(("text", "column"), UNGRAMMATICAL.items())
def test_what_is_not_in_the_grammar_is_refused_at_its_column(net, text, column):
    with pytest.raises(InvalidValueError, match=f"^condition, column {column}: .*; expected num"):
        parse_condition(text, net)


@each(
    "text",
    [None, 3, True, 1.5, b"loss > 1", ["loss > 1"], 10**5000],
)
def test_what_is_no_text_is_refused(net, text):
    with pytest.raises(WrongTypeError, match=r"^condition: no text, got .*; expected numbers, h1"):
        parse_condition(text, net)


def test_a_refusal_says_column_text_and_grammar_in_one_line(net):
    with pytest.raises(InvalidValueError) as caught:
        parse_condition("h1.output = 3", net)

    assert str(caught.value) == (
        "condition, column 11: '=' is not in the grammar (did you mean '=='?), got 'h1.output = 3';"
        " expected numbers, h1.output, x1->h1.weight, epoch, loss; + - * / %; < <= > >= == !=;"
        " and or not; ( ); abs exp log sqrt isnan isfinite min max"
    )


@each(
    ("text", "words"),
    [
        ("h1 > 0.5", "a neuron alone (did you mean 'h1.output'?)"),
        ("x2->h1 > 0.5", "a connection alone (did you mean 'x2->h1.weight'?)"),
        (
            "h1.net > 0",
            "a neuron has no 'net' but output, net_input, output_gradient, delta, bias,"
            " bias_gradient, value (did you mean 'net_input'?)",
        ),
        ("x1->h1.weigth > 0", "a connection has no 'weigth' but weight, gradient (did you mean 'w"),
        ("o2.output > 0", "unknown neuron 'o2' (did you mean 'o1'?); known: x1, x2, h1, h2, o1"),
        ("h\uff11.output > 0", "unknown neuron 'h\uff11' (did you mean 'h1'?)"),
        ("h.output > 0", "'h' is a layer; expected a neuron, such as 'h1'"),
        ("h1->x1.weight > 0", "no connection 'h1->x1' (did you mean 'x1->h1'?)"),
        ("epohc > 0", "unknown name 'epohc' (did you mean 'epoch'?)"),
        ("sqr(1) > 0", "unknown function 'sqr' (did you mean 'sqrt'?)"),
        ("abs > 0", "the function 'abs' without its brackets"),
        ("max(1) > 0", "max takes two numbers or more, not 1"),
        ("loss > 1 && epoch > 1", "'&&' is not in the grammar (did you mean 'and'?)"),
        ("loss > 1_000", "'1_000' is no number"),
        ("loss >", "something is missing at the end"),
        ("loss 1", "an operator is missing"),
        ("(loss", "a bracket that is not closed"),
        ("loss + 1", "a number where a comparison or another truth value is wanted"),
        ("not loss", "a number where a truth value is wanted"),
        ("(loss > 1) + 1 > 1", "a truth value where a number is wanted"),
        ("", "nothing is written"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_guesses(net, text, words):
    with pytest.raises((InvalidValueError, UnknownNameError)) as caught:
        parse_condition(text, net)

    assert words in str(caught.value)


def test_an_expression_is_refused_by_its_own_name(net):
    with pytest.raises(InvalidValueError, match=r"^expression, column 6: '=' is not"):
        parse_expression("loss = 1", net)


@pytest.mark.parametrize("text", ["loss > 1" + " " * 492, "(" * 30 + "1 < 2" + ")" * 30])
def test_what_is_just_short_and_shallow_enough_is_read(net, text):
    assert parse_condition(text, net).text == text


SIGNS = [*"()+-*/%<>=!.,#\\'\n\t \x00\ud800&|~^[]{}:;@`", "->", "**", "//", "f''"]
WORDS = "and or not if else is in lambda h1 x1 .output .weight epoch loss abs max 1 1e9 0x e5 _ "
PIECES = st.sampled_from([*SIGNS, *WORDS.split(), "\u0301", "\u200d", "\uff11", "\u00b2"])


@pytest.mark.slow
@given(texts=st.lists(st.lists(PIECES, max_size=30).map("".join) | st.text(), max_size=20))
def test_no_text_brings_out_anything_but_a_refusal(net, texts):
    for text in texts:
        try:
            parse_condition(text, net)
        except (InvalidValueError, UnknownNameError) as error:
            message = str(error)
        else:
            continue

        assert message.startswith("condition, column ")
        assert message.isprintable()

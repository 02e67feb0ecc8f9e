"""What may be a name, and when two names are one."""

import unicodedata

import numpy as np
import pytest

from neurosim.errors import NameRuleError, WrongTypeError
from neurosim.network import Network
from neurosim.network.names import fold, require_name
from tests.each import each

FULL_WIDTH_1 = "\uff11"


@each(
    "name",
    [
        "h",
        "H1",
        "_",
        "___",
        "1",
        "007",
        "über",
        "ψ",
        "нейрон",
        "神经元",
        "עצב",
        "عصب",
        "٣",
        "𝛿",
        "ﬁ",
        "हिन्दी",
        "ไทยนี้",
        "தமிழ்",
        "x̄",
        "ẋ̄_1",
    ],
)
def test_letters_marks_on_them_digits_and_underscores_of_any_script_are_a_name(name):
    net = Network()

    neuron = net.add_neuron(name)

    assert neuron.name == name
    assert net[name] is neuron


@pytest.mark.parametrize("name", ["a" * 64, "ω" * 64])
def test_64_characters_are_a_name_and_65_are_not(name):
    assert require_name(name, "neuron") == name

    with pytest.raises(NameRuleError, match="neuron name: 65 characters, got"):
        require_name(name + "a", "neuron")


@each(
    ("name", "culprit"),
    [
        ("x1->h1", "'-'"),
        ("h1.bias", "'.'"),
        ("h 1", "' '"),
        (" h1", "' '"),
        ("h1\n", "'\\n'"),
        ("h-1", "'-'"),
        ("h:1", "':'"),
        ("a/b", "'/'"),
        ("a,b", "','"),
        ("½", "'½'"),
        ("²", "'²'"),
        ("Ⅷ", "'Ⅷ'"),
        ("🧠", "'🧠'"),
        ("a\u200db", "'\\u200d'"),
        ("a\u202eb", "'\\u202e'"),
        ("\x00", "'\\x00'"),
        ("\ud800", "'\\ud800'"),
        ("<b>", "'<'"),
        ("\u0304x", "'\u0304'"),
        ("x_\u0304", "'\u0304'"),
        ("x1\u0304", "'\u0304'"),
        ("ि", "'ि'"),
        ("x\u20dd", "'\u20dd'"),
        ("x\ufe0f", "'\ufe0f'"),
        ("x\u034f", "'\u034f'"),
        ("x\U000e0100", "'\U000e0100'"),
        ("\u3164", "'\u3164'"),
        ("'''", '"\'"'),
    ],
)
def test_any_other_character_is_refused_and_shown(name, culprit):
    with pytest.raises(NameRuleError) as caught:
        require_name(name, "neuron")

    assert f"neuron name: {culprit} is not allowed" in str(caught.value)
    assert (
        "expected letters (with their marks), digits and _, at most 64 characters, in NFC"
        in str(caught.value)
    )


def test_marks_in_another_order_are_not_in_nfc():
    assert require_name("x\u0323\u0304", "neuron") == "x\u0323\u0304"  # below, then above

    with pytest.raises(NameRuleError, match="not in NFC"):
        require_name("x\u0304\u0323", "neuron")


class Odd(str):
    __slots__ = ()

    def __str__(self):
        return "another"


@pytest.mark.parametrize("given", [np.str_("given"), Odd("given")])
def test_a_string_of_another_kind_becomes_a_plain_one(given):
    net = Network(given)
    neuron = net.add_neuron(given, activation=np.str_("tanh"))
    net.add_layer(np.str_("x"), [np.str_("a"), "b"])
    layer = net.add_layer(np.str_("h"), 2, activation=np.str_("tanh"))
    entry = net.add_input(np.str_("late"))

    kept = [net.title, neuron.name, neuron.activation, layer.name, layer.activation, entry.name]
    kept += [n.name for n in net.neurons] + list(net.graph)
    assert {type(name) for name in kept} == {str}
    assert kept[:2] == ["given", "given"]
    assert net["given"] is neuron


def test_an_empty_name_is_refused():
    with pytest.raises(NameRuleError, match="layer name: 0 characters, got ''"):
        require_name("", "layer")


def test_a_name_of_a_million_characters_is_refused_in_a_short_message():
    with pytest.raises(NameRuleError) as caught:
        require_name("a" * 1_000_000, "neuron")

    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", [b"h1", 3, None, ["h1"], 1.0])
def test_what_is_no_string_is_refused(name):
    with pytest.raises(WrongTypeError, match="neuron name: not a string, got"):
        require_name(name, "neuron")


def test_a_name_that_is_not_in_nfc_is_refused():
    decomposed = unicodedata.normalize("NFD", "가")  # one syllable as two letters

    with pytest.raises(NameRuleError, match="not in NFC"):
        require_name(decomposed, "neuron")


@pytest.mark.parametrize(
    ("first", "second"),
    [("h1", f"h{FULL_WIDTH_1}"), ("fi", "ﬁ"), ("δ", "𝛿"), ("h", "ｈ"), ("ſ", "s"), ("x̄", "ｘ̄")],
)
def test_names_that_compatibility_normalisation_makes_the_same_are_one(first, second, refused):
    net = Network()
    net.add_neuron(first)

    assert fold(first) == fold(second)
    with refused(net, NameRuleError, "neuron name: taken", repr(second), "a neuron has not"):
        net.add_neuron(second)


def test_upper_and_lower_case_differ():
    net = Network()

    net.add_neuron("h1")
    net.add_neuron("H1")

    assert net["h1"] is not net["H1"]


TAKEN = {
    "a neuron's by a neuron": lambda net: net.add_neuron("h1"),
    "a neuron's by an input": lambda net: net.add_input("h1"),
    "a neuron's by a layer": lambda net: net.add_layer("h1", 2),
    "a layer's by a neuron": lambda net: net.add_neuron("h"),
    "a layer's by a layer": lambda net: net.add_layer("h", 2),
    "a neuron's by one of a layer": lambda net: net.add_layer("p", ["p1", "h2"]),
    "a layer's by one of a layer": lambda net: net.add_layer("p", ["p1", "h"]),
    "an own one twice": lambda net: net.add_layer("p", ["p1", "p2", "p1"]),
    "a counted one": lambda net: (net.add_neuron("p2"), net.add_layer("p", 3)),
}


@pytest.mark.parametrize("call", TAKEN.values(), ids=TAKEN)
def test_neurons_and_layers_share_one_namespace(net, call):
    with pytest.raises(NameRuleError, match="name: taken"):
        call(net)


def test_a_layer_cannot_have_the_name_of_its_own_neuron(net, refused):
    with refused(net, NameRuleError, "layer 'p': a neuron has the layer's name"):
        net.add_layer("p", ["q", "p"])


def test_the_name_of_a_removed_neuron_is_free_even_in_another_form(net):
    net.remove_neuron("h1")

    net.add_neuron(f"h{FULL_WIDTH_1}")

    assert f"h{FULL_WIDTH_1}" in net


def test_names_of_parameters_can_be_read_back(net):
    for name in net.parameter_names():
        source, arrow, target = name.partition("->")
        owner = net[source, target] if arrow else net[name.removesuffix(".bias")]

        assert (owner if arrow else owner.bias_parameter) in net.parameter_list()

"""Guesses at a name: another case, the field's other words, likeness; never what is not there."""

import re

import pytest

import neurosim as ns
from neurosim.drawing.page.themes import require_theme
from neurosim.errors import _SYNONYMS, NeurosimError, guess, guess_number
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.initializers import INITIALIZERS
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.scenario.format.document import Document
from neurosim.training.metrics import SHIPPED
from neurosim.training.options import make_options, option_fields
from tests.each import each


@each(
    ("got", "known", "meant"),
    [
        ("ReLU", ACTIVATIONS, "relu"),
        ("linear", ACTIVATIONS, "identity"),  # and not leaky_relu
        ("Logistic", ACTIVATIONS, "sigmoid"),
        ("SiLU", ACTIVATIONS, "swish"),
        ("SGD", OPTIMIZERS, "sgd"),
        ("MSE", LOSSES, "mean_squared_error"),
        ("log_loss", LOSSES, "binary_cross_entropy"),
        ("categorical-crossentropy", LOSSES, "cross_entropy"),
        ("mean_absolute_error", SHIPPED, "mae"),
        ("O1", ["x1", "o1"], "o1"),
        ("h1", ["x1", "H1"], "H1"),
        ("lr", ["learning_rate", "loss"], "learning_rate"),
        ("mae", LOSSES, "mean_absolute_error"),
        ("nesterov", OPTIMIZERS, "sgd"),
        ("outputs", ["inputs", "targets"], "targets"),
    ],
)
def test_what_is_meant_is_guessed(got, known, meant):
    assert guess(got, known) == f" (did you mean {meant!r}?)"


@each("word", _SYNONYMS)
def test_a_synonym_is_guessed_only_where_its_meaning_is_known(word):
    assert guess(word, ["qqqq"]) == ""


def test_what_synonyms_mean_exists():
    known = {*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *INITIALIZERS, *SHIPPED, *option_fields()}
    known |= {*Document.model_fields, "learning_rate", "layers", "rmse", "targets"}

    assert set(_SYNONYMS.values()) <= known


def test_messages_guess_so():
    net = ns.Network()
    with pytest.raises(NeurosimError, match="did you mean 'identity'"):
        net.add_neuron("n", activation="linear")


@each(
    ("text", "meant"),
    [
        ("0,5", "0.5"),
        ("-0,5", "-0.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1_000", "1000"),
        ("1'000", "1000"),
        ("1 000", "1000"),
        (".5.", "0.5"),
        ("0..5", "0.5"),
        ("\u22120.5", "-0.5"),
        ("10^-3", "0.001"),
        ("2 \u00d7 10**3", "2000"),
        ("1e-3", "0.001, without quotes"),
    ],
)
def test_a_number_in_another_notation_is_guessed(text, meant):
    assert guess_number(text) == f" (did you mean {meant}?)"


@pytest.mark.parametrize(
    ("text", "meant", "what"),
    [
        ("1/3", 1 / 3, "a fraction"),
        ("-1 / 4", -0.25, "a fraction"),
        ("\u00bd", 0.5, "a fraction"),
        ("3 %", 0.03, "a percentage"),
        ("2,5%", 0.025, "a percentage"),
    ],
)
def test_of_a_fraction_its_value_is_guessed(text, meant, what):
    assert guess_number(text) == f" (did you mean {meant!r}? {what} is no number)"


@each(
    "text",
    ["", "a", "1,2,3", "1.2.3", "1/0", "1/2/3", "1e999", "3\u00b2", "1\u00bd", "9" * 50],
)
def test_of_another_text_no_number_is_guessed(text):
    assert guess_number(text) == ""


@pytest.mark.parametrize(("text", "meant"), [("1,000", "1000"), ("1_000", "1000"), ("10 %", None)])
def test_where_a_whole_number_is_expected_none_with_a_point_is_guessed(text, meant):
    assert guess_number(text, whole=True) == (f" (did you mean {meant}?)" if meant else "")


@each(
    ("path", "value", "guessed"),
    [
        ("training.epochs", "1,000", "a whole number (did you mean 1000?)"),
        ("training.optimizer.learning_rate", "0,5", "a number (did you mean 0.5?)"),
        ("network.layers[1].neurons", "1_0", "a list of names (did you mean 10?)"),
        ("network.layers[1].bias", "1/2", "(did you mean 0.5? a fraction is no number)"),
        ("network.connections[0].weight", ".5.", "(did you mean 0.5?)"),
        ("data.inputs[0][0]", "10^2", "a number (did you mean 100?)"),
        ("data.targets[0]", "\u00bd", "(did you mean 0.5? a fraction is no number)"),
        ("expect[5].loss.equals", "1_0", "a number (did you mean 10?)"),
        ("training.penalty", {"l2": "3 %"}, "(did you mean 0.03? a percentage is no number)"),
        ("network.initial.weights", {"uniform": ["-\u00bd", 1]}, "(did you mean -0.5? a frac"),
    ],
)
def test_wherever_a_scenario_has_a_number_one_is_guessed(path, value, guessed):
    with pytest.raises(NeurosimError) as caught:
        ns.load_scenario("twins", overrides={path: value})

    assert guessed in str(caught.value)


# --- a guess can be taken: what it says is known where it is said

WORDS = (
    *_SYNONYMS, "input", "output", "epoch", "name", "names", "size", "units", "test_size", "val",
    "cross_entopy", "ReLU", "x", "h3", "o2", "csv_file", "dropout", "momentum", "one-hot", "spiral",
    "weigths", "blow", "outpts", "absolute", "output h1", "ded", "sdg", "dar",
    "standrad", "summ", "hh1", "l22",
)  # fmt: skip


def scenario_site(path, *, is_key=False):
    """An entry of a scenario: its value is a name; or with ``is_key`` an entry, by its key."""

    def ask(word):
        key, value = (f"{path}.{word}".lstrip("."), 1) if is_key else (path, word)
        ns.load_scenario("xor", overrides={key: [value] if path == "training.metrics" else value})

    return ask


def network():
    net = ns.Network(seed=1)
    net.add_layer("x", 2), net.add_layer("h", 2), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    return net


def trained(**options):
    given = {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 0.1, "epochs": 0}
    ns.train(network(), [[0, 1]], [[1]], **(given | options))


SITES = {
    **{
        f"{path}.": scenario_site(path, is_key=True)
        for path in (
            "", "network", "network.layers[1]", "network.connections[0]", "data", "training",
            "training.optimizer", "data.split", "expect[0]", "expect[2].loss", "training.penalty",
        )
    },
    **{
        path: scenario_site(path)
        for path in (
            "network.layers[1].activation", "training.loss", "engine", "training.optimizer.name",
            "training.metrics", "network.initial.weights", "training.precision", "training.task",
            "data.scale", "training.reduction", "network.connections[0].from",
        )
    },
    "activation": lambda word: network().add_neuron("n", activation=word),
    "initializer": lambda word: network().connect("x", "o", initializer=word),
    "neuron": lambda word: network()[word],
    "connection": lambda word: network()[word, "h1"],
    "loss": lambda word: trained(loss=word),
    "metric": lambda word: trained(metrics=[word]),
    "engine of train": lambda word: trained(engine=word),
    "precision": lambda word: trained(precision=word),
    "option": lambda word: make_options(None, {word: 1}),
    "scale": lambda word: network().scale_inputs([[0, 1], [1, 3]], word),
    "theme": require_theme,
    "shown": lambda word: ns.draw(network(), show=[word]),
    "highlight": lambda word: ns.draw(network(), highlight=[word]),
    "fixed": lambda word: ns.draw_boundary(network(), fixed={word: 1}),
    "expression": lambda word: session().watch(word),
    "catch": lambda word: session().catch(word),
    "scenario": ns.load_scenario,
}  # fmt: skip


def session():
    return ns.debug(
        network(), [[0, 1]], [[1]], optimizer=ns.SGD(0.1), loss="squared_error", epochs=1
    )


# each place of a scenario reads the file a hundred times; a few of them are enough every time
QUICK = {site for site in SITES if site != "scenario" and not {".", "["} & {*site}}


@pytest.mark.parametrize(
    "site",
    [pytest.param(site, marks=() if site in QUICK else pytest.mark.slow) for site in SITES],
)
def test_a_guess_that_is_taken_is_known(site):
    ask = SITES[site]
    guesses = {}
    for word in WORDS:
        for meant in re.findall(r"did you mean '([^']+)'", said(ask, word)):
            guesses.setdefault(meant, word)
    assert guesses

    refused = {
        word: meant
        for meant, word in guesses.items()
        if re.search(rf"(unknown|no) [\w ]*,? (got )?'{re.escape(meant)}'", said(ask, meant))
    }
    assert refused == {}


def said(ask, word):
    try:
        ask(word)
    except (NeurosimError, TypeError) as error:
        return str(error)
    return ""

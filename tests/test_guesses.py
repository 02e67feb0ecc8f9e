"""Guesses at a name: another case, the field's other words, likeness; never what is not there."""

import pytest

import neurosim as ns
from neurosim.errors import _SYNONYMS, NeurosimError, guess
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.initializers import INITIALIZERS
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.scenario.format.document import Document
from neurosim.training.metrics import SHIPPED
from neurosim.training.options import option_fields


@pytest.mark.parametrize(
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
    ],
)
def test_what_is_meant_is_guessed(got, known, meant):
    assert guess(got, known) == f" (did you mean {meant!r}?)"


@pytest.mark.parametrize("word", _SYNONYMS)
def test_a_synonym_is_guessed_only_where_its_meaning_is_known(word):
    assert guess(word, ["qqqq"]) == ""


def test_what_synonyms_mean_exists():
    known = {*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *INITIALIZERS, *SHIPPED, *option_fields()}
    known |= {*Document.model_fields, "learning_rate", "layers", "rmse"}

    assert set(_SYNONYMS.values()) <= known


def test_messages_guess_so():
    net = ns.Network()
    with pytest.raises(NeurosimError, match="did you mean 'identity'"):
        net.add_neuron("n", activation="linear")

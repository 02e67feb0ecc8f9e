"""An option by another system's name is refused with a guess, wherever options are given."""

import copy
import pickle

import pytest

import neurosim as ns
from neurosim.errors import WrongTypeError
from tests.each import each

X, T = [[1.0], [2.0]], [[1.0], [2.0]]


@pytest.fixture
def line():
    net = ns.Network(seed=1)
    net.add_layer("x", 1)
    net.add_layer("y", 1)
    net.connect("x", "y")
    return net


@pytest.mark.parametrize("call", [ns.train, ns.epochs, ns.Training])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_epochs": 3}, "unknown option 'n_epochs' (did you mean 'epochs'?)"),
        ({"lr": 0.1}, "unknown option 'lr' (did you mean 'learning_rate'?)"),
        ({"validation_data": (X, T)}, "unknown option 'validation_data' (did you mean 'valid"),
        ({"lr_scheduler": 1}, "unknown option 'lr_scheduler' (did you mean 'schedule'?)"),
        ({"regularization": 1}, "unknown option 'regularization' (did you mean 'penalty'?)"),
    ],
)
def test_a_training_guesses_the_option(line, call, options, words):
    with pytest.raises(WrongTypeError) as caught:
        call(line, X, T, optimizer=ns.SGD(0.1), **options)

    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("missing", ["optimizer", "epochs"])
def test_a_required_option_is_named_with_its_meaning(line, missing):
    options = {"optimizer": ns.SGD(0.1), "epochs": 1}
    del options[missing]

    with pytest.raises(WrongTypeError, match=f"{missing}: missing; [A-Z]"):
        ns.train(line, X, T, **options)


@each("rule", [ns.SGD, ns.Adam, ns.AdamW, ns.RMSprop, ns.Adagrad, ns.Adamax, ns.NAdam])
def test_an_optimizer_guesses_the_option(rule):
    with pytest.raises(WrongTypeError, match=rf"{rule.__name__}: unknown option 'lr' \(did you"):
        rule(lr=0.1)

    assert copy.deepcopy(rule(0.1)) == pickle.loads(pickle.dumps(rule(0.1))) == rule(0.1)  # noqa: S301

"""The options of a training: one record, from which all else that knows them is made."""

import inspect
from dataclasses import MISSING
from typing import get_type_hints

import pytest

import neurosim as ns
from neurosim.errors import NeurosimError, WrongTypeError
from neurosim.scenario.format.training_entry import TrainingEntry
from neurosim.training.options import (
    InPython,
    TrainOptions,
    make_options,
    option_fields,
    option_rows,
)

X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]
GIVEN = {"optimizer": ns.SGD(0.1), "epochs": 2}


def test_the_record_the_signature_of_train_and_the_typed_dict_are_equal():
    options = {name: option.default for name, option in option_fields().items()}
    signature = inspect.signature(ns.train).parameters
    written = {
        name: MISSING if p.default is p.empty else p.default
        for name, p in signature.items()
        if p.kind is p.KEYWORD_ONLY
    }

    assert written == options
    assert set(get_type_hints(TrainOptions)) == set(options)


def test_a_scenario_has_a_key_for_each_option_but_those_of_python():
    keys = {
        name
        for name, option in option_fields().items()
        if not isinstance(option.metadata["form"], InPython)
    }

    assert set(TrainingEntry.model_fields) == keys
    for name in keys:
        assert (
            TrainingEntry.model_fields[name].description
            == (option_fields()[name].metadata["meaning"])
        )


def test_the_table_of_options_has_a_row_for_each():
    rows = {row.name: row for row in option_rows()}

    assert list(rows) == list(option_fields())
    assert rows["loss"].default == "'half_squared_error'"
    assert rows["epochs"].default == "required"
    assert all(row.meaning.endswith(".") for row in rows.values())
    assert ns.train.__doc__.count(rows["penalty"].meaning) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda net, **options: ns.epochs(net, X, T, **options),
        lambda net, **options: ns.debug(net, X, T, **options),
        lambda net, **options: ns.Training(net, X, T, **options),
        lambda net, **options: ns.agree(net, X, T, **options),
        lambda net, **options: ns.animate(net, X, T, "film.gif", **options),
    ],
    ids=["epochs", "debug", "Training", "agree", "animate"],
)
def test_an_unknown_option_is_refused_with_a_guess(line, call):
    with pytest.raises(WrongTypeError, match=r"unknown option 'epoch' \(did you mean 'epochs'\?"):
        call(line, optimizer=ns.SGD(0.1), epoch=3)


@pytest.mark.parametrize("name", list(GIVEN))
def test_a_required_option_that_is_missing_is_named(line, name):
    given = {key: value for key, value in GIVEN.items() if key != name}

    for call in (ns.epochs, ns.debug):
        with pytest.raises(WrongTypeError, match=f"{name}: missing"):
            call(line, X, T, **given)


def test_a_record_stands_for_the_keywords(make_line, engine):
    options = ns.Options(**GIVEN, batch_size=2, shuffle=True, seed=3, engine=engine)
    one, other = make_line(), make_line()

    by_record = [epoch.loss for epoch in ns.epochs(one, X, T, options)]
    by_keywords = ns.train(
        other, X, T, **GIVEN, batch_size=2, shuffle=True, seed=3, engine=engine
    ).loss

    assert by_record == list(by_keywords)
    assert one.parameters().tobytes() == other.parameters().tobytes()


def test_a_keyword_beside_a_record_changes_it():
    options = ns.Options(**GIVEN)

    changed = make_options(options, {"epochs": 7})

    assert (options.epochs, changed.epochs) == (2, 7)
    assert changed.optimizer is options.optimizer


def test_what_is_no_record_is_refused(line):
    with pytest.raises(NeurosimError, match=r"options: got \{'epochs': 3\}; expected neurosim"):
        ns.epochs(line, X, T, {"epochs": 3})


def test_epochs_are_no_option_of_a_training_object(line):
    with pytest.raises(WrongTypeError, match=r"expected advance\(epochs=n\)"):
        ns.Training(line, X, T, **GIVEN)


# --- an optimizer by its name


@pytest.fixture
def line():
    net = ns.Network("line")
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0.5)
    return net


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"optimizer": "adam"}, ns.Adam()),
        ({"optimizer": "adam", "learning_rate": 0.1}, ns.Adam(0.1)),
        ({"optimizer": "sgd", "learning_rate": 0.5}, ns.SGD(0.5)),
    ],
)
def test_an_optimizer_may_be_given_by_its_name(line, given, expected):
    twin = line.copy()

    found = ns.train(line, [[1]], [[1]], epochs=3, **given)

    assert found.loss == ns.train(twin, [[1]], [[1]], epochs=3, optimizer=expected).loss
    assert ns.Training(line, [[1]], [[1]], **given).options.optimizer == expected
    assert ns.agree(line, [[1]], [[1]], updates=2, **given).passed
    assert ns.Options(epochs=1, **given).options()["optimizer"] == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"optimizer": "sgd"}, "optimizer 'sgd': got no learning rate; expected learning_rate=0.1"),
        ({"optimizer": "adm"}, r"unknown optimizer 'adm' \(did you mean 'adam'\?\)"),
        ({"optimizer": ns.SGD(0.1), "learning_rate": 0.1}, "which has its own"),
        ({"optimizer": "sgd", "learning_rate": "x"}, "learning_rate=.*: no number, got 'x'"),
    ],
)
def test_a_name_that_says_too_little_or_too_much_is_refused(line, given, message):
    with pytest.raises(ns.NeurosimError, match=message):
        ns.train(line, [[1]], [[1]], epochs=1, **given)

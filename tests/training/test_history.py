"""The history of a training: one number an epoch of all that is measured, for other programs."""

import copy
import json
import math
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import neurosim as ns

OPTIONS = {"optimizer": ns.Adam(0.05), "epochs": 6, "batch_size": 4, "metrics": ["mae"]}


def test_norms_are_of_the_gradient_and_of_the_change(net, data, engine):
    epochs = ns.epochs(net.copy(), *data, **OPTIONS, engine=engine)
    after = [epoch.state.parameters for epoch in epochs]
    before = [net.parameters(), *after]

    found = ns.train(net, *data, **OPTIONS, norms=True, engine=engine)

    training = ns.Training(net, *data, optimizer=ns.SGD(1.0), engine=engine)
    gradients = [training.loss_and_gradient(theta)[1] for theta in after]
    assert found.gradient_norm == tuple(float(np.linalg.norm(each)) for each in gradients)
    ratios = [
        np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in zip(before, after, strict=False)
    ]
    assert found.update_ratio == pytest.approx(ratios, abs=1e-15)


def test_norms_change_nothing_and_are_the_same_epoch_by_epoch(net, data, engine):
    plain, one_by_one = net.copy(), net.copy()

    ns.train(plain, *data, **OPTIONS, engine=engine)
    found = ns.train(net, *data, **OPTIONS, norms=True, engine=engine)
    epochs = list(ns.epochs(one_by_one, *data, **OPTIONS, norms=True, engine=engine))

    assert (plain.parameters() == net.parameters()).all()
    assert [epoch.gradient_norm for epoch in epochs] == list(found.gradient_norm)
    assert [epoch.update_ratio for epoch in epochs] == list(found.update_ratio)


def test_without_norms_there_are_none(net, data):
    found = ns.train(net, *data, **OPTIONS)
    (many,) = ns.train_many([net], *data, optimizer=ns.SGD(0.1), epochs=3)

    assert found.gradient_norm == found.update_ratio == ()
    assert len(found.epoch_seconds) == 6
    assert len(many.epoch_seconds) == 3
    assert sum(found.epoch_seconds) <= found.seconds


@pytest.fixture
def history(net, data):
    return ns.train(net, *data, **OPTIONS, norms=True, validation=data)


NAMES = ["loss", "validation_loss", "mae", "rate", "gradient_norm", "update_ratio", "seconds"]


def test_records_name_all_numbers_of_an_epoch(history):
    records = list(history.records())

    assert [record["epoch"] for record in records] == list(range(6))
    assert list(records[2]) == ["epoch", *NAMES]
    assert records[2]["mae"] == history.metrics["mae"][2]


def test_a_frame_has_a_row_for_each_epoch(history):
    pytest.importorskip("pandas")

    frame = history.to_frame()

    assert list(frame.columns) == NAMES
    assert frame.index.name == "epoch"
    assert frame["loss"].tolist() == list(history.loss)


def test_json_lines_are_the_records(history, tmp_path):
    history.to_json_lines(tmp_path / "h.jsonl")

    lines = (tmp_path / "h.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == list(history.records())


@pytest.mark.slow
def test_an_event_file_has_a_scalar_for_each_number(history, tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")

    history.to_tensorboard(tmp_path)

    (file,) = tmp_path.iterdir()
    found = {}
    for event in loader.LegacyEventFileLoader(str(file)).Load():
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    assert list(found) == NAMES
    assert found["loss"] == [(i, pytest.approx(x, rel=1e-6)) for i, x in enumerate(history.loss)]


def test_a_missing_package_is_named(history, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)

    with pytest.raises(ns.NeurosimError, match=r"pip install 'neurosim\[frames\]'"):
        history.to_frame()


def test_a_change_from_nothing_is_infinite(line):
    found = ns.train(line, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=1, norms=True)

    assert found.update_ratio == (math.inf,)


def test_columns_are_tuples_of_floats_whatever_one_does_with_them_first(net, data):
    options = OPTIONS | {"norms": True, "validation": data}
    columns = ["loss", "validation_loss", "rate", "gradient_norm", "update_ratio", "epoch_seconds"]

    for what in (same, copy.copy, copy.deepcopy, pickled, replace):
        given = ns.train(net.copy(), *data, **options)
        history = what(given)
        for name in columns:
            column = getattr(history, name)
            assert type(column) is tuple, (what, name)
            assert {type(value) for value in column} == {float}, (what, name)
            assert len(column) == 6, (what, name)
            assert getattr(history, name) is column, (what, name)
        assert type(history.metrics) is dict, what
        assert history.metrics == {"mae": given.metrics["mae"]}, what
        assert json.loads(json.dumps(history.loss)) == list(given.loss), what
        assert history == given, what
        with pytest.raises(FrozenInstanceError):
            history.loss = ()


def same(history):
    return history


def pickled(history):
    return pickle.loads(pickle.dumps(history))  # noqa: S301 - our own

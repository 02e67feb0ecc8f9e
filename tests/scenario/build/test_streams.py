"""Rows that may be larger than memory: the numbers are those of rows in memory."""

import gc
import warnings

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ScenarioError
from neurosim.functions import mapped
from neurosim.functions.mapped import is_mapped
from neurosim.training.data import csv_cells

SOURCES = {
    "npz": "npz: {path: d.npz}",
    "csv": "csv: {path: d.csv, inputs: [a, b, c], targets: [t], missing: drop}",
    "labels": "csv: {path: d.csv, inputs: [a, b], classes: k, missing: drop}",
}
MORE = {
    "plain": "scale: standard, split: {validation: 0.2, test: 0.1}",
    "minmax": "scale: minmax, split: {validation: 0.2, shuffle: false}",
}
SCENARIO = """\
neurosim: 1
title: t
engine: {engine}
network: {{layers: [{{name: x, neurons: {n_in}, dropout: {dropout}}},
  {{name: h, neurons: 4, activation: tanh}}, {{name: o, neurons: {n_out}, activation: sigmoid}}]}}
data: {{{source}, {more}, stream: {stream}}}
training: {{epochs: 3, batch_size: 7, shuffle: {shuffle}, input_noise: {noise},
  optimizer: {{name: adam, learning_rate: 0.01}}}}
"""


@pytest.fixture
def loss_of(tmp_path, monkeypatch):
    """Runs a scenario: the losses, the validation losses, the parameters."""
    monkeypatch.setattr(mapped, "BLOCK", 60)
    monkeypatch.setattr(csv_cells, "BLOCK", 60)
    random = np.random.default_rng(3)
    X, T, k = random.normal(size=(90, 3)), random.random((90, 1)), random.integers(0, 3, 90)
    np.savez(tmp_path / "d.npz", X=X, T=T)
    lines = [f"{a},{b},{c},{t},{'uvw'[i]}" for (a, b, c), (t,), i in
             zip(X.tolist(), T.tolist(), k.tolist(), strict=True)]  # fmt: skip
    lines[40] = "1,?,2,0.5,u"
    (tmp_path / "d.csv").write_text("\n".join(["a,b,c,t,k", *lines]))

    def found(source, more, *, stream, shuffle="false", noise=0.0, dropout=0.0, engine="compiled"):
        n_in, n_out = (2, 3) if source == "labels" else (3, 1)
        file = tmp_path / "s.yaml"
        file.write_text(SCENARIO.format(
            n_in=n_in, n_out=n_out, source=SOURCES[source], more=more, dropout=dropout,
            shuffle=shuffle, noise=noise, stream=str(stream).lower(), engine=engine,
        ))  # fmt: skip
        result = ns.run_scenario(file)
        assert is_mapped(ns.load_scenario(file).data.train.X) == stream
        numbers = [(each.loss, each.validation_loss) for each in result.history]
        return numbers, result.network.parameters().tolist()

    return found


@pytest.mark.parametrize("source", SOURCES)
def test_a_stream_has_the_bits_of_rows_in_memory(loss_of, source):
    for more in MORE.values():
        for noise in (0.0, 0.1):
            given = {"noise": noise, "dropout": noise}
            assert loss_of(source, more, stream=True, **given) == loss_of(
                source, more, stream=False, **given
            ), (more, noise)


def test_both_engines_shuffle_within_blocks_and_alike(loss_of, engine):
    more = MORE["plain"]

    first = loss_of("npz", more, stream=True, shuffle="true", engine="compiled")

    assert first == loss_of("npz", more, stream=True, shuffle="true", engine=engine)
    assert first != loss_of("npz", more, stream=False, shuffle="true")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch_size: 7", "batch_size: all", "training.batch_size: got all, beside data.stream"),
        ("missing: drop", "missing: mean", r"data: stream: got csv.missing: mean beside it"),
        ("epochs: 3", "validate: {folds: 3}, epochs: 3", "training.validate: .*data.stream"),
    ],
)
def test_what_needs_all_rows_is_refused(loss_of, tmp_path, old, new, message):
    loss_of("csv", MORE["plain"], stream=True)
    file = tmp_path / "s.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))

    with pytest.raises(ScenarioError, match=message):
        ns.load_scenario(file)


def _network():
    net = ns.Network("n", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 1)
    net.connect("x", "h")
    net.connect("h", "o")
    return net


def test_a_stream_with_a_wrong_cell_leaves_no_file_open(loss_of, tmp_path):
    loss_of("csv", MORE["plain"], stream=True)
    table = (tmp_path / "d.csv").read_text()
    (tmp_path / "d.csv").write_text(table + "\n1,two,3,0.5,u\n")
    gc.collect()

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        with pytest.raises(
            ScenarioError, match=r"d.csv:92: column 'b': no finite number, got 'two'"
        ):
            ns.load_scenario(tmp_path / "s.yaml")
        gc.collect()
    assert [str(one.message) for one in found] == []


def test_a_mapped_array_of_a_user_is_trained_on_where_it_lies(tmp_path, engine):
    random = np.random.default_rng(5)
    X, T = random.normal(size=(40, 2)), random.normal(size=(40, 1))
    np.save(tmp_path / "X.npy", X)
    there = np.load(tmp_path / "X.npy", mmap_mode="r")
    found = []
    for rows in (X, there):
        net = _network()
        options = {"optimizer": ns.SGD(0.1), "batch_size": 8, "shuffle": True, "engine": engine}
        history = ns.train(net, rows, T, epochs=2, **options)
        found.append((history.loss, net.parameters().tolist()))

    assert found[0] == found[1]
    assert np.array_equal(np.load(tmp_path / "X.npy"), X)

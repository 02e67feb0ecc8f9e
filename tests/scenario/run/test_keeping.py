"""Runs that are ended and gone on with have the bytes of runs that never stopped."""

import functools
import itertools
import operator
from collections import deque

import numpy as np
import pytest
import yaml

import neurosim as ns
from neurosim.errors import FileError, InvalidValueError, NeurosimError
from neurosim.scenario import start_run
from neurosim.scenario.run import keeping, pictures, stretches
from neurosim.scenario.run.folder import open_folder
from neurosim.scenario.run.keeping import KeptRun
from neurosim.scenario.run.snapshot import RunSnapshot
from neurosim.scenario.saved.packing import pack, unpack
from tests.each import each

ENGINES = ["graph", "compiled"]
BASE = {
    "neurosim": 1,
    "title": "Kept",
    "seed": 3,
    "network": {
        "layers": [
            {"name": "x", "neurons": 2},
            {"name": "h", "neurons": 3, "activation": "tanh"},
            {"name": "y", "neurons": 1, "activation": "sigmoid"},
        ]
    },
    "data": {
        "inputs": [[i / 9, (i * i % 7) / 7] for i in range(10)],
        "targets": [[i % 2] for i in range(10)],
        "split": {"validation": 0.3},
    },
    "training": {
        "loss": "binary_cross_entropy",
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "batch_size": 2,
        "shuffle": True,
        "epochs": 9,
        "metrics": ["accuracy"],
    },
    "expect": [
        {"epoch": 4, "loss": {"below": 9}},
        {"epoch": 6, "sample": 1, "after": "forward", "output": "y1", "above": 0},
        {"loss": {"below": 9}},
    ],
}
DRAW = [{"file": "early.svg", "epoch": 2}, {"file": "end.svg"}]
RMSPROP = {"name": "rmsprop", "learning_rate": 0.01}
CASES = {
    "as it is": {"draw": DRAW},
    "dropout": {"network.layers[1].dropout": 0.4},
    "noise": {"training.input_noise": 0.1},
    "schedule": {"training.schedule": {"plateau": {"patience": 1, "factor": 0.5}}},
    "per update": {"training.schedule": {"exponential": {"factor": 0.99, "per": "update"}}},
    "early": {"training.early_stopping": {"patience": 2}, "training.epochs": 60},
    "momentum": {"training.optimizer": {"name": "sgd", "learning_rate": 0.3, "momentum": 0.9}},
    "rmsprop": {"training.optimizer": RMSPROP, "training.batch_size": 3},
    "rprop": {"training.optimizer": {"name": "rprop"}, "training.batch_size": "all"},
    "norms": {"training.norms": True},
    "edits": {
        "draw": DRAW,
        "edits": [
            {"epoch": 2, "prune": {"keep": 0.75}},
            {"epoch": 5, "grow": {"layer": "h", "neurons": 2}},
        ],
        "expect": [],
    },
    "diverges": {
        "training.optimizer": {"name": "sgd", "learning_rate": 1e300},
        "training.loss": "half_squared_error",
        "network.layers[2].activation": "identity",
        "expect": [],
    },
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "kept.yaml"
    path.write_text(yaml.safe_dump(BASE))
    return path


@pytest.fixture
def always(monkeypatch):
    """A stop, and a checkpoint, after each batch and each epoch."""
    monkeypatch.setattr(stretches, "surely_quick", lambda *_: False)
    monkeypatch.setattr(stretches, "LOOK", 0.0)
    monkeypatch.setattr(keeping, "_BETWEEN", 0.0)
    monkeypatch.setattr(keeping, "_TIMES", 0.0)


def files_of(folder):
    """Every file but the times."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "times.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def go_on(file, out, n, **options):
    """Go on by so many stretches, and end as a process that is killed does."""
    run = start_run(file, **options)
    with open_folder(out, [one.file for one in run.scenario.draw]) as folder:
        kept = KeptRun(run, folder)
        kept.begin(resume=True, overwrite=False)
        deque(itertools.islice(kept, n), maxlen=0)
    return kept


@pytest.mark.quick("dropout", "momentum", "diverges")
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_ended_again_and_again_has_the_bytes_of_one_that_is_not(
    file, tmp_path, engine, case
):
    given = {"engine": engine, "overrides": CASES[case]}
    ns.run_scenario(file, out=tmp_path / "whole", **given)
    for n in (2, 3, 9, 4):
        go_on(file, tmp_path / "broken", n, **given)

    ns.run_scenario(file, out=tmp_path / "broken", resume=True, **given)

    assert files_of(tmp_path / "broken") == files_of(tmp_path / "whole")


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_goes_on_within_an_epoch(file, tmp_path, engine):
    go_on(file, tmp_path / "out", 2, engine=engine)

    kept = go_on(file, tmp_path / "out", 0, engine=engine)

    assert "goes on after epoch 0, batch 3" in kept.notes[0]


@pytest.mark.usefixtures("always")
def test_every_bit_that_is_flipped_in_a_checkpoint_is_noticed_and_the_one_before_is_used(
    file, tmp_path
):
    go_on(file, tmp_path / "out", 6)
    newest = tmp_path / "out" / ".neurosim" / "checkpoint"
    data = newest.read_bytes()
    assert (newest.parent / "checkpoint.previous").is_file()

    for place in range(0, len(data), 41):
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(FileError, match="checkpoint: damaged"):
            unpack(bytes(damaged), "checkpoint")
    newest.write_bytes(bytes(damaged))
    kept = go_on(file, tmp_path / "out", 0)

    assert "checkpoint: damaged, got other bytes than were written" in kept.notes[0]
    assert kept.notes[0].endswith("the one before is used")


@pytest.mark.quick("NoneType")
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("keys", [
    ("run",), ("origin",), ("run", "state"), ("run", "stretches", "loss"), ("run", "verdicts"),
    *(("run", "state", key) for key in ("parameters", "memory", "updates", "batch", "streams")),
])  # fmt: skip
@pytest.mark.parametrize("value", [None, "text", -1, [], np.zeros((2, 2, 2))], ids=type)
def test_a_checkpoint_with_something_else_in_it_is_refused(file, tmp_path, keys, value):
    go_on(file, tmp_path / "out", 2)
    for path in (tmp_path / "out" / ".neurosim").glob("checkpoint*"):
        tree = unpack(path.read_bytes(), path)
        *parents, last = keys
        inner = functools.reduce(operator.getitem, parents, tree)
        inner[last] = value
        path.write_bytes(pack(tree))

    with pytest.raises(FileError, match="checkpoint"):
        go_on(file, tmp_path / "out", 1)


@pytest.mark.usefixtures("always")
def test_a_snapshot_whose_parts_are_not_what_they_were_is_refused(file, tmp_path):
    tree = yaml.safe_load(file.read_text())
    tree["training"] |= {"schedule": {"plateau": {}}, "early_stopping": {"patience": 3}}
    file.write_text(yaml.safe_dump(tree))
    kept = go_on(file, tmp_path / "out", 40)
    [path, _] = kept.folder.checkpoints.paths()
    epoch, wrong = kept.run.snapshot().state.epoch, []
    assert epoch > 5
    state, stretches_ = ("run", "state"), ("run", "stretches")
    for keys, values in {
        ("run", "seconds"): (10**400, "1", float("nan"), True),
        ("run", "verdicts", "0"): (
            [["x"]], [[["x"], 1.0, 1.0, None, True]], [["x", 1.0, 1.0, None, 1]],
        ),
        (*stretches_, "ends"): (np.array([1, epoch]), np.array([0, 3, 2, epoch])),
        (*stretches_, "seconds"): (np.full(2, np.nan), np.zeros(1)),
        (*stretches_, "loss"): (np.zeros(1), np.zeros(0)),
        (*stretches_, "metrics", "accuracy"): (np.zeros(1), np.zeros(0)),
        (*state, "schedule"): (["x"], [None]),
        (*state, "partial_loss"): ("x", float("inf")),
        (*state, "watched", "waited"): (-1, 0.5, "x"),
        (*state, "watched", "best_epoch"): (-2, None),
        (*state, "watched", "stopped"): (None, 1),
        (*state, "streams", "shuffling"): ({}, "x", {"bit_generator": "PCG64", "state": {}}),
    }.items():  # fmt: skip
        for value in values:
            tree = unpack(path.read_bytes(), path)
            *parents, last = keys
            inner = functools.reduce(operator.getitem, parents, tree)
            assert last in inner
            inner[last] = value
            try:
                RunSnapshot.from_tree(tree, path)
            except FileError:
                continue
            wrong.append((keys, value))

    assert wrong == []


@pytest.mark.slow
@each("keys, value, expected", [
    (("state", "watched", "parameters"), np.zeros(3), "theta: got "),
    (("whole", "watched", "parameters"), np.zeros(3), "theta: got "),
    (("whole", "parameters"), np.zeros(3), "theta: got "),
    (("moments", "2"), np.zeros(3), "theta: got "),
    (("state", "streams"), {}, "got no stream 'shuffling'"),
])  # fmt: skip
@pytest.mark.usefixtures("always")
def test_a_snapshot_of_another_network_is_refused(file, tmp_path_factory, keys, value, expected):
    options = {"overrides": CASES["early"] | {"draw": DRAW}}
    out = tmp_path_factory.mktemp("runs") / "out"
    go_on(file, out, 40, **options)
    for path in (out / ".neurosim").glob("checkpoint*"):
        tree = unpack(path.read_bytes(), path)
        *parents, last = keys
        inner = functools.reduce(operator.getitem, parents, tree["run"])
        assert last in inner
        inner[last] = value
        path.write_bytes(pack(tree))

    with pytest.raises(NeurosimError, match=expected):
        go_on(file, out, 1, **options)


@pytest.mark.usefixtures("always")
def test_where_both_checkpoints_are_damaged_nothing_is_gone_on_with(file, tmp_path):
    go_on(file, tmp_path / "out", 6)
    for path in (tmp_path / "out" / ".neurosim").glob("checkpoint*"):
        path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(FileError, match="damaged"):
        ns.run_scenario(file, out=tmp_path / "out", resume=True)


@pytest.mark.usefixtures("always")
def test_what_differs_from_the_run_that_is_to_go_on_is_listed(file, tmp_path):
    go_on(file, tmp_path / "out", 6)
    changed = yaml.safe_load(file.read_text())
    changed["data"]["inputs"][0][0] = 0.5
    file.write_text(yaml.safe_dump(changed))

    with pytest.raises(FileError) as refused:
        ns.run_scenario(
            file,
            out=tmp_path / "out",
            resume=True,
            engine="graph",
            overrides={"training.epochs": 7},
        )

    told = str(refused.value)
    assert "scenario: training.epochs: '9' then, '7' now" in told
    assert "scenario: engine: " in told
    assert "train rows: 'sha256 " in told
    assert "program: " in told


@pytest.mark.usefixtures("always")
def test_a_run_that_was_finished_is_left_as_it_is(file, tmp_path):
    first = ns.run_scenario(file, out=tmp_path / "out")
    before = (tmp_path / "out" / "times.jsonl").read_bytes()
    names = sorted(path.name for path in (tmp_path / "out").iterdir())

    again = ns.run_scenario(file, out=tmp_path / "out", resume=True)

    assert again.parameters == first.parameters
    assert (tmp_path / "out" / "times.jsonl").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    with pytest.raises(FileError, match="seed: '3' then, '4' now"):
        ns.run_scenario(file, out=tmp_path / "out", resume=True, seed=4)


def test_before_its_first_batch_a_run_has_nothing_to_keep(file, tmp_path):
    with open_folder(tmp_path / "out") as folder:
        kept = KeptRun(start_run(file), folder)
        kept.begin(resume=False, overwrite=False)
        kept.save()

        assert kept.n_checkpoints == 0
        assert not folder.checkpoints.any()


def test_a_picture_that_cannot_be_drawn_is_told_when_the_numbers_are_saved(
    file, tmp_path, monkeypatch
):
    def draw(entry, *_):
        if entry.file == "b.svg":
            raise FileError("b.svg: no room")

    monkeypatch.setattr(pictures, "_draw", draw)
    overrides = {"draw": [{"file": "a.svg"}, {"file": "b.svg"}]}

    with pytest.raises(FileError, match=r"b\.svg: no room"):
        ns.run_scenario(file, out=tmp_path / "out", overrides=overrides)

    assert (tmp_path / "out" / "run.json").exists()


def test_a_folder_with_a_run_is_refused_in_python_too(file, tmp_path):
    ns.run_scenario(file, out=tmp_path / "out")

    with pytest.raises(FileError, match="holds a run; expected --resume"):
        ns.run_scenario(file, out=tmp_path / "out")
    with pytest.raises(InvalidValueError, match="got no out"):
        ns.run_scenario(file, resume=True)


def test_ctrl_c_leaves_a_checkpoint(file, tmp_path, monkeypatch):
    ns.run_scenario(file, out=tmp_path / "whole")
    honest, seen = keeping.KeptRun.__iter__, []

    def interrupted(kept):
        for stretch in honest(kept):
            seen.append(stretch)
            if len(seen) == 2:
                raise KeyboardInterrupt
            yield stretch

    monkeypatch.setattr(keeping.KeptRun, "__iter__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ns.run_scenario(file, out=tmp_path / "out")
    monkeypatch.undo()

    assert not (tmp_path / "out" / "run.json").exists()
    ns.run_scenario(file, out=tmp_path / "out", resume=True)

    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_a_tree_comes_back_from_its_bytes():
    tree = {"a": [1, None, "x", float("inf")], "b": {"c": 2**127}}

    assert unpack(pack(tree), "x") == tree
    with pytest.raises(FileError, match="got another file"):
        unpack(b"", "x")

"""``ns.tune``: a search by Optuna that goes on as if it had never been ended."""

import json
import math
import shutil
import sys

import pytest

import neurosim as ns
from neurosim.errors import (
    FileError,
    InvalidValueError,
    MissingExtraError,
    ScenarioError,
    UnknownNameError,
)
from neurosim.scenario import Search
from neurosim.scenario.sweeps import search as module

from .conftest import RATE

pytestmark = pytest.mark.filterwarnings("default")  # what Optuna says of itself
VARY = [f"{RATE}=0.001..2 log", "network.layers[1].neurons=1..4", "training.batch_size=1,all"]


@pytest.fixture(autouse=True)
def optuna():
    """The library, which is an extra."""
    return pytest.importorskip("optuna")


def _tables(folder):
    return [(folder / name).read_bytes() for name in ("tune.csv", "tune.svg")]


@pytest.mark.slow
def test_values_are_chosen_from_the_space_and_each_trial_is_the_run_alone(file):
    result = ns.tune(file, VARY, trials=14)

    assert len(result.points) == 14
    for point in result.points:
        rate, neurons, size = point.values.values()
        assert 0.001 <= rate <= 2
        assert neurons in {1, 2, 3, 4}
        assert size in {1, "all"}
        alone = ns.run_scenario(file, overrides=point.values)
        assert point.found["loss"] == alone.loss.last
    assert result.best is min(result.points, key=lambda point: point.found["loss"])
    assert str(result).startswith("14 trials; least loss: ")


def test_without_a_space_the_learning_rate_is_searched_around_the_files(file):
    result = ns.tune(file, trials=3)

    rates = [point.values[RATE] for point in result.points]
    assert len(set(rates)) == 3
    assert all(0.005 <= rate <= 50 for rate in rates)


@pytest.mark.slow
def test_ended_anywhere_it_goes_on_to_the_same_trials(file, tmp_path):
    ns.tune(file, VARY, trials=14, out=tmp_path / "whole")
    first = Search(file, VARY, trials=14, out=tmp_path / "parts")
    for _ in first:
        if first.n_done == 5:
            break
    assert not (tmp_path / "parts" / "tune.csv").exists()
    ns.tune(file, VARY, trials=12, out=tmp_path / "parts")

    again = Search(file, VARY, trials=14, out=tmp_path / "parts")

    assert again.n_done == 12
    again.result()
    assert _tables(tmp_path / "parts") == _tables(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("is_kept", [False, True], ids=["before it was kept", "after"])
def test_ended_in_a_trial_that_trial_is_done_again(file, tmp_path, monkeypatch, is_kept):
    whole = ns.tune(file, VARY, trials=12, out=tmp_path / "whole")
    honest, calls = module.do_task, []

    def interrupted(task):
        calls.append(task)
        if len(calls) == 4 and not is_kept:
            raise KeyboardInterrupt
        return honest(task)

    monkeypatch.setattr(module, "do_task", interrupted)
    search = Search(file, VARY, trials=12, out=tmp_path / "parts")
    with monkeypatch.context() as patch:
        if is_kept:
            patch.setattr(module, "_swept", _interrupted_at(3, module._swept))
        with pytest.raises(KeyboardInterrupt):
            search.result()

    again = ns.tune(file, VARY, trials=12, out=tmp_path / "parts")

    assert len(calls) == 12 if is_kept else 13
    assert again.to_csv() == whole.to_csv()
    assert _tables(tmp_path / "parts") == _tables(tmp_path / "whole")


def _interrupted_at(number, honest):
    def swept(folder, n, trial):
        if n == number:
            raise KeyboardInterrupt
        return honest(folder, n, trial)

    return swept


@pytest.mark.slow
def test_more_trials_go_on_where_fewer_ended(file, tmp_path):
    few = ns.tune(file, VARY, trials=3, out=tmp_path)
    more = ns.tune(file, VARY, trials=5, out=tmp_path)

    assert more.to_csv().startswith(few.to_csv())
    assert len(ns.tune(file, VARY, trials=2, out=tmp_path).points) == 5  # they are there


@pytest.mark.slow
def test_a_trial_that_diverges_is_a_result(file, tmp_path):
    result = ns.tune(file, {RATE: [0.1, 1e9]}, trials=6, out=tmp_path)

    by_rate = {point.values[RATE]: point.is_diverged for point in result.points}
    assert by_rate == {0.1: False, 1e9: True}
    assert result.best.values == {RATE: 0.1}
    assert (tmp_path / "points" / "0005" / "run.json").exists()
    again = ns.tune(file, {RATE: [0.1, 1e9]}, trials=6, out=tmp_path)
    assert again.to_csv() == result.to_csv()


@pytest.mark.slow
def test_the_number_to_be_maximized_is(watched_file):
    found = ns.tune(watched_file, f"{RATE}=0.001..0.5", trials=12, maximize="test_mae")

    numbers = [point.found["test_mae"] for point in found.points]
    assert found.best.found["test_mae"] == max(numbers)
    assert math.fsum(numbers[10:]) / 2 > math.fsum(numbers[:10]) / 10  # it is on the way up


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (f"{RATE[:-1]}=0.1..1", "did you mean 'learning_rate'?"),
        ("training.epochs=1..2.5", "training.epochs: wrong kind, got 2.5; expected a whole number"),
        (f"{RATE}=-1..1", "out of range, got -1.0; expected 0 <= learning_rate < inf"),
        ("training.loss=squared_error,sqared_error", "did you mean 'squared_error'?"),
    ],
)
def test_a_mistake_is_told_before_anything_is_run(file, tmp_path, vary, words):
    with pytest.raises(ScenarioError) as caught:
        ns.tune(file, [vary, "seed=0..9"], out=tmp_path / "o")

    assert words in str(caught.value)
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_other_mistakes_are_told_likewise(file, tmp_path):
    for given in (["seed=1"], {"seed": 1}):
        with pytest.raises(InvalidValueError, match="--vary seed: the key is set, too"):
            ns.tune(file, "seed=1,2", overrides=given)
    with pytest.raises(UnknownNameError, match="unknown measure 'los'"):
        ns.tune(file, "seed=0..9", minimize="los")
    with pytest.raises(InvalidValueError, match="trials"):
        ns.tune(file, "seed=0..9", trials=0)
    with pytest.raises(InvalidValueError, match="nothing to vary"):
        ns.tune(file, [])
    (tmp_path / "tune.db").write_bytes(b"this is no data base, and long enough" * 100)
    with pytest.raises(FileError, match=r"tune.db: no storage of Optuna, got .*not a database"):
        ns.tune(file, "seed=0..9", out=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [{"vary": "seed=0..8"}, {"overrides": ["training.epochs=3"]}, {"maximize": "loss"}]
)
def test_a_folder_of_another_search_is_refused(file, tmp_path, change):
    ns.tune(file, "seed=0..9", trials=2, out=tmp_path)

    with pytest.raises(InvalidValueError, match="holds another search"):
        ns.tune(file, **{"vary": "seed=0..9", "trials": 3, "out": tmp_path, **change})


@pytest.mark.slow
def test_a_trial_is_kept_as_a_run_is(file, tmp_path):
    point = ns.tune(file, "seed=0..9", trials=1, out=tmp_path).points[0]

    assert point.folder == tmp_path / "points" / "0000"
    alone = ns.run_scenario(file, seed=point.values["seed"])
    kept = ns.load(point.folder / "network.json")
    assert kept.parameters().tolist() == alone.network.parameters().tolist()
    assert json.loads((point.folder / "run.json").read_text())["status"] == "passed"


def test_without_optuna_it_says_what_to_install(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(MissingExtraError) as caught:
        ns.tune(file, "seed=0..9")
    assert "expected pip install 'neurosim[tune]'" in str(caught.value)
    assert caught.value.extra == "tune"


@pytest.mark.slow
def test_a_folder_that_is_deleted_meanwhile_is_told_in_a_line(file, tmp_path, monkeypatch):
    def deletes(task):
        shutil.rmtree(tmp_path / "T")
        return module_do_task(task)

    module_do_task = module.do_task
    monkeypatch.setattr(module, "do_task", deletes)

    with pytest.raises(FileError, match=r"tune.db: no storage of Optuna, got [^\n]*$"):
        ns.tune(file, "seed=0..9", trials=3, out=tmp_path / "T")

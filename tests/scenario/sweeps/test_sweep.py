"""``ns.sweep``: points, what is kept of them, and that nothing depends on how they are run."""

import importlib
import json
import math
import shutil
import sys

import pytest

import neurosim as ns
from neurosim.compiler.threads import blas_facts
from neurosim.errors import FileError, InvalidValueError, ScenarioError, UnknownNameError
from neurosim.scenario import Sweep
from neurosim.scenario.sweeps import sweep as module
from neurosim.scenario.sweeps import tasks
from neurosim.scenario.sweeps.axes import axes_of
from neurosim.scenario.sweeps.points import check_points, folder_name, grouped

from .conftest import RATE

VARY = {RATE: [0.01, 0.1, 1e9], "seed": range(4)}
WATCHED = {"training.metrics": [["mae"]], "seed": range(2)}  # no one task


def _top(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _losses(result):
    return [point.found["loss"] for point in result.points]


@pytest.mark.slow
def test_points_are_all_combinations_and_each_is_the_run_alone(file):
    result = ns.sweep(file, VARY, jobs=1)

    values = [(rate, seed) for rate in VARY[RATE] for seed in range(4)]
    assert [tuple(point.values.values()) for point in result.points] == values
    for point, (rate, seed) in zip(result.points, values, strict=True):
        alone = ns.run_scenario(file, overrides={RATE: rate, "seed": seed})
        assert point.found["status"] == alone.status
        loss = alone.loss.last
        assert point.found["loss"] == (loss if math.isfinite(loss) else None)
        assert point.found["epochs"] == alone.epochs


def test_edits_are_made_at_every_point_and_may_be_varied(file):
    edits = "edits:\n  - {epoch: 20, grow: {layer: h, neurons: 1}}\n  - {epoch: 30, freeze: h}\n"
    file.write_text(file.read_text() + edits)
    neurons = "edits[0].grow.neurons"

    result = ns.sweep(file, {neurons: [1, 3], "seed": range(2)}, jobs=1)

    for point, (n, seed) in zip(result.points, [(1, 0), (1, 1), (3, 0), (3, 1)], strict=True):
        alone = ns.run_scenario(file, overrides={neurons: n, "seed": seed})
        assert len(alone.network.layer("h")) == 3 + n
        assert point.found["loss"] == alone.loss.last
    assert len(set(_losses(result))) == 4


def test_a_point_that_diverges_is_a_result_and_never_the_best(file):
    result = ns.sweep(file, VARY, jobs=1)

    assert [point.is_diverged for point in result.points] == [False] * 8 + [True] * 4
    assert result.n_diverged == 4
    assert result.best.number == min(range(8), key=_losses(result).__getitem__)
    assert "4 diverged" in str(result)


@pytest.mark.slow
def test_small_trainings_of_one_structure_are_one_task_with_the_files_of_each_alone(
    file, tmp_path, monkeypatch
):
    points = check_points(file, axes_of(VARY), ())
    assert [len(group) for group in grouped(points)] == [4, 4, 4]
    trained, honest = [], tasks.train_many
    monkeypatch.setattr(
        tasks, "train_many", lambda *args, **options: trained.append(honest(*args, **options))
    )
    with pytest.raises(TypeError):  # the call is made, and its histories are asked for
        ns.sweep(file, VARY, jobs=1)
    assert [len(histories) for histories in trained] == [4]
    monkeypatch.setattr(tasks, "train_many", honest)
    together = ns.sweep(file, VARY, jobs=1, out=tmp_path / "together")

    monkeypatch.setattr(module, "grouped", lambda points: [[point] for point in points])
    alone = ns.sweep(file, VARY, jobs=1, out=tmp_path / "alone")

    assert _top(tmp_path / "together") == _top(tmp_path / "alone")
    for one, other in zip(together.points, alone.points, strict=True):
        assert (one.folder / "network.json").read_bytes() == (
            other.folder / "network.json"
        ).read_bytes()
        runs = [(each.folder / "run.json").read_bytes() for each in (one, other)]
        assert runs[0] == runs[1]
        records = [(each.folder / "metrics.jsonl").read_text() for each in (one, other)]
        series = [[json.loads(line)["loss"] for line in text.splitlines()] for text in records]
        assert series[0] == series[1]


@pytest.mark.quick("seed: 1-seed: 1")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  targets:", "  weights: [1, 2, 0.5, 4]\n  targets:"),
        ("  epochs: 40", "  epochs: 40\n  schedule: {cosine: {epochs: 40}}"),
        ("  epochs: 40", "  epochs: 40\n  penalty: {l2: 0.1}\n  batch_size: 3\n  shuffle: true"),
        ("activation: tanh", "activation: tanh, dropout: 0.3"),
        ("seed: 1", "seed: 1\nengine: graph"),
        ("half_squared_error", "half_squared_error\n  precision: single"),
    ],
)
def test_one_task_gives_the_bits_of_each_alone_with_every_kind_of_option(file, old, new):
    file.write_text(file.read_text().replace(old, new, 1))
    plain = ns.run_scenario(file, seed=2, overrides={RATE: 0.3})
    assert len(list(grouped(check_points(file, axes_of("seed=0..4"), ())))) == 1

    result = ns.sweep(file, "seed=0..4", overrides={RATE: 0.3}, jobs=1)

    assert result.points[2].found["loss"] == plain.loss.last
    for point in result.points:
        alone = ns.run_scenario(file, overrides={RATE: 0.3, **point.values})
        assert point.found["loss"] == alone.loss.last


def test_points_of_another_structure_or_data_or_option_are_no_one_task(file):
    vary = {"network.layers[1].neurons": [2, 3], "training.epochs": [3, 4], "seed": [1, 2]}

    groups = list(grouped(check_points(file, axes_of(vary), ())))

    assert [[point.number for point in group] for group in groups] == [
        [0, 1], [2, 3], [4, 5], [6, 7],
    ]  # fmt: skip


def test_what_is_watched_or_looked_at_on_the_way_is_run_alone(file, watched_file):
    for path, overrides in [
        (watched_file, ()),
        (file, ["training.metrics=[mae]"]),
        (file, ["expect=[{epoch: 7, loss: {below: 9}}]"]),
    ]:
        points = check_points(path, axes_of("seed=0..3"), overrides)
        assert [len(group) for group in grouped(points)] == [1, 1, 1, 1]


@pytest.mark.slow
def test_finished_points_are_not_run_again(file, tmp_path, monkeypatch):
    first = ns.sweep(file, VARY, jobs=1, out=tmp_path / "out")
    files = _top(tmp_path / "out")
    shutil.rmtree(first.points[5].folder)
    (first.points[7].folder / "point.json").write_text("{")
    (first.points[9].folder / "network.json").unlink()
    done = []
    honest = module.do_task
    monkeypatch.setattr(module, "do_task", lambda task: done.append(task) or honest(task))

    again = ns.sweep(file, VARY, jobs=1, out=tmp_path / "out")

    assert sorted(change[-2:] for task in done for change in task.changes) == [
        ((RATE, 0.1), ("seed", 1)), ((RATE, 0.1), ("seed", 3)), ((RATE, 1e9), ("seed", 1)),
    ]  # fmt: skip
    assert again.to_csv() == first.to_csv()
    assert _top(tmp_path / "out") == files


@pytest.mark.slow
def test_more_values_use_the_points_that_are_there(file, tmp_path):
    ns.sweep(file, {"seed": range(3)}, jobs=1, out=tmp_path)

    wider = Sweep(file, {"seed": range(5)}, jobs=1, out=tmp_path)

    assert (wider.n_done, wider.n_points) == (3, 5)
    assert not (tmp_path / "sweep.csv").exists()  # it would pass for the table of all five
    assert [point.number for point in wider] == [3, 4]
    assert len(wider.result().points) == 5


@pytest.mark.quick("Either")
@pytest.mark.parametrize(
    ("change", "n_done"),
    [("below: 9", 0), ("half_squared_error", 0), ("[1, 1]]", 0), ("Either but not both", 3)],
)
def test_a_change_of_the_file_that_may_change_a_number_runs_all_again(
    file, tmp_path, change, n_done
):
    ns.sweep(file, {"seed": range(3)}, jobs=1, out=tmp_path)
    other = {"below: 9": "below: 8", "half_squared_error": "squared_error", "[1, 1]]": "[1, 2]]"}
    file.write_text(file.read_text().replace(change, other.get(change, "Another title")))

    assert Sweep(file, {"seed": range(3)}, jobs=1, out=tmp_path).n_done == n_done


def test_a_point_is_kept_as_a_run_is(file, tmp_path):
    point = ns.sweep(file, {"seed": [4]}, jobs=1, out=tmp_path).points[0]

    assert point.folder == tmp_path / "points" / "seed=4"
    alone = ns.run_scenario(file, seed=4)
    kept = ns.load(point.folder / "network.json")
    assert kept.parameters().tolist() == alone.network.parameters().tolist()
    assert len((point.folder / "metrics.jsonl").read_text().splitlines()) == 40
    assert json.loads((point.folder / "run.json").read_text())["status"] == "passed"


def test_of_a_point_that_cannot_be_written_nothing_is_left(file, tmp_path, monkeypatch):
    def is_full(path, data):
        if path.name == "metrics.jsonl":
            raise OSError(28, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr("neurosim.scenario.sweeps.folder.write_whole", is_full)
    with pytest.raises(FileError, match="no space left on device"):
        ns.sweep(file, {"seed": [1, 2]}, out=tmp_path / "S", jobs=1)

    assert [path for path in (tmp_path / "S").rglob("*") if path.is_file()] == []
    assert list((tmp_path / "S").rglob(".neurosim")) == []


def test_the_table_has_a_row_for_each_point_with_every_digit(file, tmp_path):
    result = ns.sweep(file, {RATE: [0.1, 1e9], "seed": [1]}, jobs=1, out=tmp_path)

    lines = (tmp_path / "sweep.csv").read_text().splitlines()
    assert lines[0] == f"point,{RATE},seed,status,epochs,loss"
    first, second = result.points
    assert lines[1] == f"0,0.1,1,passed,40,{first.found['loss']!r}"
    assert lines[2] == f"1,1000000000.0,1,diverged,{second.found['epochs']},"


def test_the_numbers_are_those_that_were_measured_or_are_expected_at_the_end(watched_file):
    result = ns.sweep(watched_file, {"seed": [1, 2]}, jobs=1, maximize="validation_mae")

    assert result.columns == (
        "status", "epochs", "loss", "validation_loss", "validation_mae", "test_mae",
    )  # fmt: skip
    for point in result.points:
        alone = ns.run_scenario(watched_file, seed=point.values["seed"])
        last, verdict = alone.last, alone.expectations[-1]
        assert point.found["validation_loss"] == last.validation_loss
        assert point.found["validation_mae"] == last.metrics["mae"]
        assert point.found["test_mae"] == verdict.actual
    assert result.best is max(result.points, key=lambda p: p.found["validation_mae"])


def test_what_a_run_did_not_come_to_measure_is_empty(watched_file):
    online = {"training.batch_size": 1}
    (point,) = ns.sweep(watched_file, {RATE: [1e200]}, overrides=online, jobs=1).points

    assert (point.found["status"], point.found["epochs"]) == ("diverged", 0)
    assert point.found["validation_loss"] is point.found["validation_mae"] is None


def test_of_folds_the_means_over_held_out_rows_are_there_and_decide(file):
    text = file.read_text().replace("  epochs: 40\n", "  epochs: 3\n  validate: {folds: 2}\n")
    text += "  - {mae: {below: 9}, on: folds}\n"
    file.write_text(text.replace("  epochs: 3\n", "  epochs: 3\n  metrics: [rmse]\n"))

    result = ns.sweep(file, "seed=1..2", jobs=1)

    assert result.measure.name == "folds_loss"
    for point in result.points:
        folds = ns.run_scenario(file, seed=point.values["seed"]).folds
        assert point.found["folds_loss"] == folds.loss.mean
        assert point.found["folds_rmse"] == folds.metrics["rmse"].mean
        assert point.found["folds_mae"] == folds.measure("mae").mean


@pytest.mark.parametrize(
    "key", ["validate: {folds: 2}", "early_stopping: {patience: 5}", "until: {loss: 0.01}"]
)
def test_what_is_watched_on_the_way_is_run_alone(file, key):
    file.write_text(file.read_text().replace("  epochs: 40\n", f"  epochs: 40\n  {key}\n"))

    points = check_points(file, axes_of("seed=0..3"), ())

    assert [len(group) for group in grouped(points)] == [1, 1, 1, 1]


def test_with_early_stopping_the_loss_of_what_it_restores_is_there(file):
    overrides = {"training.early_stopping": {"patience": 2}, RATE: 1.5}

    (point,) = ns.sweep(file, "seed=1", overrides=overrides, jobs=1).points

    alone = ns.run_scenario(file, overrides={**overrides, "seed": 1})
    assert (point.found["loss"], point.found["best_loss"]) == (alone.loss.last, alone.best_loss)
    assert alone.best_loss is not None


def test_the_validation_loss_decides_where_there_is_one(file, watched_file):
    assert ns.sweep(file, "seed=1", jobs=1).measure.name == "loss"
    assert ns.sweep(watched_file, "seed=1", jobs=1).measure.name == "validation_loss"


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("training.optimizer.learnig_rate=1,2", "did you mean 'learning_rate'?"),
        ("sead=1,2", "--vary sead: sead: unknown key, got 'sead'"),
        ("seed=1,-2", "--vary seed: seed: out of range, got -2; expected at least 0"),
        ("training.loss=squared_error,sqared_error", "did you mean 'squared_error'?"),
        ("network.layers[7].neurons=1", "leads nowhere"),
        ("network.layers[1].neurons=2,x y", "network.layers[1].neurons"),
    ],
)
def test_a_mistake_is_told_before_anything_is_run(file, tmp_path, vary, words):
    with pytest.raises(ScenarioError) as caught:
        ns.sweep(file, [vary, "training.batch_size=1,2"], out=tmp_path / "out", jobs=1)

    assert words in str(caught.value)
    assert len(caught.value.problems) == 1  # though it is in many points
    assert not (tmp_path / "out").exists()


def test_other_mistakes_are_told_likewise(file):
    for given in (["seed=1"], {"seed": 1}):
        with pytest.raises(InvalidValueError, match="--vary seed: the key is set, too"):
            ns.sweep(file, "seed=1,2", overrides=given)
    with pytest.raises(UnknownNameError, match=r"unknown measure 'los' .did you mean 'loss'"):
        ns.sweep(file, "seed=1", minimize="los")
    with pytest.raises(InvalidValueError, match="expected one of them"):
        ns.sweep(file, "seed=1", minimize="loss", maximize="loss")
    with pytest.raises(InvalidValueError, match="expected one of the two"):
        ns.sweep(file, "seed=1", jobs=1, dask="tcp://127.0.0.1:1")
    with pytest.raises(FileError, match="is a file; expected a folder"):
        ns.sweep(file, "seed=1", out=file)
    with pytest.raises(FileError, match="no folder, got ''"):
        ns.sweep(file, "seed=1", out="")


def test_a_worker_with_other_files_is_refused(file):
    made = Sweep(file, "seed=1..2", jobs=1)
    file.write_text(file.read_text().replace("epochs: 40", "epochs: 41"))

    with pytest.raises(FileError, match="a worker has other files"):
        made.result()


def test_a_folders_name_has_no_letter_that_a_shell_or_a_disk_refuses():
    assert folder_name({"a.rate": 0.1, "b.rate": 2}) == "a.rate=0.1,b.rate=2"
    one, other = (folder_name({"p": {"l2": n}}) for n in (0.1, 0.2))
    assert one != other
    assert set(one + other) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.=,+-")
    assert len(folder_name({"k": "x" * 5000})) < 120


@pytest.mark.slow
def test_many_jobs_give_the_bytes_of_one(file, tmp_path):
    ns.sweep(file, VARY, out=tmp_path / "one", jobs=1)
    ns.sweep(file, VARY, out=tmp_path / "two", jobs=2)

    assert _top(tmp_path / "one") == _top(tmp_path / "two")


MODULE = """\
import neurosim as ns
from neurosim.compiler.threads import blas_facts

ns.register_activation(ns.Activation("thrice", lambda z: 3.0 * z, lambda z, a: 3.0))
"""


@pytest.mark.slow
def test_functions_of_ones_own_are_imported_by_every_process(file, tmp_path, monkeypatch):
    (tmp_path / "my_activations.py").write_text(MODULE, encoding="utf-8")
    file.write_text(file.read_text().replace("activation: tanh", "activation: thrice"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("my_activations")
    try:
        with pytest.raises(FileError, match=r"a worker cannot read it .*'thrice'"):
            ns.sweep(file, WATCHED, jobs=2)
        imports = ["my_activations"]
        two = ns.sweep(file, WATCHED, jobs=2, imports=imports)
        assert two.to_csv() == ns.sweep(file, WATCHED, jobs=1, imports=imports).to_csv()
    finally:
        ns.unregister_activation("thrice")
        sys.modules.pop("my_activations", None)


def test_a_point_computes_with_one_blas_thread_so_that_jobs_change_no_bit(file, monkeypatch):
    seen, honest = [], tasks.Run.result

    def result(run):
        seen.extend(fact["threads"] for fact in blas_facts())
        return honest(run)

    monkeypatch.setattr(tasks.Run, "result", result)

    ns.sweep(file, "seed=1,2", jobs=1)

    assert set(seen) == {1}

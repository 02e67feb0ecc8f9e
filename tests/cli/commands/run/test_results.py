"""Results for other programs: ``--json`` and ``--out``."""

import json
import os
from pathlib import Path

import pytest

import neurosim as ns
from neurosim.cli.commands.run.results import folders_for
from neurosim.errors import FileError
from neurosim.scenario.run.folder import prepare_folder, write_result
from neurosim.scenario.saved.hold import hold


def test_json_is_one_document_on_stdout_with_every_digit(neurosim):
    ran = neurosim("run", "passed.yaml", "--json")

    document = json.loads(ran.out)
    result = ns.run_scenario("passed.yaml")
    assert ran.code == 0
    assert ran.err == ""
    assert document["scenario"] == "Either but not both"
    assert document["status"] == "passed"
    assert document["engine"] == "compiled"
    assert document["epochs"] == 4
    assert document["loss"] == {"first": result.loss.first, "last": result.loss.last}
    assert document["parameters"]["weights"] == dict(result.parameters.weights)
    assert document["parameters"]["biases"] == dict(result.parameters.biases)
    assert [item["passed"] for item in document["expectations"]] == [True, True]


def test_json_of_several_files_is_a_list_also_when_some_cannot_be_run(neurosim):
    ran = neurosim("run", "passed.yaml", "invalid.yaml", "skipped.yaml", "nosuch", "--json")

    documents = json.loads(ran.out)
    assert ran.code == 2
    assert [document["status"] for document in documents] == [
        "passed", "invalid", "skipped", "invalid",
    ]  # fmt: skip
    assert documents[1]["scenario"] == documents[1]["path"] == "invalid.yaml"
    assert [problem[:17] for problem in documents[1]["problems"]] == [
        "invalid.yaml:7:41",
        "invalid.yaml:15:3",
    ]
    assert "scikit-learn" in documents[2]["message"]
    assert documents[3]["problems"][0].startswith("no file and no shipped scenario, got 'nosuch'")
    assert len(ran.err.splitlines()) == 3


@pytest.mark.parametrize(("name", "code"), [("failed", 1), ("invalid", 2), ("diverged", 3)])
def test_json_of_one_file_is_its_document_whatever_its_ending(neurosim, name, code):
    ran = neurosim("run", f"{name}.yaml", "--json", "-q")

    assert ran.code == code
    assert json.loads(ran.out)["status"] == name


def test_out_writes_the_result_every_epoch_and_the_network(neurosim, folder):
    ran = neurosim("run", "passed.yaml", "--out", "results/new")

    out = folder / "results" / "new"
    assert ran.code == 0
    assert ran.err == "wrote run.json, metrics.jsonl, network.json, times.jsonl to results/new\n"
    assert sorted(path.name for path in out.iterdir()) == [
        "metrics.jsonl", "network.json", "run.json", "times.jsonl",
    ]  # fmt: skip
    document = json.loads((out / "run.json").read_text())
    weights = ns.load(out / "network.json").parameters().tolist()
    assert weights == ns.run_scenario("passed.yaml").network.parameters().tolist()
    assert document["parameters"]["weights"]["a->h1"] in weights
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in records] == [0, 1, 2, 3]
    assert set(records[0]) == {"epoch", "loss", "validation_loss", "metrics", "rate"}
    assert records[0]["loss"] == document["loss"]["first"]


def test_out_of_several_files_is_a_folder_each(neurosim, folder):
    (folder / "other").mkdir()
    (folder / "other" / "passed.yaml").write_text((folder / "passed.yaml").read_text())

    ran = neurosim(
        "run", "passed.yaml", "other/passed.yaml", "invalid.yaml", "failed.yaml", "-q",
        "--out", "results",
    )  # fmt: skip

    assert ran.code == 2
    assert sorted(path.name for path in (folder / "results").iterdir()) == [
        "failed", "passed", "passed-2",
    ]  # fmt: skip


def test_the_folders_of_files_with_the_same_name_differ():
    files = ["a/x.yaml", "b/x.yaml", "x-2", "x"]

    found = folders_for(files, Path("out"))

    assert [path.name for path in found] == ["x", "x-2", "x-2-2", "x-3"]
    assert folders_for(["a/x.yaml"], Path("out")) == [Path("out")]


def test_a_skipped_scenario_leaves_no_network_of_an_earlier_run(neurosim, folder):
    neurosim("run", "passed.yaml", "--out", "results")

    neurosim("run", "skipped.yaml", "--out", "results", "--overwrite")

    assert not (folder / "results" / "network.json").exists()
    assert (folder / "results" / "metrics.jsonl").read_text() == ""
    assert json.loads((folder / "results" / "run.json").read_text())["status"] == "skipped"


def test_a_folder_that_is_a_file_is_told_before_anything_is_trained(neurosim, folder):
    (folder / "results").write_text("mine")

    ran = neurosim("run", "passed.yaml", "--set", "training.epochs=1000000000", "--out", "results")

    assert ran.code == 2
    assert ran.err == (
        "error: results: no folder that can be written to, file exists;"
        " expected a folder, or a new name\n"
    )
    assert (folder / "results").read_text() == "mine"


def test_a_folder_below_a_file_is_told(neurosim):
    ran = neurosim("run", "passed.yaml", "--out", "failed.yaml/results")

    assert ran.code == 2
    assert "error: failed.yaml/results: no folder that can be written to, not a dir" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(FileError, match="permission denied"):
        prepare_folder(tmp_path)


def test_a_folder_that_the_system_calls_read_only_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(FileError, match="no folder that can be written to, permission denied"):
        prepare_folder(tmp_path)


def test_a_folder_that_has_the_name_of_a_result_is_told_before_anything_is_trained(
    neurosim, folder
):
    (folder / "results" / "run.json" / "in the way").mkdir(parents=True)

    ran = neurosim("run", "passed.yaml", "--set", "training.epochs=1000000000", "--out", "results")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "error: results/run.json: is a folder; expected a file, or none, to write results to\n"
    )
    assert [path.name for path in (folder / "results").iterdir()] == ["run.json"]


def test_a_folder_in_the_way_of_a_result_leaves_nothing_half_written(folder):
    (folder / "results" / "run.json").mkdir(parents=True)

    with pytest.raises(FileError, match=r"results/run\.json: is a folder"):
        write_result(ns.run_scenario("passed.yaml"), folder / "results")
    assert [path.name for path in (folder / "results").iterdir()] == ["run.json"]


def test_an_existing_run_is_not_touched_but_where_it_is_asked_for(neurosim, folder):
    neurosim("run", "passed.yaml", "--out", "results")
    before = bytes_of(folder / "results")

    refused = neurosim("run", "passed.yaml", "--seed", 5, "--out", "results")
    after = bytes_of(folder / "results")
    again = neurosim("run", "passed.yaml", "--seed", 5, "--out", "results", "--overwrite")

    assert (refused.code, again.code) == (2, 0)
    assert "results: holds a run; expected " in refused.err
    assert "--overwrite to begin anew" in refused.err
    assert after == before
    assert bytes_of(folder / "results")["network.json"] != before["network.json"]


@pytest.mark.parametrize("name", ["run.json", "metrics.jsonl", "network.json", "times.jsonl"])
def test_a_file_that_no_run_wrote_is_never_replaced(neurosim, folder, name):
    (folder / "results").mkdir()
    (folder / "results" / name).write_text("{}")

    ran = neurosim("run", "passed.yaml", "--out", "results", "--overwrite")

    assert (ran.code, ran.out) == (2, "")
    assert f"results/{name}: no file as a run wrote it, which is never replaced" in ran.err
    assert bytes_of(folder / "results") == {name: b"{}"}


def test_a_picture_of_the_run_before_goes_with_it(neurosim, folder):
    drawing = ["--set", "draw=[{file: a/b.svg}]"]
    neurosim("run", "passed.yaml", *drawing, "--out", "results")
    assert (folder / "results/a/b.svg").exists()

    neurosim("run", "passed.yaml", "--out", "results", "--overwrite")

    assert not (folder / "results/a/b.svg").exists()


@pytest.mark.slow
def test_two_runs_have_the_same_bytes_but_for_their_times(neurosim, folder):
    drawing = ["--set", "draw=[{file: a.svg}, {file: b.png, plot: loss}]"]
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "s.yaml").write_text((folder / "passed.yaml").read_text())
        assert neurosim("run", f"{name}/s.yaml", *drawing, "--out", f"{name}/out").code == 0

    one, two = bytes_of(folder / "one" / "out"), bytes_of(folder / "two" / "out")
    assert one.pop("times.jsonl") != two.pop("times.jsonl")
    assert one == two
    assert sorted(one) == ["a.svg", "b.png", "metrics.jsonl", "network.json", "run.json"]


def test_a_folder_is_held_by_one_process(neurosim, folder):
    (folder / "results").mkdir()

    with hold(folder / "results"):
        ran = neurosim("run", "passed.yaml", "--out", "results")

    assert (ran.code, ran.out) == (2, "")
    assert f"results: in use by process {os.getpid()} on " in ran.err
    assert not list((folder / "results").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("moved", [(), ("metrics.jsonl",), ("metrics.jsonl", "network.json")])
def test_a_run_that_was_half_moved_is_finished_by_the_next_one(neurosim, folder, moved):
    results, work = folder / "results", folder / "results" / ".neurosim"
    for seed, name in ((5, "other"), (1, "results")):
        neurosim("run", "passed.yaml", "--seed", seed, "--out", name)
    before = bytes_of(results)
    (work / "staged").mkdir(parents=True)
    for name in ("metrics.jsonl", "network.json", "times.jsonl"):
        (folder / "other" / name).rename((results if name in moved else work / "staged") / name)
    (folder / "other" / "run.json").rename(work / "run.json")
    expected = {**before, **bytes_of(work / "staged"), "run.json": (work / "run.json").read_bytes()}
    expected |= {name: (results / name).read_bytes() for name in moved}

    torn = neurosim("plot", "results", "-o", "x.svg", "--what", "loss")
    refused = neurosim("run", "passed.yaml", "--out", "results")

    assert (torn.code, refused.code) == ((2 if moved else 0), 2)
    assert bytes_of(results) == expected
    assert neurosim("plot", "results", "-o", "x.svg", "--what", "weights", "--overwrite").code == 0


def test_a_run_that_was_not_whole_is_undone_by_the_next_one(neurosim, folder):
    neurosim("run", "passed.yaml", "--out", "results")
    before = bytes_of(folder / "results")
    staged = folder / "results" / ".neurosim" / "staged"
    staged.mkdir(parents=True)
    (staged / "metrics.jsonl").write_text("torn")
    (staged / ".neurosim-0123456789abcdef").write_text("torn")

    neurosim("run", "passed.yaml", "--out", "results")

    assert bytes_of(folder / "results") == before


def bytes_of(folder):
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_out_needs_a_name(neurosim, folder):
    before = sorted(folder.iterdir())

    ran = neurosim("run", "passed.yaml", "--out", "")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: --out: no folder, got ''; expected the name of one\n"
    assert sorted(folder.iterdir()) == before


def test_what_is_no_number_any_more_is_null_and_not_text(neurosim):
    ran = neurosim("run", "diverged.yaml", "--json")

    assert ran.code == 3
    assert json.loads(ran.out)["loss"]["last"] is None


def test_an_invalid_file_makes_no_folder(neurosim, folder):
    assert neurosim("run", "invalid.yaml", "--out", "results").code == 2
    assert not (folder / "results").exists()


def test_a_file_name_that_is_no_text_is_escaped(neurosim, folder):
    name = os.fsdecode(b"b\xff.yaml")
    (folder / name).write_text((folder / "passed.yaml").read_text())

    ran = neurosim("run", name, "--json")

    assert json.loads(ran.out)["path"] == name

"""``neurosim sweep``: what it prints, keeps, and refuses; killed, and called again."""

import json
import signal
import time

import pytest

RATE = "training.optimizer.learning_rate"
VARY = ["--vary", f"{RATE}=0.1,0.5,1", "--vary", "seed=0..9"]
SLOW = ["--set", "training.epochs=4000", "--set", "training.metrics=[mae]"]  # each alone


def _top(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _n_points(folder):
    return len(list(folder.glob("points/*/run.json")))  # what is moved last


def _wait_for_points(folder, n, running):
    end = time.monotonic() + 120
    while _n_points(folder) < n:
        assert running.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_prints_the_table_and_the_best_point(neurosim, folder):
    ran = neurosim("sweep", "passed.yaml", "--vary", "seed=1,2", "--jobs", 1, "--out", "new")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["point", "seed", "status", "epochs", "loss"]
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["0", "1", "passed", "4"], ["1", "2", "passed", "4"],
    ]  # fmt: skip
    assert lines[-1].startswith("2 points; least loss: 0.")
    assert ran.err == "wrote sweep.csv, sweep.svg and the points to new\n"
    assert sorted(_top(folder / "new")) == ["sweep.csv", "sweep.svg"]


def test_json_is_one_document(neurosim):
    ran = neurosim("sweep", "passed.yaml", "--vary", "seed=0..1", "--jobs", 1, "--out", "o",
                   "--json", "--maximize", "loss")  # fmt: skip

    document = json.loads(ran.out)
    assert document["scenario"] == "Either but not both"
    assert document["axes"] == {"seed": [0, 1]}
    assert [point["values"] for point in document["points"]] == [{"seed": 0}, {"seed": 1}]
    losses = [point["loss"] for point in document["points"]]
    assert document["best"] == losses.index(max(losses))


@pytest.mark.parametrize("name", ["diverged", "failed"])
def test_a_point_that_diverges_or_fails_is_a_result(neurosim, name):
    ran = neurosim("sweep", f"{name}.yaml", "--vary", "seed=1", "--jobs", 1, "--out", "o")

    assert ran.code == 0
    assert name in ran.out.splitlines()[1]


@pytest.mark.slow
def test_a_second_call_says_what_is_finished_already(neurosim, folder):
    first = neurosim("sweep", "passed.yaml", "--vary", "seed=1", "--jobs", 1, "--out", "o")
    files = _top(folder / "o")

    again = neurosim("sweep", "passed.yaml", "--vary", "seed=1", "--jobs", 1, "--out", "o")

    assert again.out == first.out
    assert again.err.startswith("note: 1 of 1 points are finished already\n")
    assert _top(folder / "o") == files


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", f"{RATE[:-1]}=1", "--out", "o"], "did you mean 'learning_rate'?"),
        (["--vary", "seed", "--out", "o"], "--vary: not understood, got 'seed'"),
        (["--vary", "seed=1"], "Missing option '--out'"),
        (["--out", "o"], "Missing option '--vary'"),
        (["--vary", "seed=1", "--out", "o", "--jobs", "two"], "expected a whole number"),
        (["--vary", "seed=1", "--out", "o", "--jobs", "1", "--dask", "x"], "one of the two"),
        (["--vary", "seed=1", "--out", "o", "--seed", "2"], "the key is set, too"),
        (["--vary", "seed=1", "--out", "passed.yaml"], "passed.yaml: is a file"),
        (["--vary", "seed=1", "--out", "o", "--set", "trainin.epochs=1"], "'training'"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(neurosim, folder, options, words):
    ran = neurosim("sweep", "passed.yaml", *options)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert not (folder / "o").exists()


@pytest.mark.slow
def test_killed_in_the_middle_and_called_again_the_files_are_those_of_one_go(process, folder):
    whole = process("sweep", "passed.yaml", *VARY, *SLOW, "--jobs", 1, "--out", "whole")
    assert whole.wait(timeout=200) == 0
    broken = process("sweep", "passed.yaml", *VARY, *SLOW, "--jobs", 2, "--out", "broken")
    _wait_for_points(folder / "broken", 4, broken)

    broken.kill()
    broken.communicate(timeout=30)  # its workers end, too
    assert 4 <= _n_points(folder / "broken") < 30
    assert _top(folder / "broken") == {}
    again = process("sweep", "passed.yaml", *VARY, *SLOW, "--jobs", 2, "--out", "broken")
    _, err = again.communicate(timeout=200)

    assert again.returncode == 0, err
    assert " of 30 points are finished already" in err
    assert _top(folder / "broken") == _top(folder / "whole")
    held = b"".join(_top(folder / "broken").values())
    assert str(folder).encode() not in held


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(process, folder):
    running = process("sweep", "passed.yaml", *VARY, *SLOW, "--jobs", 2, "--out", "o")
    _wait_for_points(folder / "o", 2, running)

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)

    assert (running.returncode, out) == (130, "")
    n = _n_points(folder / "o")
    assert err == (
        f"interrupted: {n} of 30 points are finished, and kept in o; the same command goes on\n"
    )

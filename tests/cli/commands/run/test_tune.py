"""``neurosim tune``: what it prints, keeps, and refuses."""

import json
import signal
import time

import pytest

RATE = "training.optimizer.learning_rate"
VARY = ["--vary", f"{RATE}=0.01..2 log", "--vary", "seed=1,2"]


@pytest.fixture(autouse=True)
def optuna():
    """The library, which is an extra."""
    return pytest.importorskip("optuna")


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_it_prints_the_trials_and_the_best_of_them(neurosim, folder):
    ran = neurosim("tune", "passed.yaml", *VARY, "--trials", 3, "--out", "new")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["trial", "learning_rate", "seed", "status", "epochs", "loss"]
    assert [line.split()[0] for line in lines[1:4]] == ["0", "1", "2"]
    assert lines[-1].startswith("3 trials; least loss: ")
    assert ran.err == "wrote tune.csv, tune.svg, tune.db and the trials to new\n"
    assert _names(folder / "new") == ["points", "tune.csv", "tune.db", "tune.svg"]


@pytest.mark.slow
def test_a_second_call_says_what_is_finished_already_and_goes_on(neurosim):
    neurosim("tune", "passed.yaml", *VARY, "--trials", 2, "--out", "o")

    ran = neurosim("tune", "passed.yaml", *VARY, "--trials", 4, "--out", "o")

    assert ran.err.startswith("note: 2 of 4 trials are finished already\n")
    assert ran.out.splitlines()[-1].startswith("4 trials; ")


def test_json_is_one_document_and_nothing_is_kept_unless_it_is_asked_for(neurosim, folder):
    before = _names(folder)

    ran = neurosim("tune", "passed.yaml", "--trials", 2, "--json", "--maximize", "loss")

    document = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert list(document["axes"]) == [RATE]
    losses = [point["loss"] for point in document["points"]]
    assert document["best"] == losses.index(max(losses))
    assert _names(folder) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", f"{RATE[:-1]}=1..2"], "did you mean 'learning_rate'?"),
        (["--vary", "seed=9..0"], "--vary seed: empty range, got '9..0'"),
        (["--trials", "0"], "0 is not in the range x>=1"),
        (["--minimize", "acuracy"], "unknown measure 'acuracy'"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(neurosim, folder, options, words):
    ran = neurosim("tune", "passed.yaml", *options, "--out", "o")

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert not (folder / "o").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(process, folder):
    slow = ["--set", "training.epochs=4000", "--set", "training.metrics=[mae]"]
    running = process("tune", "passed.yaml", *VARY, *slow, "--out", "o")
    end = time.monotonic() + 120
    while len(list(folder.glob("o/points/*/point.json"))) < 3:
        assert running.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)

    assert (running.returncode, out) == (130, "")
    assert err.startswith("interrupted: ")
    assert err.endswith(" of 50 trials are finished, and kept in o; the same command goes on\n")

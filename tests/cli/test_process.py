"""What only a process of its own shows: signals, pipes, terminals, a missing package."""

import json
import os
import pty
import resource
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns

FULL = Path("/dev/full")


@pytest.fixture
def terminal():
    """Both ends of a terminal: what is read, and what a process writes to."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.slow
def test_on_a_terminal_a_bar_moves_and_ctrl_c_ends_with_130(process, terminal):
    screen, line = terminal
    running = process("run", "passed.yaml", "--set=training.epochs=1000000000", stderr=line)

    shown = b""
    while shown.count(b"/1000000000") < 3:  # once at 0, then as epochs are done
        shown += os.read(screen, 65536)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    while b"interrupted" not in shown:
        shown += os.read(screen, 65536)

    done = {word.rsplit(b"m", 1)[-1].strip() for word in shown.split(b"/1000000000")[:-1]}
    assert running.returncode == 130
    assert out == ""
    assert len(done) >= 2
    assert b"loss " in shown
    assert b"Traceback" not in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "number", "code"),
    [("graph", signal.SIGINT, 130), ("compiled", signal.SIGTERM, 143)],
)
def test_a_signal_keeps_what_was_reached_in_the_folder_of_out(  # noqa: PLR0917 - fixtures
    process, folder, terminal, engine, number, code
):
    screen, line = terminal
    options = ["--engine", engine, "--set=training.epochs=1000000000", "--out", "R"]
    running = process("run", "passed.yaml", "failed.yaml", *options, stderr=line)

    shown = b""
    while shown.count(b"/1000000000") < 4:  # once at 0, then as epochs are done
        shown += os.read(screen, 65536)
    running.send_signal(number)
    out, _ = running.communicate(timeout=30)
    while b"goes on from here" not in shown:
        shown += os.read(screen, 65536)

    place = folder / "R" / "passed"
    document = json.loads((place / "run.json").read_text())
    epochs = (place / "metrics.jsonl").read_text().splitlines()
    network = ns.load(place / "network.json")
    assert running.returncode == code
    assert (document["status"], document["interrupted"]) == ("interrupted", True)
    assert set(document["files"]) == {path.name for path in place.iterdir()} - {"run.json"}
    assert (place / "checkpoint").is_file()
    assert document["epochs"] == len(epochs) > 0
    assert f"interrupted: after {len(epochs):,} of 1,000,000,000 epochs" in out
    assert b"Traceback" not in shown
    assert not (folder / "R" / "failed").exists()
    trained = ns.run_scenario(
        "passed.yaml", overrides={"training.epochs": len(epochs)}, engine=engine
    )
    assert np.array_equal(network.parameters(), trained.network.parameters())
    assert document["loss"]["last"] == trained.loss.last


@pytest.mark.slow
def test_there_is_no_bar_where_stderr_is_no_terminal(process, terminal):
    screen, line = terminal
    running = process("run", "passed.yaml", stdout=line, environment={"NO_COLOR": "1"})

    _, err = running.communicate(timeout=30)

    assert err == ""
    assert b"2 of 2 expectations met" in os.read(screen, 65536)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "passed.yaml", "passed.yaml"],
        pytest.param(["list"], marks=pytest.mark.slow),
        pytest.param(["run", "--json", "passed.yaml"], marks=pytest.mark.slow),
    ],
)
def test_a_reader_that_goes_away_is_no_mistake(process, arguments):
    running = process(*arguments)
    running.stdout.close()  # as head does

    err = running.stderr.read()

    assert err == ""
    assert running.wait(timeout=30) == 0


@pytest.mark.parametrize(
    "command",
    ["list", pytest.param("run passed.yaml", marks=pytest.mark.slow)],
)
def test_a_standard_output_that_is_closed_is_told(process, command):
    running = process(*command.split(), preexec_fn=lambda: os.close(1))  # as >&- does

    err = running.stderr.read()

    assert running.wait(timeout=30) == 2
    assert err == "error: standard output is closed; expected one, or > /dev/null\n"


@pytest.mark.slow
def test_a_standard_error_that_is_closed_is_no_mistake(process):
    running = process("run", "passed.yaml", preexec_fn=lambda: os.close(2))

    out = running.stdout.read()

    assert running.wait(timeout=30) == 0
    assert "2 of 2 expectations met" in out


@pytest.mark.parametrize("name", ["click", "rich"])
def test_ctrl_c_while_a_command_is_loaded_ends_with_130(process, folder, name):
    # stands in front of the real one, so that the signal comes in the middle of an import
    (folder / f"{name}.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")

    running = process("run", "passed.yaml")
    out, err = running.communicate(timeout=30)

    assert (running.returncode, out, err) == (130, "", "interrupted\n")


def test_a_second_signal_ends_the_process_at_once(process):
    code = (
        "import os, signal, neurosim.cli.signals as s\n"
        "with s.ending_by_signals():\n"
        "    try: os.kill(os.getpid(), signal.SIGINT)\n"
        "    except s.Ended: os.kill(os.getpid(), signal.SIGTERM); print('never')\n"
    )

    running = process(command=["-c", code])

    assert (*running.communicate(timeout=30), running.returncode) == ("", "", 143)


def test_a_command_waits_only_for_what_it_needs(process):
    code = "import sys, neurosim.cli.main as m; m.run_command(['list']); print(*sys.modules)"

    running = process(command=["-c", code])
    out, _ = running.communicate(timeout=30)

    loaded = set(out.splitlines()[-1].split())
    assert "neurosim.cli.commands.check.list_command" in loaded
    assert not loaded & {
        "neurosim.cli.commands.check.bench",
        "rich",
        "pydantic",
        "neurosim.training",
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are those of Linux")
def test_where_files_cannot_be_as_long_as_they_are_it_says_so_and_leaves_nothing(process, folder):
    before = set(folder.rglob("*"))
    lines = "run passed.yaml --out R", "page passed.yaml -o p.html", "trace passed.yaml -o t.jsonl"
    for most in (1, 100, 1000):
        for line in lines:
            limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
            # Python 3.11 would leave its own bytecode cut off (python/cpython issue 126606), and
            # what measures the tests cannot write either
            own = {"PYTHONDONTWRITEBYTECODE": "1", "COVERAGE_PROCESS_CONFIG": ""}
            running = process(*line.split(), preexec_fn=limit, environment=own)
            _, err = running.communicate(timeout=60)

            assert (running.returncode, "Traceback" in err) == (2, False), (line, most, err)
            assert "file too large" in err.lower(), (line, most, err)
            assert set(folder.rglob("*")) - before <= {folder / "R"}, (line, most)


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="no such device")
def test_a_disk_that_is_full_is_told(process):
    with FULL.open("w") as full:
        running = process("list", stdout=full)
        _, err = running.communicate(timeout=30)

    assert running.returncode == 2
    assert err == "error: output: no space left on device\n"


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="no such device")
def test_where_no_error_can_be_written_the_exit_code_says_it(process):
    with FULL.open("w") as full:
        running = process("run", "no-such.yaml", stderr=full)
        out, _ = running.communicate(timeout=30)

    assert (running.returncode, out) == (2, "")


@pytest.mark.slow
def test_a_terminal_without_the_letters_of_a_title_still_shows_the_rest(process):
    running = process(
        "run", "passed.yaml", "--set=title=神 é", environment={"PYTHONIOENCODING": "ascii"}
    )

    out, err = running.communicate(timeout=30)

    assert (running.returncode, err) == (0, "")
    assert out.startswith("\\u795e \\xe9\nnetwork: 2 inputs")


@pytest.mark.slow
def test_without_scikit_learn_a_scenario_is_skipped_and_counts_as_met(process, folder):
    # a module that refuses to be imported stands in front of the real one, if there is one
    (folder / "sklearn.py").write_text("raise ImportError('not here')")

    running = process("run", "skipped.yaml", "digits", "passed.yaml", "--json")
    out, err = running.communicate(timeout=30)

    documents = json.loads(out)
    assert (running.returncode, err) == (0, "")
    assert [document["status"] for document in documents] == ["skipped", "skipped", "passed"]
    assert "pip install scikit-learn" in documents[1]["message"]


@pytest.mark.slow
def test_odd_values_of_the_environment_are_harmless(process):
    odd = ("MPLBACKEND", "SOURCE_DATE_EPOCH", "COLUMNS", "LINES", "TERM", "FORCE_COLOR", "LC_ALL",
           "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NETWORKX_BACKEND_PRIORITY", "TMPDIR",
           "NETWORKX_AUTOMATIC_BACKENDS", "LOKY_MAX_CPU_COUNT", "JOBLIB_START_METHOD", "PAGER",
           "EDITOR", "SHELL", "TZ", "PYDANTIC_DISABLE_PLUGINS")  # fmt: skip
    environment = dict.fromkeys(odd, "nonsense") | {"PYTHONWARNINGS": "error"}
    running = process("draw", "passed.yaml", "-o", "o.svg", environment=environment)

    out, err = running.communicate(timeout=60)

    assert (running.returncode, out, err) == (0, "o.svg\n", "")

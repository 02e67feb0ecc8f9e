"""The command: what it prints, what it writes, and how it ends."""

import json

import pytest

from tests.benchmarks import naive
from tests.benchmarks.command import main
from tests.benchmarks.rounds import Measurement
from tests.benchmarks.workloads import PEERS, WORKLOADS

QUICK = ["--small", "--peers", "tuned,naive"]


@pytest.fixture
def bench(capsys):
    """``bench(arguments...)``: the exit code, and what was written to both streams."""

    def bench(*arguments):
        code = main(arguments)
        return code, *capsys.readouterr()

    return bench


def test_a_table_shows_each_system_its_time_and_its_check(bench):
    code, out, _ = bench("W1", *QUICK)

    assert code == 0
    rows = [line for line in out.splitlines() if line.startswith(("neurosim ", "tuned", "naive"))]
    assert [row.split("  ")[0] for row in rows] == ["neurosim", "tuned NumPy", "naive NumPy"]
    assert "the reference" in rows[1]
    assert "losses and parameters within" in rows[2]


@pytest.mark.slow
def test_bars_are_listed_once_more_at_the_end_and_a_small_size_is_not_judged(bench):
    _, out, _ = bench("W1", "W3", *QUICK)

    last = [line.split() for line in out.splitlines()[-11:]]
    assert [line[0] for line in last] == ["bar", *["W1"] * 5, *["W3"] * 5]
    assert out.count("not judged time / the best NumPy") == 2


def test_json_alone_stands_on_standard_output(bench):
    code, out, err = bench("W1", *QUICK, "--rounds", "2", "--json", "-")

    document = json.loads(out)
    (workload,) = document["workloads"]
    assert code == 0
    assert set(document) == {"machine", "workloads"}
    assert {"cpu", "cores", "python", "packages", "blas", "warnings"} <= set(document["machine"])
    assert [row["name"] for row in workload["rows"]] == ["neurosim", "tuned NumPy", "naive NumPy"]
    assert [len(row["rounds"]) for row in workload["rows"]] == [2, 2, 2]
    assert workload["bars"][0]["bar"]["limit"] == 0.25
    assert "tuned NumPy" in err


def test_json_goes_to_a_file(bench, tmp_path):
    path = tmp_path / "figures.json"

    code, out, _ = bench("W1", *QUICK, "--json", str(path))

    assert code == 0
    assert "tuned NumPy" in out
    assert json.loads(path.read_text())["workloads"][0]["name"] == "W1"


def test_a_file_that_cannot_be_written_is_told(bench, tmp_path):
    code, _, err = bench("W1", *QUICK, "--json", str(tmp_path / "none" / "f.json"))

    assert code == 2
    assert "f.json: no such file or directory" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["W11"], "unknown workload 'W11' (did you mean 'W1'?)"),
        (["--peers", "touch"], "unknown peer 'touch' (did you mean 'torch'?)"),
        (["--rounds", "0"], "--rounds"),
    ],
)
def test_wrong_use_is_told_before_anything_runs(bench, arguments, said):
    code, out, err = bench(*arguments)

    assert code == 2
    assert out == ""
    assert said in err


def test_the_help_names_every_workload_and_every_peer(bench):
    code, out, _ = bench("--help")

    words = set(out.replace(",", " ").replace(".", " ").split())
    assert code == 0
    assert set(WORKLOADS) | set(PEERS) <= words


@pytest.mark.slow
def test_an_interruption_prints_what_is_done_so_far(bench, monkeypatch, tmp_path):
    rounds = Measurement.rounds

    def interrupted(self, count):
        if self._workload.name == "W3":
            yield next(rounds(self, count))
            raise KeyboardInterrupt
        yield from rounds(self, count)

    monkeypatch.setattr(Measurement, "rounds", interrupted)
    path = tmp_path / "f.json"

    code, out, err = bench("W1", "W3", "W2", *QUICK, "--rounds", "2", "--json", str(path))

    written = json.loads(path.read_text())["workloads"]
    assert code == 130
    assert "interrupted" in err
    assert [(w["name"], w["rounds"]) for w in written] == [("W1", 2), ("W3", 1)]
    assert out.splitlines()[-1].startswith("W3")


def test_a_system_that_computes_something_else_is_shown_and_ends_with_1(bench, monkeypatch):
    monkeypatch.setitem(
        naive.LOSSES,
        "half_squared_error",
        lambda a, t: (0.0, (a - t) * a * (1 - a)),
    )

    code, out, _ = bench("W1", *QUICK)

    assert code == 1
    (row,) = [line for line in out.splitlines() if line.startswith("naive NumPy")]
    assert "refused" in row
    assert "no: losses[0] is off by" in row

"""Rounds: who is timed, in which order, and what is made of it."""

import gc

import pytest

from tests.benchmarks.rounds import Measurement, ratio
from tests.benchmarks.systems import NEUROSIM, TUNED, Absent, Bar, Outcome, System, Workload


def test_a_system_that_computes_something_else_is_refused_and_not_timed(measured, pair, make_fake):
    log = []

    result = measured(*pair, make_fake("liar", [1.0, 0.4], log=log))

    liar = result.row("liar")
    assert result.refused == ("liar",)
    assert (liar.status, liar.rounds, liar.times) == ("refused", (), None)
    assert "losses[1] is off by 0.1" in liar.check
    assert log == ["liar"]  # the check itself, and no round


def test_a_system_is_held_to_what_it_must_compute_where_that_is_something_else(
    measured, pair, make_fake
):
    def expected():
        return Outcome({"losses": [7.0]})

    near = make_fake("near", [7.0], expected=expected)
    far = make_fake("far", [1.0, 0.5], expected=expected)

    result = measured(*pair, near, far)

    assert result.refused == ("far",)


def test_neurosim_is_refused_like_any_other(measured, make_fake, ratio_bar):
    result = measured(make_fake(NEUROSIM, [2.0]), make_fake(TUNED, [1.0]), bars=(ratio_bar,))

    assert result.refused == (NEUROSIM,)
    assert result.bars[0].value is None
    assert result.bars[0].met is None


def test_each_round_runs_every_system_once_and_begins_with_another(measured, make_fake):
    log = []

    measured(
        make_fake(NEUROSIM, [1], log=log),
        make_fake(TUNED, [1], log=log),
        make_fake("c", [1], log=log),
    )

    a, b = NEUROSIM, TUNED
    assert log == [a, b, "c", a, b, "c", b, "c", a, "c", a, b]  # the check, then three rounds


def test_a_short_run_is_repeated_and_the_first_is_not_counted(measured, monkeypatch):
    durations = {"short": iter([9.0, 8.0, 3.0, 5.0, 4.0]), "long": iter([9.0, 10.0])}
    now = [0.0]
    monkeypatch.setattr("tests.benchmarks.rounds.time.perf_counter", lambda: now[0])

    def system(name):
        def run():
            now[0] += next(durations[name])

        return System(name, "naive", lambda: run, units=2)

    result = measured(system("short"), system("long"), rounds=1, enough=10.0)

    assert result.row("short").rounds == (2.0,)  # the mean of 3, 5 and 4, for a unit of two
    assert result.row("long").rounds == (5.0,)


def test_the_collector_rests_while_a_system_runs_and_is_back_behind_it(measured):
    states = []

    def prepare():
        return lambda: states.append(gc.isenabled())

    measured(System(NEUROSIM, NEUROSIM, prepare), rounds=2)

    assert states == [True, False, False]
    assert gc.isenabled()


def test_the_collector_is_back_behind_a_system_that_fails():
    calls = []

    def fail():
        calls.append(1)
        if len(calls) > 1:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        _drain(System("f", "naive", lambda: fail))

    assert gc.isenabled()


def _drain(system):
    workload = Workload("F", "", "turn", lambda _size, _peers: [system])
    for _ in Measurement(workload, size="full", peers=frozenset()).rounds(1):
        pass


def test_an_absent_system_says_why(measured, pair):
    result = measured(*pair, Absent("jax.jit", "jax", "not installed"))

    row = result.row("jax.jit")
    assert (row.status, row.note, row.median) == ("absent", "not installed", None)


def test_a_system_may_have_figures_of_its_own_instead_of_its_time(measured):
    figures = [{"objects: build": 4.0, "objects: memory": 350.0}]
    system = System("objects", NEUROSIM, lambda: lambda: figures[0], figures=lambda got: got)

    result = measured(system, bars=(Bar("bytes", ("objects: memory",), (), "<=", 450),))

    assert result.row("objects: build").median == 4.0
    assert result.bars[0].value == 350.0
    assert result.bars[0].met is True


def test_figures_belong_to_their_own_system_even_where_names_begin_alike(measured):
    one = System("rows 1", "naive", lambda: lambda: None, figures=lambda _: {"rows 1: a": 1.0})
    more = System("rows 16", "naive", lambda: lambda: None, figures=lambda _: {"rows 16: a": 2.0})

    result = measured(one, more)

    assert [row.name for row in result.rows] == ["rows 1: a", "rows 16: a"]


def test_ratios_are_medians_of_the_rounds_ratios_not_ratios_of_medians():
    # a slow round slows both: 2/1, 30/10, 4/1 -> the median ratio is 3; that of medians is 4/1
    rounds = [{"a": 2.0, "b": 1.0}, {"a": 30.0, "b": 10.0}, {"a": 4.0, "b": 1.0}]

    assert ratio(("a",), ("b",), rounds) == 3.0


def test_of_several_rows_the_largest_stands_over_the_smallest():
    assert ratio(("a", "b"), ("c", "d"), [{"a": 1.0, "b": 6.0, "c": 2.0, "d": 3.0}]) == 3.0


def test_without_a_divisor_it_is_the_largest_of_the_medians():
    rounds = [{"a": 1.0, "b": 9.0}, {"a": 8.0, "b": 2.0}, {"a": 2.0, "b": 3.0}]

    assert ratio(("a", "b"), (), rounds) == 3.0


@pytest.mark.parametrize("rounds", [[], [{"a": 1.0}], [{"a": 1.0, "b": 1.0}, {"a": 1.0}]])
def test_there_is_no_ratio_without_both_rows_in_every_round(rounds):
    assert ratio(("a",), ("b",), rounds) is None


def test_a_small_size_is_not_judged(measured, pair, ratio_bar):
    result = measured(*pair, size="small", bars=(ratio_bar,))

    assert result.bars[0].value is not None
    assert result.bars[0].met is None


def test_a_measurement_that_is_broken_off_keeps_its_rounds(pair, ratio_bar, monkeypatch):
    monkeypatch.setattr("tests.benchmarks.rounds.ENOUGH", 0.0)  # each once
    workload = Workload("F", "", "turn", lambda _size, _peers: list(pair), (ratio_bar,))
    measurement = Measurement(workload, size="full", peers=frozenset())
    rounds = measurement.rounds(7)
    next(rounds), next(rounds)

    result = measurement.result()

    assert result.rounds == 2
    assert len(result.row(NEUROSIM).rounds) == 2
    assert result.bars[0].met is not None

"""A scenario opened in the debugger: its network, its rows, its training, its seed."""

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ScenarioError

SHUFFLED = {"training.shuffle": True, "training.batch_size": 2}


@pytest.fixture
def debug(write, small):
    """Open the small scenario."""
    return lambda *changes, **options: ns.debug_scenario(write(small(*changes)), **options)


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_a_session_ends_where_a_run_of_the_scenario_ends(debug, write, small, engine):
    options = {"engine": engine, "overrides": SHUFFLED}
    session = debug(**options)

    session.continue_()

    result = ns.run_scenario(write(small()), **options)
    assert session.is_over
    assert session.network.parameters().tolist() == result.network.parameters().tolist()


def test_a_session_begins_at_the_first_step_with_the_scenarios_weights(debug):
    session = debug(overrides={"network.initial": {"weights": {"constant": 1}}})

    # 2 loads, a start, 2 terms, sigmoid; the loss; delta, 3 gradients
    assert str(session.position) == "epoch 0, sample 0, forward, step 0 of 11"
    assert session.network["a", "o1"].weight == 1.0
    assert session.n_epochs == 4


def test_a_seed_instead_of_the_scenarios_shuffles_the_rows_otherwise(debug):
    rows = []
    for seed in (None, 1, 3):
        session = debug(seed=seed, overrides=SHUFFLED)
        rows.append([session.goto(sample=sample).position.row for sample in range(4)])

    assert rows[0] == rows[1]  # its own seed is 1
    assert rows[2] != rows[1]
    assert sorted(rows[2]) == [0, 1, 2, 3]


def test_a_scenario_that_trains_nothing_is_refused():
    with pytest.raises(InvalidValueError) as caught:
        ns.debug_scenario("two-two-one")

    assert str(caught.value) == (
        "two-two-one: nothing to step through, got no data; expected a scenario with a training"
    )


def test_a_scenario_with_data_alone_is_refused_too(write, small):
    text = small()
    begin, end = text.index("training:"), text.index("expect:")

    with pytest.raises(InvalidValueError, match="step through, got no training; expected a sc"):
        ns.debug_scenario(write(text[:begin] + text[end:]))


def test_an_engine_that_is_none_is_an_error_of_the_scenario(debug):
    with pytest.raises(ScenarioError, match="unknown engine, got 'quick'"):
        debug(engine="quick")


def test_what_is_kept_to_go_back_can_be_bounded(debug):
    with pytest.raises(InvalidValueError, match="limit"):
        debug(limit=1)


def test_what_a_session_finds_is_cured_by_keys_of_the_scenario():
    session = ns.debug_scenario("twins")
    session.goto(epoch=5000)

    cures = {finding.name: finding.cure for finding in session.diagnose().findings}

    # the weights that the file gives are left out, where weights are to be drawn
    assert "network.connections[0]={from: x, to: h}" in cures["twin_units"]

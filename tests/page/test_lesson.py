"""What is left out of a page that would be too large."""

import re

import pytest

from neurosim.errors import InvalidValueError
from neurosim.page.contents import all_of, read_contents, to_bytes
from neurosim.page.lesson import default_epochs, make_lesson
from neurosim.page.recording import record
from neurosim.scenario import load_scenario
from neurosim.training.training import Training

HOW = {"loss": "half_squared_error", "optimizer": "sgd", "learning_rate": 1.0}


def lesson(limit, *, name="iris", epochs=(0, 1, 2)):
    scenario = load_scenario(name)
    training = Training(scenario.network, *scenario.require_training(name, "page"))
    return make_lesson(training, 3, epochs, limit=limit)


@pytest.mark.slow
def test_epochs_go_first_then_rows_and_the_page_is_as_large_as_it_may_be():
    sizes = {limit: lesson(limit) for limit in (800_000, 450_000, 220_000)}

    assert "epochs 1, 2." in " ".join(sizes[450_000].notes)
    assert "all but the first" not in " ".join(sizes[450_000].notes)
    rows = re.search(r"all but the first (\d+) rows of 90", " ".join(sizes[220_000].notes))
    assert rows is not None
    for limit, found in sizes.items():
        assert len(found.html) <= limit
        assert " ".join(found.notes).encode() in found.html
    assert len(sizes[220_000].html) > 200_000


@pytest.mark.slow
def test_a_limit_below_one_row_of_one_epoch_says_what_is_needed():
    with pytest.raises(InvalidValueError, match="limit: got 1,000 bytes; expected at least") as no:
        lesson(1000, name="xor", epochs=[0])
    least = int(re.search(r"at least ([\d,]+)", str(no.value))[1].replace(",", ""))

    assert len(lesson(least, name="xor", epochs=[0]).html) <= least
    with pytest.raises(InvalidValueError):
        lesson(least - 1, name="xor", epochs=[0])


def test_usual_epochs_of_short_trainings():
    assert default_epochs(1) == [0]
    assert default_epochs(2) == [0, 1]
    assert default_epochs(10) == [0, 1, 9]
    assert default_epochs(11) == [0, 1, 10]


def _freeze(network):
    for parameter in network.parameter_list():
        parameter.trainable = False


def _drop(network):
    network["h1"].dropout = 0.5


def _share(network):
    network.share(("a", "h1"), ("b", "h2"))


@pytest.mark.parametrize("edit", [_freeze, _drop, _share])
def test_frozen_dropped_and_shared_parts_are_read_back(edit):
    scenario = load_scenario("xor")
    edit(scenario.network)
    X, T, _ = scenario.require_training("xor", "page")
    training = Training(scenario.network, X, T, **HOW, batch_size=3, seed=1)
    recording = record(training, 4, [0, 3], n_rows=4)

    contents = read_contents(to_bytes(recording, all_of(recording)))

    for row, numbers in enumerate(recording.samples.rows):
        found = [contents.value("sample", row, column) for column in range(len(numbers))]
        assert found == numbers
    for row, numbers in enumerate(recording.updates.rows):
        found = [contents.value("update", row, column) for column in range(len(numbers))]
        assert found == numbers


@pytest.mark.slow
def test_a_training_that_stops_ends_with_its_last_epoch_and_says_why():
    scenario = load_scenario("xor")
    X, T, _ = scenario.require_training("xor", "page")
    training = Training(scenario.network, X, T, **HOW, batch_size=1, until={"loss": 0.125})

    found = make_lesson(training, 300)

    assert found.notes[0] == "Steps of epochs 0, 1, 10, 71."
    assert "loss 0.124882 reached in epoch 71" in found.notes[1]
    assert found.notes[2] == "The training did not come to: epochs 100, 299."
    assert found.diverged == ""


def test_the_loss_of_the_validation_rows_is_that_of_a_run():
    def training():
        scenario = load_scenario("over-fitting")
        X, T, options = scenario.require_training("over-fitting", "page")
        return Training(scenario.network, X, T, options)

    epochs, losses = record(training(), 30, [0, 5], n_rows=1).validation

    assert tuple(losses) == training().watch(30).validation_loss
    assert epochs == list(range(30))

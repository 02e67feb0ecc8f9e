"""Options whose entries are made of tables: what a user registered is written as ours are."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

import neurosim as ns
from neurosim.functions.penalties import L2, Penalties
from neurosim.functions.schedules.base import require_schedule
from neurosim.functions.schedules.shipped import RateList
from neurosim.scenario.format.entry import described
from neurosim.scenario.format.node import SourcePlace, descend, node_of
from tests.each import each


@dataclass(frozen=True)
class Band:
    """Weights are drawn to a number."""

    strength: float
    middle: float = 0.0

    name: ClassVar[str] = "band"

    def gradient(self, weight, rows):
        return self.strength * (weight - self.middle) / rows


@dataclass(frozen=True)
class Pull:
    """The same, to a number that must be given.

    Args:
        strength: how strongly; a line of words that goes on
            in the next: this one.
        middle: where to.
    """

    strength: float
    middle: float

    name: ClassVar[str] = "pull"
    gradient = Band.gradient


@pytest.fixture
def _own():
    for kind in (Band, Pull):
        ns.register_penalty(kind)
    yield
    for kind in (Band, Pull):
        ns.unregister_penalty(kind.name)


@pytest.mark.usefixtures("_own")
@pytest.mark.filterwarnings("error")
@each(
    ("written", "meant"),
    [
        ("{band: 0.5}", Band(0.5)),
        ("{band: {strength: 0.5, middle: 2}}", Band(0.5, 2.0)),
        ("{band: {strength: 0.5}}", Band(0.5)),
        ("{pull: {strength: 0.5, middle: 2}}", Pull(0.5, 2.0)),
        ("{pull: {strength: 0.5, middle: 2}, l2: 1}", Penalties((L2(1.0), Pull(0.5, 2.0)))),
        ("{pull: 0.5}", "penalty.pull: wrong kind, got 0.5; expected a mapping"),
        ("{band: {middle: 1}}", "penalty.band.strength: missing key"),
        ("{band: [1]}", "penalty.band: wrong kind, got a list of 1; expected a number, or a map"),
    ],
)
def test_a_penalty_of_ones_own_is_a_number_or_its_options(load, small, written, meant):
    text = small(("epochs: 4", f"epochs: 4\n  penalty: {written}"))

    if isinstance(meant, str):
        with pytest.raises(ns.ScenarioError) as caught:
            load(text)
        assert meant in str(caught.value)
    else:
        assert load(text).training.penalty == meant


@each(
    ("written", "meant"),
    [
        ("{exponential: 0.5}", require_schedule({"exponential": 0.5})),
        ("{list: [[0, 1], [2, 0.5]]}", RateList(((0, 1.0), (2, 0.5)))),
        ("{cosine: {epochs: 3, lowest: 0.1}}", require_schedule({"cosine": {"epochs": 3,
                                                                            "lowest": 0.1}})),
    ],
)  # fmt: skip
def test_a_schedule_is_its_first_number_or_its_options(load, small, written, meant):
    assert (
        load(small(("epochs: 4", f"epochs: 4\n  schedule: {written}"))).training.schedule == meant
    )


def test_an_option_is_described_by_its_first_line():
    assert described(Pull) == {
        "": "The same, to a number that must be given.",
        "strength": "how strongly; a line of words that goes on",
        "middle": "where to.",
    }


@each(
    ("path", "found"),
    [((), "{}"), (("a", 1), 6), (("a", 2), "a"), (("a", 1, "b"), 6), (("a", "b"), "a"),
     (("q",), "{}")],
)  # fmt: skip
def test_a_path_leads_to_the_last_entry_that_is_there(path, found):
    tree = node_of({"a": [5, 6]}, SourcePlace("f.yaml", 1, 1))
    expected = {"{}": tree, "a": tree.value["a"], 6: tree.value["a"].value[1]}[found]

    assert descend(tree, path) is expected

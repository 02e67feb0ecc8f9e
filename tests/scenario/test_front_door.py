"""The names of ``neurosim.scenario`` are loaded when they are asked for."""

import pytest

from neurosim import scenario
from tests.each import each


@each("name", scenario.__all__)
def test_every_name_is_that_of_a_thing_with_this_name(name):
    found = getattr(scenario, name)

    assert found.__name__ == name
    assert name in dir(scenario)


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match=r"'neurosim\.scenario' has no attribute 'nosuch'"):
        _ = scenario.nosuch

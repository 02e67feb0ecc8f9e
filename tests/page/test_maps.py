"""Maps of answers in steps of colour."""

import numpy as np

from neurosim.page.maps import MapPicture, colour_middle
from neurosim.scenario import load_scenario


def test_an_output_has_no_colour_where_it_decides_and_a_hidden_neuron_none_at_0():
    network = load_scenario("xor").network
    T = np.array([[0.0], [1.0]])
    output, hidden = network.outputs[0].name, network.neurons[2].name

    assert colour_middle(network, output, T) == 0.5
    assert colour_middle(network, hidden, T) == 0.0


def test_steps_are_hundredths_of_the_largest_distance_from_the_middle():
    picture = MapPicture.of(np.array([[0.5, 0.7], [0.1, np.nan]]), 0.5)

    assert picture.largest == 0.4
    assert picture.steps.tolist() == [[0.0, 50.0], [-100.0, 0.0]]

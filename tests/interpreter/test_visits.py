"""What a walk looks up once: the functions of a neuron."""

from neurosim.functions.activations import ACTIVATIONS
from neurosim.interpreter.visits import functions_of
from neurosim.network import Network


def test_an_activation_is_its_functions_where_nothing_of_it_is_learned(net):
    sigmoid = ACTIVATIONS["sigmoid"]

    assert functions_of(net["h1"]) == (sigmoid.value, sigmoid.slope)


def test_what_is_learned_is_read_at_each_call():
    net = Network()
    neuron = net.add_neuron("h", activation="prelu")
    value, slope = functions_of(neuron)

    neuron.function_parameters[0].value = 0.5

    assert (value(-2.0), slope(-2.0, -1.0)) == (-1.0, 0.5)

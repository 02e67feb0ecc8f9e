"""Genomes of neat-python as networks, and back: the outputs are neat-python's own."""

import random
import re
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError
from neurosim.functions.activations import ACTIVATIONS

neat = pytest.importorskip("neat")
CONFIG = Path(__file__).parent / "neat.cfg"


@pytest.fixture
def config():
    """3 inputs, 2 outputs, every activation; what a test registers is taken away again."""
    before = set(ACTIVATIONS)
    kinds = neat.DefaultGenome, neat.DefaultReproduction, neat.DefaultSpeciesSet
    yield neat.Config(*kinds, neat.DefaultStagnation, str(CONFIG))
    for name in set(ACTIVATIONS) - before:
        ns.unregister_activation(name)


def genomes(config, count):
    """So many genomes, each mutated some times."""
    random.seed(1)
    config.pop_size = count
    found = list(neat.Population(config).population.values())
    for genome in found:
        for _ in range(random.randrange(40)):  # noqa: S311 - neat-python draws from it
            genome.mutate(config.genome_config)
    return found


def outputs(genome, config, x):
    return np.array(neat.nn.FeedForwardNetwork.create(genome, config).activate(x))


@pytest.mark.slow
@pytest.mark.parametrize("count", [20, 200])
def test_mutated_genomes_give_the_same_outputs_and_come_back(config, assert_close, count):
    rng, n_disabled, activations = np.random.default_rng(3), 0, set()
    for genome in genomes(config, count):
        net, x = ns.from_neat(genome, config), rng.normal(size=3).tolist()
        expected = outputs(genome, config, x)

        assert_close(net.forward(x), expected, 1e-12)
        assert_close(net.predict([x])[0], expected, 1e-12)
        assert outputs(ns.to_neat(net, config), config, x).tobytes() == expected.tobytes()
        assert ns.from_neat(ns.to_neat(net, config), config)._structure.key == net._structure.key
        n_disabled += len(net.disabled)
        activations |= net.activation_names
    assert n_disabled > 50
    assert len(activations) == 18


def test_neurons_are_found_by_the_keys_of_nodes(config):
    net = ns.from_neat(genomes(config, 2)[0], config)

    assert net[-1] is net.inputs[0]
    assert (net[0], net[1]) == net.outputs


def test_a_network_of_ones_own_becomes_a_genome(config, assert_close):
    rng = np.random.default_rng(1)
    net = ns.from_weights([rng.normal(size=s) for s in ((3, 4), (4,), (4, 2), (2,))], "tanh",
                          "sigmoid")  # fmt: skip

    genome = ns.to_neat(net, config)

    assert_close(outputs(genome, config, [0.1, -0.4, 0.9]), net.forward([0.1, -0.4, 0.9]), 1e-15)


def test_a_function_that_a_user_added_to_the_config_is_registered(config):
    config.genome_config.add_activation("twice", lambda z: 2.0 * z)
    genome = genomes(config, 2)[0]
    for node in genome.nodes.values():
        node.activation, node.aggregation = "twice", "sum"

    net = ns.from_neat(genome, config)

    np.testing.assert_allclose(
        net.forward([1, 2, 3]), outputs(genome, config, [1, 2, 3]), rtol=1e-12
    )
    assert net[0].activation == "neat_twice"


def test_what_the_two_cannot_both_say_is_refused(config):
    genome = genomes(config, 2)[0]
    genome.nodes[0].aggregation = "median"
    with pytest.raises(UnknownNameError, match="node 0: unknown aggregation 'median'"):
        ns.from_neat(genome, config)

    net = ns.Network()
    net.add_layer("x", 3), net.add_layer("y", 2, activation="mish"), net.connect("x", "y")
    with pytest.raises(InvalidValueError, match=r"'y1': neat-python has no such.*'mish'"):
        ns.to_neat(net, config)
    net.outputs = ["y1"]
    with pytest.raises(ShapeError, match="got 1 outputs; expected 2"):
        ns.to_neat(net, config)


def test_a_recurrent_genome_is_refused_with_its_cycle(config):
    genome = neat.DefaultGenome(1)
    kind = config.genome_config.connection_gene_type
    for key in (0, 1):
        genome.nodes[key] = genome.create_node(config.genome_config, key)
        genome.nodes[key].aggregation = "sum"
    for number, key in enumerate([(-1, 0), (0, 1), (1, 0)], 1):
        genome.connections[key] = kind(key, innovation=number)
        genome.connections[key].weight, genome.connections[key].enabled = 1.0, True

    with pytest.raises(ns.NeurosimError, match=r"cycle.* o0 -> o1 -> o0|cycle.* o1 -> o0 -> o1"):
        ns.from_neat(genome, config)


def test_recurrent_configs_and_outputs_without_a_node_are_refused(config):
    genome = genomes(config, 1)[0]
    config.genome_config.feed_forward = False
    with pytest.raises(ns.NeurosimError, match="the config says feed_forward = False; expected"):
        ns.from_neat(genome, config)
    config.genome_config.feed_forward = True
    del genome.nodes[1]
    with pytest.raises(ns.NeurosimError, match="from_neat: output 1 has no node; expected one of"):
        ns.from_neat(genome, config)


def test_the_program_of_the_manual(config):
    page = (Path(ns.__file__).parent / "manual" / "doors.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(net = ns.from_neat.*?)```", page, re.DOTALL)
    given = {"ns": ns, "genome": genomes(config, 1)[0], "config": config}

    exec(program, given)  # noqa: S102 - the manual's own text

    assert set(given["genome"].nodes) >= {0, 1}

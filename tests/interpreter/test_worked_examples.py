"""Numbers that others printed, from the walk; two of them bit for bit."""

import platform
import sys

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD
from neurosim.functions.penalties import L2
from neurosim.interpreter import backward, update

HALF = LOSSES["half_squared_error"]
# Jason Brownlee, machinelearningmastery.com, "How to Code a Neural Network with Backpropagation In
# Python": 2-2-2, online, rate .5, 20 epochs in order. (weight, weight, bias) of each neuron.
BROWNLEE_START = [
    [0.13436424411240122, 0.8474337369372327, 0.763774618976614],
    [0.2550690257394217, 0.49543508709194095, 0.4494910647887381],
    [0.651592972722763, 0.7887233511355132, 0.0938595867742349],
    [0.02834747652200631, 0.8357651039198697, 0.43276706790505337],
]
BROWNLEE_END = [
    [-1.4688375095432327, 1.850887325439514, 1.0858178629550297],
    [0.37711098142462157, -0.0625909894552989, 0.2765123702642716],
    [2.515394649397849, -0.3391927502445985, -0.9671565426390275],
    [-2.5584149848484263, 1.0036422106209202, 0.42383086467582715],
]
BROWNLEE_ROWS = [
    (2.7810836, 2.550537003, 0), (1.465489372, 2.362125076, 0), (3.396561688, 4.400293529, 0),
    (1.38807019, 1.850220317, 0), (3.06407232, 3.005305973, 0), (7.627531214, 2.759262235, 1),
    (5.332441248, 2.088626775, 1), (6.922596716, 1.77106367, 1), (8.675418651, -0.242068655, 1),
    (7.673756466, 3.508563011, 1),
]  # fmt: skip


def two_layers(rows, n_hidden=2, **options):
    """2 inputs, hidden neurons, outputs, all sigmoid, from rows of (weight, weight, bias)."""
    made = ns.Network()
    made.add_layer("x", 2)
    made.add_layer("h", n_hidden, activation="sigmoid", **options)
    made.add_layer("o", len(rows) - n_hidden, activation="sigmoid", **options)
    for layer, source, part in (("h", "x", rows[:n_hidden]), ("o", "h", rows[n_hidden:])):
        made.connect(source, layer, weights=np.array(part)[:, :2].T)
        for neuron, (*_, bias) in zip(made.layer(layer).neurons, part, strict=True):
            neuron.bias = bias
    return made


def rows_of(network):
    hidden, outputs = network.layer("h").neurons, network.layer("o").neurons
    return [
        [*(c.weight for c in network.incoming(neuron)), neuron.bias]
        for neuron in (*hidden, *outputs)
    ]


def trained_by_brownlee(network=None):
    network = two_layers(BROWNLEE_START) if network is None else network
    X = [row[:2] for row in BROWNLEE_ROWS]
    T = [[1.0 - row[2], float(row[2])] for row in BROWNLEE_ROWS]
    ns.train(
        network, X, T, loss="half_squared_error", optimizer=SGD(0.5), epochs=20, batch_size=1,
        engine="graph",
    )  # fmt: skip
    return rows_of(network)


# the published bits are those of glibc's exp; elsewhere its last bit may be another
is_glibc = platform.libc_ver()[0] == "glibc"


def test_brownlees_twelve_parameters_come_out_bit_for_bit():
    rows = trained_by_brownlee()

    if is_glibc:
        assert rows == BROWNLEE_END
    assert np.array(rows) == pytest.approx(np.array(BROWNLEE_END), rel=1e-15)


def test_brownlees_bits_need_the_slope_formed_first(monkeypatch):
    # error*(o*(1-o)), and not error*o*(1-o): the last bits are others
    module = sys.modules["neurosim.interpreter.backward"]  # the package's name is the function's
    delta = module._delta

    def reordered(visit, start, back):
        step = delta(visit, start, back)
        visit.neuron.delta = step.output_gradient * step.output * (1.0 - step.output)
        return step

    monkeypatch.setattr(module, "_delta", reordered)

    assert trained_by_brownlee() != BROWNLEE_END


def test_brownlees_bits_need_the_bias_first():
    network = two_layers([[*row[:2], 0.0] for row in BROWNLEE_START], bias_trainable=False)
    network.add_neuron("one", bias=1.0)
    network["one"].bias_trainable = False
    neurons = (*network.layer("h").neurons, *network.layer("o").neurons)
    for neuron, (*_, bias) in zip(neurons, BROWNLEE_START, strict=True):
        network.connect("one", neuron.name, weight=bias)  # the same sum, with the bias as its last

    rows = [row[:2] for row in trained_by_brownlee(network)]

    published = [row[:2] for row in BROWNLEE_END]
    assert rows != published
    assert np.array(rows) == pytest.approx(np.array(published), abs=1e-12)


# Joel Grus, Data Science from Scratch: XOR by hand-set weights; bit for bit
GRUS = [
    ([0, 0], 9.38314668300676e-14),
    ([0, 1], 0.9999999999999059),
    ([1, 0], 0.9999999999999059),
    ([1, 1], 9.383146683006828e-14),
]


@pytest.mark.parametrize(("sample", "output"), GRUS)
def test_gruss_xor_comes_out_bit_for_bit(sample, output):
    network = two_layers([[20, 20, -30], [20, 20, -10], [-60, 60, -30]])

    assert network.forward(sample).tolist() == [output]


def test_the_neuron_of_the_tutorial():
    network = ns.Network()
    network.add_layer("x", 2)
    network.add_layer("o", 1, activation="sigmoid", bias=4.0)
    network.connect("x", "o", weights=[[0], [1]])

    assert network.forward([2, 3]).tolist() == [0.9990889488055994]
    assert network["o1"].net_input == 7.0


def test_the_two_two_one_network_of_the_tutorial(net):
    assert net.forward([2, 3]).tolist() == [0.7216325609518421]
    assert (net["h1"].output, net["h2"].output) == (0.9525741268224334, 0.9525741268224334)


def test_mazurs_example_step_by_step(mazur, batch):
    list(batch(mazur, [[0.05, 0.10]], [[0.01, 0.99]], HALF, SGD(0.5)))

    assert mazur.loss == pytest.approx(0.2983711087600027, abs=1e-14)
    assert [mazur[name].delta for name in ("o1", "o2", "h1", "h2")] == pytest.approx(
        [0.13849856162855695, -0.038098236516556236, 0.00877135468948693, 0.009954254705217196],
        abs=1e-14,
    )
    printed = [  # w1 w2 w3 w4 w5 w6 w7 w8
        0.149780716, 0.19956143, 0.24975114, 0.29950229,
        0.35891648, 0.408666186, 0.511301270, 0.561370121,
    ]  # fmt: skip
    assert [c.weight for c in mazur.connections if c.target.layer.name == "h"] == pytest.approx(
        [printed[0], printed[2], printed[1], printed[3]], abs=6e-9
    )
    assert [c.weight for c in mazur.connections if c.target.layer.name == "o"] == pytest.approx(
        [printed[4], printed[6], printed[5], printed[7]], abs=6e-9
    )
    assert (mazur["o1"].bias, mazur["h1"].bias) == (0.60, 0.35)


def test_a_worksheet_that_goes_back_through_updated_weights_is_not_followed(batch):
    network = two_layers([[0.1, 0.8, 0.0], [0.4, 0.6, 0.0], [0.3, 0.9, 0.0]], bias_trainable=False)

    list(batch(network, [[0.35, 0.9]], [[0.5]], HALF, SGD(1.0)))

    weights = [row[:2] for row in rows_of(network)]
    assert weights == pytest.approx(
        np.array(
            [
                [0.09907092883919034, 0.7976109598722038],
                [0.39713992422755456, 0.592645519442283],
                [0.27232596506128215, 0.8729983630089926],
            ]
        ),
        abs=1e-14,
    )
    worksheet = np.array([[0.09916, 0.7978], [0.3972, 0.5928]])
    assert (np.abs(np.array(weights[:2]) - worksheet) > 5e-5).all()


def test_zhous_gradient_of_the_mean_squared_error():
    network = two_layers([[1, 1, 0], [1, 1, 0], [1, 1, 0]])
    network.forward([-2, -1])

    list(backward(network, [1], LOSSES["mean_squared_error"]))

    assert network["h1"].output == pytest.approx(0.04742587317756678, abs=1e-14)
    assert network["o1"].output == pytest.approx(0.5236951740839997, abs=1e-14)
    assert network["o1"].output_gradient == pytest.approx(-0.9526096518320006, abs=1e-14)
    assert network["x1", "h1"].gradient == pytest.approx(0.021469535265811107, abs=1e-14)


def test_scikit_learns_hand_worked_update():
    network = ns.Network()
    network.add_layer("x", 3)
    network.add_layer("h", 2, activation="sigmoid", bias=0.1)
    network.add_layer("o", 1, activation="sigmoid", bias=1.0)
    network.connect("x", "h", weights=[[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]])
    network.connect("h", "o", weights=[[0.1], [0.2]])

    output = network.forward([0.6, 0.8, 0.7])[0]
    list(backward(network, [0], LOSSES["binary_cross_entropy"]))
    options = {"count": 1, "rate": 0.1, "rows": 1, "divisor": 1, "penalty": L2(0.1)}
    list(update(network, SGD(0.1), np.zeros((1, 11)), **options))

    assert output == pytest.approx(0.76545202190952, abs=1e-14)
    first = [[network[f"x{i}", f"h{j}"].weight for j in (1, 2)] for i in (1, 2, 3)]
    assert np.array(first) == pytest.approx(
        np.array(
            [
                [0.09799927101876635, 0.1957545466925248],
                [0.29566569469168846, 0.09600606225669969],
                [0.4938324828552274, -0.0026196955253877676],
            ]
        ),
        abs=1e-14,
    )
    assert network["o1"].bias == pytest.approx(0.9234547978090479, abs=1e-14)
    assert network.forward([0.6, 0.8, 0.7])[0] == pytest.approx(0.7394919180486681, abs=1e-14)

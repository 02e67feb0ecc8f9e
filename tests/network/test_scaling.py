"""Scaled inputs and outputs: raw numbers go in and come out, and the network keeps the scaling."""

import copy
import json
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.interpreter.forward import forward
from neurosim.network.document import to_document
from neurosim.network.scaling import fit_scalings
from tests.each import each


@pytest.fixture
def house():
    """The price of a house by its area: x = (area - 2000)/400, price = 3.4 + 1.1*a."""
    net = ns.Network("house")
    net.add_input("area")
    net.add_neuron("price", bias=0.1)
    net.connect("area", "price", weight=0.5)
    net.outputs = ["price"]
    net.set_scaling("area", ns.Scaling(2000, 400))
    net.set_scaling("price", ns.Scaling(3.4, 1.1))
    return net


def test_raw_numbers_go_in_and_come_out(house):
    expected = 3.4 + 1.1 * (0.1 + 0.26 * 0.5)

    assert house.forward([2104]).tolist() == [expected]
    assert house.predict([[2104]]).tolist() == [[expected]]
    assert (house["area"].output, house["area"].value) == (0.26, 2104)
    assert (house["price"].output, house["price"].value) == (0.1 + 0.5 * 0.26, expected)


def test_the_steps_print_the_way_in_and_out(house):
    steps = [str(step) for step in forward(house, [2104])]

    assert steps[0] == "area = (2104 - 2000)/400 = 0.26"
    assert steps[-1] == "price = 3.4 + 1.1*0.23 = 3.653"


def test_without_scaling_the_value_is_the_output(house):
    house.set_scaling("area", None)
    house.set_scaling("price", None)

    steps = [type(step).__name__ for step in forward(house, [2.0])]

    assert steps == ["Loaded", "Started", "Summed", "Activated"]
    assert house["price"].value == house["price"].output == 1.1


def test_a_value_is_not_there_before_it_is_computed(house):
    house.forward([2104])
    steps = forward(house, [1000])
    for step in steps:
        if type(step).__name__ == "Activated":
            break

    assert house["price"].value is None
    next(steps)
    assert house["price"].value == house["price"].output * 1.1 + 3.4


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_scalings_are_fitted_column_by_column(house, scale):
    X = [[1000.0], [2000.0], [4000.0]]

    house.scale_inputs(X, scale)

    inner = [house.forward(row) is None or house["area"].output for row in X]
    if scale == "minmax":
        assert inner == [0.0, 1 / 3, 1.0]
    else:
        assert (np.mean(inner), np.std(inner)) == pytest.approx((0.0, 1.0), abs=1e-15)


def test_standard_is_mean_0_and_deviation_1_by_hand():
    X = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]])

    first, second = fit_scalings(X, "standard", ["a", "b"])

    assert (first.offset, second.offset) == (3.0, 20.0)
    np.testing.assert_allclose([first.factor, second.factor], [(8 / 3) ** 0.5, 200**0.5], 1e-15)


@each("scale", ["standard", "minmax"])
@each("value", [0.0, 0.1, 1e300, -1.7e308, 5e-324])
def test_a_column_that_does_not_vary_becomes_0(scale, value):
    X = np.array([[value, n] for n in range(7)])

    scaling = fit_scalings(X, scale, ["a", "b"])[0]

    assert scaling == ns.Scaling(value, 1.0)
    assert scaling.inner(value) == 0.0


def test_a_column_whose_deviation_is_too_small_is_not_divided_by_it():
    (scaling,) = fit_scalings(np.array([[0.0], [5e-324]]), "standard", ["a"])

    assert scaling.factor == 1.0


def test_a_constant_column_has_the_factor_one(house):
    house.scale_outputs([[0.1], [0.1], [0.1]])

    assert house["price"].scaling == ns.Scaling(0.1, 1.0)


@pytest.mark.parametrize(
    "twin",
    [
        lambda net, _: net.copy(),
        lambda net, _: copy.deepcopy(net),
        lambda net, _: pickle.loads(pickle.dumps(net)),  # noqa: S301 - our own
        lambda net, path: net.save(path) or ns.load(path),
    ],
)
def test_the_network_keeps_scaling_and_labels(house, twin, tmp_path):
    house["area"].label = "area in square feet"

    other = twin(house, tmp_path / "net.json")

    assert other["area in square feet"].scaling == ns.Scaling(2000, 400)
    assert other["price"].scaling == ns.Scaling(3.4, 1.1)
    assert other.forward([2104]).tolist() == house.forward([2104]).tolist()


def test_a_file_without_scaling_has_no_key_for_it(tmp_path):
    net = ns.Network()
    net.add_layer("x", 1)
    net.save(tmp_path / "net.json")

    assert "scalings" not in json.loads((tmp_path / "net.json").read_text())


def test_the_standalone_script_takes_raw_rows(house):
    script = ns.compile_network(house).standalone()
    scope = {"__name__": "script"}
    exec(compile(script, "script", "exec"), scope)  # noqa: S102 - our own

    assert scope["predict"]([[2104], [1]]).tolist() == house.predict([[2104], [1]]).tolist()


def test_a_neuron_is_found_by_its_label_where_no_other_has_it():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 2)
    net["o1"].label, net["o2"].label = "cat", "dog"

    assert net["cat"] is net["o1"]
    assert "cat" in net
    net["x1"].label = "cat"
    with pytest.raises(NeurosimError, match="unknown neuron 'cat'"):
        net["cat"]


@each(
    ("wrong", "message"),
    [
        (lambda _: ns.Scaling(0, 0), "scaling.factor: got 0"),
        (lambda _: ns.Scaling(float("nan"), 1), "scaling.offset: not finite"),
        (lambda net: net.set_scaling("h1", ns.Scaling(0, 1)), "'h1': the neuron is hidden"),
        (lambda net: net.set_scaling("o1", ns.Scaling(0, 1)), "'o1': the neuron is of a softmax"),
        (lambda net: net.set_scaling("x1", 3), "'x1': got 3; expected neurosim.Scaling"),
        (lambda net: net.scale_inputs([[1.0]], "std"), "unknown scale 'std'"),
        (lambda net: net.scale_inputs([[1.0, 2.0]]), r"X: got \(1, 2\)"),
        (
            lambda net: net.scale_inputs([[1e308], [-1e308]]),
            "x1: too large to be scaled; expected a finite scale 'standard'",
        ),
    ],
)
def test_wrong_scalings_are_refused_and_nothing_changes(wrong, message):
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("h", 1)
    net.add_layer("o", 2, activation="softmax")
    version = net.version

    with pytest.raises(NeurosimError, match=message):
        wrong(net)

    assert net.version == version


def test_a_number_that_is_not_finite_when_scaled_is_refused(house):
    house.set_scaling("area", ns.Scaling(0, 1e-10))

    for ask in (house.forward, lambda row: house.predict([row])):
        with pytest.raises(NeurosimError, match=r"area at .* is too large for its scaling"):
            ask([1e300])


def _named():
    net = ns.Network("named")
    net.add_layer("x", 2), net.add_layer("h", 2), net.add_layer("o", 3)
    net.connect("x", "h"), net.connect("h", "o")
    net.set_classes(["a", "b", "c"])
    net.set_scaling("x1", ns.Scaling(1, 2)), net.set_scaling("o1", ns.Scaling(1, 2))
    return net


def test_an_output_that_is_none_any_more_loses_its_scaling_and_its_class():
    net = _named()
    net.remove_neuron("o2")
    assert net.classes.names == ("a", "c")
    net.outputs = ["o3", "o1"]
    assert net.classes.names == ("c", "a")
    assert net["o1"].scaling == ns.Scaling(1, 2)

    net.outputs = ["o3", "h1"]
    assert net.classes is None
    assert (net["o1"].scaling, net["x1"].scaling) == (None, ns.Scaling(1, 2))
    net.add_neuron("s")
    for twin in (net.copy(), pickle.loads(pickle.dumps(net))):  # noqa: S301 - our own
        assert to_document(twin) == to_document(net)


def test_a_copy_drops_what_is_untrue_as_its_original_does():
    twin = _named().copy()
    twin.add_layer("p", 2)
    assert (twin.classes, twin["o1"].scaling) == (None, None)
    assert twin["x1"].scaling == ns.Scaling(1, 2)

"""Stops on values: raw numbers of scaled inputs and outputs, outputs of all other neurons."""

import pytest

import neurosim as ns


@pytest.fixture(params=["graph", "compiled"])
def house(request):
    """``area`` is scaled, ``h`` is not, ``price`` is scaled; three rows, one by one."""
    net = ns.Network("house")
    net.add_input("area")
    net.add_neuron("h", activation="tanh", bias=0.0)
    net.add_neuron("price", activation="identity", bias=0.0)
    net.connect("area", "h", weight=0.5)
    net.connect("h", "price", weight=1.0)
    net.outputs = ["price"]
    net.set_scaling("area", ns.Scaling(2000, 400))
    net.set_scaling("price", ns.Scaling(3.4, 1.1))
    return ns.debug(
        net, [[2104.0], [1600.0], [2500.0]], [[3.65], [3.0], [4.0]], optimizer=ns.SGD(0.01),
        epochs=3, batch_size=1, engine=request.param,
    )  # fmt: skip


def samples_of_stops(session, times):
    found = []
    for _ in range(times):
        session.continue_()
        found.append((session.position.epoch, session.position.sample))
    return found


def test_a_scaled_output_is_reached_when_its_raw_number_is_there(house):
    lines = house.until("price").lines

    assert [line.split(" = ")[0] for line in lines] == ["price: net", "price", "price"]
    assert lines[-1].startswith("price = 3.4 + 1.1*")
    assert house.value("price.value") == house.network["price"].value


def test_a_condition_on_a_raw_output_holds_where_the_output_is_there(house):
    house.break_at("price", when="price.value > 3.6")

    assert samples_of_stops(house, 3) == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("when", ["area.value > 2200", "h.value > 0.4"])
def test_a_condition_alone_is_looked_at_where_a_value_is_written(house, when):
    house.break_at(when=when)

    assert samples_of_stops(house, 2) == [(0, 2), (1, 2)]


def test_watches_of_values_are_hit_and_say_raw_numbers(house):
    house.watch("area.value", "crosses", 2000.0)

    assert str(house.continue_().hits[0]).endswith("area.value crosses 2000: 2104.0 -> 1600.0")
    assert str(house.continue_().hits[0]).endswith("area.value crosses 2000: 1600.0 -> 2500.0")


def test_a_watch_of_the_output_of_a_scaled_input_says_inner_numbers(house):
    house.watch("area.output", "sign")

    assert str(house.continue_().hits[0]).endswith("area.output sign: 0.26 -> -1.0")

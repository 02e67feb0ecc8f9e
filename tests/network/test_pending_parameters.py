"""Theta that was loaded and that the objects do not hold yet."""

import copy
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import numpy as np
import pytest

import neurosim
from neurosim.debugger.time.snapshot import put_back, take_snapshot
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.visits import schedule_of
from neurosim.network.network import Network
from tests.each import each

ASKED = {  # who may name the slot that holds a number, and who has asked for it before
    "debugger/time/snapshot.py": "fills first",
    "debugger/time/training_log.py": "writes by way of `parameter`",
    "interpreter/steps.py": "writes by way of `parameter`",
    "interpreter/backward.py": "each pass fills first",
    "interpreter/forward.py": "each pass fills first",
    "interpreter/update.py": "each pass fills first",
}


def make() -> Network:
    net = Network()
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="tanh")
    net.add_layer("o", 1)
    net.connect("x", "h", weight=0.5)
    net.connect("h", "o", weight=0.25)
    return net


def load(net: Network) -> np.ndarray[Any, Any]:
    theta = np.arange(1.0, 1.0 + len(net.parameter_list()))
    net.load_parameters(theta)
    assert net.is_pending(theta)
    return theta


def slots(net: Network) -> list[float]:
    """What stands in the slots, without asking."""
    return [parameter._value for parameter in net.parameter_list()]


READERS: dict[str, Callable[[Network], object]] = {
    "weight": lambda net: net["x1", "h1"].weight,
    "value": lambda net: net["x1", "h1"].value,
    "bias": lambda net: net["h2"].bias,
    "bias parameter": lambda net: net["h2"]._bias.value,
    "repr of a connection": lambda net: repr(net["x1", "h1"]),
    "repr of a neuron": lambda net: repr(net["h1"]),
    "repr of a bias": lambda net: repr(net["h1"].bias_parameter),
    "copy": lambda net: net.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "copy of a connection": lambda net: copy.copy(net["x1", "h1"]),
    "copy of a bias": lambda net: copy.copy(net["h1"].bias_parameter),
    "snapshot": take_snapshot,
    "put back": lambda net: put_back(take_snapshot(net), net),
    "forward": lambda net: net.forward([1, 2]),
    "steps without begin_pass": lambda net: list(forward_steps(schedule_of(net), [1.0, 2.0])),
    "share": lambda net: net.share(("x1", "h1"), ("x2", "h1")),
    "trainable": lambda net: setattr(net["x1", "h1"], "trainable", True),
    "bias_trainable": lambda net: setattr(net["h1"], "bias_trainable", True),
    "add": lambda net: net.add_neuron("n"),
    "outputs": lambda net: setattr(net, "outputs", ["h1"]),
}


@each("name", READERS)
def test_who_reads_finds_the_present_numbers(name: str) -> None:
    net = make()
    theta, listed = load(net), net.parameter_list()
    assert slots(net)[0] == 0.5  # still a vector
    READERS[name](net)
    assert not net.is_pending(theta)
    held = [parameter._value for parameter in listed]
    assert held == theta.tolist()


def test_each_reader_gives_the_number() -> None:
    for read, expected in (
        (lambda net: net["x1", "h1"].weight, 1.0),
        (lambda net: net["h1"].bias, 3.0),
        (lambda net: net.copy()["h1"].bias, 3.0),
        (lambda net: pickle.loads(pickle.dumps(net))["x1", "h1"].weight, 1.0),  # noqa: S301
        (lambda net: copy.copy(net["x2", "h1"])._value, 2.0),
    ):
        net = make()
        load(net)
        assert read(net) == expected


def test_save_and_removal_fill_first(tmp_path: Path) -> None:
    net = make()
    load(net)
    net.save(tmp_path / "net.json")
    assert neurosim.load(tmp_path / "net.json").parameters().tolist() == net.parameters().tolist()
    net = make()
    load(net)
    removed, kept = net["x1", "h1"], net["x2", "h1"]
    net.remove_connection("x1", "h1")
    assert (removed.weight, kept.weight) == (1.0, 2.0)


def test_a_write_fills_first() -> None:
    net = make()
    theta = load(net)
    net["x1", "h1"].weight = 9
    assert net.parameters().tolist() == [9.0, *theta[1:]]
    load(net)
    net["h1"].bias = 9
    assert net.parameters().tolist() == [1.0, 2.0, 9.0, *theta[3:]]


def test_what_is_pending_is_a_copy_and_is_handed_out_as_a_copy() -> None:
    net = make()
    theta = load(net)
    theta[0] = 7
    net.parameters()[1] = 7
    assert net.parameters().tolist()[:2] == [1.0, 2.0]
    assert net["x1", "h1"].weight == 1.0


def test_only_the_very_array_is_pending() -> None:
    net = make()
    theta = load(net)
    assert not net.is_pending(theta.copy())
    assert not net.is_pending(None)
    net.load_parameters(theta.copy())
    assert not net.is_pending(None)  # the array that was loaded is gone
    net.load_parameters(theta.tolist())
    assert not net.is_pending(theta)
    assert not net.is_pending(None)


def test_predict_takes_the_pending_vector() -> None:
    net = make()
    theta = load(net)
    found = net.predict([[1, 2]])
    assert net.is_pending(theta)
    assert net.predict([[1, 2]]).tolist() == found.tolist()
    assert slots(net)[0] == 0.5
    net.load_parameters(2 * theta)
    assert net.predict([[1, 2]]).tolist() != found.tolist()
    net.load_parameters(theta)
    assert net.forward([1, 2]).tolist() == pytest.approx(found[0].tolist())
    net["x1", "h1"].weight = -3
    assert net.predict([[1, 2]])[0].tolist() == pytest.approx(net.forward([1, 2]).tolist())


def test_predict_with_shared_weights_takes_the_pending_vector() -> None:
    net = make()
    shared = net.share(("x1", "h1"), ("x2", "h1"))
    theta = load(net)
    net.predict([[1, 2]])
    assert net.is_pending(theta)
    assert shared.value == net["x2", "h1"].weight == 1.0
    theta = load(net)
    net.unshare(("x1", "h1"))
    assert (net["x1", "h1"].weight, net["x2", "h1"].weight) == (1.0, 1.0)


def test_reset_goes_back_and_initial_values_stay() -> None:
    net = make()
    before = net.parameters()
    load(net)
    net.reset()
    assert net.has_pending_parameters, "theta was given to the objects one by one"
    assert net["x1", "h1"].weight == net["x1", "h1"].initial_weight == 0.5
    assert net.parameters().tolist() == before.tolist()


def test_two_threads_that_read_at_once_both_find_the_present_numbers() -> None:
    net = Network()
    net.add_layer("x", 60)
    net.add_layer("o", 60)
    net.connect("x", "o", weight=0.5)
    first, last = net["x1", "o1"], net["x60", "o60"]
    for number in range(1, 40):
        net.load_parameters(np.full(len(net.parameter_list()), float(number)))
        barrier, found = Barrier(2), []

        def read() -> None:
            barrier.wait()  # noqa: B023 - both threads end inside the turn
            found.append((last.weight, first.weight, net["o60"].bias))  # noqa: B023

        threads = [Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [(number, number, number)] * 2


def test_no_other_module_reads_a_number_without_asking() -> None:
    root = Path(neurosim.__file__).parent
    slot = re.compile(r"\._(value|bias|weight)\b(?!\()|\"_value\"")
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] != "network"
        and slot.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(ASKED)

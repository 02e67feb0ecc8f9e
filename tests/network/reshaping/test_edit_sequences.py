"""Random sequences of edits of random networks: the laws that every one of them keeps."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurosim.compiler.compile import compile_network
from neurosim.errors import NeurosimError
from neurosim.kernel.library import load_kernel, why_no_kernel
from neurosim.kernel.wiring import wiring_of
from neurosim.network.document import to_document
from tests.examples import examples

SAME = 1e-12


def outputs(net, X):
    return np.array([net.forward(x) for x in X])


def values(net):
    return {c.name: c.weight for c in net.connections} | {n.name: n.bias for n in net.neurons}


class NothingError(Exception):
    """There is nothing to be edited in this way."""


def _pick(rng, items):
    if not items:
        raise NothingError
    return items[int(rng.integers(len(items)))]


def _split(net, rng):
    connection = _pick(rng, net.connections)
    net.split_connection(*_ends(connection), new=_fresh(net))


def _duplicate(net, rng):
    hidden = [n for n in net.neurons if not n.is_input and n not in net.outputs]
    net.duplicate_neuron(_pick(rng, hidden), new=_fresh(net))


def _grow(net, rng):
    net.grow(_pick(rng, net.layers[1:]), int(rng.integers(1, 3)), activation="tanh")


def _sleep_and_wake(net, rng):
    """What is disabled and enabled again, in any order, is as if nothing had been done."""
    before, plain = to_document(net), [c for c in net.connections if c.parameter is c]
    chosen = [net.disable(*_ends(plain[i])) for i in rng.permutation(len(plain))[:3]]
    for i in rng.permutation(len(chosen)):
        net.enable(*_ends(chosen[i]))
    assert to_document(net) == before


def _rename(net, rng):
    item = _pick(rng, [*net.neurons, *net.layers])
    net.rename(item, _fresh(net))


def _freeze(net, rng):
    net.freeze(_pick(rng, ["*", "*.bias", "x*->*", _pick(rng, net.neurons), net.layers[0]]))


def _unfreeze(net, rng):
    net.unfreeze(_pick(rng, net.connections))


def _disable(net, rng):
    for _ in range(2):
        net.disable(*_ends(_pick(rng, net.connections)))


def _enable(net, rng):
    net.enable(*_ends(_pick(rng, net.disabled)))


def _prune(net, rng):
    net.prune(keep=float(rng.uniform(0.6, 1.0)))


def _remove(net, rng):
    net.remove_neuron(
        _pick(rng, [n for n in net.neurons if n not in net.outputs and not n.is_input])
    )


def _activate(net, rng):
    _pick(rng, net.neurons).activation = _pick(rng, ["tanh", "sigmoid", "identity"])


def _share(net, rng):
    net.share(*(net.connections[i] for i in rng.permutation(len(net.connections))[:2]))


KEEPING = (_split, _duplicate, _grow, _sleep_and_wake, _rename, _freeze, _unfreeze)
EDITS = (*KEEPING, _disable, _enable, _prune, _remove, _activate, _share)


def _ends(connection):
    return connection.source, connection.target


def _fresh(net):
    taken = {thing.name for thing in (*net.neurons, *net.layers)}
    return next(name for i in range(1000) if (name := f"new{i}") not in taken)


@pytest.mark.slow
@examples(15)
@given(data=st.data())
def test_every_sequence_of_edits_keeps_the_laws(cases, data):
    check_sequence(cases, data)


@pytest.mark.slow
@examples(100)
@given(data=st.data())
def test_each_of_a_hundred_sequences_of_edits_keeps_the_laws(cases, data):
    check_sequence(cases, data)


def check_sequence(cases, data):
    case = data.draw(cases(losses=("half_squared_error",)))
    net, rng = case.network, np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    _require_same_as_new(net, case.X)
    for number in data.draw(st.lists(st.integers(0, len(EDITS) - 1), min_size=1, max_size=12)):
        edit = EDITS[number]
        before, held, document = outputs(net, case.X), values(net), to_document(net)
        try:
            edit(net, rng)
        except (NeurosimError, NothingError):
            if edit is not _disable:  # which is two edits
                assert to_document(net) == document
            continue
        if data.draw(st.booleans()):
            _require_same_as_new(net, case.X)
        if edit in KEEPING:
            error = np.abs(outputs(net, case.X) - before) / np.maximum(1.0, np.abs(before))
            assert error.max(initial=0.0) < SAME, edit
        kept = values(net)
        if edit not in (_duplicate, _rename, _split, _share):
            assert all(kept[name] == held[name] for name in kept.keys() & held.keys()), edit
    _require_laws(net, case.X)


def _require_same_as_new(net, X):
    """What is made anew in part is what a copy makes of the whole."""
    twin = net.copy()
    ends = zip((*net.sources(), *net.targets()), (*twin.sources(), *twin.targets()), strict=True)
    for here, there in ends:
        assert here.tolist() == there.tolist()
    assert [[n.name for n in g] for g in net.generations()] == [
        [n.name for n in g] for g in twin.generations()
    ]
    assert [p.name for p in net.places()] == [p.name for p in twin.places()]
    assert [c.name for c in net.connections] == [c.name for c in twin.connections]
    assert compile_network(net).plan == compile_network(twin).plan
    if why_no_kernel() is None:
        assert repr(wiring_of(net, load_kernel())) == repr(wiring_of(twin, load_kernel()))
    assert net.predict(X).tobytes() == twin.predict(X).tobytes()


def _require_laws(net, X):
    """The same network as a copy, a file and a pickle, for the walk and compiled, and in theta."""
    found, document = outputs(net, X), to_document(net)
    twins = [
        net.copy(),
        pickle.loads(pickle.dumps(net)),  # noqa: S301 - our own
    ]
    for twin in twins:
        assert to_document(twin) == document
        assert outputs(twin, X).tobytes() == found.tobytes()
        assert twin.generations() != net.generations()
        assert [[n.name for n in g] for g in twin.generations()] == [
            [n.name for n in g] for g in net.generations()
        ]
    assert np.abs(net.predict(X) - found).max() < 1e-9 * max(1.0, np.abs(found).max())
    assert list(net.graph.edges) == [
        (n.name, c.target.name) for n in net.neurons for c in net.outgoing(n)
    ]
    order = {c: number for number, c in enumerate(net.connections)}
    for neuron in net.neurons:
        for near in (net.incoming(neuron), net.outgoing(neuron)):
            assert [order[c] for c in near] == sorted(order[c] for c in near)
    assert set(order) == {c for n in net.neurons for c in net.incoming(n)}
    theta = net.parameters()
    net.load_parameters(theta)
    assert outputs(net, X).tobytes() == found.tobytes()
    for layer in net.layers:
        assert all(neuron.layer is layer for neuron in layer.neurons)
        assert len(layer) == sum(neuron.layer is layer for neuron in net.neurons)

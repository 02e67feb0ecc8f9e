"""A break inside compiled training stops where stepping does; nothing is lost on the way."""

import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.stops import screening
from neurosim.debugger.stops.breakpoints import CATCHES, LEAST_EPOCHS
from neurosim.debugger.stops.runner import Runner
from neurosim.debugger.stops.screening import needs_of
from neurosim.training.engines.contract import Batches
from tests.each import each
from tests.examples import examples

DICE = st.integers(0, 10**6).map(random.Random)
ORDERS = (">", ">=", "<", "<=", "==", "!=")
NUMBERS = ("epoch", "batch", "sample", "row")
LOCATIONS = ("forward", "loss", "backward", "update", "sample 0", "epoch 1", "batch 0")


@pytest.fixture
def by_steps(monkeypatch):
    """``by_steps(move)``: do it without ever letting an engine skip a batch."""

    def do(move):
        with monkeypatch.context() as patch:
            patch.setattr(Runner, "_skip", lambda *_: False)
            return move()

    return do


def prepared(training):
    """A session at its start whose batches all are the compiled engine's, however one walks."""
    session = training.session()
    session.goto(epoch=training.n_epochs)
    session.goto(epoch=0)
    return session


def halts(session, count=12):
    """Where it stops, and why, so many times."""
    found = []
    for _ in range(count):
        arrival = session.continue_()
        hits = tuple(map(str, arrival.hits))
        found.append((session.place, str(session.position), hits, session.digest()))
        if not hits:
            break
    return found, [(stop.hits, stop.ignore) for stop in session.stops]


@dataclass
class Drawer:
    """Draws stops whose bounds are numbers that occur, so that to be equal happens."""

    choose: random.Random
    values: dict[str, list[float]]
    positions: list[dict[str, int]]

    def bound(self, quantity):
        """A value that occurs, or one between two."""
        one, other = self.choose.choices(self.values[quantity], k=2)
        return one if self.choose.random() < 0.5 else (one + other) / 2

    def comparison(self):
        """One comparison, of a position or of a value."""
        choose = self.choose
        order = choose.choice(ORDERS)
        if choose.random() < 0.3:
            name = choose.choice(NUMBERS)
            return f"{name} {order} {choose.choice(self.positions)[name]}"
        one, other = choose.choices(sorted(self.values), k=2)
        low, high = sorted((self.bound(one), self.bound(one)))
        return choose.choice(
            [
                f"{one} {order} {low!r}",
                f"{low!r} <= {one} < {high!r}",
                f"{one} {order} {other}",
                f"abs({one}) > {abs(low)!r}",
                f"{one} - {other} < {low - self.bound(other)!r}",
            ]
        )

    def condition(self):
        """Up to three comparisons, joined."""
        a, b, c = (self.comparison() for _ in range(3))
        return self.choose.choice(
            [a, f"{a} and {b}", f"not ({a}) and {b}", f"({a} or {b}) and {c}"]
        )

    def breakpoint(self, network):
        """The arguments of one."""
        choose = self.choose
        more = {"ignore": choose.choice([0, 0, 2]), "temporary": choose.random() < 0.2}
        if choose.random() < 0.6:
            return "break_at", {"when": self.condition(), **more}
        owner = choose.choice([*network.neurons, *network.connections]).name
        sample = f"sample {choose.choice(self.positions)['sample']}"
        place = choose.choice([*LOCATIONS, sample, owner, f"{owner} backward", f"{owner} update"])
        when = self.condition() if choose.random() < 0.7 else None
        return "break_at", {"where": place, "when": when, **more}

    def stop(self, network):
        """The name of a method, and its arguments."""
        choose, kind = self.choose, self.choose.random()
        if kind < 0.6:
            return self.breakpoint(network)
        if kind < 0.85:
            quantity = choose.choice(sorted(self.values))
            mode = choose.choice(["crosses", "crosses", "sign", "changes"])
            return "watch", {"quantity": quantity, "mode": mode, "bound": self.bound(quantity)}
        name = choose.choice(sorted(every_catch()))
        is_count = name in LEAST_EPOCHS
        bound = choose.randint(2, 4) if is_count else 10.0 ** choose.uniform(-4, 1)
        return "catch", {"name": name, "bound": bound}


def every_catch():
    """Every catch that there is."""
    return tuple(CATCHES)


def names_of(network, choose):
    """Quantities, mostly those that the engine can tell of."""
    names = ["loss", *(f"{c.name}.weight" for c in network.connections)]
    names += [f"{n.name}.output" for n in network.neurons]
    computed = [n for n in network.neurons if not n.is_input]
    names += [f"{n.name}.net_input" for n in computed]
    names += [f"{n.name}.bias" for n in computed if n.bias is not None]
    if choose.random() < 0.5:
        names += [f"{n.name}.delta" for n in computed]
        names += [f"{c.name}.gradient" for c in network.connections]
        names += [f"{n.name}.bias_gradient" for n in computed if n.bias is not None]
    return names


def drawer_of(training, choose):
    """Walk through the training once, and note what occurs."""
    session = prepared(training)
    walk = session._walk
    assume(walk.last * walk.rows_of(0) * walk.n_sample < 5000)
    names, positions = names_of(session.network, choose), []
    values = {name: [] for name in names}
    while not session.is_over:
        if walk.step == 0:
            positions.append({name: getattr(session.position, name) for name in NUMBERS})
        for _ in range(choose.randint(1, 7)):
            if not session.is_over:
                walk.forward()
        for name in choose.choices(names, k=3):
            try:
                values[name].append(session.value(name))
            except ns.NeurosimError:  # not yet
                continue
    found = {name: numbers for name, numbers in values.items() if numbers}
    assume(found)
    return Drawer(choose, found, positions)


def compare(training, choose, by_steps):
    """Random stops of a training: at speed as by steps."""
    drawer = drawer_of(training, choose)
    slow, fast = prepared(training), prepared(training)
    stops = [drawer.stop(slow.network) for _ in range(choose.choice([1, 1, 2, 3]))]
    for name, arguments in stops:
        getattr(slow, name)(**arguments)
        getattr(fast, name)(**arguments)

    assert halts(fast) == by_steps(lambda: halts(slow)), stops


@pytest.mark.slow
def test_random_stops_halt_at_speed_where_they_halt_by_steps(trainings, by_steps):
    @examples(15)
    @given(trainings(), DICE)
    def check(training, choose):
        compare(training, choose, by_steps)

    check()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_many_random_stops_halt_at_speed_where_they_halt_by_steps(trainings, by_steps, part):
    @hypothesis_seed(part)
    @settings(max_examples=40, derandomize=False)
    @given(trainings(most_epochs=5), DICE)
    def check(training, choose):
        compare(training, choose, by_steps)

    check()


@pytest.mark.slow
def test_random_stops_are_found_on_the_way_back_too(trainings, by_steps):
    @examples(100)
    @given(trainings(), DICE)
    def check(training, choose):
        drawer = drawer_of(training, choose)
        session = prepared(training)
        name, arguments = drawer.stop(session.network)
        getattr(session, name)(**{**arguments} | ({"ignore": 0, "temporary": False}
                                                  if name == "break_at" else {}))  # fmt: skip
        forward, _ = by_steps(lambda: halts(session, 200))
        assume(len(forward) < 200)
        session.goto(epoch=training.n_epochs)
        before = [halt for halt in forward if halt[0] < session.place and halt[2]]

        for halt in reversed(before[-6:]):
            arrival = session.rcontinue()
            assert (session.place, tuple(map(str, arrival.hits))) == (halt[0], halt[2])

    check()


@pytest.mark.quick("3")
@pytest.mark.parametrize(
    "stop",
    [
        ("break_at", {"when": "loss < 0.1"}),
        ("break_at", {"when": "o1.bias > 0.2 and epoch >= 3"}),  # its last step ends a batch
        ("break_at", {"where": "o1 update", "when": "epoch == 3"}),
        ("break_at", {"where": "o1", "when": "o1.output > 0.54 and row == 2"}),
        ("break_at", {"when": "h2->o1.weight < -1.05 or h1.net_input > 0.8"}),
        ("break_at", {"where": "epoch 4 sample 1 loss"}),
        ("watch", {"quantity": "o1.output", "mode": "crosses", "bound": 0.55}),
        ("watch", {"quantity": "h1.bias", "mode": "sign"}),
        ("break_at", {"when": "h1.delta > 0.004"}),
        ("break_at", {"where": "h1", "when": "h1.delta > 0.004 and o1.bias_gradient < 0.1"}),
        ("break_at", {"where": "h1 backward", "when": "h1.delta < -0.01"}),
        ("break_at", {"when": "x1->h1.gradient < -0.01 or o1.bias_gradient > 0.2"}),
        ("watch", {"quantity": "h2->o1.gradient", "mode": "crosses", "bound": -0.03}),
        ("catch", {"name": "saturated", "bound": 0.24}),
        ("catch", {"name": "exploding", "bound": 0.15}),
        ("catch", {"name": "vanishing", "bound": 0.001}),
        ("catch", {"name": "rising", "bound": 1}),
        ("catch", {"name": "swinging", "bound": 2}),
        ("catch", {"name": "twins"}),
        ("catch", {"name": "all"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("batch_size", [1, 3, 4])
def test_a_stop_halts_at_speed_where_it_halts_by_steps(xor, by_steps, stop, batch_size):
    def make():
        session = xor(epochs=12, batch_size=batch_size)
        session.goto(epoch=12)
        session.goto(epoch=0)
        getattr(session, stop[0])(**stop[1])
        return session

    at_speed = halts(make(), 60)

    assert at_speed == by_steps(lambda: halts(make(), 60))


@each(
    ("method", "arguments", "needs"),
    [
        ("break_at", {"where": "epoch 3"}, {"numbers"}),
        ("break_at", {"when": "epoch == 3"}, {"numbers"}),
        ("break_at", {"when": "loss > 1"}, {"numbers", "losses"}),
        ("break_at", {"when": "h1.bias > 1"}, {"numbers", "parameters"}),
        ("break_at", {"where": "h1", "when": "o1.output > 1"}, {"numbers", "values"}),
        ("catch", {"name": "nan"}, {"values"}),
        ("catch", {"name": "vanishing"}, {"gradients"}),
        ("catch", {"name": "saturated"}, {"values"}),
        ("catch", {"name": "twins"}, set()),
        ("catch", {"name": "all"}, {"values", "gradients"}),
        ("break_at", {"where": "h1"}, None),
        ("break_at", {"when": "h1.delta > 1"}, {"numbers", "deltas"}),
        ("break_at", {"when": "x1->h1.gradient > 1"}, {"numbers", "deltas"}),
        ("break_at", {"when": "h1.value > 1"}, {"numbers", "values"}),
        ("break_at", {"when": "h1.output_gradient > 1"}, None),
        ("break_at", {"where": "x1->h1", "when": "h1.net_input > 1"}, None),  # term by term
        ("break_at", {"when": "step == 3"}, None),
        ("watch", {"quantity": "loss", "mode": "changes"}, None),
        ("watch", {"quantity": "loss", "mode": "crosses"}, {"numbers", "losses"}),
    ],
)
def test_what_must_be_known_of_a_batch_follows_from_the_stop(xor, method, arguments, needs):
    session = xor()
    stop = getattr(session, method)(**arguments)

    assert needs_of(stop, session._walk.task) == needs


@pytest.mark.parametrize(
    ("where", "when", "at_most"),
    [
        (None, "epoch == 150 and loss > 0", 15),
        ("o1", "epoch == 150 and loss > 0", 3 * 39),  # the loss is that of the sample before
        ("h1", "loss > 1e9 or epoch == 150", 5 * 39),  # no loss is measured at first
        (None, "epoch == 150 and h1.bias > -9", 3 * 39),
        ("h1", "o1.bias > 1e9 or epoch == 150", 3 * 39),
        (None, "epoch == 150 and h1.output > -9", 3 * 39),
    ],
)
def test_batches_without_a_hit_are_not_walked(xor, monkeypatch, where, when, at_most):
    session, steps = xor(epochs=200), []
    session.break_at(where, when=when)
    walk = type(session._walk)
    original = walk.forward
    monkeypatch.setattr(walk, "forward", lambda self: steps.append(1) or original(self))

    session.continue_()

    assert session.position.epoch == 150
    assert len(steps) <= at_most


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("break_at", {"when": "h1.output > 2"}),
        ("break_at", {"when": "h1.delta > 2"}),
        ("break_at", {"where": "o1", "when": "h1.delta > 2 or h2->o1.gradient > 9"}),
        ("break_at", {"when": "o1.bias_gradient > 9 and h1.output > 0"}),
        ("watch", {"quantity": "h1.delta", "mode": "crosses", "bound": 2.0}),
        ("catch", {"name": "saturated", "bound": 1e-9}),
        ("catch", {"name": "exploding"}),
        ("catch", {"name": "vanishing"}),
        ("catch", {"name": "nan"}),
        ("catch", {"name": "dead"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_the_kernel_goes_many_batches_at_once_between_two_stops(
    xor, monkeypatch, method, arguments, batch_size
):
    session, steps = xor(epochs=2000, batch_size=batch_size), []
    if not session._walk.engine().capabilities.takes_notes:
        pytest.skip("no kernel")
    getattr(session, method)(**arguments)
    advance, forward = Batches.advance, type(session._walk).forward
    monkeypatch.setattr(Batches, "advance", lambda run: steps.append(1) or advance(run))
    monkeypatch.setattr(
        type(session._walk), "forward", lambda walk: steps.append(1) or forward(walk)
    )

    session.continue_()

    assert session.position.epoch == 2000
    assert len(steps) < 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        (screening, "tolerance_of", lambda *_: -0.01),  # the sign of the slack
        (screening, "_may_move", lambda _s, _b, after, _t: np.zeros(np.shape(after), np.bool_)),
        (screening, "_before", lambda values, _first=0.0: values),  # nothing stays for a row
    ],
)
def test_a_screen_with_a_planted_fault_is_found_out(xor, by_steps, monkeypatch, fault):
    def make():
        session = xor(epochs=12)
        session.goto(epoch=12)
        session.goto(epoch=0)
        session.break_at(when=f"o1.output >= {highest!r}")
        session.break_at("x1", when="loss > 0.15")
        session.watch("h1.bias", "crosses", 0.05)
        return session

    whole = xor(epochs=12)
    whole.goto(epoch=12)
    whole.goto(epoch=11)
    highest = max(_outputs_of(whole))
    right = by_steps(lambda: halts(make(), 100))
    assert halts(make(), 100) == right
    monkeypatch.setattr(*fault)

    assert halts(make(), 100) != right


def test_single_precision_is_screened_with_its_own_bound(xor, by_steps):
    def make():
        session = xor(epochs=12, precision="single")
        session.goto(epoch=12)
        session.goto(epoch=0)
        for value in outputs:
            session.break_at(when=f"o1.output == {value!r}")
        return session

    whole = xor(epochs=12, precision="single")
    whole.goto(epoch=12)
    whole.goto(epoch=11)
    outputs = list(_outputs_of(whole))

    assert len(outputs) == 4
    assert halts(make(), 100) == by_steps(lambda: halts(make(), 100))


def _outputs_of(session):
    while not session.is_over:
        session.until("o1")
        if not session.is_over:
            yield session.value("o1.output")

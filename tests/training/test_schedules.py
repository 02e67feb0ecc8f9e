"""Trainings by a schedule of the learning rate: the same in every engine, as PyTorch's."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import neurosim as ns
from neurosim.interpreter.steps import Updated
from neurosim.kernel.library import why_no_kernel

SCHEDULES = [
    {"constant": {"warm_up": 4}},
    {"step": {"every": 3, "factor": 0.5}},
    {"cosine": {"epochs": 9}},
    {"cosine": {"epochs": 30, "per": "update", "warm_up": 5}},
    {"one_cycle": {"epochs": 37, "per": "update"}},
    {"inverse_time": {}},
    {"list": [[0, 0.1], [4, 0.01]]},
]
OPTIMIZERS = [ns.SGD(0.5), ns.SGD(0.5, momentum=0.9, nesterov=True), ns.Adam(0.1), ns.NAdam(0.1)]


OPTIONS = {"epochs": 12, "batch_size": 3, "shuffle": True, "seed": 5}


@pytest.fixture
def options():
    return dict(OPTIONS)


@pytest.mark.quick("{'cosine': {'epochs': 9}}", "{'one_cycle")
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_all_engines_agree(net, data, optimizer, schedule, assert_close):
    options = {"optimizer": optimizer, "schedule": schedule, **OPTIONS}
    kernel, arrays, one_by_one = net.copy(), net.copy(), net.copy()

    walked = ns.train(net, *data, engine="graph", **options)
    ran = ns.train(kernel, *data, **options)
    ns.train(arrays, *data, program="arrays", **options)
    rates = [epoch.rate for epoch in ns.epochs(one_by_one, *data, **options)]

    assert_close(arrays.parameters(), net.parameters(), 1e-12)
    assert_close(kernel.parameters(), net.parameters(), 1e-12)
    assert tuple(rates) == walked.rate == ran.rate
    assert (one_by_one.parameters() == kernel.parameters()).all()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_the_kernel_has_the_bits_of_the_walk(net, data, options, schedule):
    if why_no_kernel() is not None:
        pytest.skip("there is no kernel")
    options |= {"optimizer": ns.Adam(0.05), "schedule": schedule}
    kernel = net.copy()

    ns.train(net, *data, engine="graph", **options)
    ns.train(kernel, *data, program="kernel", **options)

    assert (kernel.parameters() == net.parameters()).all()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_however_a_training_is_cut_it_has_the_same_bits(net, data, options, engine, schedule):
    chosen = {**options, "optimizer": ns.SGD(0.5, momentum=0.5), "schedule": schedule}
    del chosen["epochs"]
    other = net.copy()

    ns.Training(net, *data, engine=engine, **chosen).advance(epochs=6)
    pieces = ns.Training(other, *data, engine=engine, **chosen)
    for batches in (1, 6, 3, 10, 4):
        pieces.advance(batches=batches)

    assert (other.parameters() == net.parameters()).all()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_many_networks_are_each_trained_by_the_schedule(net, data, options, schedule):
    options |= {"optimizer": ns.SGD(0.5), "schedule": schedule}
    several = [net.copy(), net.copy()]

    alone = ns.train(net, *data, **options)
    found = ns.train_many(several, *data, **options)

    assert (several[1].parameters() == net.parameters()).all()
    assert found[1].rate == alone.rate


def test_a_rate_of_zero_moves_nothing(net, data, engine):
    before = net.parameters()

    ns.train(
        net, *data, optimizer=ns.SGD(0.5), epochs=3, schedule={"list": [[0, 0.0]]}, engine=engine
    )

    assert (net.parameters() == before).all()


def test_history_holds_the_rate_of_each_epoch(line):
    found = ns.train(line, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=4,
                     schedule={"step": {"every": 2, "factor": 0.5}})  # fmt: skip

    assert found.rate == (0.5, 0.5, 0.25, 0.25)
    assert line.parameters().tolist() == [1.0 - 0.5 * 0.5 * 0.75 * 0.75]


def test_steps_show_the_rate_of_their_update(line):
    schedule = {"cosine": {"epochs": 4, "per": "update"}}
    rows = [[1.0], [1.0]]
    session = ns.debug(
        line, rows, rows, optimizer=ns.SGD(0.5), epochs=2, batch_size=1, schedule=schedule
    )

    rates = []
    while not session.is_over:
        coming = session.coming_step
        if isinstance(coming, Updated):
            rates.append(coming.rate)
        session.step()

    expected = [0.25 * (1.0 + np.cos(np.pi * t / 4)) for t in range(4)]
    assert rates == pytest.approx(expected, abs=1e-15)


def test_an_explanation_of_an_update_has_its_rate(line):
    session = ns.debug(
        line, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=2, schedule={"list": [[1, 0.125]]}
    )

    session.goto(epoch=1, phase="update")

    assert "w(x1->o1) = 0.5 - 0.125*(-0.5) = 0.5625" in str(session.explain("x1->o1"))
    session.epoch()
    assert "0.125" in str(session.why("x1->o1"))


def test_time_travel_lands_on_the_state_of_the_training(net, data, options, engine):
    options |= {"optimizer": ns.Adam(0.05), "engine": engine,
                "schedule": {"one_cycle": {"epochs": 48, "per": "update"}}}  # fmt: skip
    trained = net.copy()
    session = ns.debug(net, *data, **options)

    session.goto(epoch=7, sample=4)
    digest = session.digest()
    session.goto(epoch=10)
    session.goto(epoch=2)
    session.goto(epoch=7, sample=4)
    assert session.digest() == digest
    while not session.is_over:
        session.epoch()
    ns.train(trained, *data, **options)

    assert np.abs(net.parameters() - trained.parameters()).max() <= 1e-12


def test_engines_are_compared_with_the_schedule(net, data, options):
    options |= {"optimizer": ns.Adam(0.05), "schedule": {"cosine": {"epochs": 9}}}

    assert ns.agree(net, *data, **options).passed


def test_a_schedule_of_a_user_trains_in_every_engine(net, data, options, engine):
    @dataclass(frozen=True, slots=True)
    class Alternating(ns.RateSchedule):
        name: ClassVar[str] = "alternating"

        def rate(self, base, t):
            return base * (t % 2)

    options |= {"optimizer": ns.SGD(0.5), "engine": engine}

    found = ns.train(net, *data, schedule=Alternating(), **options)

    assert found.rate[:4] == (0.0, 0.5, 0.0, 0.5)


PEERS = [
    ({"cosine": {"epochs": 40, "per": "update"}}, lambda t, o: t.CosineAnnealingLR(o, 40)),
    ({"step": {"every": 6, "per": "update"}}, lambda t, o: t.StepLR(o, 6)),
    (
        {"one_cycle": {"epochs": 50, "per": "update"}},
        lambda t, o: t.OneCycleLR(o, 0.1, total_steps=50, cycle_momentum=False),
    ),
]


@pytest.mark.quick("compiled")
@pytest.mark.parametrize(("schedule", "make"), PEERS, ids=["cosine", "step", "one_cycle"])
def test_fifty_updates_are_those_of_torch(schedule, make, engine, assert_close):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    X, T = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    net = ns.Network(seed=1)
    net.add_layer("x", 3)
    net.add_layer("o", 1, activation="tanh")
    net.connect("x", "o")
    theirs = [torch.tensor(net["o1"].bias, requires_grad=True, dtype=torch.float64)]
    weights = [net[f"x{i}", "o1"].weight for i in (1, 2, 3)]
    theirs.append(torch.tensor(weights, requires_grad=True, dtype=torch.float64))
    optimizer = torch.optim.Adam(theirs, lr=0.1)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    for update in range(50):
        part = slice(update % 5 * 4, update % 5 * 4 + 4)
        optimizer.zero_grad()
        out = torch.tanh(torch.tensor(X[part]) @ theirs[1] + theirs[0])
        ((out - torch.tensor(T[part, 0])) ** 2 / 2).mean().backward()
        optimizer.step()
        if update < 49:
            scheduler.step()

    ns.train(net, X, T, optimizer=ns.Adam(0.1), epochs=10, batch_size=4, schedule=schedule,
             engine=engine)  # fmt: skip

    found = [net["o1"].bias, *(net[f"x{i}", "o1"].weight for i in (1, 2, 3))]
    expected = [theirs[0].item(), *theirs[1].detach().tolist()]
    assert_close(found, expected, 1e-12)

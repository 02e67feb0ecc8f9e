"""Numbers within an epoch, read from the objects after one phase of one sample.

Each batch that something is looked for in is gone through node by node, by a debugging session on
a copy of the network. The batches before it in the epoch go by the scenario's engine. So the
training itself is not disturbed, and what is looked for in one batch changes nothing in another.
"""

from collections.abc import Iterable
from dataclasses import replace

from neurosim.debugger.opening import debug
from neurosim.debugger.session import Session
from neurosim.interpreter.steps import PHASES
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.expect_entry import Within
from neurosim.scenario.run.expect import ends_of
from neurosim.training.state import TrainingState


def look_within(
    scenario: Scenario, network: Network, state: TrainingState | None, items: Iterable[Within]
) -> dict[Within, float | None]:
    """The numbers that the items are about.

    Args:
        scenario: one with data and a training.
        network: as it is at the start of the epoch; it is left alone.
        state: that of the training there; None: nothing is trained yet.
        items: what is looked for, all in this epoch.

    Returns:
        A number for each item; None where the training diverges in a batch before.
    """
    assert scenario.data is not None
    assert scenario.training is not None
    n_rows = len(scenario.data.train.X)
    size = min(scenario.training.batch_size or n_rows, n_rows)
    batches: dict[int, list[Within]] = {}
    for item in sorted(items, key=lambda item: (item.sample, PHASES.index(item.phase))):
        batches.setdefault(item.sample // size, []).append(item)
    found: dict[Within, float | None] = {}
    way: Session | None = None
    for batch, here in batches.items():
        if batch:
            way = way or _debug(scenario, network, state)
            way.goto(epoch=here[0].epoch, batch=batch)
            if way.is_over:
                found |= dict.fromkeys(here)
                continue
        begin = state if way is None else way.state
        session = _debug(scenario, network, begin)
        for item in here:
            _go_behind(session, item)
            found[item] = _number(session.network, *item.subject)
    return found


def _debug(scenario: Scenario, network: Network, state: TrainingState | None) -> Session:
    """A session on a copy of the network, up to the end of the epoch."""
    assert scenario.data is not None
    assert scenario.training is not None
    X, T = scenario.data.train
    return debug(network.copy(), X, T, replace(scenario.training, epochs=1, state=state))


def _go_behind(session: Session, item: Within) -> None:
    """Stand right after a phase of a sample."""
    epoch, sample, task = item.epoch, item.sample, session.task
    match item.phase:
        case "forward":
            session.goto(epoch=epoch, sample=sample, phase="loss")
        case "loss":
            session.goto(epoch=epoch, sample=sample, phase="backward")
        case "backward" if (sample + 1) % task.batch_size and sample + 1 < task.n_rows:
            session.goto(epoch=epoch, sample=sample + 1)
        case "backward":
            session.goto(epoch=epoch, sample=sample, phase="update")
        case "update":
            session.goto(epoch=epoch, sample=sample, phase="update")
            if session.place.batch == sample // task.batch_size + epoch * task.n_batches:
                session.phase()  # else there is nothing to update, and it is there already


def _number(network: Network, subject: str, name: str) -> float | None:
    match subject:
        case "loss":
            return network.loss
        case "weight":
            return network[ends_of(name)].weight
        case "gradient" if name.endswith(".bias"):
            return network[name.removesuffix(".bias")].bias_gradient
        case "gradient":
            return network[ends_of(name)].gradient
    value: float | None = getattr(network[name], subject)
    return value

"""Freezing and disabling in a session, as edits that going back takes back.

A session has no structural edits: its steps are of one network. So a connection is disabled by a
weight of 0 that is frozen, which computes the same as without it.
"""

from collections.abc import Sequence

from neurosim.debugger.ask.parameters import find_named
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import TRAINABLE, Edit
from neurosim.errors import GraphError, UnknownNameError
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter


def freezing(walk: Timeline, names: Sequence[str], *, learns: bool) -> list[Edit]:
    """The edits that freeze the parameters of these names, or let them learn.

    Raises:
        UnknownNameError, GraphError: nothing is meant, nothing changes, or nothing would learn.
    """
    what, network = "unfreeze" if learns else "freeze", walk.network
    changed = _changed(network, names, what, learns=learns)
    if not changed:
        state = "learns" if learns else "is frozen"
        raise GraphError(f"{what} {' '.join(names)}: all of it {state} already; expected others")
    _require_change(walk, what, () if learns else changed)
    return [_flag(parameter, learns=learns) for parameter in changed]


def disabling(walk: Timeline, name: str) -> list[Edit]:
    """The edits by which a connection counts for nothing.

    Raises:
        UnknownNameError, GraphError: there is no such connection, or it is disabled already.
    """
    found = _connection(walk.network, name, "disable")
    if _disabled_by(walk, found):
        raise GraphError(f"disable {found.name}: it is disabled already; expected another")
    edits = [Edit(found, "weight", found.weight, 0.0)]
    if found.trainable:
        _require_change(walk, "disable", (found,))
        edits.append(_flag(found, learns=False))
    return edits


def enabling(walk: Timeline, name: str) -> list[Edit]:
    """The edits that give a connection back what it was before it was disabled.

    Raises:
        UnknownNameError, GraphError: there is no such connection, or it is not disabled.
    """
    found = _connection(walk.network, name, "enable")
    by = _disabled_by(walk, found)
    if not by:
        raise GraphError(f"enable {found.name}: it is not disabled; expected one that is")
    before = by[0].before
    assert before is not None
    edits = [Edit(found, "weight", found.weight, before)]
    if len(by) > 1:
        _require_change(walk, "enable", ())
        edits.append(_flag(found, learns=True))
    return edits


def _changed(
    network: Network, names: Sequence[str], what: str, *, learns: bool
) -> tuple[Parameter, ...]:
    """The parameters of these names that are not so yet; they are left as they are."""
    parameters = network.parameter_list()
    before = network.trainable_mask().tolist()
    getattr(network, what)(*names)
    after = network.trainable_mask().tolist()
    changed = [p for p, was, now in zip(parameters, before, after, strict=True) if was != now]
    for parameter in changed:
        parameter.trainable = not learns
    return tuple(changed)


def _flag(parameter: Parameter, *, learns: bool) -> Edit:
    place = parameter.connections[0] if parameter.connections else parameter
    owner = place if isinstance(place, Connection) else place.neuron
    return Edit(owner, TRAINABLE, float(not learns), float(learns))


def _require_change(walk: Timeline, what: str, frozen: Sequence[Parameter]) -> None:
    if walk.unit == walk.n_rows and walk.step:
        raise GraphError(f"{what}: got it amid an update; expected it before or after")
    learning = {each for each in walk.network.parameter_list() if each.trainable}
    if not learning - set(frozen):
        raise GraphError(f"{what}: nothing else learns; expected a parameter that does")


def _connection(network: Network, name: str, what: str) -> Connection:
    found = find_named(network, name)
    if not isinstance(found, Connection):
        raise UnknownNameError(f"{what}: got {name!r:.80}; expected a connection, as x1->h1")
    if found.parameter is not found:
        raise GraphError(
            f"{what} {found.name}: it shares its weight; expected a connection with one of its own"
        )
    return found


def _disabled_by(walk: Timeline, connection: Connection) -> list[Edit]:
    """The edits of the moment at which a connection was disabled; none where it is not."""
    edits = walk.history.edits
    for place in sorted((place for place in edits if place <= walk.place), reverse=True):
        own = [edit for edit in edits[place] if edit.owner is connection]
        for number in reversed(range(len(own))):
            if own[number].name == "weight":
                is_off = own[number].after == 0.0 and not connection.trainable
                return own[number : number + 2] if is_off else []
    return []

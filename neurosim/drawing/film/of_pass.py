"""Films of one pass: a sample's way through a network, step by step."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, Protocol

from neurosim.drawing.diagram.marks import Marks, marks_of_step
from neurosim.drawing.diagram.sample_values import SampleValues, values_left
from neurosim.drawing.film.film import Filming, Look, ordinal, painter
from neurosim.drawing.film.scene import Sight
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.interpreter.steps import Step
from neurosim.network.network import Network

SHOW_OF_PASS = ("weights", "outputs", "deltas")
GRAINS = ("neuron", "step", "layer")
_FPS = 1.5  # a step wants to be read


class Stepping(Protocol):
    """What `film_pass` asks of a session of the debugger."""

    task: Any

    @property
    def network(self) -> Network:
        """As it stands at this moment."""
        ...

    @property
    def coming_step(self) -> Step | None:
        """The step that is about to happen; None at the end."""
        ...

    @property
    def coming(self) -> str:
        """The same in words."""
        ...

    @property
    def position(self) -> Any:
        """Where in the training this is, with its parts."""
        ...

    @property
    def is_own(self) -> Callable[[Any, str], bool]:
        """Whether a number on an object is of the present sample."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether there is no further step."""
        ...

    @property
    def goto(self) -> Callable[..., object]:
        """Go to a moment, by its parts."""
        ...


def film_pass(
    session: Stepping,
    look: Look | None = None,
    *,
    epoch: int = 0,
    sample: int = 0,
    grain: str = "neuron",
) -> Filming:
    """Begin a film of one sample's way through a network: forward, loss, backward, and the update.

    What is about to happen is marked in each frame. The session is left behind the pass.

    Args:
        session: of the debugger.
        look: how it looks; a diagram.
        epoch: which epoch the pass is in.
        sample: which of its samples, in the order in which they are taken.
        grain: a frame for each ``step``, ``neuron`` or ``layer``.

    Raises:
        InvalidValueError: there is no such epoch or sample, or a boundary is asked for.
    """
    chosen = Look(show=SHOW_OF_PASS) if look is None else look
    if chosen.what != "diagram":
        raise InvalidValueError(
            f"what: got {chosen.what!r}; expected 'diagram': a pass has no boundary of its own"
        )
    if grain not in GRAINS:
        raise UnknownNameError(unknown("grain", grain, GRAINS))
    n_moments = sum(1 for _ in _moments(session, epoch, sample, grain))
    most = chosen.most_frames(session.network)
    step = -(-(n_moments - 1) // (most - 1)) if n_moments > 1 else 1
    wanted = {*range(0, n_moments, step), n_moments - 1}
    dropped = f"every {ordinal(step)} {grain}: {len(wanted)} of {n_moments:,} moments"
    return Filming(
        _sights(session, _moments(session, epoch, sample, grain), wanted, chosen.show), chosen,
        n_sights=len(wanted), dropped=dropped if step > 1 else "", fps=_FPS,
        make_painter=lambda sights: painter(session.network, sights, chosen, None, None),
    )  # fmt: skip


def _moments(
    session: Stepping, epoch: int, sample: int, grain: str
) -> Iterator[Callable[[], SampleValues]]:
    """Move a session through a pass; of a batch, the other samples go by unseen.

    At each moment: what reads the sample's own numbers.
    """
    session.goto(epoch=epoch, sample=sample)
    go_on = getattr(session, {"neuron": "next"}.get(grain, grain))
    batch = sample // int(session.task.batch_size)
    target = session.task.T[session.position.row]
    while _is_at(session, epoch=epoch, sample=sample) and not _is_at(session, phase="update"):
        yield lambda: values_left(session.network, target, session.is_own)
        go_on()
    left = values_left(session.network, target)  # nothing of another sample is there yet
    if _is_at(session, epoch=epoch, batch=batch) and not _is_at(session, phase="update"):
        session.goto(epoch=epoch, batch=batch, phase="update")
        left = replace(left, gradients=values_left(session.network).gradients)
    while _is_at(session, epoch=epoch, batch=batch, phase="update"):
        yield lambda: left
        go_on()
    yield lambda: left


def _is_at(session: Stepping, **parts: object) -> bool:
    place = session.position
    return not session.is_over and all(getattr(place, key) == parts[key] for key in parts)


def _sights(
    session: Stepping,
    moments: Iterator[Callable[[], SampleValues]],
    wanted: Collection[int],
    show: Collection[str],
) -> Iterator[Sight]:
    """What there is to see at those moments that are wanted; at the last, all is done."""
    begin, last = session.position, max(wanted)
    for number, values in enumerate(moments):
        if number == 0:
            begin = session.position
        if number == last:
            done = f"epoch {begin.epoch}, sample {begin.sample}: the pass is over, the update made"
            sight = _sight_of(session, values().only(show))
            yield replace(sight, marks=Marks(), subtitle=done)
        elif number in wanted:
            yield _sight_of(session, values().only(show))


def _sight_of(session: Stepping, values: SampleValues) -> Sight:
    step = session.coming_step
    marks = Marks() if step is None else marks_of_step(step)
    subtitle = f"{session.position}: {session.coming}"
    return Sight(session.network.parameters(), values, marks, subtitle)

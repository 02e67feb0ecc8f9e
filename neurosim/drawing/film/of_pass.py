"""Films of one pass: a sample's way through a network, step by step."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from neurosim.drawing.diagram.marks import Marks, marks_of_step
from neurosim.drawing.diagram.sample_values import SampleValues, values_left
from neurosim.drawing.film.film import Filming, Look, ordinal, painter
from neurosim.drawing.film.scene import Sight
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.interpreter.steps import Step, subject_of
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

SHOW_OF_PASS = ("weights", "outputs", "deltas")
GRAINS = ("neuron", "step", "layer")
_FPS = 0.7  # a frame wants to be read
_MOST_LINES = 6  # of arithmetic in a frame


class Stepping(Protocol):
    """What `film_pass` asks of a session of the debugger."""

    task: Any

    @property
    def network(self) -> Network:
        """As it is at this moment."""
        ...

    @property
    def coming_step(self) -> Step | None:
        """The step that is about to happen; None at the end."""
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

    The caption of a frame is the arithmetic of what was done just before; what is about to happen
    is marked. The session is left behind the pass.

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
        _sights(session, _moments(session, epoch, sample, grain), wanted, chosen.show, grain),
        chosen,
        n_sights=len(wanted), dropped=dropped if step > 1 else "", fps=_FPS,
        network=session.network,
        make_painter=lambda sights: painter(session.network, sights, chosen, None, None),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment of a pass: what was done just before, and what reads the sample's own numbers."""

    caption: str
    values: Callable[[], SampleValues]
    is_over: bool = False


def _moments(session: Stepping, epoch: int, sample: int, grain: str) -> Iterator[_Moment]:
    """Move a session through a pass; of a batch, the other samples go by unseen."""
    session.goto(epoch=epoch, sample=sample)
    begin, batch = session.position, sample // int(session.task.batch_size)
    target = session.task.T[begin.row]
    go_on = getattr(session, {"neuron": "next"}.get(grain, grain))

    def caption() -> str:
        """Go on, and say what was done."""
        phase = session.position.phase
        return "\n".join([f"{begin.sample_text}, {phase}:", *_shortened(go_on().lines)])

    said = f"{begin}: nothing is done yet"
    while _is_at(session, epoch=epoch, sample=sample) and not _is_at(session, phase="update"):
        yield _Moment(said, lambda: values_left(session.network, target, session.is_own))
        said = caption()
    left = values_left(session.network, target)  # nothing of another sample is there yet
    if _is_at(session, epoch=epoch, batch=batch) and not _is_at(session, phase="update"):
        session.goto(epoch=epoch, batch=batch, phase="update")
        left = replace(left, gradients=values_left(session.network).gradients)
    while _is_at(session, epoch=epoch, batch=batch, phase="update"):
        yield _Moment(said, lambda: left)
        said = caption()
    yield _Moment(said, lambda: left, is_over=True)
    over = f"{begin.sample_text}: the pass is over, the update made"
    yield _Moment(over, lambda: left, is_over=True)


def _shortened(lines: Sequence[str]) -> Sequence[str]:
    """As many lines as can be read in a frame."""
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[: _MOST_LINES - 1], f"... {len(lines) - _MOST_LINES + 1} more lines"]


def _is_at(session: Stepping, **parts: object) -> bool:
    place = session.position
    return not session.is_over and all(getattr(place, key) == parts[key] for key in parts)


def _sights(
    session: Stepping,
    moments: Iterator[_Moment],
    wanted: Collection[int],
    show: Collection[str],
    grain: str = "neuron",
) -> Iterator[Sight]:
    """What there is to see at those moments that are wanted."""
    for number, moment in enumerate(moments):
        if number in wanted:
            step = None if moment.is_over else session.coming_step
            marks = Marks() if step is None else _marks_of(step, grain)
            values = moment.values().only(show)
            yield Sight(session.network.parameters(), values, marks, moment.caption)


def _marks_of(step: Step, grain: str) -> Marks:
    """Mark what is about to happen: a step, or by layers all of a layer."""
    marks, subject = marks_of_step(step), subject_of(step)
    layer = subject.layer if isinstance(subject, Neuron) else None
    if grain != "layer" or layer is None:
        return marks
    return replace(marks, neurons=marks.neurons | {neuron.name for neuron in layer.neurons})

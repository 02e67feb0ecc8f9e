"""Long moves of a session, in slices: between two of them a page is shown, and may break it off.

A slice is so many whole batches or epochs as take about a twentieth of a second, or as a rate
allows; a breakpoint ends the move within it.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import replace

from neurosim.debugger.arrival import Arrival
from neurosim.debugger.session import Session
from neurosim.debugger.stops.breakpoints import Stop
from neurosim.live.frames import Clock

_SLICE = 1 / 20  # seconds of work; each slice costs about two milliseconds besides
_FRAME = 1 / 30  # the same at a rate, where the time that is left is waited for
_GROWTH = 8  # times a slice may be longer than the one before


class Slices:
    """How many batches a slice has.

    Args:
        session: whose epochs and batches they are.
        rate: epochs a second; None: as many as there can be.
        clock: gives seconds.
    """

    def __init__(
        self, session: Session, rate: float | None = None, clock: Clock = time.perf_counter
    ) -> None:
        self._session, self._rate, self._clock = session, rate, clock
        self._batches = 1
        self._due = clock()
        if rate is not None:
            self._batches = max(1, round(rate * _FRAME * session.task.n_batches))

    def ahead(self, most: int | None = None) -> Arrival:
        """Go on by a slice, of at most so many epochs."""
        session, n_batches = self._session, self._session.task.n_batches
        begin = time.thread_time()
        n_epochs = self._batches // n_batches
        if n_epochs:
            arrival = session.epoch(n_epochs if most is None else min(n_epochs, most))
        else:
            left = n_batches - session.position.batch
            arrival = session.batch(min(self._batches, left))
        self._adapt(time.thread_time() - begin)
        return arrival

    def past_stops(self, epoch: int) -> Arrival:
        """Go ahead by a slice, at most to the start of an epoch, whatever would stop it."""
        session, begin = self._session, time.thread_time()
        n_epochs = max(1, self._batches // session.task.n_batches)
        arrival = session.goto(epoch=min(session.position.epoch + n_epochs, epoch))
        self._adapt(time.thread_time() - begin)
        return arrival

    def wait(self) -> float:
        """How many seconds the next slice is early."""
        return max(0.0, self._due - self._clock())

    def _adapt(self, seconds: float) -> None:
        n_batches = self._session.task.n_batches
        if self._rate is not None:
            slice_ = self._batches / n_batches / self._rate
            self._due = max(self._due + slice_, self._clock() - slice_)
            return
        wanted = self._batches * _SLICE / max(seconds, 1e-4)
        self._batches = max(1, int(min(wanted, _GROWTH * self._batches)))


class Move:
    """A move that is under way.

    Args:
        arrivals: does a slice at each ``next``.
        slices: which the slices are of.
        forget: takes back what was set up for it.
    """

    def __init__(
        self,
        arrivals: Generator[Arrival, None, None],
        slices: Slices,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._arrivals, self._slices, self._forget = arrivals, slices, forget
        self.last: Arrival | None = None

    def go_on(self) -> bool:
        """Do a slice; False where the move has ended before."""
        arrival = next(self._arrivals, None)
        if arrival is None:
            self._forget()
        self.last = self.last if arrival is None else arrival
        return arrival is not None

    @property
    def wait(self) -> float:
        """How many seconds the next slice is early."""
        return self._slices.wait()

    def close(self) -> None:
        """Break it off, also where it has not begun."""
        self._arrivals.close()
        self._forget()


def going_on(session: Session, rate: float | None, n_epochs: int | None = None) -> Move:
    """Go on until something stops it, or by so many epochs, or to the end."""
    slices = Slices(session, rate)
    return Move(_on(session, slices, n_epochs), slices)


def going_to_location(session: Session, rate: float | None, where: str) -> Move:
    """Go on to a location, or until something else stops it."""
    slices = Slices(session, rate)
    own = session.break_at(where, temporary=True)

    def forget() -> None:
        if any(stop is own for stop in session.stops):
            session.delete(own.number)

    return Move(_until(session, slices, own), slices, forget)


def going_to_epoch(session: Session, epoch: int) -> Move:
    """Go ahead to the start of an epoch; no breakpoint stops it."""
    slices = Slices(session)
    return Move(_to_epoch(session, slices, epoch), slices)


def _on(
    session: Session, slices: Slices, n_epochs: int | None = None
) -> Generator[Arrival, None, None]:
    end = None if n_epochs is None else session.position.epoch + n_epochs
    while not session.is_over:
        most = None if end is None else end - session.position.epoch
        if most is not None and most <= 0:
            return
        arrival = slices.ahead(most)
        yield arrival
        if arrival.hits:
            return


def _until(session: Session, slices: Slices, own: Stop) -> Generator[Arrival, None, None]:
    for arrival in _on(session, slices):
        others = tuple(hit for hit in arrival.hits if hit.stop is not own)
        yield replace(arrival, hits=others)


def _to_epoch(session: Session, slices: Slices, epoch: int) -> Generator[Arrival, None, None]:
    while session.position.epoch < epoch and not session.is_over:
        yield slices.past_stops(epoch)

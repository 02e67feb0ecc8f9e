"""Hand calculations, judged by a trace: the first wrong line.

A quantity has the value that the pass of its sample leaves there: a net input after its last term,
a gradient with what the samples before it in the batch have left. A weight or a bias has the value
after the update of its batch. Without a sample, the first one of the trace is meant.

A number written by hand is right where it is the true one rounded: half a unit of its last digit
is allowed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

from neurosim.debugger.traces.diff import require_tolerance
from neurosim.debugger.traces.hand_file import Given
from neurosim.debugger.traces.trace import TraceEntry
from neurosim.errors import FileError, unknown

_Key: TypeAlias = tuple[int | None, int | None, bool]  # epoch, sample, whether of an update


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line of a hand calculation that is wrong.

    Attributes:
        given: the line.
        actual: what the trace says.
        allowed: how far the two may be apart.
        place: where in the training the trace says it.
        arithmetic: each step that led there, in words.
    """

    given: Given
    actual: float
    allowed: float
    place: str
    arithmetic: tuple[str, ...]

    def __str__(self) -> str:
        gap = abs(float(self.given.number) - self.actual)
        return (
            f"{self.given.where}: {self.given.what}: got {self.given.value}; expected"
            f" {self.actual!r}; {gap:.3g} apart, allowed {self.allowed:.3g} ({self.place})"
        )


def check_hand(
    hand: Sequence[Given], entries: Iterable[TraceEntry], tolerance: float | None = None
) -> Mistake | None:
    """Find the first line of a hand calculation that a trace contradicts.

    Args:
        hand: the lines.
        entries: the trace; read no further than the lines need.
        tolerance: a line is right where ``|a - b| <= tolerance * max(1, |b|)``, b being the
            trace's; None: half a unit of the last digit that is written.

    Raises:
        FileError: a line names what the trace does not have, or never writes.
        InvalidValueError: the tolerance is negative or not finite.
    """
    allowed = None if tolerance is None else require_tolerance(tolerance)
    passes = {key: _Pass(*key) for key in map(_key_of, hand)}
    for given in hand:
        passes[_key_of(given)].wanted.update(_led_by(given.what))
    subjects = _read(entries, passes)
    found = [(given, _found(given, passes[_key_of(given)], subjects)) for given in hand]
    for given, entry in found:
        mistake = _judge(given, entry, passes[_key_of(given)], allowed)
        if mistake is not None:
            return mistake
    return None


class _Pass:
    """The stretch of a trace that some lines speak of, and the entries that they are led by."""

    def __init__(self, epoch: int | None, sample: int | None, is_update: bool) -> None:
        self.epoch, self.sample, self.is_update = epoch, sample, is_update
        self.wanted: set[str] = set()
        self.entries: list[TraceEntry] = []
        self.last: dict[str, TraceEntry] = {}  # the last entry that wrote each quantity
        self.at: TraceEntry | None = None  # its first

    def take(self, entry: TraceEntry) -> bool:
        """Take an entry where it is wanted; whether the pass goes on."""
        if self.at is None:
            self.at = entry
        if not self._holds(entry, self.at):
            return False
        if not self.wanted.isdisjoint(entry.what):
            self.entries.append(entry)
            self.last.update((name, entry) for name in entry.what)
        return True

    def _holds(self, entry: TraceEntry, first: TraceEntry) -> bool:
        if entry.epoch != first.epoch or entry.batch != first.batch:
            return False
        return self.is_update or (entry.sample == first.sample and entry.phase != "update")

    def __str__(self) -> str:
        epoch = "" if self.epoch is None else f"epoch {self.epoch}"
        sample = "" if self.sample is None else f"sample {self.sample}"
        return ", ".join(filter(None, (epoch, sample))) or "step"


def _key_of(given: Given) -> _Key:
    return given.epoch, given.sample, given.what.endswith((".weight", ".bias"))


def _read(entries: Iterable[TraceEntry], passes: Mapping[_Key, _Pass]) -> dict[str, None]:
    """Let the passes take what they want; the neurons and connections that were met."""
    subjects: dict[str, None] = {}
    waiting, going = dict(passes), list[_Pass]()
    last: tuple[int, int, bool] | None = None
    for entry in entries:
        for name in (*entry.what, f"{entry.record.get('connection', '')}."):
            subjects[name.rpartition(".")[0]] = None
        place = (entry.epoch, entry.sample, entry.phase == "update")
        if place != last:
            going += [waiting.pop(key) for key in _keys_at(*place) if key in waiting]
            last = place
        going = [one for one in going if one.take(entry)]
        if not going and not waiting:
            break
    subjects.pop("", None)
    return subjects


def _keys_at(epoch: int, sample: int, is_update: bool) -> list[_Key]:
    """The passes that begin here, unless they have begun before."""
    kinds = (True,) if is_update else (True, False)
    return [(e, s, kind) for e in (epoch, None) for s in (sample, None) for kind in kinds]


def _found(given: Given, one: _Pass, subjects: Iterable[str]) -> TraceEntry:
    """The last entry that writes the quantity."""
    if one.at is None:
        raise FileError(f"{given.where}: the trace has no {one}; expected one that it has")
    if given.what in one.last:
        return one.last[given.what]
    subject = given.what.rpartition(".")[0]
    kind = "connection" if "->" in subject else "neuron"
    known = [name for name in subjects if ("->" in name) == ("->" in subject)]
    if subject and subject not in known:
        raise FileError(f"{given.where}: {unknown(kind, subject, known)}")
    why = "it is frozen, or the trace ends before" if one.is_update else "no step of it does"
    where = f"epoch {one.at.epoch}, sample {one.at.sample}"
    raise FileError(
        f"{given.where}: the trace never writes {given.what!r} in {where} ({why});"
        " expected a quantity that is computed there"
    )


def _judge(given: Given, entry: TraceEntry, one: _Pass, tolerance: float | None) -> Mistake | None:
    actual, written = _value_in(entry, given.what), given.number
    allowed = _allowed(given, actual, tolerance)
    if math.isfinite(actual):
        gap = _EXACT.subtract(written, Decimal(actual)).copy_abs()
        if gap <= allowed:
            return None
    led = set(_led_by(given.what))
    arithmetic = tuple(entry.text for entry in one.entries if not led.isdisjoint(entry.what))
    return Mistake(given, actual, float(allowed), entry.place, arithmetic)


def _value_in(entry: TraceEntry, what: str) -> float:
    after = entry.record["after"]
    value = after[entry.what.index(what)] if isinstance(after, tuple) else after
    assert isinstance(value, float)
    return value


def _allowed(given: Given, actual: float, tolerance: float | None) -> Decimal:
    """Half a unit of the last digit; of a fraction, what a double may be off by."""
    if tolerance is not None:
        return Decimal(tolerance * max(1.0, abs(actual)))
    return given.half_unit or Decimal(1e-12 * max(1.0, abs(actual)))


def _led_by(what: str) -> tuple[str, ...]:
    """The quantity itself, and those that its arithmetic goes through."""
    subject, _, quantity = what.rpartition(".")
    target = subject.rpartition("->")[2]
    led = [f"{subject}.{one}" for one in _LED_BY.get(quantity, ())]
    if quantity in _OF_BACKWARD:
        led += [f"{target}.output_gradient", f"{target}.delta"]
    return (*led, what)


_EXACT = Context(prec=400)  # more digits than a double and what is written by hand have together
_LED_BY = {
    "output": ("net_input",),
    "weight": ("gradient",),
    "bias": ("bias_gradient",),
}
_OF_BACKWARD = ("delta", "gradient", "bias_gradient", "weight", "bias")

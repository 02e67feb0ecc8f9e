"""Hand calculations: a CSV file of quantities and values, judged by a trace.

The columns are ``what`` and ``value``; ``epoch`` and ``sample`` may follow. A header is optional;
blank lines, and all behind a ``#``, are left out. A quantity has the value that the pass of its
sample leaves there: a net input after its last term, a gradient with what the samples before it in
the batch have left. A weight or a bias has the value after the update of its batch. Without a
sample, the first one of the trace is meant.

A number written by hand is right where it is the true one rounded: half a unit of its last digit
is allowed.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple, TypeAlias

from neurosim.debugger.traces.diff import require_tolerance
from neurosim.debugger.traces.trace import TraceEntry
from neurosim.errors import FileError, unknown
from neurosim.training.data.csv_file import number_of, read_lines

_Key: TypeAlias = tuple[int | None, int | None, bool]  # epoch, sample, whether of an update
COLUMNS = ("what", "value", "epoch", "sample")


class Given(NamedTuple):
    """A line of a hand calculation; ``where`` is its file and line, ``value`` as it is written."""

    where: str
    what: str
    value: str
    epoch: int | None
    sample: int | None


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
        gap = abs(float(self.given.value) - self.actual)
        return (
            f"{self.given.where}: {self.given.what}: got {self.given.value}; expected"
            f" {self.actual!r}; {gap:.3g} apart, allowed {self.allowed:.3g} ({self.place})"
        )


def read_hand(path: Path) -> tuple[Given, ...]:
    """Read a hand calculation.

    Raises:
        FileError: the file cannot be read, has no line with a value, or one that is no such line.
    """
    columns: Sequence[str] = COLUMNS
    lines: list[Given] = []
    for number, fields in read_lines(path):
        cells = _without_comment(fields)
        if not any(cells):
            continue
        where = f"{path}:{number}"
        if not lines and columns is COLUMNS and "what" in (names := _lowered(cells)):
            columns = _require_columns(names, where)
            continue
        if len(cells) > len(columns) or len(cells) < 2:
            what = f"got {len(cells)} fields; expected {', '.join(columns)}"
            raise FileError(f"{where}: no quantity with its value, {what}")
        lines.append(_to_given(dict(zip(columns, cells, strict=False)), where))
    if not lines:
        raise FileError(f"{path}: empty, got no line with a value; expected such as h1.output,0.5")
    return tuple(lines)


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


def quantity_of(spelling: str, where: str) -> str:
    """The quantity that is meant by one of its spellings.

    >>> quantity_of("delta(h1)", "hand.csv:1"), quantity_of("h1", "hand.csv:2")
    ('h1.delta', 'h1.output')

    Raises:
        FileError: it is none.
    """
    plain = re.sub(r"\s*->\s*", "->", spelling.strip())
    if plain in ("L", "loss"):
        return "loss"
    for pattern, quantity in _SPELLINGS:
        match = re.fullmatch(pattern, plain)
        if match is not None:
            plain = f"{match.group(1)}.{quantity}"
            break
    else:
        if "." not in plain and "->" not in plain:
            plain = f"{plain}.output"
    subject, _, quantity = plain.rpartition(".")
    known = _OF_CONNECTION if "->" in subject or "->" in plain else _OF_NEURON
    owner = subject or plain
    if not re.fullmatch(_OWNER, owner):
        hint = " (an arrow is written ->)" if re.search(_ARROW, owner) else ""
        raise FileError(f"{where}: unknown quantity {f'{spelling:.80}'!r}{hint}; {_EXPECTED}")
    if not subject or quantity not in known:
        meant = [f"{owner}.{one}" for one in known]
        raise FileError(f"{where}: {unknown('quantity', f'{spelling:.80}', meant)}")
    return plain


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
    actual, written = _value_in(entry, given.what), Decimal(given.value)
    allowed = _allowed(written, actual, tolerance)
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


def _allowed(written: Decimal, actual: float, tolerance: float | None) -> Decimal:
    if tolerance is not None:
        return Decimal(tolerance * max(1.0, abs(actual)))
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal((0, (5,), exponent - 1))


def _led_by(what: str) -> tuple[str, ...]:
    """The quantity itself, and those that its arithmetic goes through."""
    subject, _, quantity = what.rpartition(".")
    target = subject.rpartition("->")[2]
    led = [f"{subject}.{one}" for one in _LED_BY.get(quantity, ())]
    if quantity in _OF_BACKWARD:
        led += [f"{target}.output_gradient", f"{target}.delta"]
    return (*led, what)


def _without_comment(fields: list[str]) -> list[str]:
    cells = []
    for field in fields:
        before, mark, _ = field.partition("#")
        cells.append(before.strip())
        if mark:
            break
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _lowered(cells: list[str]) -> list[str]:
    return [cell.lower() for cell in cells]


def _require_columns(names: list[str], where: str) -> list[str]:
    strange = next((name for name in names if name not in COLUMNS), None)
    if strange is not None:
        raise FileError(f"{where}: {unknown('column', f'{strange:.60}', COLUMNS)}")
    if "value" not in names or len(set(names)) < len(names):
        raise FileError(f"{where}: got the columns {', '.join(names)}; expected what and value")
    return names


def _to_given(cells: dict[str, str], where: str) -> Given:
    what, value = quantity_of(cells["what"], where), cells.get("value", "")
    try:
        is_number = number_of(value) is not None and Decimal(value).is_finite()
    except InvalidOperation:  # an exponent that nobody could write out
        is_number = False
    if not is_number or len(value) > 60:
        raise FileError(f"{where}: value: no finite number, got {value!r:.60}; expected one")
    return Given(where, what, value, _count(cells, "epoch", where), _count(cells, "sample", where))


def _count(cells: dict[str, str], name: str, where: str) -> int | None:
    text = cells.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise FileError(f"{where}: {name}: got {text!r:.60}; expected an integer >= 0")
    return int(text)


_EXACT = Context(prec=400)  # more digits than a double and what is written by hand have together
_OF_NEURON = ("output", "net_input", "delta", "output_gradient", "bias", "bias_gradient", "value")
_OF_CONNECTION = ("weight", "gradient")
_SPELLINGS = (  # as printed arithmetic and textbooks write them
    (r"(?:delta|d[LE]/d(?:net|z))\((.+)\)", "delta"),
    (r"d[LE]/dw\((.+)\)", "gradient"),
    (r"d[LE]/db\((.+)\)", "bias_gradient"),
    (r"d[LE]/da\((.+)\)", "output_gradient"),
    (r"w\((.+)\)", "weight"),
    (r"b\((.+)\)", "bias"),
    (r"(?:net|z)\((.+)\)", "net_input"),
    (r"a\((.+)\)", "output"),
    (r"d[LE]/d(.+)", "output_gradient"),
)
_SIGNS = r"\s()/.*+=<>,;:\u2192-"  # what no name has
_OWNER = rf"[^{_SIGNS}]+(?:->[^{_SIGNS}]+)?"  # a name, or two with an arrow
_ARROW = r"\w\s*(?:-|=>|>|-->|\u2192)\s*\w"  # what is taken for one
_EXPECTED = (
    "expected such as h1.output, h1.net_input, h1.delta, dL/dh1, b(h1), dL/db(h1), w(x1->h1),"
    " dL/dw(x1->h1), loss"
)
_LED_BY = {
    "output": ("net_input",),
    "weight": ("gradient",),
    "bias": ("bias_gradient",),
}
_OF_BACKWARD = ("delta", "gradient", "bias_gradient", "weight", "bias")

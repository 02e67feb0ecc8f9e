"""``neurosim trace``: every step of a stretch of training, written down; and compared."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click

from neurosim.cli.imports import import_option
from neurosim.cli.output import require_free, say
from neurosim.cli.overrides import note_time_limit, override_options
from neurosim.cli.sizes import limit_option
from neurosim.debugger.traces.diff import TraceDifference, diff_traces
from neurosim.debugger.traces.file import Trace, is_trace, read_trace
from neurosim.debugger.traces.hand_file import read_hand_file
from neurosim.debugger.traces.trace import (
    Header,
    PositionedStep,
    TraceEntry,
    entry_of,
    header_of,
    new_file,
    positioned_steps,
    write_trace,
)
from neurosim.debugger.traces.worksheet import Mistake, check_hand
from neurosim.errors import DivergedError, FileError
from neurosim.functions.numbers import counted
from neurosim.scenario import find_scenario, load_scenario
from neurosim.scenario.build.epochs import epoch_of
from neurosim.scenario.uses.mark import require_epochs_of
from neurosim.training.state import TrainingState
from neurosim.training.task import Task
from neurosim.training.training import Training

_MOST_LINES = 60  # of an arithmetic that is printed


class _Stretch(NamedTuple):
    """A stretch of a scenario's training that is to be walked."""

    task: Task
    state: TrainingState
    n_batches: int

    @property
    def header(self) -> Header:
        return header_of(self.task, self.state, self.n_batches)

    def pairs(self) -> Iterator[PositionedStep]:
        return positioned_steps(self.task, self.state, self.n_batches)

    def entries(self) -> Iterator[TraceEntry]:
        return (entry_of(*pair) for pair in _as_far_as_it_goes(self.pairs(), []))


class _Trace(click.Command):
    """The command, but for a first word ``diff``, which is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:  # fmt: skip
        if args[:1] == ["diff"]:
            return diff.make_context(f"{info_name} diff", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_Trace)
@click.argument("file")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT",
              help="Write there instead of to standard output.")  # fmt: skip
@click.option("--epoch", default="0", show_default=True, metavar="N|end",
              help="The first epoch; those before it are trained, not traced.")  # fmt: skip
@click.option("--epochs", default=1, show_default=True, type=click.IntRange(min=0), metavar="N",
              help="How many epochs.")  # fmt: skip
@click.option("--batches", type=click.IntRange(min=0), metavar="N",
              help="How many batches, instead of whole epochs.")  # fmt: skip
@override_options("overrides")
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@limit_option
@import_option
def trace(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    out: Path | None,
    epoch: str,
    epochs: int,
    batches: int | None,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Write every step of the training of FILE as JSON lines.

    FILE is a scenario. `neurosim trace diff A B` compares two traces, or a trace with a calculation
    by hand (a scenario of the name diff is ./diff).
    """
    with _target(out, overwrite=overwrite) as target:
        n_epochs = epochs if batches is None else 1
        stretch = _stretch(file, epoch_of(epoch, "--epoch"), overrides, epochs=n_epochs)
        note_time_limit(stretch.task.options.time_limit)
        stretch = stretch._replace(n_batches=_n_batches(stretch.task, epochs, batches))
        ended: list[DivergedError] = []
        write_trace(target, stretch.header, _as_far_as_it_goes(stretch.pairs(), ended))
    if ended:
        raise ended[0]
    return 0


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--tolerance", type=float, metavar="T",
              help="Allow T * max(1, |a|); without it, traces must be equal to the last bit, and"
                   " hand calculations to half a unit of the last digit written.")  # fmt: skip
def diff(first: str, second: str, tolerance: float | None) -> int:
    """Name the first line where two traces differ, with both arithmetics.

    A and B are traces, or scenarios, which are traced from their beginning. B may be a calculation
    by hand: a .csv file with the columns what and value (h1.output,0.2376), and epoch and sample if
    wanted. Its first wrong line is named. The exit code is 0 where nothing differs, 1 where
    something does.
    """
    if _is_hand(first):
        first, second = second, first
    if _is_hand(first):
        raise FileError(f"{first}: two calculations by hand; expected a trace to judge one by")
    if _is_hand(second):
        return _judge(first, Path(second), tolerance)
    a, b = _open(first), _open(second)
    found = diff_traces(_entries(a, b, first), _entries(b, a, second), tolerance or 0.0)
    if found is None:
        for trace in (a, b):
            if isinstance(trace, Trace) and trace.is_cut_off:
                raise FileError(
                    f"{trace.path}: cut off, got the end of the file; expected a line that is"
                    " marked as the last (up to there, the traces are the same)"
                )
        click.echo("the traces are the same, line by line")
        return 0
    _print_difference(found, first, second)
    return 1


def _target(out: Path | None, *, overwrite: bool) -> AbstractContextManager[BinaryIO]:
    if out is None or str(out) == "-":
        return nullcontext(sys.stdout.buffer)
    require_free(out, overwrite=overwrite)
    return new_file(out, overwrite=overwrite)


def _stretch(
    file: str, epoch: int | str, overrides: Sequence[str] = (), *, epochs: int = 1
) -> _Stretch:
    """The first of these epochs; what comes before them is trained."""
    scenario = load_scenario(file, overrides=overrides)
    first = scenario.require_epochs(epoch, epochs)
    X, T, options = scenario.require_training(file, "trace")
    training = Training(scenario.network, X, T, options)
    training.advance(epochs=first)
    # the walk is in double precision, whatever the epochs before were trained in
    task = training.task.with_options(precision="double")
    return _Stretch(task, training.state, task.n_batches)


def _n_batches(task: Task, epochs: int, batches: int | None) -> int:
    return epochs * task.n_batches if batches is None else batches


def _as_far_as_it_goes(
    pairs: Iterator[PositionedStep], ended: list[DivergedError]
) -> Iterator[PositionedStep]:
    """The steps up to where training diverges: they are what one wants to see then."""
    try:
        yield from pairs
    except DivergedError as error:
        ended.append(error)


def _is_hand(name: str) -> bool:
    return name.lower().endswith(".csv")


def _open(name: str) -> Trace | str:
    """The trace of this name; the name itself where it is a scenario's."""
    path = Path(name)
    is_file = path.is_file()
    if is_file and (is_trace(path) or path.suffix not in (".yaml", ".yml", ".json")):
        return read_trace(path)
    return str(find_scenario(name))


def _entries(one: Trace | str, other: Trace | str, name: str) -> Iterator[TraceEntry]:
    """The entries of a trace; those of a scenario over the range of the other."""
    if isinstance(one, Trace):
        return iter(one)
    stretch = _stretch(name, _range_of(other, "epoch", 0))
    batch, n_batches = _range_of(other, "batch", 0), _range_of(other, "batches", stretch.n_batches)
    entries = stretch._replace(n_batches=batch + n_batches).entries()
    return (entry for entry in entries if _is_behind(entry, stretch.state.epoch, batch))


def _is_behind(entry: TraceEntry, epoch: int, batch: int) -> bool:
    return (entry.epoch, entry.batch) >= (epoch, batch)


def _range_of(trace: Trace | str, key: str, usual: int) -> int:
    """What the header of a trace says of its range."""
    return trace.number(key) if isinstance(trace, Trace) else usual


def _judge(name: str, path: Path, tolerance: float | None) -> int:
    """Judge the lines that can be read; those that cannot are named, and the code is 2 or 1."""
    opened = _open(name)
    scenario = load_scenario(name) if isinstance(opened, str) else None
    names = [] if scenario is None else [neuron.name for neuron in scenario.network.neurons]
    read = read_hand_file(path, names)
    hand = read.lines
    for problem in read.problems:
        say(f"error: {problem}", err=True)
    for blank in read.blanks:
        say(f"error: {blank.where}: no value, got {blank.what} without one; expected it", err=True)
    if isinstance(opened, Trace):
        entries = iter(opened)
    elif hand:
        assert scenario is not None
        require_epochs_of(hand, scenario.last_epoch)
        epochs = [given.epoch or 0 for given in hand]
        stretch = _stretch(name, min(epochs))
        n_epochs = max(epochs) - min(epochs) + 1
        entries = stretch._replace(n_batches=n_epochs * stretch.n_batches).entries()
    mistake = check_hand(hand, entries, tolerance) if hand else None
    if mistake is not None:
        _print_mistake(mistake)
        return 1
    if hand:
        click.echo(f"{counted(len(hand), 'value')} by hand, all of them right")
    return 2 if read.problems or read.blanks else 0


def _print_difference(found: TraceDifference, first: str, second: str) -> None:
    say(str(found))
    for name, entry in ((first, found.first), (second, found.second)):
        if entry is not None:
            say(f"  {name}:{found.line}: {entry.text}")


def _print_mistake(mistake: Mistake) -> None:
    say(str(mistake))
    for line in mistake.arithmetic[:_MOST_LINES]:
        say(f"  {line}")
    if len(mistake.arithmetic) > _MOST_LINES:
        click.echo(f"  ... and {len(mistake.arithmetic) - _MOST_LINES} more")

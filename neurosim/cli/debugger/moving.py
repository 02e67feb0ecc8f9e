"""Commands that move through the training, forward and backward."""

from collections.abc import Callable
from typing import Any

from neurosim.cli.debugger.arguments import (
    count_of,
    grain_and_count,
    moment_of,
    require_nothing,
    require_some,
)
from neurosim.cli.debugger.command import Command
from neurosim.cli.debugger.reply import Reply, arrived, lines_of
from neurosim.cli.debugger.state import ShellState
from neurosim.debugger.arrival import Arrival
from neurosim.debugger.session import Session

_MOST_EDITS = 6  # that are listed


def _ahead(move: Callable[[Session, int], Arrival]) -> Callable[[ShellState, str], Reply]:
    """The command of a method of the session that takes a number of times."""

    def run(state: ShellState, text: str) -> Reply:
        times = count_of(text)
        return _moved(state.session, lambda: move(state.session, times))

    return run


def _moved(session: Session, move: Callable[[], Arrival]) -> Reply:
    """Where a move has led; past either end it is said that nothing was done."""
    before = session.place
    arrival = move()
    is_still = session.place == before and not arrival.hits
    return [*(lines_of("nothing was done") if is_still else []), *arrived(arrival)]


def _until(state: ShellState, text: str) -> Reply:
    where = require_some(text, "location")
    return _moved(state.session, lambda: state.session.until(where))


def _run(state: ShellState, text: str) -> Reply:
    require_nothing(text)
    kept = _said_of_edits("kept", state.session)
    return [*kept, *arrived(state.session.run())]


def _restart(state: ShellState, text: str) -> Reply:
    require_nothing(text)
    taken_back = _said_of_edits("taken back", state.session)
    return [*taken_back, *arrived(state.session.restart())]


def _said_of_edits(what: str, session: Session) -> Reply:
    """What becomes of the numbers that were set; nothing where none was."""
    texts = [edit.text for edit in session.edits]
    more = [f"... {len(texts) - _MOST_EDITS} more"] if len(texts) > _MOST_EDITS else []
    return lines_of(f"{what}: {', '.join(texts[:_MOST_EDITS] + more)}") if texts else []


def _back(state: ShellState, text: str) -> Reply:
    grain, times = grain_and_count(text, "step")
    return _moved(state.session, lambda: state.session.back(times, grain))


def _rcontinue(state: ShellState, text: str) -> Reply:
    require_nothing(text)
    return _moved(state.session, state.session.rcontinue)


def _goto(state: ShellState, text: str) -> Reply:
    moment: dict[str, Any] = moment_of(text)
    return arrived(state.session.goto(**moment))


MOVING = (
    Command("step", _ahead(Session.step), "step [N]", "do the next step, or N of them",
            "step, step 3", repeats=True,
            more="A step is the finest there is: a connection adds its term, a neuron its slope."),
    Command("next", _ahead(Session.next), "next [N]", "finish this neuron, or N of them",
            "next, next 2", repeats=True),
    Command("layer", _ahead(Session.layer), "layer [N]", "finish this layer, or N of them",
            "layer", repeats=True),
    Command("phase", _ahead(Session.phase), "phase [N]",
            "go to the next phase: forward, loss, backward, update", "phase", repeats=True),
    Command("sample", _ahead(Session.sample), "sample [N]", "go to the next sample",
            "sample, sample 2", repeats=True),
    Command("batch", _ahead(Session.batch), "batch [N]", "go to the next batch",
            "batch", repeats=True),
    Command("epoch", _ahead(Session.epoch), "epoch [N]", "go to the next epoch",
            "epoch, epoch 100", repeats=True),
    Command("until", _until, "until LOCATION", "go on to a location, and show its arithmetic",
            "until h1, until h1 backward, until epoch 3", repeats=True,
            more="LOCATION is as for break."),
    Command("continue", _ahead(Session.continue_), "continue [N]",
            "go on until something stops it, or to the end", "continue, continue 3", repeats=True,
            more="N counts the stops. Ctrl-C interrupts it."),
    Command("run", _run, "run", "start again from the beginning, and continue", "run",
            more="What was set is kept, each number at its moment; breakpoints stay."),
    Command("restart", _restart, "restart", "start again from the beginning, and stay there",
            "restart", more="What was set is taken back; breakpoints stay."),
    Command("back", _back, "back [GRAIN] [N]",
            "go back in time: a step, or GRAIN, or N of them", "back, back 3, back epoch",
            repeats=True,
            more="GRAIN is step, neuron, layer, phase, sample, batch or epoch. It goes to where the"
                 "\npresent one begins; from there, to where the one before it begins."),
    Command("rcontinue", _rcontinue, "rcontinue",
            "go back to where something would have stopped it, or to the start", "rcontinue",
            repeats=True),
    Command("goto", _goto, "goto [epoch] N [batch N] [sample N] [step N | PHASE]",
            "go to a moment, ahead or back; no breakpoint stops it",
            "goto 5, goto epoch 4999 sample 2, goto step 10, goto epoch 3 backward",
            more="What is coarser than all that is named is that of now; what is finer, the first."
                 "\nPHASE is forward, loss, backward or update."),
)  # fmt: skip

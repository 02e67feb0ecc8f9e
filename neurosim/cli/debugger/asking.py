"""Commands that show the state of a training, and change nothing."""

from neurosim.cli.debugger.arguments import (
    count_of,
    file_and_rest,
    grain_and_count,
    joined,
    name_and_epoch,
    numbers_of,
    require_nothing,
    require_some,
)
from neurosim.cli.debugger.command import Command
from neurosim.cli.debugger.reply import Reply, ReplyLine, lines_of, plain
from neurosim.cli.debugger.state import ShellState
from neurosim.debugger.ask.description import describe
from neurosim.debugger.session import Session
from neurosim.drawing.drawing import paint, prepare_step
from neurosim.drawing.page.pages import save, settings
from neurosim.errors import GraphError, UnknownNameError, guess
from neurosim.functions.numbers import counted
from neurosim.interpreter.steps import subject_of
from neurosim.network.layer import Layer
from neurosim.network.neuron import Neuron

_AROUND = 5  # steps that `list` shows before this place, and after it


def _print(state: ShellState, text: str) -> Reply:
    return plain(state.show(require_some(text, "expression")))


def _display(state: ShellState, text: str) -> Reply:
    if not text:
        return state.displayed() or lines_of("no displays")
    number = state.add_display(text)
    return [ReplyLine(f"{number}: {line}") for line in state.show(text)]


def _undisplay(state: ShellState, text: str) -> Reply:
    for number in dict.fromkeys(numbers_of(text) or list(state.displays)):
        state.take_display(number)
    return lines_of(counted(len(state.displays), "display") + " left")


def _explain(state: ShellState, text: str) -> Reply:
    return lines_of(state.session.explain(joined(text) or _present_subject(state)))


def _present_subject(state: ShellState) -> str:
    """The name of what the coming step is about."""
    step = state.session.coming_step
    if step is None:
        raise GraphError("explain: nothing is about to happen, got no name; expected one")
    subject = subject_of(step)
    if isinstance(subject, Layer):
        return subject.neurons[0].name
    return subject.name if isinstance(subject, Neuron) else "loss"


def _why(state: ShellState, text: str) -> Reply:
    name, since = name_and_epoch(text)
    return lines_of(state.session.why(name, since=since))


def _doctor(state: ShellState, text: str) -> Reply:
    require_nothing(text)
    return lines_of(state.session.diagnose())


def _list(state: ShellState, text: str) -> Reply:
    count, shown = count_of(text, _AROUND), state.n_listed
    if text or not shown:
        lines, state.n_listed = state.session.listing(count, count), count
    else:  # once more: what comes after
        state.n_listed += 2 * count
        lines = state.session.listing(0, state.n_listed)[shown:]
    if not lines:
        state.n_listed = 0  # and again: from this place
        return lines_of("no further steps in this part of the training")
    return [ReplyLine(line, "arrow" if line.startswith("->") else "") for line in lines]


def _where(state: ShellState, text: str) -> Reply:
    require_nothing(text)
    return [state.where()]


def _info(state: ShellState, text: str) -> Reply:
    if text:
        wanted = _OTHER_NAMES.get(text, text)
        for topic, describe in TOPICS.items():
            if topic.startswith(wanted):
                return describe(state)
        return _about(state, joined(text))
    return [
        state.where(),
        *(line for topic in ("break", "display", "branches") for line in TOPICS[topic](state)),
    ]


def _about(state: ShellState, name: str) -> Reply:
    """What a neuron, layer or connection is, and its numbers."""
    network, thing = state.session.network, state.find(name)
    if thing is None:
        layers, neurons = (layer.name for layer in network.layers), network.neurons
        meant = guess(name, [*TOPICS, *layers, *(neuron.name for neuron in neurons)])
        raise UnknownNameError(f"unknown topic {name!r:.80}{meant}; known: {', '.join(TOPICS)}")
    return plain([*describe(network, thing), *state.show(name)])


def _stops(state: ShellState) -> Reply:
    return plain(state.session.stops) or lines_of("no breakpoints, watches or catches")


def _displays(state: ShellState) -> Reply:
    shown = [f"display {number}: {text}" for number, text in state.displays.items()]
    return plain(shown) or lines_of("no displays")


def _branches(state: ShellState) -> Reply:
    return plain(f"branch {b}" for b in state.session.branches) or lines_of("no branches")


def _network(state: ShellState) -> Reply:
    return lines_of(state.session.network.summary())


def _record(state: ShellState, text: str) -> Reply:
    path, rest, overwrite = file_and_rest(text)
    grain, times = grain_and_count(rest, "batch")
    count = state.session.record(path, times=times, grain=grain, overwrite=overwrite)
    return lines_of(f"wrote {counted(count, 'step')} to {path}")


def _draw(state: ShellState, text: str) -> Reply:
    session = state.session
    path, rest, overwrite = file_and_rest(text if text.strip(" ").removeprefix("--overwrite")
                                          else f"{_picture_name(session)} {text}")  # fmt: skip
    require_nothing(rest)
    diagram = prepare_step(session)
    with settings():
        figure = paint(diagram).get_figure(root=True)
        assert figure is not None
        save(figure, path, title=diagram.title, description=diagram.description,
             overwrite=overwrite)  # fmt: skip
    return lines_of(f"drew {path}")


def _picture_name(session: Session) -> str:
    at = session.position
    return f"epoch{at.epoch}-sample{at.sample}-step{at.step}.svg"


TOPICS = {
    "break": _stops,
    "display": _displays,
    "branches": _branches,
    "network": _network,
}
_OTHER_NAMES = {
    **dict.fromkeys(("breakpoints", "watch", "watchpoints", "catch"), "break"),  # as in gdb
    **dict.fromkeys(("layers", "neurons"), "network"),
}
EXAMINING = (
    Command("print", _print, "print EXPRESSION",
            "show a value with all its digits; of a neuron or connection, all there are",
            "print h1, print x1->h1, print h, print abs(o1.delta) > 0.1", repeats=True,
            more="Of a layer: the numbers of its neurons. What the present sample has not computed"
                 " is not yet."),
    Command("display", _display, "display [EXPRESSION]",
            "show it after every move; without one, show all now", "display h1.output"),
    Command("undisplay", _undisplay, "undisplay [N...]", "show it no more; without N, none",
            "undisplay 1"),
    Command("explain", _explain, "explain [NAME]",
            "write out the formulas of a neuron, a connection or the loss, with their numbers",
            "explain h1, explain x1->h1, explain loss", repeats=True,
            more="Without NAME: what the coming step is about."),
    Command("why", _why, "why A->B|A.bias [since epoch N]",
            "show where the last update of a weight came from, sample by sample, path by path",
            "why x1->h1, why h1.bias, why x1->h1 since epoch 10", repeats=True,
            more="With since: all updates from the start of epoch N on, added up."),
    Command("doctor", _doctor, "doctor",
            "say why it has not learned so far, with the numbers and a cure", "doctor",
            more="Whole epochs are looked at, from the start or the last number that was set."),
    Command("list", _list, "list [N]", "show the arithmetic around this place, N steps each way",
            "list, list 10", repeats=True,
            more="Again, it goes on after the last step shown; a move begins anew."),
    Command("where", _where, "where", "say where this is, and what is about to happen", "where",
            repeats=True),
    Command("info", _info, f"info [{'|'.join(TOPICS)}|NAME]",
            "list breakpoints, displays and branches, or describe the network", "info, info break",
            repeats=True,
            more="Of a NAME of a neuron, layer or connection: what it is, and its weights."),
    Command("record", _record, "record FILE [GRAIN [N]] [--overwrite]",
            "write the steps from here on to a file; the session stays here",
            "record steps.jsonl, record steps.jsonl epoch 2",
            more="Without GRAIN: up to the end of the batch. A name with blanks is quoted. See"
                 " neurosim trace."),
    Command("draw", _draw, "draw [FILE] [--overwrite]",
            "draw the network with its present numbers; what is about to happen is marked",
            "draw, draw moment.png",
            more="FILE ends in .svg, .png or .pdf; without it, it is named after the moment."),
)  # fmt: skip

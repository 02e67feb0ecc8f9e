"""Commands that change a number, and compare branches of the training."""

from neurosim.cli.debugger.arguments import assignment, joined, one_word, require_some
from neurosim.cli.debugger.command import Command
from neurosim.cli.debugger.reply import Reply, lines_of
from neurosim.cli.debugger.state import ShellState
from neurosim.cli.debugger.stopping import lines_of_edits


def _set(state: ShellState, text: str) -> Reply:
    what, value = assignment(text)
    return lines_of(state.session.set(joined(what), float(state.session.value(value))))


def _freeze(state: ShellState, text: str) -> Reply:
    return lines_of_edits(state.session.freeze(*require_some(text, "name").split()))


def _unfreeze(state: ShellState, text: str) -> Reply:
    return lines_of_edits(state.session.unfreeze(*require_some(text, "name").split()))


def _fork(state: ShellState, text: str) -> Reply:
    return lines_of(state.session.fork(one_word(text)))


def _compare(state: ShellState, text: str) -> Reply:
    return lines_of(state.session.compare(one_word(text)))


WHAT_IF = (
    Command("set", _set, "set QUANTITY = EXPRESSION",
            "set a number of a neuron or connection, and go on with it",
            "set h1.output = 0.5, set x1->h1.weight 0",
            more="What was known of the time after this moment is forgotten: it is another branch"
                 " now."),
    Command("freeze", _freeze, "freeze NAME...",
            "let neurons, layers, biases or connections keep their parameters from here on",
            "freeze h1, freeze h.bias, freeze x->h",
            more="As after set, it is another branch now; going back takes it back."),
    Command("unfreeze", _unfreeze, "unfreeze NAME...", "let them learn again",
            "unfreeze h1, unfreeze x->h"),
    Command("fork", _fork, "fork [NAME]", "keep this branch, to be compared with what comes",
            "fork, fork untouched"),
    Command("compare", _compare, "compare [NAME]",
            "show where this branch parts from a kept one, and how far they have gone",
            "compare, compare untouched"),
)  # fmt: skip

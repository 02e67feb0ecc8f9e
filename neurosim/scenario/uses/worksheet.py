"""Worksheets of a scenario: a stretch of its training, to be worked out by hand."""

from collections.abc import Mapping, Sequence

from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import short
from neurosim.languages import translate
from neurosim.network.parameter import FunctionParameter
from neurosim.page.quiz import Quiz, make_quiz
from neurosim.scenario.uses.mark import Lesson
from neurosim.sheets.formulas import Formula, Key
from neurosim.sheets.worksheet import Worksheet, make_worksheet, symbol_of, symbols_of_indices
from neurosim.training.training import Training


def sheet_of(
    lesson: Lesson, code: str = "", samples: Sequence[int] = (0,), *, epoch: int = 0,
    blanks: str = "all", notation: str = "names", digits: int = 4,
) -> Worksheet:  # fmt: skip
    """The sheet of some samples of an epoch, of a lesson or of a variant of it.

    Raises:
        InvalidValueError: there is no such sample, or no indices in a network without layers.
    """
    lesson.require_epochs(epoch)
    training = lesson.training(code)
    n_rows = training.task.n_rows
    if max(samples) >= n_rows:
        raise InvalidValueError(f"--sample: got {max(samples)}; expected one below {n_rows}")
    training.advance(epochs=epoch)
    network, symbols = training.network, None
    if notation == "indices" and not (symbols := symbols_of_indices(network)):
        raise InvalidValueError(
            f"--notation: got indices, and {lesson.file} has no chain of layers; expected names"
        )
    formulas = lesson.formulas(code, epoch, sample=max(samples))
    batch = min(samples) // training.task.batch_size
    return make_worksheet(
        network, formulas, samples, lesson.title, _given(training, formulas, epoch, batch, symbols),
        code, batch_size=training.task.batch_size, blanks=blanks, digits=digits, symbols=symbols,
        text="" if code else lesson.text,  # its numbers are not those of a variant
    )  # fmt: skip


def quiz_of(lesson: Lesson, samples: Sequence[int] = (), epoch: int = 0) -> Quiz:
    """The quiz of some samples of an epoch, of the first one if none is named."""
    chosen = tuple(dict.fromkeys(samples)) or (0,)
    sheet = sheet_of(lesson, "", chosen, epoch=epoch)
    return make_quiz(sheet, lesson.formulas("", epoch, sample=max(chosen)))


def _given(
    training: Training, formulas: Mapping[Key, Formula], epoch: int, batch: int,
    symbols: Mapping[str, str] | None,
) -> list[tuple[str, str]]:  # fmt: skip
    """What is given: weights, biases, functions and rate, as names and numbers."""
    network, given = training.network, []
    for parameter in network.parameter_list():
        if isinstance(parameter, FunctionParameter):
            given.append((parameter.name, short(parameter.value)))
        elif parameter.value is not None:
            what = f"{parameter.owner.name}.{'bias' if parameter.kind == 'b' else 'weight'}"
            symbol = symbol_of(what) if symbols is None else symbols.get(what, symbol_of(what))
            before = [one for n in range(batch) if (one := formulas.get((what, epoch, n)))]
            given.append((symbol, short(before[-1].value if before else parameter.value)))
    for layer in network.layers:
        names = dict.fromkeys(neuron.activation for neuron in layer.neurons)
        if not set(layer.neurons) <= set(network.inputs):
            given.append((translate("activation of {}", layer.name), ", ".join(names)))
        wholes = dict.fromkeys(n.aggregation for n in layer.neurons if not n.is_plain)
        if wholes:
            given.append((translate("aggregation of {}", layer.name), ", ".join(wholes)))
    given.append((translate("loss"), training.task.objective.name))
    given.append((translate("optimizer"), training.task.optimizer.name))
    given.append((translate("learning rate"), short(training.task.optimizer.learning_rate)))
    return given

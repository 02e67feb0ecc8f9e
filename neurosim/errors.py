"""Every exception that neurosim raises on purpose, and the one way to say "no such thing".

A message reads ``where: what is wrong, got X; expected Y[; did you mean Z?]``: lower case, no full
stop, values as ``repr``. Each class is a `NeurosimError` and also one of Python's own kinds, so
that code which knows nothing of neurosim can catch it as a ``ValueError``, ``KeyError`` or
``TypeError``.
"""

import difflib
import itertools
import re
from collections.abc import Callable, Iterable

_MOST_LETTERS = 1000  # of a message
_LONG_WORD = re.compile(r"\S{201,}")  # a name, a path, a key


class NeurosimError(Exception):
    """Base of all errors raised on purpose."""

    def __str__(self) -> str:
        """The message itself (a bare ``KeyError`` would show its repr)."""
        return str(self.args[0]) if self.args else ""


class UnknownNameError(NeurosimError, KeyError):
    """Something was asked for by a name that nothing has."""


class NameRuleError(NeurosimError, ValueError):
    """A name breaks the rule for names, or is taken already."""


class GraphError(NeurosimError, ValueError):
    """The structure would not be a network: a cycle, a doubled connection, no outputs."""


class ShapeError(NeurosimError, ValueError):
    """An array has another shape than the network, or than its partner."""


class InvalidValueError(NeurosimError, ValueError):
    """A number or an option is outside of what is allowed."""


class WrongTypeError(NeurosimError, TypeError):
    """A thing of another type than the one expected."""


class StaleError(NeurosimError, ValueError):
    """The network's structure changed under something that was made from it."""


class DivergedError(NeurosimError, ValueError):
    """Training met a number that is not finite."""


class NotComputable(NeurosimError, ArithmeticError):  # noqa: N818 - an outcome, nobody's mistake
    """An expression has no value at this moment: 1/0, or a quantity that is not there yet."""


class FileError(NeurosimError, ValueError):
    """A file cannot be read, written, or understood."""


class RowsError(FileError):
    """Rows of a file are wrong; ``problems`` holds one line for each mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ScenarioError(NeurosimError, ValueError):
    """A scenario file is not valid; ``problems`` holds one line for each mistake in it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class MissingExtraError(NeurosimError, ValueError):
    """An optional package is needed and absent; ``extra`` is the name to install."""

    def __init__(self, message: str, extra: str) -> None:
        self.extra = extra
        super().__init__(message)


def unknown(kind: str, got: object, known: Iterable[str]) -> str:
    """Say that nothing of this kind has the name ``got``, and guess which was meant.

    >>> unknown("activation", "tahn", ["relu", "tanh"])
    "unknown activation 'tahn' (did you mean 'tanh'?); known: relu, tanh"
    """
    names = [str(name) for name in known]
    return f"unknown {kind} {got!r}{guess(got, names)}; known: {_listing(names)}"


def guess(got: object, known: Iterable[str]) -> str:
    """The words " (did you mean 'tanh'?)", or nothing where no known name resembles ``got``.

    >>> guess("sigmod", ["relu", "sigmoid"]), guess("Logistic", ["relu", "sigmoid"])
    (" (did you mean 'sigmoid'?)", " (did you mean 'sigmoid'?)")
    """
    names = list(itertools.islice(known, 2000))  # a guess over more names would take seconds
    meant = _meant(str(got), names)
    return "" if meant is None else f" (did you mean {meant!r}?)"


# what other systems and books call a thing; a word is guessed only where it is known
_SYNONYMS = {
    "linear": "identity", "logistic": "sigmoid", "expit": "sigmoid",
    "silu": "swish", "rectifier": "relu", "heaviside": "step", "threshold": "step",
    "mse": "mean_squared_error", "l2_loss": "squared_error", "sse": "squared_error",
    "mean_absolute_error": "mae", "root_mean_squared_error": "rmse", "l1": "mean_absolute_error",
    "log_loss": "binary_cross_entropy", "bce": "binary_cross_entropy",
    "binary_crossentropy": "binary_cross_entropy", "logloss": "binary_cross_entropy",
    "categorical_cross_entropy": "cross_entropy", "categorical_crossentropy": "cross_entropy",
    "softmax_cross_entropy": "cross_entropy", "nll": "cross_entropy", "nll_loss": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "lr": "learning_rate", "eta": "learning_rate", "alpha": "learning_rate",
    "gradient_descent": "sgd", "gd": "sgd", "hidden": "layers", "weight_decay": "penalty",
    "regularization": "penalty", "batch": "batch_size", "n_epochs": "epochs", "max_iter": "epochs",
    "solver": "optimizer", "criterion": "loss", "glorot": "xavier", "kaiming": "he",
    "acc": "accuracy", "f1_score": "f1", "r2_score": "r2",
}  # fmt: skip


def _meant(got: str, names: list[str]) -> str | None:
    """The known name that is meant: another case of it, the field's synonym, or one like it."""
    folded = {name.lower(): name for name in reversed(names)}
    word = got.lower().replace("-", "_").replace(" ", "_")
    for other in (got.lower(), word, _SYNONYMS.get(word, "")):
        if other in folded:
            return folded[other]
    close = difflib.get_close_matches(got.lower(), folded, n=5, cutoff=0.5)
    return folded[max(close, key=_likeness(got.lower()))] if close else None


def _likeness(got: str) -> Callable[[str], tuple[float, int]]:
    """How like a name is to what was got; where two are alike, the same beginning decides."""

    def likeness(name: str) -> tuple[float, int]:
        ratio = difflib.SequenceMatcher(None, name, got).ratio()
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(name, got, strict=False))
        return ratio, len(list(same))

    return likeness


def _listing(names: list[str], most: int = 20) -> str:
    shown = ", ".join(names[:most]) or "none"
    return shown if len(names) <= most else f"{shown}, and {len(names) - most} more"


def shortened(message: str) -> str:
    """The message without the middle of words, and of all, that nobody would read.

    >>> len(shortened("a" * 5000)), shortened("x.yaml:1:1: empty")
    (200, 'x.yaml:1:1: empty')
    """
    told = _LONG_WORD.sub(lambda word: _cut(word.group(), 200), message)
    return _cut(told, _MOST_LETTERS)


def _cut(text: str, most: int) -> str:
    """The beginning and the end, which of a path is where the line and the column are."""
    half = most // 2
    return text if len(text) <= most else f"{text[: half - 3]}...{text[-half:]}"

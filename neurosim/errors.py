"""Every exception that neurosim raises on purpose, and the one way to say "no such thing".

A message reads ``where: what is wrong, got X; expected Y[; did you mean Z?]``: lower case, no full
stop, values as ``repr``. Each class is a `NeurosimError` and also one of Python's own kinds, so
that code which knows nothing of neurosim can catch it as a ``ValueError``, ``KeyError`` or
``TypeError``.
"""

import difflib
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterable

_MOST_LETTERS = 1000  # of a message
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
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


class LeftOutWarning(UserWarning):
    """A part of a file was left out that its network does not have."""


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


def guess_number(got: str, *, whole: bool = False) -> str:
    """The words " (did you mean 0.5?)" for a text that people write for a number; or nothing.

    >>> guess_number("0,5"), guess_number("1,000", whole=True), guess_number("half")
    (' (did you mean 0.5?)', ' (did you mean 1000?)', '')
    >>> guess_number("1/3")
    ' (did you mean 0.3333333333333333? a fraction is no number)'
    """
    if len(got) > _LONGEST_NUMBER:
        return ""
    text, n_percent = re.subn(r"\s*%\Z", "", _in_ascii(got.strip()))
    parts = [_number_meant(part.strip(), whole=whole) for part in text.split("/")]
    if None in parts or len(parts) > 2 or parts[1:] == [0.0]:
        return ""
    numbers = [part for part in parts if part is not None]
    number = (numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1]) / 100**n_percent
    if not math.isfinite(number) or (whole and not number.is_integer()):
        return ""
    meant = repr(number).removesuffix(".0")
    meant += ", without quotes" * (_NUMBER.fullmatch(got) is not None)
    why = (
        " a fraction is no number" if len(parts) == 2 else " a percentage is no number" * n_percent
    )
    return f" (did you mean {meant}?{why})"


def _in_ascii(text: str) -> str:
    """Another sign of minus, of times or of a fraction, and digits of full width, as usual ones."""
    sign, rest = (text[:1], text[1:]) if text[:1] in "+-" else ("", text)
    is_fraction = len(rest) == 1 and unicodedata.decomposition(rest).startswith("<fraction>")
    if is_fraction or not any(unicodedata.category(letter) == "No" for letter in rest):
        rest = unicodedata.normalize("NFKC", rest)
    return (sign + rest).translate({0x2044: "/", 0x2212: "-", 0x00D7: "*", 0x2019: "'"})


def _number_meant(text: str, *, whole: bool) -> float | None:
    """A number with another decimal mark, marks of thousands, a power, or a point too many."""
    plain = re.sub(r"\A([+-]) ", r"\1", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+" + ("" if whole else r"\.\d*"), plain):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1:
        plain = plain.replace(".", "").replace(",", ".")
    plain = re.sub(r"(?<=\d)[_' ](?=\d{3}(?!\d))", "", plain).replace("_", "")
    plain = re.sub(r"\A(?:(.*?) ?[*x] ?)?10 ?(?:\^|\*\*) ?", r"\1e", plain)
    plain = re.sub(r"\Ae", "1e", plain)
    plain = re.sub(r"\.+(?=\d)", ".", plain, count=1).rstrip(".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


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
    "gradient_descent": "sgd", "gd": "sgd", "hidden": "layers", "decay": "weight_decay",
    "regularization": "penalty", "gradient_clipping": "clip",
    "batch": "batch_size", "n_epochs": "epochs", "max_iter": "epochs",
    "solver": "optimizer", "criterion": "loss", "glorot": "xavier", "kaiming": "he",
    "mae": "mean_absolute_error", "l2": "squared_error", "smooth_l1": "huber",
    "momentum": "sgd", "nesterov": "sgd", "outputs": "targets",
    "lr_scheduler": "schedule", "scheduler": "schedule", "lr_schedule": "schedule",
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

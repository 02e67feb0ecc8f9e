"""The options of a training: one record with the default, the check and the meaning of each.

All else is made from it: the keys of a scenario's ``training:``, their JSON Schema, and the table
of the manual. Only `neurosim.train` repeats the names, for editors to offer, and `TrainOptions`,
for type checkers; a test holds them equal.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict

import numpy as np

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.losses import LOSSES, REDUCTIONS, Loss, require_loss
from neurosim.functions.numbers import require_count, require_number
from neurosim.functions.optimizers import (
    OPTIMIZERS,
    SGD,
    Optimizer,
    make_optimizer,
    require_optimizer,
)
from neurosim.functions.penalties import Penalty, require_penalty
from neurosim.functions.schedules.base import AdaptiveSchedule, RateSchedule, require_schedule
from neurosim.functions.streams import require_seed
from neurosim.functions.update_options import (
    Clip,
    NamedRates,
    WeightDecay,
    require_clip,
    require_rates,
    require_weight_decay,
)
from neurosim.network.network import Network
from neurosim.training.goals.class_weight import require_class_weight
from neurosim.training.goals.heads import require_heads
from neurosim.training.metrics import LOSS, METRICS, Metric, require_metrics
from neurosim.training.stopping.stops import (
    EarlyStopping,
    require_early_stopping,
    require_time_limit,
    require_until,
)
from neurosim.training.task_kind import AUTO, TASK_KINDS, TaskKind, require_task_kind
from neurosim.training.validation.folds import Folds, require_folds
from neurosim.training.validation.seeds import require_seeds

PRECISIONS = ("double", "single")  # float64, float32
MISSING_TARGETS = ("error", "ignore")
PROGRAMS = ("auto", "kernel", "arrays")
MOST_EPOCHS = 1_000_000_000  # that a scenario may ask for


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class OneOf(ByFields):
    """A name out of a table; ``require`` also takes what the table has no name for."""

    kind: str
    table: Collection[str]
    require: Callable[[Any], Any] | None = None

    def check(self, value: Any, _name: str) -> Any:
        """The name itself."""
        if self.require is not None:
            self.require(value)
        elif not isinstance(value, str) or value not in self.table:
            raise UnknownNameError(unknown(self.kind, value, self.table))
        return value


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Made(ByFields):
    """An object that a table makes: in a scenario its name and options. ``require`` checks it."""

    kind: str
    table: Mapping[str, Callable[..., Any]]
    require: Callable[[Any], Any]

    def check(self, value: Any, _name: str) -> Any:
        """The object itself."""
        return self.require(value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Entry(ByFields):
    """What is made of a value, or None; in a scenario an entry of its own form, by the kind."""

    kind: str
    require: Callable[[Any], Any]

    def check(self, value: Any, _name: str) -> Any:
        """What is made of it."""
        return self.require(value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NamesOf(ByFields):
    """Names out of a table."""

    kind: str
    table: Collection[str]
    require: Callable[[Any], tuple[str, ...]]

    def check(self, value: Any, _name: str) -> Any:
        """The names as a tuple."""
        return self.require(value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Whole(ByFields):
    """An integer of at least ``least``. ``none`` is the word for None in a scenario, if allowed."""

    least: int
    most: int | None = None
    none: str | None = None

    def check(self, value: Any, name: str) -> Any:
        """The number as an int, or None."""
        if value is None and self.none is not None:
            return None
        return require_count(value, name, least=self.least, or_none=self.none is not None)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Real(ByFields):
    """A number of at least ``least``, and less than ``below`` if that is given."""

    least: float
    below: float | None = None

    def check(self, value: Any, name: str) -> Any:
        """The number as a float."""
        number = require_number(value, name)
        if number < self.least or (self.below is not None and number >= self.below):
            above = "" if self.below is None else f" and < {self.below:g}"
            raise InvalidValueError(
                f"{name}: got {number!r}; expected a number >= {self.least:g}{above}"
            )
        return number


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Flag(ByFields):
    """True or False."""

    def check(self, value: Any, name: str) -> Any:
        """The flag as a bool."""
        if not isinstance(value, (bool, np.bool_)):
            raise WrongTypeError(f"{name}: got {value!r}; expected True or False")
        return bool(value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class InPython(ByFields):
    """A value that a scenario gives elsewhere than in its ``training:``, or not at all."""

    require: Callable[[Any], Any]

    def check(self, value: Any, _name: str) -> Any:
        """The value itself."""
        return self.require(value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Plain(ByFields):
    """A value of a type that a scenario writes as it is, or as a mapping; None: nothing."""

    type: Any
    require: Callable[[Any], Any]

    def check(self, value: Any, _name: str) -> Any:
        """The value, made and checked."""
        return self.require(value)


Form = OneOf | Made | Entry | NamesOf | Whole | Real | Flag | Plain | InPython


def _option(meaning: str, form: Form, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"meaning": meaning, "form": form})


def _flag(value: Any) -> bool:
    checked: bool = Flag().check(value, "progress")
    return checked


def _seed_or_none(seed: Any) -> int | None:
    return None if seed is None else require_seed(seed)


def _rule_of_missing(rule: Any) -> str:
    found: str = OneOf("rule of missing targets", MISSING_TARGETS).check(rule, "missing_targets")
    return found


def _pair_or_none(validation: Any) -> Any:
    if validation is None:
        return None
    if not isinstance(validation, (tuple, list)) or len(validation) not in (2, 3):
        raise WrongTypeError(f"validation: got {validation!r:.80}; expected a pair (X, T)")
    return tuple(validation)


def _later(value: Any) -> Any:
    """The value as it is: it is checked where its kind is known."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """Every option of a training, checked.

    Raises:
        UnknownNameError: there is no such loss, reduction, precision or metric.
        InvalidValueError, WrongTypeError: a value is not allowed; says which.
    """

    loss: str | Loss = _option(
        "What is minimized, measured on each row.",
        OneOf("loss", LOSSES, require_loss),
        "half_squared_error",
    )
    reduction: str = _option(
        "What is made of the rows' losses, and of their gradients.",
        OneOf("reduction", REDUCTIONS),
        "mean",
    )
    heads: Any = _option(
        "Groups of outputs, each with its outputs, loss, and weight; instead of loss.",
        Entry("heads", require_heads),
        None,
    )
    class_weight: Any = _option(
        "The weight of each class, by its name; or balanced: classes count alike.",
        Entry("class_weight", require_class_weight),
        None,
    )
    label_smoothing: float = _option(
        "How much of each label is shared among all classes.", Real(0.0, 1.0), 0.0
    )
    weights: Any = _option(
        "The weight of each row, (B,); None: 1. In a scenario a column: data: csv: weights.",
        InPython(_later),
        None,
    )
    input_noise: float = _option(
        "The deviation of the normal noise that training adds to each (scaled) input.",
        Real(0.0),
        0.0,
    )
    missing_targets: str = _option(
        "Targets that are NaN: error, or ignore: they add no loss and no gradient. In a scenario"
        " data: csv: missing_targets: ignore.",
        InPython(_rule_of_missing),
        "error",
    )
    optimizer: Optimizer = _option(
        "How a parameter moves, given its gradient.",
        Made("optimizer", OPTIMIZERS, require_optimizer),
    )
    learning_rate: float | None = _option(
        "That of an optimizer given by its name, in Python; None: the optimizer's own.",
        InPython(_later),
        None,
    )
    epochs: int = _option("How many times all rows are gone through.", Whole(0, MOST_EPOCHS))
    batch_size: int | None = _option(
        "The number of rows between two updates.", Whole(1, none="all"), None
    )
    shuffle: bool = _option(
        "Whether the rows are shuffled (by the seed) before each epoch.", Flag(), False
    )
    penalty: Penalty | None = _option(
        "What large weights cost: {l1: a, l2: b}; max_norm, the most length of the weights into a"
        " neuron; on, weights (the default), biases, all or names. Or a list of such.",
        Entry("penalty", require_penalty),
        None,
    )
    clip: Clip | None = _option(
        "How gradients are kept small: {norm: 1.0}, with per: layer or all; or {value: 0.5}.",
        Entry("clip", require_clip),
        None,
    )
    weight_decay: WeightDecay | None = _option(
        "What parameters lose in each update, apart from the gradient: a number, times the rate;"
        " or {strength: 0.01, on: weights}.",
        Entry("weight_decay", require_weight_decay),
        None,
    )
    rates: NamedRates | None = _option(
        "Learning rates of named layers, neurons, connections or biases, in place of the"
        " optimizer's: {h: 0.1}.",
        Entry("rates", require_rates),
        None,
    )
    schedule: RateSchedule | None = _option(
        "How the learning rate changes over the epochs, or the updates.",
        Entry("schedule", require_schedule),
        None,
    )
    early_stopping: EarlyStopping | None = _option(
        "After how many epochs without progress it stops, with the best parameters restored:"
        " patience, monitor (loss, or a metric), least_change.",
        Plain(EarlyStopping, require_early_stopping),
        None,
    )
    until: Mapping[str, float] | None = _option(
        "What must be reached for it to stop: a metric at least, a loss or an error at most.",
        Plain(dict[str, float], require_until),
        None,
    )
    time_limit: float | None = _option(
        "After how many seconds it stops, at the end of an epoch.",
        Plain(float, require_time_limit),
        None,
    )
    precision: str = _option(
        "double computes in float64, single in float32 (by the compiled engine only).",
        OneOf("precision", PRECISIONS),
        "double",
    )
    metrics: tuple[str, ...] = _option(
        "What is measured besides the loss after each epoch.",
        NamesOf("metric", METRICS, require_metrics),
        (),
    )
    task: str | TaskKind = _option(
        "What the targets are to metrics and pictures: classes, yes_no, labels or regression;"
        " auto: as all targets say.",
        OneOf("task", (AUTO, *TASK_KINDS), require_task_kind),
        AUTO,
    )
    validate: Folds | None = _option(
        "Folds to cross-validate on, by `train` and a run; the network is fitted on all rows.",
        Plain(Folds, require_folds),
        None,
    )
    norms: bool = _option(
        "Whether after each epoch the norm of the gradient is measured, and that of the change over"
        " that of the parameters.",
        Flag(),
        False,
    )
    seeds: tuple[int, ...] | None = _option(
        "Seeds that `train` and a run also train with, for mean and spread; as 0..9.",
        Entry("seeds", require_seeds),
        None,
    )
    engine: str = _option(
        "graph: neuron by neuron; compiled: by matrices. The numbers are the same.",
        InPython(_later),
        "compiled",
    )
    program: str = _option(
        "What the compiled engine runs: kernel, in C, with the bits of graph; arrays, in NumPy;"
        " auto, the faster one.",
        OneOf("program", PROGRAMS),
        "auto",
    )
    seed: int | None = _option(
        "What the shuffling is drawn from; None: the network's seed.", InPython(_seed_or_none), None
    )
    validation: tuple[Any, Any] | None = _option(
        "A pair (X, T), or (X, T, weights), to measure after each epoch.",
        InPython(_pair_or_none),
        None,
    )
    progress: bool = _option(
        "Whether `train` tells on standard error how far it is: epoch, loss and rate.",
        InPython(_flag),
        False,
    )
    state: Any = _option("The state to go on from; None: the start.", InPython(_later), None)

    def __post_init__(self) -> None:
        optimizer = make_optimizer(self.optimizer, self.learning_rate)
        object.__setattr__(self, "optimizer", optimizer)
        object.__setattr__(self, "learning_rate", None)  # the optimizer has it now
        if self.heads is not None and self.loss != option_fields()["loss"].default:
            raise InvalidValueError(
                f"loss: got {self.loss!r:.60} beside heads; expected one of the two"
            )
        for name, default, check in _checks():
            value = getattr(self, name)
            if value is not default:
                object.__setattr__(self, name, check(value, name))
        own = getattr(self.optimizer, "weight_decay", None)
        if own is not None and self.weight_decay is not None:
            raise WrongTypeError(
                f"weight_decay: got {self.weight_decay.strength:g} beside {self.optimizer!r:.80},"
                " which has its own; expected one of the two"
            )
        if self.early_stopping is not None or self.until is not None:
            watched = [] if self.early_stopping is None else [self.early_stopping.monitor]
            metrics = dict.fromkeys((*self.metrics, *watched, *(self.until or ())))
            object.__setattr__(self, "metrics", tuple(name for name in metrics if name != LOSS))

    def seed_of(self, network: Network) -> int:
        """The seed of these options, or else that of the network."""
        return network.seed if self.seed is None else self.seed

    @property
    def is_monitored(self) -> bool:
        """Whether the way of the training depends on what is measured after its epochs."""
        stops = self.early_stopping is not None or self.until is not None
        return stops or isinstance(self.schedule, AdaptiveSchedule)

    def options(self) -> dict[str, Any]:
        """The keys of ``training:`` by name: ``ns.train(net, X, T, **training.options())``."""
        return {name: getattr(self, name) for name in scenario_options()}

    def keywords(self) -> dict[str, Any]:
        """All options by name."""
        return {name: getattr(self, name) for name in option_fields()}

    @property
    def measure(self) -> dict[str, Any]:
        """What a measurement of other rows needs: the loss, and what weighs its terms."""
        known, always = option_fields(), ("loss", "reduction")
        given = {n: getattr(self, n) for n in MeasureOptions.__annotations__ if n != "weights"}
        return {n: v for n, v in given.items() if n in always or v != known[n].default}


class MeasureOptions(TypedDict, total=False):
    """The options of what only measures, as keyword arguments."""

    loss: str | Loss
    reduction: str
    heads: Any
    class_weight: Any
    label_smoothing: float
    weights: Any
    missing_targets: str


class TrainOptions(MeasureOptions, total=False):
    """The options as keyword arguments; `Options` says what each means."""

    input_noise: float
    optimizer: Any
    learning_rate: float | None
    epochs: int
    batch_size: int | None
    shuffle: bool
    penalty: Any
    clip: Any
    weight_decay: Any
    rates: Any
    schedule: Any
    early_stopping: Any
    until: Mapping[str, float] | None
    time_limit: float | None
    norms: bool
    precision: str
    metrics: Sequence[str | Metric]
    task: str | TaskKind
    validate: Any
    seeds: Any
    engine: str
    program: str
    seed: int | None
    validation: tuple[Any, Any] | None
    progress: bool
    state: Any


class OptionRow(NamedTuple):
    """A row of the table of options; the default is the text of it, or ``required``."""

    name: str
    default: str
    meaning: str


@cache
def option_fields() -> Mapping[str, "Field[Any]"]:
    """The options by name, each a field whose metadata are its ``form`` and its ``meaning``."""
    return MappingProxyType({option.name: option for option in fields(Options)})


@cache
def _required() -> tuple[str, ...]:
    return tuple(name for name, option in option_fields().items() if option.default is MISSING)


@cache
def _checks() -> tuple[tuple[str, Any, Callable[[Any, str], Any]], ...]:
    """Of each option its name, its default, and the check of another value."""
    return tuple((n, o.default, o.metadata["form"].check) for n, o in option_fields().items())


def scenario_options() -> list[str]:
    """The options that are keys of a scenario's ``training:``."""
    return [n for n, o in option_fields().items() if not isinstance(o.metadata["form"], InPython)]


def option_rows() -> list[OptionRow]:
    """The table of options, for the manual."""
    return [
        OptionRow(
            name, "required" if o.default is MISSING else repr(o.default), o.metadata["meaning"]
        )
        for name, o in option_fields().items()
    ]


def make_options(given: Options | None, changes: Mapping[str, Any], **defaults: Any) -> Options:
    """The options given as a record, as keywords, or as a record with changes.

    Args:
        given: the record, or None.
        changes: options by name.
        **defaults: values of required options where neither gives them.

    Raises:
        WrongTypeError: an option is unknown, or a required one is missing.
    """
    if isinstance(given, Options) and not changes:
        return given  # it is checked and frozen
    known = option_fields()
    for name in changes:
        if name not in known:
            raise WrongTypeError(f"{unknown('option', name, known)}")
    if given is not None:
        if not isinstance(given, Options):
            raise WrongTypeError(f"options: got {given!r:.80}; expected neurosim.Options")
        return replace(given, **changes)
    merged = {**defaults, **changes}
    for name in _required():
        if name not in merged:
            raise WrongTypeError(f"{name}: missing; {known[name].metadata['meaning']}")
    return Options(**merged)


def measuring_options(given: Options | None, changes: Mapping[str, Any]) -> Options:
    """The options of what only measures, or trains by SGD(0.1) where no optimizer is given."""
    kept = {name: v for name, v in changes.items() if name != "optimizer" or v is not None}
    defaults = {} if given is not None else {"optimizer": SGD(0.1), "epochs": 0}
    return make_options(given, kept, **defaults)

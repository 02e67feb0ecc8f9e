"""A scenario that is ready to run: network, data, training, expectations."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import GraphError, InvalidValueError, MissingExtraError, NeurosimError
from neurosim.functions.losses import require_loss
from neurosim.functions.numbers import Matrix, counted
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.functions.penalties import PenaltyList
from neurosim.interpreter.backward import require_choice
from neurosim.network.network import Network
from neurosim.pause import PausedCollection
from neurosim.scenario.build.check_draw import check_pictures
from neurosim.scenario.build.check_edits import find_stages
from neurosim.scenario.build.check_effect import check_connected, check_effect, check_inputs
from neurosim.scenario.build.check_expect import check_expectations
from neurosim.scenario.build.epochs import require_epoch
from neurosim.scenario.build.network import Built, build_network
from neurosim.scenario.build.rows import build_data
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.data_entry import CsvEntry, InlineEntry
from neurosim.scenario.format.document import Document
from neurosim.scenario.format.draw_entry import DrawEntry
from neurosim.scenario.format.entry import options_of
from neurosim.scenario.format.expect_entry import (
    Expectation,
    GradientExpectation,
    LossExpectation,
    MetricExpectation,
)
from neurosim.scenario.format.node import KeyPath, Problem, plain, refuse
from neurosim.scenario.format.options.edit_entry import EditEntry
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.format.read import Reading, read
from neurosim.training.data import Data
from neurosim.training.engines.table import ENGINES, computes_in
from neurosim.training.metrics import require_fitting
from neurosim.training.options import Options, make_options, measuring_options, scenario_options
from neurosim.training.parts import PARTS
from neurosim.training.task import kind_of_targets, make_task, require_adjustments
from neurosim.training.task_kind import AUTO, TaskKind
from neurosim.training.validation.folds import Folds


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A scenario that is ready to run.

    Attributes:
        path: the file it was read from.
        title: what it is, in a line.
        description: what there is to see, or None.
        source: where its numbers come from, or None.
        seed: what everything random is drawn from.
        engine: the engine it asks for.
        network: the network, built and not yet trained.
        data: its rows, or None.
        training: how it learns, or None.
        expect: what must come out.
        draw: the pictures and films that it asks for.
        with_seed: builds it again with another seed.
        scales: those of the inputs and targets of its data, by these words.
        edits: how the network is changed while it learns.
        lesson: what is taught with it, in Markdown, or nothing.
        reading: what it was built from.
    """

    path: Path
    title: str
    description: str | None
    source: str | None
    seed: int
    engine: str
    network: Network
    data: Data | None
    training: Options | None
    expect: tuple[Expectation, ...]
    draw: tuple[DrawEntry, ...] = ()
    with_seed: "Callable[[int], Scenario] | None" = None
    scales: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[EditEntry, ...] = ()
    lesson: str = ""
    reading: Reading | None = None

    @property
    def tree(self) -> Mapping[str, Any]:
        """All of it as it is written, with what overrides have set; plain values by key."""
        return {} if self.reading is None else plain(self.reading.tree)

    @property
    def inputs(self) -> Matrix | None:
        """The inputs of the training rows, (rows, n_in), or None."""
        return None if self.data is None else self.data.train.X

    @property
    def targets(self) -> Matrix | None:
        """The targets of the training rows, (rows, n_out), or None."""
        return None if self.data is None else self.data.train.T

    @property
    def task_kind(self) -> TaskKind | None:
        """What the targets of all its rows are; None without data."""
        if self.data is None:
            return None
        return kind_of_rows(self.network, self.data, self.training)

    @property
    def measure(self) -> dict[str, Any]:
        """The loss and its reduction, also where nothing is trained."""
        options = measuring_options(None, {}) if self.training is None else self.training
        return options.measure

    def measure_of(self, part: str) -> dict[str, Any]:
        """The same for a part of the rows, with the weights of these."""
        weights = {} if self.data is None else self.data.weights
        return self.measure | ({"weights": weights[part]} if part in weights else {})

    def options_of_run(self) -> Options:
        """The options that a run trains with: also the validation rows and the task."""
        assert self.training is not None
        assert self.data is not None
        task, validation = self.task_kind or AUTO, self.data.rows("validation")
        return replace(self.training, validation=validation, task=task)

    def require_training(self, name: object, use: str) -> tuple[Matrix, Matrix, Options]:
        """The training rows, X (rows, n_in) and T (rows, n_out), and the options of a run.

        Args:
            name: the scenario in the message: what the user calls it.
            use: what the training is needed for.

        Raises:
            InvalidValueError: there is no data, or no training.
        """
        if self.data is None or self.training is None:
            lacks = "data" if self.data is None else "training"
            message = f"{name}: nothing to {use}, got no {lacks}"
            raise InvalidValueError(f"{message}; expected a scenario with a training")
        self.require_no_edits(name, use)
        return (*self.data.train, self.options_of_run())

    def require_epochs(self, first: int | str, count: int = 1, where: str = "epoch") -> int:
        """The number of an epoch to go through; a training of no epochs is as if it had one.

        Args:
            first: the number of the first, from 0, or ``end``, the last that trains.
            count: how many.
            where: what the message begins with.

        Raises:
            InvalidValueError: it ends before the last of them.
        """
        last = self.last_epoch
        number = require_epoch(first, last, where)
        if number + count > last + 1:
            raise InvalidValueError(
                f"{where}s: got {count} from epoch {number} on; expected at most"
                f" {last + 1 - number}"
            )
        return number

    @property
    def last_epoch(self) -> int:
        """The number of the last epoch to go through; 0 where there is none."""
        return max(0 if self.training is None else self.training.epochs - 1, 0)

    def require_no_edits(self, name: object, use: str) -> None:
        """Refuse edits where the training is gone through by other means than a run.

        Raises:
            InvalidValueError: there are some.
        """
        if self.edits:
            raise InvalidValueError(
                f"{name}: edits: got {counted(len(self.edits), 'edit')}, which only a run, a sweep"
                f" and a picture after some epochs make; expected none to {use}"
            )

    def __repr__(self) -> str:
        """The title, the network, the data and the epochs in a line."""
        data = "no data" if self.data is None else repr(self.data)
        epochs = 0 if self.training is None else self.training.epochs
        return f"scenario {self.title!r}: {self.network!r}; {data}; {epochs} epochs"


def kind_of_rows(network: Network, data: Data, training: Options | None) -> TaskKind:
    """What the targets of all rows are, those of validation and test, too.

    Raises:
        InvalidValueError: they do not fit the task that the options say.
    """
    parts = [part.T for name in PARTS if (part := data.part(name)) is not None]
    options = measuring_options(training, {})
    return kind_of_targets(network, np.concatenate(parts), options.loss, options.task)


def load_scenario(path: str | Path, *, overrides: Overrides = ()) -> Scenario:
    """Read a scenario file and build what it describes.

    Args:
        path: the file, or the name of a shipped scenario.
        overrides: changes such as ``"training.epochs=10"``, or a mapping of paths to values.

    Raises:
        UnknownNameError: there is neither such a file nor such a name.
        FileError: the file cannot be read, or is no text.
        ScenarioError: something in it is wrong; the error lists all of it, each with its place.
        MissingExtraError: its data need a package that is not installed.
    """
    file = find_scenario(path)
    return build_scenario(read(file, overrides), file)


def load_to_diagnose(path: str | Path, *, overrides: Overrides = ()) -> Scenario:
    """Read a scenario as `load_scenario` does, also one with outputs that no input reaches.

    A run refuses these; a diagnosis has a finding for them.
    """
    file = find_scenario(path)
    return build_scenario(replace(read(file, overrides), is_diagnosed=True), file)


def _scales_of(data: Any) -> dict[str, str]:
    """The scales of inputs and targets that an entry of data asks for, if there is one."""
    parts = () if data is None else ("inputs", "targets")
    return {part: scale for part in parts if (scale := data.scale_of(part)) is not None}


def build_scenario(reading: Reading, path: str | Path) -> Scenario:
    """Build what was read; ``path`` is where files beside it are looked for.

    Raises:
        ScenarioError: something in it is wrong; the error lists all of it.
        MissingExtraError: its data need a package that is not installed.
    """
    building = _Building(reading, Path(path))
    built, training = building.network(), building.training()
    data: Data | None = None
    absent: MissingExtraError | None = None
    try:
        data = building.data(built, training)
    except MissingExtraError as error:
        absent = error
    training = building.weighed(training, built, data)
    building.check(built, data, training)
    refuse(building.problems)
    if absent is not None:
        raise absent
    document = reading.draft
    assert isinstance(document, Document)
    assert built is not None
    return Scenario(
        path=Path(path),
        title=document.title,
        description=document.description,
        source=document.source,
        seed=document.seed,
        engine=document.engine,
        network=built.network,
        data=data,
        training=_with_validation(training, data),
        expect=document.expect,
        draw=document.draw,
        with_seed=partial(_with_seed, reading, path),
        scales=_scales_of(document.data),
        edits=document.edits,
        lesson=document.lesson or "",
        reading=reading,
    )


def _with_validation(training: Options | None, data: Data | None) -> Options | None:
    """Options whose schedule and stops go by the validation rows, if there are any."""
    if training is None or data is None or data.validation is None or not training.is_monitored:
        return training
    return replace(training, validation=data.rows("validation"))


def _with_seed(reading: Reading, path: str | Path, seed: int) -> Scenario:
    draft = reading.draft.model_copy(update={"seed": seed})
    return build_scenario(replace(reading, draft=draft), path)


class _Building:
    """The building of one scenario, and what is found to be wrong."""

    def __init__(self, reading: Reading, path: Path) -> None:
        self.problems: list[Problem] = list(reading.problems)
        self._reading = reading
        self._draft = reading.draft
        self._path = path

    def network(self) -> Built | None:
        """The network, as far as it can be built; None where nothing is known of it."""
        draft = self._draft
        if draft.network is None:
            return None
        title, locate = draft.title or "network", self._reading.problem
        with PausedCollection():
            built = build_network(draft.network, title=title, seed=draft.seed, locate=locate)
        self.problems += built.problems or check_inputs(self._reading, built)
        return built

    def training(self) -> Options | None:
        """How it learns; None where nothing is trained, or something is wrong with it."""
        entry = self._draft.training
        if entry is not None and not self._reading.has("data"):
            self._note(("training",), "nothing to learn from, got no data; expected data too")
        return None if entry is None else self._training(entry)

    def _training(self, entry: Any) -> Options | None:
        name, options = options_of(entry.optimizer)
        try:
            optimizer = OPTIMIZERS[name](**options)
        except NeurosimError as error:
            self._note(("training", "optimizer"), error)
            return None
        given = {key: getattr(entry, key) for key in scenario_options()}
        if given["batch_size"] == "all":
            given["batch_size"] = None
        given |= {"optimizer": optimizer, "engine": self._draft.engine, "seed": self._draft.seed}
        try:
            return make_options(None, given)
        except NeurosimError as error:  # options that do not go together
            self._note_option(error)
            return None

    def data(self, built: Built | None, training: Options | None) -> Data | None:
        """The rows; None where there are none, or something is wrong with them."""
        if self._draft.data is None or built is None or not built.is_named:
            return None
        if not built.network.inputs:  # which is told
            return None
        data, problems = build_data(
            self._draft.data,
            built.network,
            folder=self._path.parent,
            seed=self._draft.seed,
            locate=self._reading.problem,
            target_rule="any" if training is None else require_loss(training.loss).targets,
        )
        self.problems += problems
        return data

    def weighed(
        self, training: Options | None, built: Built | None, data: Data | None
    ) -> Options | None:
        """The options with the weights of the training rows and of their classes."""
        if training is None or data is None or built is None:
            return training
        entry = self._draft.data
        rule = entry.csv.missing_targets if isinstance(entry, CsvEntry) else "error"
        training = replace(training, weights=data.weights.get("train"), missing_targets=rule)
        heads = training.heads or ()
        if training.class_weight is None and not any(head.class_weight for head in heads):
            return training
        try:
            weighing = make_task(built.network, *data.train, training).weighing
        except NeurosimError:
            return training  # which is told below
        if not heads:
            return replace(training, class_weight=weighing.class_weight_of(0))
        found = (weighing.class_weight_of(i) for i in range(len(heads)))
        resolved = [replace(h, class_weight=w) for h, w in zip(heads, found, strict=True)]
        return replace(training, heads=resolved)

    def check(self, built: Built | None, data: Data | None, training: Options | None) -> None:
        """Compare the parts with each other."""
        stages = find_stages(self._reading, built)
        self.problems += stages.problems
        self.problems += check_expectations(self._reading, stages, data)
        self.problems += check_pictures(self._reading, built, data)
        if built is None or data is None or self.problems:  # else most would be an echo
            return
        self.problems += check_connected(self._reading, stages)
        if training is not None:
            self._check_precision(training)
            self._check_training(built.network, data, training)
            self.problems += check_effect(self._reading, built.network, data, training)
        elif not self._reading.has("training"):
            self._check_measuring(built.network, data)
        if not self.problems:
            self._check_metrics(built.network, data, training)

    def _check_precision(self, training: Options) -> None:
        name = self._draft.engine
        if not computes_in(name, training.precision):
            own = " or ".join(ENGINES[name].capabilities.bounds)
            others = " or ".join(e for e in ENGINES if computes_in(e, training.precision))
            message = (
                f"the {name} engine computes in {own} precision, got {training.precision!r};"
                f" expected {own}, or engine: {others}"
            )
            self._note(("training", "precision"), message)

    def _check_training(self, network: Network, data: Data, training: Options) -> None:
        """Let the trainer look at all that it will be given."""
        if not self._has_parameters(network, training):
            return
        for name, pair in ((name, data.part(name)) for name in PARTS):
            if pair is None:
                continue
            try:
                require_choice(network)
                weights = data.weights.get(name)
                make_task(network, pair.X, pair.T, replace(training, weights=weights))
            except GraphError as error:
                self._note_graph(network, training, error)
                return
            except NeurosimError as error:
                if self._note_option(error):
                    return
                inline = isinstance(self._draft.data, InlineEntry)
                message = str(error).removeprefix("T: ")  # here they are called targets
                if data.validation or data.test:  # rows are counted as they are shuffled
                    message = f"{name} rows, shuffled: {message}"
                if not inline and len(network.outputs) == 1:
                    message += _encoded(training, error)
                self._note(("data", "targets") if inline else ("data",), message)
                return
        if training.validate is not None:
            self._check_folds(network, data, training, training.validate)

    def _check_folds(
        self, network: Network, data: Data, training: Options, validate: Folds
    ) -> None:
        """Can the training rows be divided so?"""
        try:
            kind = kind_of_rows(network, data, training)
            validate.held_out(data.train.T, self._draft.seed, has_classes=kind.has_classes)
        except NeurosimError as error:
            self._note(("training", "validate"), error)

    def _has_parameters(self, network: Network, training: Options) -> bool:
        """Whether the options of an update name parameters of the network only."""
        given: list[tuple[tuple[str | int, ...], Any]] = [
            ((option,), getattr(training, option))
            for option in ("penalty", "clip", "weight_decay", "rates")
        ]
        if isinstance(training.penalty, PenaltyList):  # each by itself is told where it is
            parts = enumerate(training.penalty.parts)
            given = [(("penalty", i), part) for i, part in parts] + given
        for place, value in given:
            alone = Options(optimizer=training.optimizer, epochs=0, **{str(place[0]): value})
            try:
                require_adjustments(network, alone)
            except NeurosimError as error:
                # a list's item is named by its place
                self._note(("training", *place), str(error).removeprefix(f"{place[0]}: "))
                return False
        return True

    def _check_metrics(self, network: Network, data: Data, training: Options | None) -> None:
        """A metric that is expected or measured must fit what the targets are."""
        try:
            kind = kind_of_rows(network, data, training)
        except NeurosimError as error:  # a task that the user says
            self._note(("training", "task"), error)
            return
        metrics = () if training is None else training.metrics
        wanted: list[tuple[KeyPath, str]] = [
            (("training", "metrics", number), name) for number, name in enumerate(metrics)
        ]
        for number, item in enumerate(self._draft.expect):
            if isinstance(item, MetricExpectation):
                wanted.append((("expect", number, item.metric), item.metric))
        for path, name in wanted:
            try:
                require_fitting(name, kind)
            except NeurosimError as error:
                self._note(path, error)

    def _check_measuring(self, network: Network, data: Data) -> None:
        """Where nothing is trained, but a loss or a gradient is expected: can it be had?"""
        measured = LossExpectation | GradientExpectation
        for number, item in enumerate(self._draft.expect):
            if isinstance(item, measured):
                try:
                    make_task(network, *data.train)
                except NeurosimError as error:
                    self._note(("expect", number), error)

    def _note_option(self, error: NeurosimError) -> bool:
        """Note an error at the option that it names; whether it names one."""
        option = re.split(r"[^a-z_]", str(error), maxsplit=1)[0]
        if option not in scenario_options():
            return False
        self._note(("training", option), error)
        return True

    def _note_graph(self, network: Network, training: Options, error: GraphError) -> None:
        """Note what the loss, the heads or a dropout ask of the network."""
        name, _, what = str(error).partition(": ")[0].partition(".")
        if what != "dropout":
            self._note(("training", "loss" if training.heads is None else "heads"), error)
            return
        layer = network[name].layer if name in network else network.layer(name)
        drawn = self._draft.network
        layers = [entry.name for entry in drawn.layers] if drawn is not None else []
        inside = layer is not None and layer.name in layers
        path = ("layers", layers.index(layer.name), "dropout") if layer and inside else ()
        self._note(("network", *path), error)

    def _note(self, path: KeyPath, message: object) -> None:
        self.problems.append(self._reading.problem(path, message))


def _encoded(training: Options, error: NeurosimError) -> str:
    """How a scenario makes of labels what the loss asks for."""
    is_of_signs = require_loss(training.loss).targets == "signs"
    is_refused = isinstance(error, InvalidValueError)
    hint = "; labels become these with classes: COLUMN, encoding: signs"
    return hint if is_of_signs and is_refused else ""

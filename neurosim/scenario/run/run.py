"""A run of a scenario: one training, its expectations, and its result."""

import platform
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from neurosim.diagnosis import Diagnosis, diagnose
from neurosim.errors import DivergedError, GraphError, InvalidValueError, MissingExtraError
from neurosim.functions.numbers import Matrix, counted
from neurosim.network.network import Network
from neurosim.network.parameter import require_theta
from neurosim.scenario.build.check_edits import in_order
from neurosim.scenario.build.scenario import Scenario, build_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.doctor.keys import ScenarioKeys
from neurosim.scenario.format.document import Draft
from neurosim.scenario.format.expect_entry import (
    BestLossExpectation,
    Between,
    Expectation,
    FindingExpectation,
    LastLossExpectation,
    NetInputExpectation,
    OutputExpectation,
    Within,
)
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.format.read import read
from neurosim.scenario.run.edits import due, edited
from neurosim.scenario.run.expect import (
    NetworkAtMoment,
    Verdict,
    is_of_findings,
    is_of_folds,
    judge,
    number_of_folds,
    rank_of,
)
from neurosim.scenario.run.result import (
    Losses,
    NamedParameters,
    RunResult,
    Status,
    Stretch,
    TableRow,
)
from neurosim.scenario.run.snapshot import RunSnapshot
from neurosim.scenario.run.stretches import stretches, trained
from neurosim.training.course.history import History
from neurosim.training.course.past import Past
from neurosim.training.options import Options
from neurosim.training.parts import PARTS
from neurosim.training.state import TrainingState
from neurosim.training.training import Training, fitting, train_to_end
from neurosim.training.validation.cross_validation import CrossValidation, validate_on_folds
from neurosim.training.validation.seed_runs import measure_parts, seed_runs
from neurosim.training.validation.seeds import SeedRuns
from neurosim.version import __version__

MOST_TABLE_ROWS = 16


def start_run(
    path: str | Path | Scenario,
    *,
    engine: str | None = None,
    seed: int | None = None,
    overrides: Overrides = (),
) -> "Run":
    """Get a scenario ready to run; takes and raises what `run_scenario` does without a folder.

    Iterate over the run to watch it go on, then ask for its ``result()``.
    """
    begin = time.perf_counter()
    if isinstance(path, Scenario):
        _require_unchanged(engine=engine, seed=seed, overrides=overrides)
        return Run(path, begin=begin)
    file = find_scenario(path)
    reading = read(file, listed(overrides, engine=engine, seed=seed))
    try:
        return Run(build_scenario(reading, file), begin=begin)
    except MissingExtraError as error:
        return Run(_Skipped(reading.draft, file, str(error)), begin=begin)


def _require_unchanged(**changes: Any) -> None:
    for name, change in changes.items():
        if change not in (None, ()):
            raise InvalidValueError(
                f"{name}: got {change!r:.80} for a scenario that is loaded; expected the path of"
                " its file, whose keys can be overridden"
            )


class _Skipped(NamedTuple):
    """A scenario whose data need a package that is not installed."""

    draft: Draft
    path: Path
    message: str

    @property
    def title(self) -> str:
        return str(self.draft.title)

    @property
    def engine(self) -> str:
        return self.draft.engine


class Run:
    """One run of a scenario: an iterator of stretches of epochs, and then a result.

    The training goes on only while somebody iterates; ``result()`` does what is left of it. The
    scenario's own network is not changed: the run works on a copy.

    Args:
        scenario: what is run.
        begin: when it began, by ``time.perf_counter``; None: now.
        history: of its whole training, where `train_many` has done it.
        snapshot: of the same run, to go on from.

    Attributes:
        scenario: what is run; None where it is skipped.
        n_epochs: how many epochs there will be, if nothing goes wrong.
    """

    def __init__(
        self,
        scenario: Scenario | _Skipped,
        *,
        begin: float | None = None,
        history: History | None = None,
        snapshot: RunSnapshot | None = None,
    ) -> None:
        self.scenario = None if isinstance(scenario, _Skipped) else scenario
        self._subject, self._history = scenario, history
        self._begin = time.perf_counter() if begin is None else begin
        training = None if self.scenario is None else self.scenario.training
        self.n_epochs = 0 if training is None else training.epochs
        self._verdicts: dict[int, list[Verdict]] = {}
        self._moments: dict[int, Matrix] = {}
        self._networks: dict[int, Network] = {}
        self._stretches: list[Stretch] = []
        self._n_done = 0
        self._first_loss: float | None = None
        self._last_loss: float | None = None
        self._best_epoch: int | None = None
        self._why_stopped = ""
        self._diverged = ""
        self._reached: TrainingState | None = None  # after the last whole stretch
        self._place: TrainingState | None = None  # also within an epoch
        self._before_edits: dict[int, TrainingState] = {}
        self._snapshot = snapshot
        self._is_stopped = self._has_begun = False
        self._result: RunResult | None = None
        self._held: Training | None = None
        self._diagnosis: Diagnosis | None = None
        self._folds: CrossValidation | None = None
        self._seeds: SeedRuns | None = None
        if self.scenario is None:
            self._training: Iterator[Stretch] = iter(())
        else:
            self._network = self.scenario.network.copy()
            self._training = self._train(self.scenario)

    def __iter__(self) -> Iterator[Stretch]:
        """What is left, a stretch after the other: epochs that were gone through at once."""
        return self._training

    @property
    def follows(self) -> str:
        """What is trained besides once the epochs are over; empty before, or where nothing is."""
        training = None if self.scenario is None else self.scenario.training
        is_over = self._held is not None and (
            self._n_done == self.n_epochs or bool(self._held.stopped)
        )
        if training is None or not is_over:
            return ""
        folds = "" if training.validate is None else str(training.validate)
        seeds = "" if training.seeds is None else counted(len(training.seeds), "seed")
        return " and ".join(filter(None, (folds, seeds)))

    def result(self) -> RunResult:
        """What came out; epochs that nobody has asked for yet are done first."""
        deque(self._training, maxlen=0)
        if self._result is None:
            self._result = self._make_result()
        return self._result

    @property
    def stretches(self) -> Sequence[Stretch]:
        """Those that are done; another one is only added at their end."""
        return self._stretches

    @property
    def training(self) -> Training | None:
        """What trains; None where nothing does, or before it begins."""
        return self._held

    def diagnosis(self) -> Diagnosis | None:
        """Why it did not learn, as far as it has come; None where nothing is trained."""
        if self.scenario is None or self._held is None:
            return None
        if self._diagnosis is None:
            keys = ScenarioKeys(self._held.network, self.scenario)
            self._diagnosis = diagnose(self._held, keys=keys)
        return self._diagnosis

    def begin(self) -> Training | None:
        """Get the training ready, as the first stretch does; None where nothing is trained.

        What is expected before the first epoch is judged.
        """
        scenario = self.scenario
        if scenario is None or self._has_begun:
            return self._held
        self._has_begun = True
        if scenario.training is not None and scenario.data is not None:
            X, T = scenario.data.train
            training = Training(self._network, X, T, scenario.options_of_run())
            self._held = edited(training, scenario.edits, 0)
        has_state = self._held is not None and scenario.edits
        self._judge(scenario, 0, self._held.state if self._held and has_state else None)
        self._first_loss = self._loss(scenario)
        return self._held

    def go_on_from(self, snapshot: RunSnapshot) -> None:
        """Go on from a snapshot of the same run, before the first stretch."""
        assert not self._stretches
        self._snapshot = snapshot

    def snapshot(self) -> RunSnapshot | None:
        """Where it is, to go on from in another process; None before the first batch.

        It may be asked for at any time, also after Ctrl-C.
        """
        place = self._place
        if place is None:
            return None
        done = tuple(one for one in self._stretches if one.first < place.epoch)
        moments = {n: each for n, each in self._moments.items() if n <= place.epoch}
        before_edits = {n: each for n, each in self._before_edits.items() if n <= place.epoch}
        seconds = time.perf_counter() - self._begin
        return RunSnapshot(
            place, self._reached, done, dict(self._verdicts), moments, before_edits, seconds
        )

    def stop(self) -> RunResult | None:
        """What was reached where the run is interrupted, also amid a batch; None before an epoch.

        The network is that after the last whole stretch; what was not reached is not judged.
        """
        if self.scenario is None or self._reached is None or not self._stretches:
            return None
        self._training, self._is_stopped = iter(()), True
        self._n_done = self._reached.epoch
        self._stretches = [one for one in self._stretches if one.first < self._n_done]
        self._network, self._held = self._network.copy(), None
        self._network.load_parameters(self._reached.parameters)
        return self.result()

    def _train(self, scenario: Scenario) -> Iterator[Stretch]:
        training = self.begin()
        if training is None:
            return
        options = scenario.options_of_run()
        stops = [self._position(item) for item in scenario.expect]
        stops += [item.epoch for item in scenario.draw if isinstance(item.epoch, int)]
        if self._snapshot is not None:
            training = self._go_to(self._snapshot, training, scenario)
        try:
            for stop in due(scenario.edits, options.epochs):
                if self._history is None:
                    course = stretches(training, stop, stops)
                else:
                    course = trained(training, self._history)
                for stretch in course:
                    if stretch:
                        training = self._take(stretch, training, scenario)
                    self._place = training.state
                    yield stretch
                if self._n_done < stop:  # it has stopped early
                    break
            self._end(scenario, training)
            if options.validate is not None:
                self._validate(scenario, options)
            if options.seeds is not None:
                self._seeds = _train_with_seeds(scenario, options.seeds)
        except DivergedError as error:
            self._diverged = str(error)
            self._judge_findings(scenario)

    def _take(self, stretch: Stretch, training: Training, scenario: Scenario) -> Training:
        """Take what was measured in a stretch, edit the network, and judge what is expected."""
        self._stretches.append(stretch)
        self._n_done += len(stretch)
        if any(edit.epoch == self._n_done for edit in scenario.edits):
            self._before_edits[self._n_done] = training.state
            training = self._held = edited(training, scenario.edits, self._n_done)
        self._judge(scenario, self._n_done, training.state)
        self._reached = training.state
        return training

    def _go_to(self, snapshot: RunSnapshot, training: Training, scenario: Scenario) -> Training:
        """Make the edits again that were made, and go to where the snapshot is."""
        for position in sorted({*snapshot.before_edits, *snapshot.moments}):
            if position and position in snapshot.before_edits:
                training.state = snapshot.before_edits[position]
                training = self._held = edited(training, scenario.edits, position)
            if (theta := snapshot.moments.get(position)) is not None:
                require_theta(theta, self._network.parameter_list())
                if scenario.edits and position:
                    self._networks[position] = self._network.copy()
                    self._networks[position].load_parameters(theta)
        whole = None if snapshot.whole is None else fitting(snapshot.whole, training.task)
        past = Past(training.past.start)
        for one in snapshot.stretches:
            if one.first >= past.start.epoch:
                past.add(one.first, one.loss, one.validation_loss)
        training.go_on_from(
            snapshot.state, past, sum(one.seconds * len(one) for one in snapshot.stretches)
        )
        self._place, self._reached = snapshot.state, whole
        self._verdicts |= {n: list(verdicts) for n, verdicts in snapshot.verdicts.items()}
        self._moments |= snapshot.moments
        self._before_edits |= snapshot.before_edits
        self._stretches, self._n_done = list(snapshot.stretches), snapshot.state.epoch
        self._begin -= snapshot.seconds
        return training

    def _judge_findings(self, scenario: Scenario) -> None:
        """Judge what a diagnosis is expected to find; where all is found, to diverge was, too."""
        for number, item in enumerate(scenario.expect):
            if isinstance(item, FindingExpectation):
                self._verdicts[number] = judge(item, self._rank(item))

    def _rank(self, item: FindingExpectation) -> int:
        found = self.diagnosis()
        assert found is not None  # check_expect.py looked
        return rank_of(item, found)

    def _end(self, scenario: Scenario, training: Training) -> None:
        """Restore the best parameters, and judge what is expected at the end."""
        self._why_stopped = training.stopped if self._n_done < self.n_epochs else ""
        self._last_loss, self._best_epoch = self._loss(scenario), training.best_epoch
        training.restore_best()
        self._reached = training.state
        self._keep(scenario, self.n_epochs)
        moment = self._moment(scenario)
        for number, item in enumerate(scenario.expect):
            if item.epoch is None and not is_of_folds(item):
                assert not isinstance(item, Within)  # it has an epoch
                self._verdicts[number] = judge(item, self._end_number(item, moment))

    def _end_number(self, item: Between, moment: NetworkAtMoment) -> float | None:
        if isinstance(item, LastLossExpectation):
            return self._last_loss
        if isinstance(item, FindingExpectation):
            return self._rank(item)
        return (
            moment.loss() if isinstance(item, BestLossExpectation) else self._number(item, moment)
        )

    def _number(self, item: Between, moment: NetworkAtMoment) -> float | None:
        """The number; None of what an edit has taken out."""
        try:
            return moment.number(item)
        except KeyError:
            assert self.scenario is not None
            if not self.scenario.edits:
                raise
            return None

    def _present(self, scenario: Scenario) -> Scenario:
        """The scenario whose options have the names of the network as it is edited."""
        if not scenario.edits or self._held is None or scenario.training is None:
            return scenario
        own = scenario.training
        options = replace(self._held.options, state=None, validation=own.validation, task=own.task)
        return replace(scenario, training=options)

    def _validate(self, scenario: Scenario, options: Options) -> None:
        """Train and measure on the folds, and judge what is expected of them."""
        assert scenario.data is not None
        pair, scales = scenario.data.train, scenario.data.scales
        self._folds = validate_on_folds(scenario.network, *pair, options, scales)
        for number, item in enumerate(scenario.expect):
            if is_of_folds(item):
                self._verdicts[number] = judge(item, number_of_folds(item, self._folds))

    def _judge(self, scenario: Scenario, position: int, state: TrainingState | None) -> None:
        """Judge what is expected here, and within the epoch that begins here.

        ``position`` is the number of epochs done, ``state`` is None before the first of them.
        """
        self._keep(scenario, position)
        moment = self._moment(scenario)
        ours = ((n, e) for n, e in enumerate(scenario.expect) if not is_of_folds(e))
        here = {n: e for n, e in ours if self._is_at(e, position)}
        within = {item for item in here.values() if isinstance(item, Within)}
        found: dict[Within, float | None] = {}
        if within:
            from neurosim.scenario.run.moments import look_within

            found = look_within(self._present(scenario), self._network, state, within)
        for number, item in here.items():
            actual = found[item] if isinstance(item, Within) else self._number(item, moment)
            self._verdicts[number] = judge(item, actual, self._when(item))

    def _keep(self, scenario: Scenario, position: int) -> None:
        """Keep the parameters where they are to be drawn."""
        ends = (None, "end")
        asked = (self.n_epochs if e.epoch in ends else e.epoch for e in scenario.draw)
        if position in asked:
            self._moments[position] = self._network.parameters()
            if scenario.edits:
                self._networks[position] = self._network.copy()

    def _position(self, item: Expectation) -> int:
        return self.n_epochs if item.epoch is None else item.epoch

    def _is_at(self, item: Expectation, position: int) -> bool:
        """Whether an item is judged here; what is expected at the end waits for that."""
        is_trained = self.scenario is not None and self.scenario.training is not None
        return self._position(item) == position and not (item.epoch is None and is_trained)

    def _when(self, item: Expectation) -> str:
        if isinstance(item, Within):
            return f" in epoch {item.epoch}, sample {item.sample}, after {item.phase}"
        match item.epoch:
            case None:
                return ""
            case 0:
                return " before training"
        return f" after {item.epoch} epoch{'s' if item.epoch > 1 else ''}"

    def _moment(self, scenario: Scenario) -> NetworkAtMoment:
        return NetworkAtMoment(self._present(scenario), self._network, self._held)

    def _loss(self, scenario: Scenario) -> float | None:
        """The loss over the training rows; None where there are none, or it has no meaning."""
        if scenario.data is None:
            return None
        try:
            return self._moment(scenario).loss()
        except GraphError:  # a network with steps has no gradient, and so takes no loss
            return None

    def _make_result(self) -> RunResult:
        subject = self._subject
        common: dict[str, Any] = {
            "title": subject.title,
            "path": subject.path,
            "engine": subject.engine,
            "versions": versions(),
        }
        if isinstance(subject, _Skipped):
            found: dict[str, Any] = {"status": "skipped", "message": subject.message}
        else:
            found = self._found(subject)
        return RunResult(**common, **found, seconds=time.perf_counter() - self._begin)

    def _found(self, scenario: Scenario) -> dict[str, Any]:
        verdicts = tuple(
            verdict
            for number, item in enumerate(scenario.expect)
            for verdict in self._verdicts.get(number) or judge(item, None, self._when(item))
        )
        return {
            "status": self._status(verdicts),
            "message": self._stopped_at() if self._is_stopped else self._diverged,
            "program": None if self._held is None else self._held.program,
            "exact": self._held is not None and self._held.is_exact,
            "epochs": self._n_done,
            **self._losses(scenario),
            "best_epoch": self._best_epoch,
            "stopped": self._why_stopped,
            "network": self._network,
            "parameters": parameters_of(self._network),
            "expectations": verdicts,
            "input_names": tuple(neuron.caption for neuron in self._network.inputs),
            "output_names": tuple(neuron.caption for neuron in self._network.outputs),
            "task": scenario.task_kind,
            "table": self._table(scenario),
            "n_rows": 0 if scenario.data is None else len(scenario.data.train.X),
            "stretches": tuple(self._stretches),
            "folds": self._folds,
            "seeds": self._seeds,
            "notes": () if scenario.data is None else scenario.data.notes,
            "moments": self._moments,
            "networks": self._networks,
            "edits": tuple(
                str(edit) for _, edit in in_order(scenario.edits) if edit.epoch <= self._n_done
            ),
        }

    def _losses(self, scenario: Scenario) -> dict[str, Any]:
        now = self._loss(scenario)
        if self._best_epoch is None:
            return {"loss": Losses(self._first_loss, now)}
        return {"loss": Losses(self._first_loss, self._last_loss), "best_loss": now}

    def _stopped_at(self) -> str:
        return f"after {self._n_done:,} of {self.n_epochs:,} epochs"

    def _status(self, verdicts: tuple[Verdict, ...]) -> Status:
        is_expected = self.scenario is not None and any(map(is_of_findings, self.scenario.expect))
        if self._diverged and not (is_expected and all(v.passed for v in verdicts)):
            return "diverged"
        if self._is_stopped:
            return "interrupted"
        return "passed" if all(verdict.passed for verdict in verdicts) else "failed"

    def _table(self, scenario: Scenario) -> tuple[TableRow, ...]:
        """The first training rows; without data, the samples that something is expected of."""
        targets: list[tuple[float, ...] | None]
        if scenario.data is None:
            samples = _samples(scenario.expect)
            targets = [None] * len(samples)
        else:
            X, T = scenario.data.train
            samples = [tuple(row) for row in X[:MOST_TABLE_ROWS].tolist()]
            targets = [tuple(row) for row in T[:MOST_TABLE_ROWS].tolist()]
        if not samples:
            return ()
        outputs = self._moment(scenario).outputs(np.array(samples)).tolist()
        rows = zip(samples, targets, outputs, strict=True)
        return tuple(TableRow(x, t, tuple(a)) for x, t, a in rows)


def _train_with_seeds(scenario: Scenario, seeds: Sequence[int]) -> SeedRuns:
    """Build and train it with each seed, and measure on all parts of its rows."""
    assert scenario.with_seed is not None
    measured = []
    for seed in seeds:
        twin = scenario.with_seed(seed)
        assert twin.data is not None
        options = twin.options_of_run()
        try:
            train_to_end(Training(twin.network, *twin.data.train, options), options.epochs)
        except DivergedError as error:
            raise DivergedError(f"seed {seed}: {error}") from None
        parts = {name: rows for name in PARTS if (rows := twin.data.rows(name)) is not None}
        measured.append(measure_parts(twin.network, parts, options))
    return seed_runs(seeds, measured)


def _samples(expect: Iterable[Expectation]) -> list[tuple[float, ...]]:
    """The samples of expectations, each once, up to the size of the table."""
    items = (e for e in expect if isinstance(e, OutputExpectation | NetInputExpectation))
    return list(dict.fromkeys(item.forward for item in items))[:MOST_TABLE_ROWS]


def parameters_of(network: Network) -> NamedParameters:
    """Every weight and every bias by its name."""
    weights = {connection.name: connection.weight for connection in network.connections}
    biases = {neuron.name: neuron.bias for neuron in network.neurons if neuron.bias is not None}
    return NamedParameters(weights, biases)


def versions() -> dict[str, str]:
    """The versions that numbers may depend on."""
    return {
        "neurosim": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }

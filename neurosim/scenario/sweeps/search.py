"""A search: values for some keys of a scenario, chosen by Optuna, each trial by what is known.

Each trial is chosen by a sampler with a seed of its own, from the scenario's seed and the number of
trials before it. So a search that is ended and called again tries what it would have tried.
"""

import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, InvalidValueError, MissingExtraError, ScenarioError
from neurosim.functions.numbers import require_count
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.node import node_of
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.sweeps.axes import (
    Axis,
    Interval,
    Vary,
    require_free_keys,
    space_of,
    value_text,
)
from neurosim.scenario.sweeps.folder import SweepFolder, require_out
from neurosim.scenario.sweeps.points import LoadedPoint, columns_of, load_point, point_of
from neurosim.scenario.sweeps.table import SweepResult, SweptPoint, choose_measure
from neurosim.scenario.sweeps.tasks import do_task, task_of

TABLE, PLOT, STORE = "tune.csv", "tune.svg", "tune.db"
_RATE = "training.optimizer.learning_rate"
_TIMES = 100.0  # around the scenario's own rate, where nothing is said to vary


def tune(
    path: str | Path,
    vary: Vary | None = None,
    *,
    trials: int = 50,
    out: str | Path | None = None,
    overrides: Overrides = (),
    minimize: str | None = None,
    maximize: str | None = None,
    imports: Sequence[str] = (),
) -> SweepResult:
    """Search for good values of some keys of a scenario, by Optuna.

    Args:
        path: the file, or the name of a shipped scenario.
        vary: what may be chosen: ``"KEY=0.001..1 log"``, ``"KEY=1..64"`` or ``"KEY=relu,tanh"``, or
            the same by key; None: the learning rate, from a hundredth of the scenario's to a
            hundred times it.
        trials: how many there are to be, those of an earlier call with this folder included.
        out: a folder for the trials, a table, a plot and Optuna's storage. None: nothing is kept.
        overrides: changes such as ``"training.epochs=10"``, for all trials.
        minimize: the number that is to be small, such as ``validation_loss``; None: the loss of
            folds, else of validation, else of training rows.
        maximize: the number that is to be large, instead.
        imports: modules that register functions, to be imported.

    Returns:
        The trials in order; a training that diverged is one of them.

    Raises:
        ScenarioError: a key or a value is wrong; nothing was run.
        MissingExtraError: Optuna is not installed.
        NeurosimError: something given does not fit, or the folder is of another search.
    """
    search = Search(
        path, vary, trials=trials, out=out, overrides=overrides, minimize=minimize,
        maximize=maximize, imports=imports,
    )  # fmt: skip
    for _ in search:
        pass
    return search.result()


class Search:
    """A search that was checked, as an iterator of trials when they are finished; then a result.

    Takes and raises what `tune` does.

    Attributes:
        title: of the scenario.
        n_trials: how many there are to be.
    """

    def __init__(
        self,
        path: str | Path,
        vary: Vary | None = None,
        *,
        trials: int = 50,
        out: str | Path | None = None,
        overrides: Overrides = (),
        minimize: str | None = None,
        maximize: str | None = None,
        imports: Sequence[str] = (),
    ) -> None:
        self._optuna = _require_optuna()
        self.n_trials = require_count(trials, "trials")
        self._file, self._imports = find_scenario(path), tuple(imports)
        self._base, folder = tuple(listed(overrides)), require_out(out)
        self._space = self._usual_space() if vary is None else space_of(vary)
        require_free_keys(self._space, self._base)
        first = self._check()
        self.title, self._seed = first.scenario.title, first.scenario.seed
        self._measure = choose_measure(columns_of(first.scenario), minimize, maximize)
        self._folder = None if folder is None else SweepFolder(folder)
        self._study = self._open(first)
        self._finished = [_swept(self._folder, n, t) for n, t in enumerate(self._told())]
        if self._folder is not None and self.n_done < self.n_trials:
            with self._held():
                self._folder.begin(TABLE, PLOT)

    @property
    def n_done(self) -> int:
        """How many trials are finished."""
        return len(self._finished)

    def __iter__(self) -> Iterator[SweptPoint]:
        """The trials that are left, each when it is finished; a loop that is left ends them."""
        if self.n_done == self.n_trials:
            return
        with self._held():
            while self.n_done < self.n_trials:
                with self._storing():
                    point = self._next()
                yield point

    def result(self) -> SweepResult:
        """The trials in order; those that nobody has asked for yet are run first."""
        for _ in self:
            pass
        points = tuple(self._finished)
        axes = {axis.key: _distinct(point.values[axis.key] for point in points)
                for axis in self._space}  # fmt: skip
        result = SweepResult(self.title, axes, points, self._measure, "trial")
        if self._folder is not None:
            with self._held():
                self._folder.write_table(result, TABLE)
                self._folder.draw_search(result, PLOT)
        return result

    def _usual_space(self) -> list[Axis | Interval]:
        scenario = load_point(self._file, self._base).scenario
        _, _, training = scenario.require_training(self._file, "tune")
        rate = training.optimizer.learning_rate
        return space_of([f"{_RATE}={rate / _TIMES!r}..{rate * _TIMES!r} log"])

    def _check(self) -> LoadedPoint:
        """Load the scenario with each value, and each end of an interval, in turn."""
        firsts = [_values_to_check(axis)[0] for axis in self._space]
        problems: dict[str, None] = {}
        found: LoadedPoint | None = None
        for number, axis in enumerate(self._space):
            for value in _values_to_check(axis)[min(number, 1) :]:
                values = [*firsts[:number], value, *firsts[number + 1 :]]
                pairs = zip(self._space, values, strict=True)
                placed = tuple((one.key, node_of(given, one.place)) for one, given in pairs)
                try:
                    loaded = load_point(self._file, (*self._base, *placed))
                except ScenarioError as error:
                    problems |= dict.fromkeys(error.problems)
                else:
                    found = found or loaded
        if problems or found is None:
            raise ScenarioError(problems)
        return found

    def _open(self, first: LoadedPoint) -> Any:
        """The study, which goes on where there is one; trials that it ended in have failed."""
        study = self._create_study()
        space = [[axis.key, _text_of(axis)] for axis in self._space]
        purpose = json.dumps([first.digest, space, self._measure])
        if study.user_attrs.setdefault("purpose", purpose) != purpose:
            assert self._folder is not None
            raise InvalidValueError(
                f"{self._folder.path}: holds another search, of other values, of another file or by"
                " another version; expected a new folder"
            )
        study.set_user_attr("purpose", purpose)
        states = self._optuna.trial.TrialState
        for trial in study.get_trials(deepcopy=False, states=[states.RUNNING, states.WAITING]):
            study.tell(trial.number, state=states.FAIL)
        return study

    def _create_study(self) -> Any:
        direction = "maximize" if self._measure.is_maximized else "minimize"
        options = {"study_name": "neurosim", "direction": direction, "load_if_exists": True}
        if self._folder is None:
            return self._optuna.create_study(**options)
        path = self._folder.path / STORE
        with self._storing():
            return self._optuna.create_study(storage=f"sqlite:///{path.absolute()}", **options)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Tell in a line why the storage cannot be read or written, as where it was deleted."""
        if self._folder is None:
            yield
            return
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, self._optuna.exceptions.OptunaError) as error:
            reason = str(error.__cause__ or error).partition("\n")[0]
            path = self._folder.path / STORE
            raise FileError(f"{path}: no storage of Optuna, got {reason}") from None

    def _told(self) -> list[Any]:
        states = self._optuna.trial.TrialState
        return list(self._study.get_trials(states=[states.COMPLETE, states.PRUNED]))

    def _held(self) -> AbstractContextManager[None]:
        return nullcontext() if self._folder is None else self._folder.held()

    def _next(self) -> SweptPoint:
        states, number = self._optuna.trial.TrialState, self.n_done
        distributions = {axis.key: self._distribution(axis) for axis in self._space}
        seed = zlib.crc32(f"{self._seed} {number}".encode())
        self._study.sampler = self._optuna.samplers.TPESampler(seed=seed)
        trial = self._study.ask(distributions)
        values = {axis.key: _value_of(axis, trial.params[axis.key]) for axis in self._space}
        found = self._try(number, values)
        trial.set_user_attr("values", values)
        trial.set_user_attr("found", dict(found))
        point = _swept(self._folder, number, trial)
        objective = point.number_of(self._measure.name)
        if math.isfinite(objective):
            self._study.tell(trial, objective)
        else:  # to the sampler the worst of all
            self._study.tell(trial, state=states.PRUNED)
        self._finished.append(point)
        return point

    def _try(self, number: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run a trial; one that is in the folder already need not be run again."""
        changes = (*self._base, *values.items())
        loaded = load_point(self._file, changes)
        point = point_of(number, values, changes, loaded, _name(number))
        kept = None if self._folder is None else self._folder.kept(point)
        if kept is not None:
            return kept
        (finished,) = do_task(task_of([point], self._file, self._imports))
        if self._folder is not None:
            self._folder.keep(point, finished)
        return finished.found

    def _distribution(self, axis: Axis | Interval) -> Any:
        distributions = self._optuna.distributions
        if isinstance(axis, Axis):
            return distributions.CategoricalDistribution([value_text(v) for v in axis.values])
        kind = "IntDistribution" if axis.is_whole else "FloatDistribution"
        return getattr(distributions, kind)(axis.low, axis.high, log=axis.is_log)


def _require_optuna() -> Any:
    try:
        import optuna
    except ImportError:
        message = "a search needs Optuna; expected pip install 'neurosim[tune]'"
        raise MissingExtraError(message, extra="tune") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _name(number: int) -> str:
    """The name of the folder of a trial."""
    return f"{number:04d}"


def _swept(folder: SweepFolder | None, number: int, trial: Any) -> SweptPoint:
    place = None if folder is None else folder.path_of(_name(number))
    return SweptPoint(number, trial.user_attrs["values"], trial.user_attrs["found"], place)


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({value_text(value): value for value in values}.values())


def _values_to_check(axis: Axis | Interval) -> tuple[Any, ...]:
    return axis.values if isinstance(axis, Axis) else (axis.low, axis.high)


def _text_of(axis: Axis | Interval) -> str:
    return str(axis) if isinstance(axis, Interval) else ",".join(map(value_text, axis.values))


def _value_of(axis: Axis | Interval, chosen: Any) -> Any:
    """The value that Optuna has chosen; of others than numbers it knows the texts."""
    if isinstance(axis, Interval):
        return chosen
    return next(value for value in axis.values if value_text(value) == chosen)

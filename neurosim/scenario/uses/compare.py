"""Comparison of engines on a scenario, and the network of a file."""

from dataclasses import replace
from pathlib import Path

from neurosim.compiler.compile import compile_network
from neurosim.compiler.explain import ProgramExplanation, explain
from neurosim.compiler.planning import USUAL_ROWS
from neurosim.debugger.session import Session
from neurosim.debugger.traces.bisect import Divergence, bisect
from neurosim.debugger.traces.bisect_trace import bisect_trace
from neurosim.debugger.traces.diff import require_tolerance
from neurosim.debugger.traces.file import read_trace
from neurosim.doors.files import is_network_file, read_network
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import require_count
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario, load_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.overrides import Overrides
from neurosim.training.agreement import Agreement, agree
from neurosim.training.data import Pair
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.kernel_program import why_not
from neurosim.training.engines.table import DEFAULT, ENGINES, REFERENCE, make_engine
from neurosim.training.options import Options, measuring_options
from neurosim.training.state import TrainingState, start_state
from neurosim.training.task import Task, make_task


def agree_scenario(
    path: str | Path | Scenario,
    *,
    updates: int = 100,
    overrides: Overrides = (),
    engine: str = DEFAULT,
    budget: float | None = None,
) -> Agreement:
    """Run the graph engine and another on a scenario's training rows and compare what they say.

    Args:
        path: the file, the name of a shipped scenario, or one that is loaded.
        updates: how many batches to train before parameters are compared.
        overrides: changes to the scenario.
        engine: the name of the other.
        budget: about how many seconds the walk may take; None: as many as it needs.

    Raises:
        InvalidValueError: the scenario has no data.
        NeurosimError: what `load_scenario` raises.
    """
    scenario = path if isinstance(path, Scenario) else load_scenario(path, overrides=overrides)
    path = scenario.path if isinstance(path, Scenario) else path
    X, T = _rows(scenario, path)
    scenario.require_no_edits(path, "compare")
    options = replace(_options(scenario), engine=engine)
    return agree(scenario.network, X, T, options, updates=updates, budget=budget)


def bisect_scenario(
    path: str | Path,
    *,
    updates: int = 100,
    tolerance: float | None = None,
    trace: str | Path | None = None,
    overrides: Overrides = (),
    engine: str = DEFAULT,
) -> Divergence | None:
    """Find where the graph engine and another diverge on a scenario's training, or it and a trace.

    Args:
        path: the file, or the name of a shipped scenario.
        updates: how many batches the engines train at most; a trace says its own end.
        tolerance: numbers are the same where |a - b| <= tolerance * max(1, |a|); None: 1e-10, in
            single precision 1e-3.
        trace: the file of a trace to compare with; the scenario is walked node by node.
        overrides: changes to the scenario.
        engine: the name of the other.

    Returns:
        The first epoch, batch, sample and neuron or connection where they part, or None.

    Raises:
        InvalidValueError: the scenario has no data, or the tolerance is negative.
        FileError: the trace cannot be read, or is of another training.
        NeurosimError: what `load_scenario` raises.
    """
    scenario = load_scenario(path, overrides=overrides)
    task, state, precision = begin_training(scenario, path)

    def remake(task: Task) -> Engine:
        return make_engine(engine, task.with_options(precision=precision))

    other = remake(task)
    if tolerance is None:
        bounds = ENGINES[DEFAULT if trace else engine].capabilities.bounds
        tolerance = bounds["double" if trace else precision].after_training
    allowed = require_tolerance(tolerance)
    if trace is not None:
        n_epochs = 1 if scenario.training is None else scenario.training.epochs
        return bisect_trace(task, state, read_trace(trace), n_epochs=n_epochs, tolerance=allowed)

    return bisect(
        task, state, make_engine(REFERENCE, task), other,
        updates=require_count(updates, "updates", least=0), tolerance=allowed, remake=remake,
    )  # fmt: skip


def session_at(path: str | Path, divergence: Divergence, *, overrides: Overrides = ()) -> Session:
    """Open a debugging session where the engines part, or the scenario and a trace.

    The session is before the sample that shows it; if no single sample does, before the batch. All
    of it is walked node by node, as the first engine went.

    Args:
        path: the file, or the name of a shipped scenario, as `bisect_scenario` took it.
        divergence: what `bisect_scenario` found.
        overrides: changes to the scenario, as `bisect_scenario` took them.

    Raises:
        NeurosimError: what `load_scenario` raises.
    """
    scenario = load_scenario(path, overrides=overrides)
    task, state, _ = begin_training(scenario, path)
    epochs = 0 if scenario.training is None else scenario.training.epochs
    session = Session(task, state, n_epochs=max(epochs, divergence.epoch + 1), engine=REFERENCE)
    if divergence.sample is None:
        session.goto(epoch=divergence.epoch, batch=divergence.batch)
    else:
        session.goto(epoch=divergence.epoch, sample=divergence.sample)
    return session


def begin_training(scenario: Scenario, path: str | Path) -> tuple[Task, TrainingState, str]:
    """The task of a scenario in double precision, its first state, and the precision asked for.

    Raises:
        InvalidValueError: the scenario has no data.
    """
    X, T = _rows(scenario, path)
    scenario.require_no_edits(path, "compare")
    task = make_task(scenario.network, X, T, _options(scenario))
    return task.with_options(precision="double"), start_state(task, scenario.seed), task.precision


def _options(scenario: Scenario) -> Options:
    if scenario.training is None:
        return measuring_options(None, {"seed": scenario.seed})
    return scenario.training


def _rows(scenario: Scenario, path: str | Path) -> Pair:
    """The training rows of a scenario."""
    if scenario.data is None:
        raise InvalidValueError(
            f"{path}: no rows to compare on, got no data; expected a scenario with data"
        )
    return scenario.data.train


def explain_scenario(path: str | Path, *, overrides: Overrides = ()) -> ProgramExplanation:
    """Explain which program a scenario's training runs, and why.

    Without a training, or for a saved network (.json), batches of 64 rows are assumed.
    """
    file = find_scenario(path)
    if is_network_file(file):
        return explain(read_network(file), USUAL_ROWS)
    scenario = load_scenario(file, overrides=overrides)
    if scenario.training is None or scenario.data is None:
        return explain(scenario.network, USUAL_ROWS)
    options = scenario.training
    task = make_task(scenario.network, *_rows(scenario, path), options)
    return explain(
        scenario.network,
        task.batch_size,
        options.precision,
        program=options.program,
        refusal=why_not(task),
    )


def load_network(path: str | Path) -> Network:
    """The network of a scenario file (as it is before training), or of a saved network.

    Args:
        path: a scenario, the name of a shipped one, or a file of a network: that ``Network.save``
            wrote, or of another system.
    """
    file = find_scenario(path)
    return read_network(file) if is_network_file(file) else load_scenario(file).network


def load_module(path: str | Path) -> str:
    """The ES module of a scenario's network before training, with its loss, if it has a training.

    That of a file of a network goes forward alone.
    """
    file = find_scenario(path)
    if is_network_file(file):
        return compile_network(read_network(file)).standalone_module()
    scenario = load_scenario(file)
    compiled = compile_network(scenario.network)
    if scenario.training is None or scenario.data is None:
        return compiled.standalone_module()
    task = make_task(scenario.network, *_rows(scenario, path), scenario.training)
    return compiled.standalone_module(task.objective)

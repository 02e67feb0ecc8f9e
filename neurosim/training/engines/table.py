"""The table of engines by name."""

from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.kernel_program import inexact_formulas, why_not
from neurosim.training.task import Task

ENGINES: dict[str, type[Engine]] = {"graph": GraphEngine, "compiled": CompiledEngine}
REFERENCE = GraphEngine.name  # says what a network means
DEFAULT = CompiledEngine.name


def make_engine(name: str, task: Task) -> Engine:
    """The engine of this name, for this task."""
    require_engine(name, task)
    return ENGINES[name](task)


def exact_engine(task: Task) -> Engine:
    """The fastest engine with the walk's bits; it leaves the objects of the network alone."""
    if why_not(task) is None and not inexact_formulas(task):
        return CompiledEngine(task, "kernel")
    return GraphEngine(task.on(task.network.copy()))


def require_engine(name: object, task: Task) -> str:
    """The name; refused where no engine has it, or its engine lacks the task's precision."""
    if not isinstance(name, str) or name not in ENGINES:
        raise UnknownNameError(unknown("engine", name, ENGINES))
    if not computes_in(name, task.precision):
        own = " or ".join(map(repr, ENGINES[name].capabilities.bounds))
        others = " or ".join(repr(other) for other in ENGINES if computes_in(other, task.precision))
        raise InvalidValueError(
            f"engine {name!r}: it computes in {own.replace(chr(39), '')} precision,"
            f" got {task.precision!r}; expected {own}, or the engine {others}"
        )
    return name


def computes_in(name: str, precision: str) -> bool:
    """Whether the engine of this name has this precision."""
    return precision in ENGINES[name].capabilities.bounds

"""The standalone script: the program and its weights, without neurosim."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from neurosim.compiler.array.printer import print_forward
from neurosim.compiler.plan import Plan
from neurosim.compiler.program import used
from neurosim.errors import WrongTypeError
from neurosim.functions.numbers import Matrix
from neurosim.functions.users import Guarded, Lifted
from neurosim.network.scaling import Conversion

_PREDICT = '''
def predict(X):
    """The outputs, (B, n_out), for samples X, (B, n_in)."""
    X = np.asarray(X, dtype=float)
    with np.errstate(all="ignore"):
        found = forward(theta, {given}).T.copy()
        return {found}
'''
_MAIN = """

if __name__ == "__main__":
    import json
    import sys

    # one sample a line on standard input: a JSON list, or numbers between commas
    sys.stdin.reconfigure(errors="backslashreplace")  # bytes that are no text are told as such
    for count, line in enumerate(sys.stdin, start=1):
        if line.strip():
            try:
                row = json.loads(line if "[" in line else f"[{line}]")
                if len(row) != N_INPUTS or {type(x) for x in row} - {int, float}:
                    raise ValueError
                row = [float(x) for x in row]
            except (ValueError, OverflowError, RecursionError):
                what = f"error: line {count}: got {line.strip():.60}"
                print(f"{what}; expected numbers between commas, N_INPUTS of them", file=sys.stderr)
                sys.exit(2)
            print(json.dumps(predict([row])[0].tolist()))
"""


def standalone_script(plan: Plan, theta: Matrix, inputs: Conversion, outputs: Conversion) -> str:
    """The script, with the parameters as they are in ``theta`` (in the plan's slots)."""
    program = print_forward(plan)
    functions = {name: value for name, value in program.names.items() if callable(value)}
    arrays = {name: value for name, value in program.names.items() if not callable(value)}
    parts = [
        f'"""A network compiled by neurosim: {len(plan.blocks) - 1} blocks; needs only NumPy.\n\n'
        f"Inputs: {', '.join(plan.blocks[0].names)}.\nOutputs: {', '.join(plan.output_names)}.\n"
        '"""\n',
        "import functools\nimport math\nfrom typing import Any\n\nimport numpy as np",
        "from numpy.typing import NDArray\n",
        f"from numpy import {', '.join(used(program))}\n\nArray = NDArray[Any]\n",
        *_definitions(functions),
        *(
            f"{name} = np.array({value.tolist()!r}, dtype={_type_of(value)})\n"
            for name, value in arrays.items()
        ),
        f"theta = np.array({theta.tolist()!r}, dtype=np.float64)\n\n",
        program.source,
        *_scaling("INPUT", inputs),
        *_scaling("OUTPUT", outputs),
        _PREDICT.format(
            given="X" if inputs.is_plain else "(X - INPUT_OFFSET) / INPUT_FACTOR",
            found="found" if outputs.is_plain else "OUTPUT_OFFSET + OUTPUT_FACTOR * found",
        ),
        _MAIN.replace("N_INPUTS", str(len(plan.blocks[0].names))),
    ]
    return "\n".join(parts)


def _type_of(array: Any) -> str:
    return "float" if array.dtype == float else "np.intp"


def _scaling(name: str, conversion: Conversion) -> list[str]:
    if conversion.is_plain:
        return []
    return [
        f"{name}_OFFSET = np.array({conversion.offset.tolist()!r})",
        f"{name}_FACTOR = np.array({conversion.factor.tolist()!r})\n",
    ]


def _definitions(functions: dict[str, Callable[..., Any]]) -> list[str]:
    """The text of each function, of all that it calls, and of the constants it uses."""
    lines: dict[str, str] = {}
    for name, function in functions.items():
        if isinstance(function, Lifted):
            lines[name] = _lifted(name, function, lines)
            continue
        plain, options = _taken_apart(function)
        _define(plain, lines)
        value = f"functools.partial({plain.__name__}, {options})" if options else plain.__name__
        lines[f"{name} ="] = f"{name} = {value}\n"
    return list(lines.values())


def _taken_apart(function: Any) -> tuple[Any, str]:
    """A function and the options it is given: ``slope=0.1``."""
    if not isinstance(function, partial):
        return function, ""
    return function.func, ", ".join(f"{name}={x!r}" for name, x in function.keywords.items())


def _lifted(name: str, lifted: Lifted, lines: dict[str, str]) -> str:
    """The text of a user's function, element by element."""
    function: Any = lifted.function
    while isinstance(function, Guarded):
        function = function.function
    function, options = _taken_apart(function)
    if not inspect.isfunction(function) or function.__closure__ or "<" in function.__qualname__:
        raise WrongTypeError(
            f"standalone: {name} has no source that stands alone, got {function!r:.80};"
            " expected a function of a module, made by def"
        )
    _define(function, lines)
    call = ", ".join(part for part in (f"{function.__name__}(x", options) if part)
    return (
        f"def {name}(z, out):\n"
        f"    values = ({call}) for x in z.ravel().tolist())\n"
        "    out[...] = np.fromiter(values, float, z.size).reshape(z.shape)\n"
    )


def _define(function: Callable[..., Any], lines: dict[str, str]) -> None:
    if function.__name__ in lines:
        return
    scope = inspect.getmodule(function).__dict__
    for name in function.__code__.co_names:
        value = scope.get(name)
        if inspect.isfunction(value):
            _define(value, lines)
        elif isinstance(value, int | float):
            lines[name] = f"{name} = {value!r}\n"
    lines[function.__name__] = inspect.getsource(function)

"""The origin of a run: all that its numbers depend on, key by key, to be compared."""

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.compiler.threads import blas_facts, thread_counts, without_threads
from neurosim.errors import FileError, shortened
from neurosim.functions.numbers import shown
from neurosim.scenario.build.scenario import Scenario
from neurosim.training.parts import PARTS
from neurosim.training.training import Training

_LONG = 200  # letters of a value; a longer one is kept as its hash
_MOST_TOLD = 10
_ABSENT = object()


def origin_of(
    scenario: Scenario, training: Training, versions: Mapping[str, str], imports: Sequence[str]
) -> dict[str, Any]:
    """What a run is made of: keys of the scenario, rows, versions, the program, modules."""
    found: dict[str, Any] = {f"scenario: {key}": value for key, value in _leaves(scenario.tree)}
    found |= {f"{name} rows": digest for name, digest in _rows(scenario)}
    found |= {f"version of {name}": version for name, version in versions.items()}
    found["program"] = training.program
    if not training.is_exact:
        found["linear algebra"] = _text(without_threads(blas_facts()))
    if training.may_differ_with_threads(_most_rows(scenario)):
        found["threads of the linear algebra"] = _text(thread_counts())
    return found | {f"module {name}": _source(name) for name in imports}


def require_same(then: Mapping[str, Any], now: Mapping[str, Any], where: object) -> None:
    """Refuse to go on with a run that is made of something else.

    Raises:
        FileError: something differs; lists what.
    """
    keys = [key for key in {**then, **now} if then.get(key, _ABSENT) != now.get(key, _ABSENT)]
    if not keys:
        return
    told = [f"{key}: {_told(then, key)} then, {_told(now, key)} now" for key in keys]
    more = f"; and {len(keys) - _MOST_TOLD} more" if len(keys) > _MOST_TOLD else ""
    what = "; ".join(told[:_MOST_TOLD]) + more
    raise FileError(
        f"{where}: of a run that is made of something else: {what}; expected the same, or"
        " --overwrite to begin anew"
    )


def _told(values: Mapping[str, Any], key: str) -> str:
    return shortened(shown(values[key])) if key in values else "nothing"


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list | tuple) and any(isinstance(one, Mapping) for one in tree):
        for number, value in enumerate(tree):
            yield from _leaves(value, f"{path}[{number}]")
    else:
        yield path, _text(tree)


def _text(value: Any) -> str:
    text = json.dumps(value, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text if len(text) <= _LONG else f"sha256 {digest}"


def _rows(scenario: Scenario) -> Iterator[tuple[str, str]]:
    data = scenario.data
    for name in PARTS if data is not None else ():
        assert data is not None
        given = [*(data.part(name) or ()), data.weights.get(name)]
        arrays = [array for array in given if array is not None]
        if arrays:
            digest = hashlib.sha256()
            for array in arrays:
                digest.update(f"{array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
            yield name, f"sha256 {digest.hexdigest()}"


def _most_rows(scenario: Scenario) -> int:
    """The rows of the largest part, which are measured at once."""
    data = scenario.data
    parts = [] if data is None else [data.rows(name) for name in PARTS]
    return max((len(part[0]) for part in parts if part is not None), default=0)


def _source(name: str) -> str:
    """The hash of a module's source, where it has one."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return "unknown"
    return f"sha256 {hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()}"

"""Many cases of one test: a grid costs what its checks cost, and not a test for every case."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def each(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[..., Any]:
    """As ``pytest.mark.parametrize``, in one test: all cases are tried, and each that fails told.

    For small checks whose fixtures none of the cases changes: all cases share them. A case has
    no marks and no id, so it is no ``pytest.param``.

    Raises:
        ExceptionGroup: the errors of the cases that fail, each with a note of its case.
    """
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    cases = list(cases)
    assert not [case for case in cases if hasattr(case, "marks")], "a case has no marks"
    grid = [dict(zip(keys, [case] if len(keys) == 1 else case, strict=True)) for case in cases]

    def gathered(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def every_case(**fixtures: Any) -> None:
            failed = [e for case in grid if (e := _error(test, fixtures | case, case)) is not None]
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(grid)} cases fail", failed)

        whole = inspect.signature(test)
        kept = [p for name, p in whole.parameters.items() if name not in keys]
        assert len(kept) + len(keys) == len(whole.parameters), f"{keys} are its arguments"
        every_case.__signature__ = whole.replace(parameters=kept)  # type: ignore[attr-defined]
        return every_case

    return gathered


def _error(test, given, case):
    try:
        test(**given)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever it is, it is told
        error.add_note(f"case: {case}")
        return error
    return None

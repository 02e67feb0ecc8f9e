"""Results of several files for other programs: a folder for each, and the document of an error."""

from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path
from typing import Any

from neurosim.cli.messages import problems_of
from neurosim.errors import NeurosimError


def invalid_document(file: str, error: NeurosimError) -> dict[str, Any]:
    """The document of a scenario that cannot be run."""
    problems = list(problems_of(error))
    return {"scenario": file, "path": file, "status": "invalid", "problems": problems}


def folders_for(files: Iterable[str], out: Path) -> list[Path]:
    """A folder for the results of each file: ``out`` itself for one, else one a file in it."""
    names = [Path(file).stem for file in files]
    if len(names) == 1:
        return [out]
    taken: dict[str, None] = {}
    for name in names:
        numbered = (f"{name}-{number}" for number in count(2))
        taken[next(free for free in chain([name], numbered) if free not in taken)] = None
    return [out / name for name in taken]

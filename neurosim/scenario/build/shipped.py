"""The shipped scenarios, by name.

They lie in ``neurosim/shipped`` where neurosim was installed, and in the folder ``scenarios``
beside the package in a checkout. Those that do not learn, for a diagnosis, are in ``sick`` there,
each with a twin that is cured; those with a lesson are in ``lessons``.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from neurosim.errors import FileError, UnknownNameError, guess, shortened
from neurosim.files import path_of
from neurosim.regular import open_regular

_PACKAGE = Path(__file__).resolve().parents[2]
SCHEMA = "scenario.schema.json"  # distinguishes our folder from another that is called scenarios
SICK = "sick"  # the folder of those that do not learn
LESSONS = "lessons"  # the folder of those that teach
COURSE = (  # the lessons, in the order in which they build on each other
    "what-a-neuron-does", "two-tutorials", "why-a-hidden-layer", "backpropagation-by-hand",
    "learning-rate", "dead-and-saturated", "over-fitting", "reading-a-network",
)  # fmt: skip
_SUFFIXES = (".yaml", ".yml", ".json")
_HEAD = re.compile(  # comments, then the version, then a title of plain words on one line
    r"(?:#[^\r\n]*\n|\n)*neurosim: 1\ntitle: ([A-Za-z]+,? [\w ,.()-]*[\w.)])\n(?=\w)", re.ASCII
)
_HEAD_LETTERS = 10_000
_exists = os.path.exists  # the method of a Path raises where a name is too long


class Shipped(NamedTuple):
    """A shipped scenario: the name it is found by, its title, and its file."""

    name: str
    title: str
    path: Path


def shipped_folder() -> Path:
    """The folder of the shipped scenarios.

    Raises:
        FileError: there is none, which means that the installation is damaged.
    """
    for folder in (_PACKAGE / "shipped", _PACKAGE.parent / "scenarios"):
        if (folder / SCHEMA).is_file():
            return folder
    raise FileError(f"{_PACKAGE / 'shipped'}: no scenarios; expected those that are shipped")


def list_scenarios() -> list[Shipped]:
    """The shipped scenarios, by name."""
    return _listed(shipped_folder())


def list_sick_scenarios() -> list[Shipped]:
    """Those that do not learn, and their cured twins, by name."""
    return _listed(shipped_folder() / SICK)


def list_lessons() -> list[Shipped]:
    """Those with a lesson, in the order of a course."""
    return sorted(_listed(shipped_folder() / LESSONS), key=lambda one: COURSE.index(one.name))


def _listed(folder: Path) -> list[Shipped]:
    paths = sorted(folder.glob("*.yaml"), key=lambda path: path.stem)
    return [Shipped(path.stem, _title(path), path) for path in paths]


def find_scenario(name: str | Path) -> Path:
    """The file that is meant: a path to one, or the name of a shipped scenario.

    What is there, or looks like the path of a file, is taken as a path.

    Raises:
        UnknownNameError: it is neither.
        WrongTypeError: it is no text and no path.
    """
    path = path_of(name)
    if path.suffix in _SUFFIXES or len(path.parts) > 1 or (str(name) and _exists(path)):
        return path
    folder = shipped_folder()
    places = (f"{SICK}/*.yaml", f"{LESSONS}/*.yaml", "*.yaml")  # the last of a name counts
    files = [file for place in places for file in folder.glob(place)]
    known = {file.stem: file for file in files}
    if str(name) not in known:
        beside = [f"{name}.yaml"] if _exists(f"{name}.yaml") else []
        hint = f" (did you mean {beside[0]!r}?)" if beside else guess(name, sorted(known))
        what = f"no file and no shipped scenario, got {str(name)!r}{hint}"
        raise UnknownNameError(shortened(f"{what}; `neurosim list` shows what is shipped"))
    return known[str(name)]


def _title(path: Path) -> str:
    """The title that the file gives itself; its name where it cannot be read.

    A title of plain words behind the version is read without the parser, which takes longer to
    import than all titles to read.
    """
    with open_regular(path) as file:
        found = _HEAD.match(file.read(_HEAD_LETTERS).decode(errors="replace"))
    return _parsed_title(path) if found is None else found[1]


def _parsed_title(path: Path) -> str:
    from neurosim.scenario.format.yaml_text import parse, read_text

    tree, _ = parse(read_text(path), str(path))
    title = tree.value.get("title") if tree and isinstance(tree.value, dict) else None
    return title.value if title and isinstance(title.value, str) else path.stem

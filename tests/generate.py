"""The files that are made from the code: ``python -m tests.generate [PART...]``, in a checkout.

The parts are ``schema`` (scenarios/scenario.schema.json), ``tables`` (of the manual) and
``gallery`` (scenarios/README.md and its pictures, which takes minutes). Without one, all are made.

A table of the manual stands between the lines ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import neurosim
from neurosim.cli.main import _COMMANDS
from neurosim.debugger.traces.trace import table_of_columns
from neurosim.diagnosis import FINDINGS
from neurosim.drawing.pictures import PICTURES
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.initializers import INITIALIZERS
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.functions.penalties import PENALTIES
from neurosim.functions.schedules.shipped import SCHEDULES
from neurosim.scenario import exhibits, schema, shipped_folder, write_gallery
from neurosim.training.data import DATASETS
from neurosim.training.metrics import SHIPPED
from neurosim.training.options import option_rows
from tests.hero import hero_picture

COMMAND = "python -m tests.generate"
MANUAL = Path(neurosim.__file__).parent / "manual"
_TABLE = re.compile(r"(?<=<!-- table: )(\w+) -->\n.*?(?=<!-- end -->)", re.DOTALL)


def schema_text():
    """The text of scenario.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def page_with_tables(text):
    """A page of the manual with its tables as the code says."""
    return _TABLE.sub(lambda found: f"{found[1]} -->\n{_table(found[1])}", text)


def _table(name):
    made = TABLES[name]()
    return made if isinstance(made, str) else _markdown(*made)


def _markdown(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text):
    return str(text).replace("|", r"\|")


def _meaning(described):
    """The first sentence of a docstring."""
    return inspect.getdoc(described).partition("\n")[0].removesuffix(".")


def _arguments(made):
    """The arguments, with their defaults, that a user may give."""
    given = inspect.signature(made).parameters.values()
    return ", ".join(
        f"`{one.name}`" if one.default is one.empty else f"`{one.name}={one.default!r}`"
        for one in given
        if one.kind is not one.POSITIONAL_ONLY and one.name not in {"_", "random"}
    )


def _options():
    rows = [(f"`{a}`", f"`{b}`", c) for a, b, c in option_rows()]
    return ("option", "default", "meaning"), rows


def _functions(table: Iterable):
    return ("name", "formula"), [(f"`{one.name}`", one.formula) for one in table.values()]


def _activations():
    rows = [
        (f"`{one.name}`", one.formula, "{:g} to {:g}".format(*one.facts.range), one.source)
        for one in ACTIVATIONS.values()
    ]
    return ("name", "formula", "range", "source"), rows


def _classes(table):
    rows = [(f"`{name}`", _meaning(made), _arguments(made)) for name, made in table.items()]
    return ("name", "meaning", "arguments"), rows


def _metrics():
    return ("name", "meaning", "kinds of task"), [
        (f"`{name}`", one.meaning[0].upper() + one.meaning[1:], ", ".join(one.kinds))
        for name, one in SHIPPED.items()
    ]


def _initializers():
    rows = []
    for name, (make, *_) in INITIALIZERS.items():
        made = make if isinstance(make, type) else type(make())
        values = _arguments(make) if isinstance(make, type) else _values(make())
        rows.append((f"`{name}`", _meaning(made), values))
    return ("name", "meaning", "arguments"), rows


def _values(record):
    """What a name without arguments stands for."""
    pairs = ((field.name, getattr(record, field.name)) for field in dataclasses.fields(record))
    words = ((name, getattr(value, "__name__", repr(value)).strip("_")) for name, value in pairs)
    return ", ".join(f"`{name}={word}`" for name, word in words)


def _datasets():
    rows = [(f"`{name}`", _meaning(make), _arguments(make)) for name, make in DATASETS.items()]
    return ("name", "rows", "options"), rows


def _pictures():
    rows = [
        (f"`{name}`", _meaning(one.draw), ", ".join(sorted(one.needs)))
        for name, one in PICTURES.items()
    ]
    return ("name", "picture", "needs"), rows


def _commands():
    return ("command", "what it does"), [(f"`{n}`", entry.line) for n, entry in _COMMANDS.items()]


TABLES = {
    "options": _options,
    "losses": lambda: _functions(LOSSES),
    "optimizers": lambda: _classes(OPTIMIZERS),
    "penalties": lambda: _classes(PENALTIES),
    "schedules": lambda: _classes(SCHEDULES),
    "metrics": _metrics,
    "activations": _activations,
    "initializers": _initializers,
    "datasets": _datasets,
    "pictures": _pictures,
    "commands": _commands,
    "findings": lambda: (("finding", "what it says"), ((f"`{a}`", b) for a, b in FINDINGS.items())),
    "steps": lambda: f"{table_of_columns()}\n",
}


def make_schema():
    """Write scenario.schema.json."""
    (shipped_folder() / "scenario.schema.json").write_text(schema_text(), encoding="utf-8")


def make_tables():
    """Write the tables of the manual."""
    for path in sorted(MANUAL.glob("*.md")):
        path.write_text(page_with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")


def make_gallery():
    """Train and draw all shipped scenarios, and draw the picture at the head of the README."""
    write_gallery(list(exhibits(shipped_folder())), shipped_folder())
    make_hero()


def make_hero():
    """Draw the picture at the head of the README, for light pages and for dark ones."""
    for theme, path in HERO.items():
        path.write_bytes(hero_picture(theme))


HERO = {
    "light": shipped_folder() / "pictures" / "three-faces.svg",
    "dark": shipped_folder() / "pictures" / "dark" / "three-faces.svg",
}
PARTS = {"schema": make_schema, "tables": make_tables, "gallery": make_gallery}


def main(parts):
    """Make the parts, or all of them; the exit code."""
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.stderr.write(f"error: got {unknown[0]!r}; expected {', '.join(PARTS)}\n")
        return 2
    for part in parts or PARTS:
        PARTS[part]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

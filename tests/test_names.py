"""Names and rooms: a public type name has one home, and a folder holds few modules."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import neurosim

ROOT = Path(neurosim.__file__).parent
# arrays and matrices are NumPy's, under the same name wherever they are used
ALIASES = {"Array", "Matrix"}


def _types(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


@pytest.mark.slow
def test_no_public_type_name_has_two_homes():
    homes = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for name in _types(path):
            if name[0].isupper() and not name.isupper() and name not in ALIASES:
                homes[name].add(path.relative_to(ROOT).as_posix())

    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_a_folder_holds_at_most_sixteen_modules():
    folders = [ROOT, *(path for path in ROOT.rglob("*") if path.is_dir())]
    sizes = {folder: len(list(folder.glob("[!_]*.py"))) for folder in folders}

    assert {folder.name: size for folder, size in sizes.items() if size > 16} == {}

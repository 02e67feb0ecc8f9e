"""The page on dependencies, the locked versions and the packages are what setup.cfg says."""

import configparser
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

import neurosim

ROOT = Path(__file__).parent.parent
PAGE = (Path(neurosim.__file__).parent / "manual" / "dependencies.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines()]
OF_OTHERS = {"test": "an extra of users, too", "bench": "an extra of users, too"}


def _setup():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = {"": config["options"]["install_requires"], **config["options.extras_require"]}
    return {name: _packages(text) for name, text in texts.items()}


def _packages(text):
    return [re.split(r"[\s><=]", line.strip())[0] for line in text.split("\n") if line.strip()]


def _of_page():
    """Packages of the page by extra, "" for those that are always installed."""
    found = {}
    for row in ROWS:
        extra = row[0].strip("`") if row and row[0].startswith("`") else ""
        if len(row) == 3 and row[0] not in ("package", "---"):
            found.setdefault("", []).append(row[0])
        elif len(row) > 3 and extra:
            found.setdefault(extra, []).extend(row[1].split(", "))
    return found


def test_the_page_lists_what_setup_asks_for():
    setup, page = _setup(), _of_page()
    elsewhere = {name for extra in page for name in page[extra] if extra not in OF_OTHERS}

    assert set(page) == set(setup)
    for extra, packages in setup.items():
        listed = set(page[extra])
        assert listed <= set(packages)
        left_out = elsewhere if extra in OF_OTHERS else set()
        assert set(packages) <= listed | left_out


def _licences():
    return [(p, row[-1] if len(row) < 5 else row[3]) for row in ROWS if len(row) > 2
            for p in row[0 if len(row) == 3 else 1].split(", ")
            if p not in ("---", "package", "packages")]  # fmt: skip


def test_no_package_of_the_page_is_under_the_gpl():
    seen = 0
    for package, licence in _licences():
        assert "GPL" not in licence
        try:
            found = metadata(package)
        except PackageNotFoundError:
            continue
        said = [c for c in found.get_all("Classifier") or [] if c.startswith("License")]
        assert "General Public" not in " ".join([*said, found.get("License-Expression") or ""])
        seen += 1
    assert seen > 13


@pytest.mark.parametrize("extra", ["", "test"])
def test_the_locked_versions_cover_setup(extra):
    text = (ROOT / ".ci" / "locked.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))

    assert {name.lower() for name in _setup()[extra]} <= set(locked)
    assert "http" not in text
    assert text.count("--hash=sha256:") >= len(locked)


def test_setup_lists_every_package():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(config["options"]["packages"].split()) - {"neurosim.shipped"}
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "neurosim").rglob("__init__.py")}
    assert listed == {".".join(folder.parts) for folder in folders}

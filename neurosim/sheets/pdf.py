"""PDF of a sheet, printed by LaTeX where there is one, else by a browser."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from neurosim.errors import FileError

_LATEX = ("pdflatex", "lualatex", "xelatex", "tectonic")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_SECONDS = 120


class Sources(NamedTuple):
    """A sheet as a LaTeX document, and as a page of HTML."""

    latex: str
    page: str


def require_printer(where: Path) -> None:
    """Require a LaTeX or a browser.

    Raises:
        FileError: there is neither.
    """
    _printers(where)


def print_pdf(sources: Sources, where: Path) -> bytes:
    """Print a sheet by LaTeX; where it fails, as at letters that it lacks, by the browser.

    Raises:
        FileError: there is neither LaTeX nor browser, or none prints.
    """
    failed = []
    for way, program in _printers(where):
        with tempfile.TemporaryDirectory() as folder:
            try:
                return way(sources, program, Path(folder))
            except (OSError, subprocess.SubprocessError) as error:
                failed.append(f"{Path(program).stem} failed ({type(error).__name__})")
    raise FileError(
        f"{where}: cannot be printed, {', '.join(failed)}; expected a LaTeX or a browser that"
        " prints, or a .tex or .html file"
    )


_Way = Callable[[Sources, str, Path], bytes]


def _printers(where: Path) -> list[tuple[_Way, str]]:
    """The first LaTeX and the first browser on this machine."""
    found: list[tuple[_Way, str]] = []
    for way, names in ((_by_latex, _LATEX), (_by_browser, _BROWSERS)):
        paths = (path for name in names if (path := shutil.which(name)))
        found += [(way, path) for path in paths][:1]
    if not found:
        raise FileError(
            f"{where}: cannot be printed, got neither LaTeX nor a browser; expected one of"
            f" {', '.join(_LATEX)}, or Chromium or Chrome, installed; or a .tex or .html file"
        )
    return found


def _by_latex(sources: Sources, program: str, folder: Path) -> bytes:
    """Raises OSError where a letter is missing: LaTeX itself goes on without it."""
    source = folder / "sheet.tex"
    source.write_text(sources.latex, encoding="utf-8")
    options = ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    if Path(program).stem == "tectonic":
        options = ["--untrusted", "--keep-logs"]
    _run([program, *options, source.name], folder)
    log = source.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    if "Missing character" in log:
        raise OSError("a letter has no glyph")
    return source.with_suffix(".pdf").read_bytes()


def _by_browser(sources: Sources, program: str, folder: Path) -> bytes:
    source, target = folder / "sheet.html", folder / "sheet.pdf"
    source.write_text(sources.page, encoding="utf-8")
    options = [
        "--headless",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder}/profile",
        f"--print-to-pdf={target}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a browser has no sandbox for root
        options.append("--no-sandbox")
    _run([program, *options, source.as_uri()], folder)
    return target.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(  # noqa: S603 - a program found by its name, and files of our own
        command, check=True, capture_output=True, timeout=_SECONDS, cwd=folder
    )

"""PDF of a page that is printed by a browser, where there is one."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from neurosim.errors import FileError

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_SECONDS = 120


def require_browser(where: Path) -> str:
    """The browser that prints.

    Raises:
        FileError: there is none.
    """
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        expected = "expected Chromium or Chrome installed, or a .html file to print"
        raise FileError(f"{where}: cannot be printed, got no browser; {expected}")
    return found


def print_pdf(page: str, where: Path) -> bytes:
    """Print a page of HTML.

    Raises:
        FileError: there is no browser, or it does not print.
    """
    browser = require_browser(where)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "sheet.html"), Path(folder, "sheet.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # a browser has no sandbox for root
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(  # noqa: S603 - a browser found by its name, and files of our own
                command, check=True, capture_output=True, timeout=_SECONDS
            )
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            reason = type(error).__name__
            raise FileError(
                f"{where}: cannot be printed, {Path(browser).name} failed ({reason}); expected a"
                " browser that prints, or a .html file"
            ) from None

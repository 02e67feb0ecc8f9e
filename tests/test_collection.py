"""What pytest finds of the tests: nothing is passed over."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE = "from neurosim.errors import nothing_of_this_name\n\n\ndef test_it():\n    pass\n"


@pytest.mark.slow
def test_a_test_module_that_cannot_be_imported_is_an_error(tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_collect_file\n")
    (tmp_path / "test_it.py").write_text(MODULE)

    options = ["-c", ROOT / "setup.cfg", "-n", "0", "-p", "no:cacheprovider", "--rootdir", tmp_path]
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "pytest", *options, tmp_path / "test_it.py"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    assert "cannot import name 'nothing_of_this_name'" in done.stdout
    assert done.returncode == 2, done.stdout

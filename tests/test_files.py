"""Files are there whole or not at all, and nothing else writes them."""

import os
import re
import stat
from pathlib import Path

import pytest

import neurosim
from neurosim.files import whole_file, write_whole


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def _write_half(file, error):
    file.write(b"half")
    raise error


def test_a_file_takes_its_name_at_the_end(tmp_path):
    path = tmp_path / "new"

    with whole_file(path) as file:
        file.write(b"a")
        assert not path.exists()
        file.write(b"b")

    assert path.read_bytes() == b"ab"
    assert [found.name for found in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_on_an_error_what_was_there_stays_and_nothing_is_left_beside_it(tmp_path, error):
    path = tmp_path / "old"
    path.write_text("old")

    with pytest.raises(error), whole_file(path) as file:
        _write_half(file, error)

    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["old"]


def test_a_link_is_followed_and_the_mode_is_kept(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch()
    target.chmod(0o640)
    link.symlink_to("target")

    write_whole(link, b"new")

    assert link.is_symlink()
    assert (target.read_bytes(), mode_of(target)) == (b"new", 0o640)


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"")
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "new") == 0o640


def test_a_folder_is_not_replaced_and_one_that_is_missing_is_told(tmp_path):
    (tmp_path / "folder").mkdir()

    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "folder", b"")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "missing" / "new", b"")

    assert [found.name for found in tmp_path.iterdir()] == ["folder"]


def test_no_other_file_of_the_package_gives_a_file_its_name():
    root = Path(neurosim.__file__).parent
    writers = re.compile(r"os\.replace|os\.rename|secrets\.|fsync|mkstemp|chmod")

    found = {path.name for path in root.rglob("*.py") if writers.search(path.read_text("utf-8"))}

    # a transaction moves whole files that were staged; lines of metrics wait to be staged
    assert found == {"files.py", "transaction.py", "metrics_lines.py"}

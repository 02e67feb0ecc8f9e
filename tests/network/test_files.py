"""What saving does to that which has the name already, and to the mode of the file."""

import os
import re
import stat

import pytest

from neurosim.errors import FileError
from neurosim.network import load


@pytest.fixture
def umask():
    """A function that sets the umask; afterwards it is as it was before."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


KINDS = {
    "a folder": lambda path: path.mkdir(),
    "a named pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("through", ["itself", "a link"])
def test_what_is_no_regular_file_is_not_replaced(net, tmp_path, kind, through):
    path = taken = tmp_path / "taken"
    KINDS[kind](taken)
    if through == "a link":
        path = tmp_path / "link"
        path.symlink_to(taken)
    before = taken.stat(), sorted(tmp_path.iterdir())
    words = f"{path}: cannot be written, got {kind}; expected a regular file"

    with pytest.raises(FileError, match=f"^{re.escape(words)}$"):
        net.save(path)

    assert (taken.stat(), sorted(tmp_path.iterdir())) == before


@pytest.mark.parametrize("was_there", [True, False])
def test_a_link_is_followed_and_stays_a_link(net, tmp_path, was_there):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "net.json", tmp_path / "link.json"
    link.symlink_to("folder/net.json")
    if was_there:
        target.write_text("old", encoding="utf-8")

    net.save(link)

    assert link.is_symlink()
    assert not target.is_symlink()
    assert load(target).title == "two-two-one"
    assert [path.name for path in target.parent.iterdir()] == ["net.json"]


def test_a_link_to_itself_cannot_be_written(net, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to(link)

    with pytest.raises(FileError, match="cannot be written, got Too many levels"):
        net.save(link)

    assert list(tmp_path.iterdir()) == [link]


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o640])
def test_a_file_that_is_replaced_keeps_its_mode(net, tmp_path, umask, mode):
    umask(0o022)
    path = tmp_path / "net.json"
    path.touch()
    path.chmod(mode)

    net.save(path)

    assert mode_of(path) == mode


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(net, tmp_path, umask, mask, mode):
    umask(mask)

    net.save(tmp_path / "net.json")

    assert mode_of(tmp_path / "net.json") == mode


def test_a_name_as_long_as_the_file_system_allows_can_be_saved(net, tmp_path):
    path = tmp_path / ("n" * 250 + ".json")

    net.save(path)

    assert load(path).title == "two-two-one"

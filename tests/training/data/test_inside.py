"""A scenario names files beside it or below, and never elsewhere."""

import os

import pytest

from neurosim.errors import FileError
from neurosim.training.data.inside import inside


@pytest.fixture
def folder(tmp_path):
    """A folder with rows.csv and data/more.csv; beside it, secret.csv."""
    made = tmp_path / "folder"
    (made / "data").mkdir(parents=True)
    for path in (made / "rows.csv", made / "data" / "more.csv", tmp_path / "secret.csv"):
        path.write_text("a\n1\n")
    return made


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("rows.csv", "rows.csv"),
        ("./rows.csv", "rows.csv"),
        ("data/more.csv", "data/more.csv"),
        ("data/../rows.csv", "rows.csv"),
        ("../folder/rows.csv", "rows.csv"),
    ],
)
def test_a_file_in_the_folder_or_below_is_found(folder, name, place):
    assert inside(folder, name) == folder.resolve() / place


@pytest.mark.parametrize("name", ["../secret.csv", "data/../../secret.csv", "../none.csv", ".."])
def test_a_name_that_leads_out_is_refused_whether_or_not_something_is_there(folder, error, name):
    assert f"{name!r}: leads out of the folder" in error(FileError, inside, folder, name)


def test_an_absolute_name_is_refused_even_inside(folder, error):
    name = str(folder / "rows.csv")

    assert "leads out of the folder" in error(FileError, inside, folder, name)


def test_a_link_out_of_the_folder_is_refused(folder, error):
    (folder / "link.csv").symlink_to("../secret.csv")
    (folder / "up").symlink_to("..")

    for name in ("link.csv", "up/secret.csv"):
        assert "leads out of the folder" in error(FileError, inside, folder, name)


def test_a_link_within_the_folder_is_followed(folder):
    (folder / "link.csv").symlink_to("data/more.csv")

    assert inside(folder, "link.csv") == folder.resolve() / "data" / "more.csv"


def test_a_folder_that_is_itself_a_link_holds_its_files(folder, tmp_path):
    (tmp_path / "alias").symlink_to("folder")

    assert inside(tmp_path / "alias", "rows.csv") == folder.resolve() / "rows.csv"


def test_a_folder_whose_name_begins_the_same_is_outside(folder, tmp_path, error):
    (tmp_path / "folder2").mkdir()
    (tmp_path / "folder2" / "rows.csv").write_text("a\n1\n")

    assert "leads out" in error(FileError, inside, folder, "../folder2/rows.csv")


def test_a_loop_of_links_is_refused(folder, error):
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")

    assert "'a': no" in error(FileError, inside, folder, "a")


def test_a_misspelt_name_is_guessed(folder, error):
    assert "no such file" in error(FileError, inside, folder, "data/mroe.csv")
    assert "(did you mean 'more.csv'?)" in error(FileError, inside, folder, "data/mroe.csv")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "none/rows.csv", "rows.csv/x"])
def test_a_name_that_no_file_has_is_refused(folder, error, name):
    assert "no" in error(FileError, inside, folder, name)


def test_what_is_no_file_is_refused(folder, error):
    os.mkfifo(folder / "pipe")

    for name in ("data", "pipe", "."):
        assert f"{name!r}: no file, got a folder, a pipe or a device" in error(
            FileError, inside, folder, name
        )

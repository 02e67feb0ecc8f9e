"""The shipped scenarios are found by name, in a checkout and in a wheel."""

import shutil

import pytest

from neurosim.errors import FileError, UnknownNameError
from neurosim.scenario import (
    find_scenario,
    list_scenarios,
    list_sick_scenarios,
    load_scenario,
    shipped_folder,
)
from neurosim.scenario.build import shipped


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_they_are_listed_by_name_with_their_titles():
    found = {item.name: item.title for item in list_scenarios()}

    assert list(found) == sorted(found)
    assert found["two-two-one"] == "The 2-2-1 network of the tutorial"
    assert len(found) > 40


@pytest.mark.usefixtures("elsewhere")
def test_one_is_found_by_its_name_from_anywhere():
    assert find_scenario("xor") == shipped_folder() / "xor.yaml"
    assert load_scenario("xor").title == "Exclusive or, learned one example at a time"


def test_what_is_there_or_looks_like_a_path_is_a_path(elsewhere):
    (elsewhere / "iris").write_text("neurosim: 1")
    (elsewhere / "folder").mkdir()

    names = ["iris", "folder", "xor.yaml", "a/xor", "net.json"]
    assert [str(find_scenario(name)) for name in names] == names


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "xro",
            "no file and no shipped scenario, got 'xro' (did you mean 'xor'?); `",
        ),
        ("zzzz", "no file and no shipped scenario, got 'zzzz'; `neurosim list`"),
        ("x" * 5000, "no file and no shipped scenario"),
        ("a\0b", "no file and no shipped scenario"),
        ("", "no file and no shipped scenario"),
    ],
)
def test_a_name_that_nothing_has_is_an_error_with_a_guess(name, words):
    with pytest.raises(UnknownNameError) as caught:
        load_scenario(name)

    assert str(caught.value).startswith(words)


def test_in_a_wheel_they_lie_inside_of_the_package(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "neurosim"
    shutil.copytree(shipped_folder(), package / "shipped")
    monkeypatch.setattr(shipped, "_PACKAGE", package)

    assert find_scenario("xor") == package / "shipped" / "xor.yaml"
    assert len(list_scenarios()) > 40


def test_a_folder_of_someone_else_beside_the_package_is_not_taken(tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "xor.yaml").write_text("not ours")
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "neurosim")

    with pytest.raises(FileError, match="no scenarios; expected those that are shipped"):
        find_scenario("xor")


def test_a_file_without_a_readable_title_is_listed_by_its_name(tmp_path, monkeypatch):
    folder = tmp_path / "neurosim" / "shipped"
    folder.mkdir(parents=True)
    (folder / "scenario.schema.json").write_text("{}")
    (folder / "broken.yaml").write_text("[1, 2")
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "neurosim")

    assert [(item.name, item.title) for item in list_scenarios()] == [("broken", "broken")]


def test_those_that_do_not_learn_are_listed_apart_and_found_by_name(tmp_path, monkeypatch):
    folder = tmp_path / "neurosim" / "shipped"
    (folder / "sick").mkdir(parents=True)
    (folder / "scenario.schema.json").write_text("{}")
    for name in ("xor.yaml", "sick/dead.yaml", "sick/xor.yaml"):
        (folder / name).write_text(f"neurosim: 1\ntitle: The {name[:3]} one\nseed: 1\n")
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "neurosim")

    assert [item.name for item in list_scenarios()] == ["xor"]
    assert [(item.name, item.title) for item in list_sick_scenarios()] == [
        ("dead", "The sic one"),
        ("xor", "The sic one"),
    ]
    assert find_scenario("dead") == folder / "sick" / "dead.yaml"
    assert find_scenario("xor") == folder / "xor.yaml"
    with pytest.raises(UnknownNameError, match="did you mean 'dead'"):
        find_scenario("daed")


def test_a_name_without_its_ending_is_guessed_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("neurosim: 1\n")

    with pytest.raises(UnknownNameError, match=r"did you mean 'mine.yaml'"):
        find_scenario("mine")

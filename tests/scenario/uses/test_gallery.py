"""The gallery: a page that is up to date with what is shipped."""

import re
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from neurosim.drawing.page.themes import THEMES
from neurosim.errors import FileError
from neurosim.scenario import Exhibit, exhibits, list_scenarios, shipped_folder, write_gallery
from neurosim.scenario.uses.gallery import DARK, MARK, exhibit, page_of
from tests.generate import HERO
from tests.hero import hero_picture

CHEAP = ("two-two-one", "goodfellow-xor", "optimizer-adam", "deep-chain", "wide-and-deep")
MOST_BYTES, MOST_IN_ALL = 300_000, 3_000_000
PAGE = shipped_folder() / "README.md"
PICTURES = shipped_folder() / "pictures"
SHIPPED = [
    pytest.param(one, marks=[] if one.name in CHEAP else [pytest.mark.slow], id=one.name)
    for one in list_scenarios()
]


@pytest.mark.quick("mazur", "xor")
@pytest.mark.parametrize("shipped", SHIPPED)
def test_the_picture_of_a_shipped_scenario_is_up_to_date(shipped):
    made = exhibit(shipped.path)

    if made.picture is None:
        pytest.skip(made.reason)
    pictures = {PICTURES: made.picture, PICTURES / DARK: made.dark}
    for place, picture in pictures.items():
        there = (place / f"{shipped.name}.svg").read_bytes()
        assert ET.fromstring(there)[1].text == ET.fromstring(picture)[1].text  # noqa: S314
        if f"matplotlib {mpl.__version__}" in PAGE.read_text(encoding="utf-8"):
            assert there == picture, "out of date; run `python -m tests.generate gallery`"
    assert b"#" + THEMES["dark"].background.strip("#").encode() in made.dark


@pytest.mark.slow
def test_the_picture_at_the_head_of_the_readme_is_up_to_date():
    for theme, path in HERO.items():
        made = hero_picture(theme)
        assert "All three give 0.721633." in made.decode()
        if f"matplotlib {mpl.__version__}" in PAGE.read_text(encoding="utf-8"):
            assert path.read_bytes() == made, "out of date; run `python -m tests.generate gallery`"


def test_the_page_shows_every_shipped_scenario_with_its_title_and_its_command():
    page = PAGE.read_text(encoding="utf-8")

    for shipped in list_scenarios():
        assert f'<a id="{shipped.name}"></a>' in page
        assert f"$ neurosim run {shipped.name}\n" in page
        assert f'src="pictures/{shipped.name}.svg"' in page
        assert f'srcset="pictures/dark/{shipped.name}.svg"' in page


def test_the_pictures_are_small_and_of_scenarios_that_are_there():
    names = {shipped.name for shipped in list_scenarios()}
    hero = "three-faces"  # of the README; the boundary is the manual's
    more = {PICTURES: {hero, "spirals-boundary"}, PICTURES / DARK: {hero}}
    for place, others in more.items():
        sizes = {path.stem: path.stat().st_size for path in place.glob("*.svg")}
        assert set(sizes) - names == others
        assert max(sizes.values()) < MOST_BYTES
        assert sum(sizes.values()) < MOST_IN_ALL


def test_a_gallery_of_a_folder_has_a_page_and_pictures(small, write, tmp_path):
    write(small(("title: Either or both", "title: <b>Either</b> [or] *both*")), "one.yaml")

    page = write_gallery(list(exhibits(tmp_path)), tmp_path).read_text(encoding="utf-8")

    assert r"## \<b\>Either\</b\> \[or\] \*both\*" in page
    assert '<img alt="A neural network: all 3 neurons and 2 connections.' in page
    light, dark = (tmp_path / "pictures" / one / "one.svg" for one in (".", "dark"))
    assert light.read_bytes() != dark.read_bytes()


def test_numbers_in_what_is_written_keep_their_digits(small, write, tmp_path):
    write(small(("title: Either or both", "title: A rate of 0.0005 works")), "one.yaml")

    (one,) = exhibits(tmp_path)

    title = [t.text for t in ET.fromstring(one.picture).iter() if t.tag.endswith("}text")]  # noqa: S314
    assert "A rate of 0.0005 works" in title


@pytest.mark.slow
def test_the_story_is_the_description_or_the_comment_at_the_head(small, write, tmp_path):
    write(f"# yaml-language-server: $schema=x\n#\n# What to\n# see.\n{small()}", "a.yaml")
    write(small(("title: Either or both", "title: B\ndescription: Told.")), "b.yaml")

    stories = [one.story for one in exhibits(tmp_path)]

    assert stories == ["What to see.", "Told."]


def test_a_scenario_whose_extra_is_missing_is_listed_without_a_picture(
    small, write, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    text = re.sub(r"  inputs:.*\n  targets:.*\n", "  dataset: {name: moons}\n", small())
    write(text, "moons.yaml")

    (one,) = exhibits(tmp_path)

    assert one.picture is None
    assert "scikit-learn" in one.reason
    assert "No picture here: " in page_of([one])


def test_a_page_that_somebody_wrote_is_not_replaced(tmp_path):
    (tmp_path / "README.md").write_text("# Mine\n")
    shown = [Exhibit("a", "A", "", None, reason="none")]

    with pytest.raises(FileError, match="is no gallery"):
        write_gallery(shown, tmp_path)
    (tmp_path / "README.md").write_text(f"{MARK}\n")
    assert write_gallery(shown, tmp_path).name == "README.md"


def test_a_folder_without_scenarios_is_refused(tmp_path):
    with pytest.raises(FileError, match="no scenarios"):
        exhibits(tmp_path)

"""Pages: files are whole, the same each time, and say in words what they show."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

import neurosim as ns
from neurosim.drawing.page.pages import (
    FORMATS,
    keep_text,
    name_axes,
    new_axes,
    render,
    require_axes,
    require_target,
    save,
    show_text,
)
from neurosim.drawing.page.themes import LIGHT, THEMES
from neurosim.errors import FileError, InvalidValueError, WrongTypeError
from tests.each import each

HOSTILE = ["<script>alert(1)</script>", "\"quoted\" & 'single'", "cost $x$ and $y_", "]]>",
           "bell\a and escape\x1b[31m", "\u202egnp.exe", "zero\u200bwidth", "nul\0",
           "lone \udcff byte", "two\nlines", "_hidden", "\\frac{1}{0}", "\ufffe"]  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def picture(title="A title", theme="light"):
    axes = new_axes(theme, (9, 2))
    axes.plot([0, 1], [1, 0])
    name_axes(axes, THEMES[theme], x="x", y="y", title=title)
    return axes.figure


def tree_of(figure, title="Title", description="What there is."):
    data = render(figure, "svg", title=title, description=description)
    return ET.fromstring(data)  # noqa: S314 - our own


@pytest.mark.quick("svg")
@pytest.mark.parametrize("form", FORMATS)
def test_two_pictures_of_the_same_have_the_same_bytes(form):
    first, second = (render(picture(), form, title="A", description="B") for _ in range(2))

    assert first == second
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form])


@pytest.mark.slow
def test_no_date_stands_in_any_file():
    for form in FORMATS:
        data = render(picture(), form, title="A", description="B")
        assert b"Date" not in data
        assert b"dc:date" not in data


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(tmp_path):
    code = (
        "import sys, neurosim as ns\nfrom neurosim.drawing.page.pages import save\n"
        "axes = ns.draw_loss({'a': [3, 2, 1], 'b': [1, 2, 3]})\n"
        "[save(axes.figure, f'{sys.argv[1]}.{f}', title='t', description='d')"
        " for f in ('svg', 'png', 'pdf')]"
    )
    for name in ("one", "two"):
        subprocess.run([sys.executable, "-c", code, tmp_path / name], check=True)  # noqa: S603

    for form in FORMATS:
        one, two = (tmp_path / f"{name}.{form}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_an_svg_begins_with_its_title_and_its_description():
    root = tree_of(picture(), "Title", "What there is.")

    title, description = list(root)[:2]
    assert (title.tag, title.text) == (f"{SVG}title", "Title")
    assert (description.tag, description.text) == (f"{SVG}desc", "What there is.")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]


@pytest.mark.slow
def test_two_pictures_in_one_page_do_not_share_the_ids_of_their_titles():
    one, two = tree_of(picture(), "One"), tree_of(picture(), "Two")

    assert one.get("aria-labelledby") != two.get("aria-labelledby")


def test_the_text_of_an_svg_is_text():
    texts = [element.text for element in tree_of(picture("In words")).iter(f"{SVG}text")]

    assert {"In words", "x", "y"} <= set(texts)


@pytest.mark.quick("<script", "cost", "nul")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_is_read_back_as_it_is_shown(text):
    root = tree_of(picture(text), text, text)

    assert root.find(f"{SVG}title").text == keep_text(text)
    assert root.find(f"{SVG}desc").text == keep_text(text)
    assert keep_text(text) in [element.text for element in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_hostile_titles_do_no_harm_to_other_files(form):
    text = " ".join(HOSTILE)

    assert len(render(picture(text), form, title=text, description=text)) > 1000


@each(
    ("text", "shown"),
    [
        ("plain é 漢 $x$", "plain é 漢 $x$"),
        ("a\0b\x1b\x7f", "a␀b␛␡"),
        ("\u202e\u2066\u200b", "\\u202e\\u2066\\u200b"),
        ("tab\tline\n", "tab␉line␊"),
        ("\x85\ufffe\udc80", "\\x85\\ufffe\\udc80"),
        ("no-break\u00a0space", "no-break\u00a0space"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_a_sign(text, shown):
    assert show_text(text) == shown
    assert show_text(shown) == shown


def test_a_control_character_that_somebody_draws_himself_does_no_harm():
    figure = picture()
    figure.axes[0].text(0, 0, "bell\a")

    assert "bell␇" in [element.text for element in tree_of(figure).iter(f"{SVG}text")]


def test_saving_writes_the_file_and_nothing_else(tmp_path):
    path = save(picture(), tmp_path / "a.svg", title="t", description="d")

    assert path == tmp_path / "a.svg"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.svg"]


def test_a_file_that_exists_is_kept_unless_it_may_be_overwritten(tmp_path):
    path = tmp_path / "a.svg"
    path.write_text("mine")

    with pytest.raises(FileError, match=r"a\.svg: exists; expected a new file, or --overwrite"):
        save(picture(), path, title="t", description="d")
    assert path.read_text() == "mine"

    save(picture(), path, title="t", description="d", overwrite=True)
    assert path.read_text().startswith("<?xml")


def test_a_file_that_is_replaced_gives_the_new_one_its_mode_and_a_link_is_followed(tmp_path):
    path, link = tmp_path / "a.svg", tmp_path / "b.svg"
    path.write_text("mine")
    path.chmod(0o640)
    link.symlink_to(path)

    save(picture(), link, title="t", description="d", overwrite=True)

    assert link.is_symlink()
    assert path.read_text().startswith("<?xml")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_nowhere_is_not_replaced(tmp_path):
    (tmp_path / "a.svg").symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileError, match="no regular file"):
        save(picture(), tmp_path / "a.svg", title="t", description="d", overwrite=True)


def test_a_folder_is_no_file_to_overwrite(tmp_path):
    (tmp_path / "a.svg").mkdir()

    with pytest.raises(FileError, match=r"a\.svg: no regular file; expected one, or a new name"):
        require_target(tmp_path / "a.svg", overwrite=True)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileError, match="cannot be written, got No such file or directory"):
        save(picture(), tmp_path / "no" / "a.svg", title="t", description="d")


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.svgz", ".svg", "a.svg.exe"])
def test_an_unknown_ending_is_told_with_those_that_are_known(name):
    with pytest.raises(InvalidValueError, match=r"expected one of \.svg, \.png, \.pdf"):
        require_target(name)


@pytest.mark.parametrize("name", ["a\0.svg", "x" * 5000 + ".svg"])
def test_a_name_that_no_file_can_have_is_told(name):
    with pytest.raises(FileError, match="cannot be written"):
        save(picture(), name, title="t", description="d")


def test_a_name_that_is_no_name_is_told():
    with pytest.raises(WrongTypeError, match="path: got 3; expected the name of a file"):
        require_target(3)


def test_nothing_is_left_of_the_settings_it_writes_with():
    before = dict(mpl.rcParams)

    axes = ns.draw_loss({"a": [1, 2], "b": [1, 1e-9]}, title="$x$", theme="dark")
    render(axes.figure, "svg", title="t", description="d")

    assert dict(mpl.rcParams) == before


@pytest.mark.slow
def test_no_figure_is_kept_and_no_screen_asked_for_by_pictures_of_ours():
    code = (
        "import sys, neurosim as ns\nfrom neurosim.drawing.page.pages import settings\n"
        "with settings(): ns.draw_loss([1, 2]).figure\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), "MPLBACKEND": "tkagg"},
    )  # fmt: skip

    assert done.stdout.strip() == "False"


def test_axes_that_are_given_are_used_and_take_the_colours():
    mine = new_axes("dark")

    found = require_axes(mine, "light", (1, 1))

    assert found is mine
    assert mpl.colors.to_hex(mine.get_facecolor()) == LIGHT.background


def test_what_are_no_axes_is_told():
    with pytest.raises(WrongTypeError, match="ax: got 3; expected a matplotlib Axes, or None"):
        require_axes(3, "light", (1, 1))


@pytest.mark.parametrize("projection", ["3d", "polar"])
def test_axes_that_are_not_flat_and_straight_are_refused(projection):
    axes = mpl.figure.Figure().add_subplot(projection=projection)

    with pytest.raises(InvalidValueError, match=f"ax: got a {projection} one; expected an Axes"):
        ns.draw(ns.load_scenario("xor").network, axes)

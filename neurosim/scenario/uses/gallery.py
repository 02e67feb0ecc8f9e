"""The gallery: a page with a picture of every scenario of a folder.

Each network is drawn as its training leaves it, with the values of its first row. The same
scenarios give the same bytes, with the same version of matplotlib.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from neurosim.drawing.diagram.diagram import compose, prepare
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.drawing import paint
from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.page.pages import render, require_target, settings, write_file
from neurosim.drawing.plots.layer_statistics import draw_gradients
from neurosim.errors import FileError, MissingExtraError
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.expect_entry import OutputExpectation
from neurosim.scenario.format.yaml_text import parse, read_text
from neurosim.scenario.uses.at_epoch import AtEpoch, network_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE, PICTURES, DARK = "README.md", "pictures", "dark"
MARK = "<!-- made by `neurosim gallery`"
_MOST_CIRCLES, _MOST_LINES = 64, 150  # that a small picture shows
_MOST_LONGER = 8.0  # times as wide as high: more is a strip on a page
_SCHEMA = "yaml-language-server:"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_NUMBER = re.compile(rb"(?<=[ \",(:])-?\d+\.\d{3,}(?=[ \",);\n])")  # of a path, a place, a size
_TAG = re.compile(rb"<[^>]+>")  # what is written between tags stays as it is
_FONTS = re.compile(rb" ?font-family: ([^;\"]+);?")
_NOTHING = re.compile(  # what changes nothing: all is inside of the page, and level
    rb' clip-path="[^"]*"| transform="rotate\(-?0 [^"]*\)"| ?stroke-dashoffset: 0;?'
)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A scenario in the gallery.

    Attributes:
        name: of its file, without the ending.
        title: its own.
        story: what there is to see: its description, or the comment at its head.
        picture: of its network, as SVG; None where there is none.
        dark: the same for dark pages.
        description: what the picture shows, in words.
        reason: why there is no picture; else empty.
    """

    name: str
    title: str
    story: str
    picture: bytes | None
    dark: bytes | None = None
    description: str = ""
    reason: str = ""


def exhibits(folder: Path) -> Iterator[Exhibit]:
    """Train the scenarios of a folder, one after the other, and draw them.

    Raises:
        FileError: there are none.
        NeurosimError: one of them is not valid.
    """
    return (exhibit(path) for path in scenarios_of(folder))


def scenarios_of(folder: Path) -> list[Path]:
    """The scenarios of a folder, by name.

    Raises:
        FileError: there are none.
    """
    paths = sorted(folder.glob("*.yaml"), key=lambda path: path.stem)
    if not paths:
        raise FileError(f"{folder}: no scenarios; expected files that end in .yaml")
    return paths


def exhibit(path: Path) -> Exhibit:
    """Train one scenario and draw it, for light pages and for dark ones.

    Raises:
        NeurosimError: it is not valid, or its training diverges.
    """
    title, story = _told(path)
    try:
        at = network_at(path, epoch="end")
    except MissingExtraError as error:
        return Exhibit(path.stem, title, story, None, reason=str(error))
    picture, description = _picture(at, title, "light")
    dark, _ = _picture(at, title, "dark")
    return Exhibit(path.stem, title, story, picture, dark, description)


def _picture(at: AtEpoch, title: str, theme: str) -> tuple[bytes, str]:
    with settings():
        axes, description = _drawn(at, theme)
        figure = axes.get_figure(root=True)
        assert figure is not None
        picture = render(figure, "svg", title=title, description=description, hovering=False)
    return _compact(picture), description


def _drawn(at: AtEpoch, theme: str) -> "tuple[Axes, str]":
    """The diagram of a network: its layers as boxes where neurons would be many.

    Of a long chain, which on a page would be a strip, the gradient of its levels.
    """
    folded, subtitle = fold(at.network), at.moment
    if len(folded.circles) <= _MOST_CIRCLES and len(folded.lines) <= _MOST_LINES:
        diagram = prepare(at.network, subtitle=subtitle, **_sample(at))
    else:
        drawn, title = boxed(at.network), at.network.title
        diagram = compose(drawn, SampleValues(), title=title, subtitle=subtitle)
    left, bottom, right, top = diagram.box
    if right - left <= _MOST_LONGER * (top - bottom) or at.scenario is None:
        return paint(diagram, theme=theme), diagram.description
    return _gradients(at, at.scenario, theme)


def _gradients(at: AtEpoch, scenario: Scenario, theme: str) -> "tuple[Axes, str]":
    if scenario.data is None:
        raise FileError(f"{at.path}: too long a chain to be drawn, and no data; expected data")
    X, T = scenario.data.train
    title = f"{scenario.title}: {at.moment}, how strong the gradient is from level to level"
    return (
        draw_gradients(at.network, X, T, **scenario.measure_of("train"), title=title, theme=theme),
        f"A neural network, {at.network!r}, too long for a page: how strong the gradient over the"
        " training rows is in each of its levels.",
    )


def _told(path: Path) -> tuple[str, str]:
    """Title and story of a scenario, without building it."""
    text = read_text(path)
    tree, _ = parse(text, str(path))
    values = tree.value if tree is not None and isinstance(tree.value, dict) else {}
    found = {key: values[key].value for key in ("title", "description") if key in values}
    story = found.get("description") or _head_of(text)
    return str(found.get("title", path.stem)), " ".join(str(story).split())


def _head_of(text: str) -> str:
    """The comment at the head of a file."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return " ".join(line for line in lines if not line.startswith(_SCHEMA))


def _sample(at: AtEpoch) -> dict[str, Any]:
    """The first row, or the first sample of which an output is expected."""
    if at.scenario is None:
        return {}
    if at.scenario.data is not None:
        return at.row(0)._asdict()
    asked = (item for item in at.scenario.expect if isinstance(item, OutputExpectation))
    return next(({"sample": item.forward} for item in asked), {})


def _compact(svg: bytes) -> bytes:
    """The picture in half the bytes: numbers of two digits behind the point, fonts named once."""
    fonts = _FONTS.search(svg)
    rule = b"*{font-family: " + fonts[1] + b"; " if fonts else b"*{"
    short = _TAG.sub(lambda tag: _compact_tag(tag[0]), svg).replace(b"*{", rule, 1)
    lines = (line.strip() for line in short.splitlines())
    return b"\n".join(line for line in lines if line) + b"\n"


def _compact_tag(tag: bytes) -> bytes:
    shorter = _FONTS.sub(b"", _NOTHING.sub(b"", tag))
    return _NUMBER.sub(lambda found: b"%g" % round(float(found[0]), 2), shorter)


def write_gallery(shown: Sequence[Exhibit], folder: Path) -> Path:
    """Write the page and its pictures.

    Raises:
        FileError: there is a page that was made by hand, or something cannot be written.
    """
    page = folder / PAGE
    require_ours(page)
    pictures = {folder / PICTURES: "picture", folder / PICTURES / DARK: "dark"}
    for place, theme in pictures.items():
        try:
            place.mkdir(exist_ok=True)
        except OSError as error:
            raise FileError(f"{place}: cannot be made, got {error.strerror}") from error
        for one in shown:
            picture = getattr(one, theme)
            if picture is not None:
                write_file(require_target(place / f"{one.name}.svg", overwrite=True), picture)
    return write_file(page, page_of(shown).encode())


def require_ours(page: Path) -> None:
    """Refuse to replace a page that somebody wrote.

    Raises:
        FileError: there is one.
    """
    try:
        is_there = page.exists()
        is_ours = is_there and MARK in page.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FileError(f"{page}: cannot be read, got {error.strerror}") from error
    if is_there and not is_ours:
        raise FileError(f"{page}: exists, and is no gallery; expected none, or one to be replaced")


def page_of(shown: Sequence[Exhibit]) -> str:
    """The page, in Markdown."""
    made = f"{MARK}, with matplotlib {version('matplotlib')} -->"
    parts = [made, "", "# Scenarios", "", _INTRODUCTION, ""]
    parts += [f"* [{_plain(one.title)}](#{_anchor(one.name)})" for one in shown]
    for one in shown:
        parts += ["", f'<a id="{_anchor(one.name)}"></a>', "", f"## {_plain(one.title)}", ""]
        if one.story:
            parts += [_plain(one.story), ""]
        if one.picture is None:
            parts += [f"No picture here: {_plain(one.reason)}.", ""]
        else:
            parts += [*_pictured(quote(one.name), one.description), ""]
        parts += ["```console", f"$ neurosim run {one.name}", "```"]
    return "\n".join(parts) + "\n"


_INTRODUCTION = """\
Each is a file in this folder: a network, its data, how it learns, and the numbers that must come
out. The pictures show the networks as their training leaves them, with the values of the first
row; weights above zero are blue and solid, those below orange-red and dashed."""


def _pictured(name: str, description: str) -> list[str]:
    """A picture that a dark page shows in dark colours."""
    return [
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{PICTURES}/{DARK}/{name}.svg">',
        f'<img alt="{escape(description)}" src="{PICTURES}/{name}.svg">',
        "</picture>",
    ]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", name.lower())


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)

"""Themes: the colours of all pictures, on a light page, a dark one, and on paper.

Blue and orange-red stand for the two signs, since nearly everybody tells them apart; what a
colour says is said by a line's style, a marker or a word too. Tests measure the contrast of every
text, and how far the colours of lines are apart for the three kinds of colour blindness.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neurosim.errors import UnknownNameError, unknown

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

LEAST_CONTRAST = 4.5  # of text, WCAG 2.2, criterion 1.4.3 (AA)


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture, each as ``#rrggbb``.

    Attributes:
        name: its key in `THEMES`.
        background: of the page and inside the axes.
        foreground: lines that are there to be read, such as axes.
        text: what is written.
        muted: what is written small, and of less weight.
        grid: lines that help the eye, and cells where nothing is.
        positive: a weight or value above zero.
        negative: one below zero.
        frozen: what training may not change.
        highlight: what one is to look at.
        added: what only the newer of two has.
        removed: what only the older has.
        changed: what both have, and not alike.
        categorical: for lines and classes that are told apart.
        diverging: from the most negative, by zero in the middle, to the most positive.
        sequential: from nothing to much.
    """

    name: str
    background: str
    foreground: str
    text: str
    muted: str
    grid: str
    positive: str
    negative: str
    frozen: str
    highlight: str
    added: str
    removed: str
    changed: str
    categorical: tuple[str, ...]
    diverging: tuple[str, ...]
    sequential: tuple[str, ...]

    def diverging_map(self) -> "Colormap":
        """The colours of numbers around zero; NaN has the colour of the grid."""
        return _colour_map(f"neurosim {self.name} diverging", self.diverging, self.grid)

    def pale_map(self) -> "Colormap":
        """The diverging colours, thinned with the background, for what samples are on."""
        anchors = tuple(_mixed(colour, self.background, 0.62) for colour in self.diverging[1:-1])
        return _colour_map(f"neurosim {self.name} pale", anchors, self.grid)

    def tints(self) -> tuple[str, ...]:
        """The categorical colours, thinned with the background, for areas that samples are on."""
        return tuple(_mixed(colour, self.background, 0.3) for colour in self.categorical)

    def sequential_map(self) -> "Colormap":
        """The colours of numbers from zero up; NaN has the colour of the grid."""
        return _colour_map(f"neurosim {self.name} sequential", self.sequential, self.grid)


def _colour_map(name: str, anchors: tuple[str, ...], bad: str) -> "Colormap":
    from matplotlib.colors import LinearSegmentedColormap

    # an odd number of colours, so that zero has one of its own
    return LinearSegmentedColormap.from_list(name, list(anchors), N=513).with_extremes(bad=bad)


def _mixed(colour: str, page: str, share: float) -> str:
    """So much of a colour on a page."""
    pairs = ((int(c[at : at + 2], 16) for c in (colour, page)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def require_theme(theme: "str | Theme") -> Theme:
    """The theme of this name; a theme is itself.

    Raises:
        UnknownNameError: there is none.
    """
    if isinstance(theme, Theme):
        return theme
    if not isinstance(theme, str) or theme not in THEMES:
        raise UnknownNameError(unknown("theme", theme, THEMES))
    return THEMES[theme]


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart: 1 (not at all) to 21 (black on white).

    The contrast ratio of WCAG 2.2, (L1 + 0.05) / (L2 + 0.05).

    >>> round(contrast("#000000", "#ffffff"), 6), contrast("#1b4fd0", "#1b4fd0")
    (21.0, 1.0)
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """How light a colour ``#rrggbb`` is, from 0 (black) to 1 (white): WCAG's relative luminance."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def ink_on(colour: str) -> str:
    """Black or white, whichever is read better on this colour: a contrast of 4.58 at least.

    >>> ink_on("#1b4fd0"), ink_on("#f2ee35")
    ('#ffffff', '#000000')
    """
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


LIGHT = Theme(
    name="light",
    background="#ffffff",
    foreground="#3a404a",
    text="#1c2128",
    muted="#5c6470",
    grid="#d9dde3",
    positive="#1b4fd0",
    negative="#b8320a",
    frozen="#5c6470",
    highlight="#741877",
    added="#00705a",
    removed="#5c6470",
    changed="#7a5200",
    categorical=("#1b4fd0", "#b8320a", "#04979c", "#741877", "#c28000", "#2b1a20"),
    diverging=(
        "#5c1a05", "#b8320a", "#ec8a5c", "#f9d3bf", "#f7f7f7",
        "#c6d4f8", "#6f92ee", "#1b4fd0", "#0a2566",
    ),
    sequential=("#f7f9fc", "#c6d4f8", "#6f92ee", "#1b4fd0", "#0a2566"),
)  # fmt: skip
DARK = Theme(
    name="dark",
    background="#14171c",
    foreground="#b4bcc8",
    text="#eef1f5",
    muted="#9aa4b2",
    grid="#363d49",
    positive="#8aa6ff",
    negative="#ff8c4a",
    frozen="#9aa4b2",
    highlight="#f6a8f4",
    added="#3fd6a5",
    removed="#9aa4b2",
    changed="#f2d04a",
    categorical=("#6f92ff", "#ea6c22", "#14cf98", "#f6a8f4", "#f2ee35", "#c9fff0"),
    diverging=(
        "#ffd9bf", "#ff8c4a", "#b8500f", "#5e2b0e", "#1d2127",
        "#1f3270", "#3c5cd0", "#8aa6ff", "#dbe4ff",
    ),
    sequential=("#1d2127", "#1f3270", "#3c5cd0", "#8aa6ff", "#dbe4ff"),
)  # fmt: skip
PRINT = Theme(
    name="print",
    background="#ffffff",
    foreground="#000000",
    text="#000000",
    muted="#4d4d4d",
    grid="#cccccc",
    positive="#1b3f9c",
    negative="#a02c08",
    frozen="#4d4d4d",
    highlight="#000000",
    added="#00664f",
    removed="#4d4d4d",
    changed="#704b00",
    categorical=("#000000", "#b8320a", "#1b4fd0", "#0a9095", "#7a1f7d", "#bd8200"),
    diverging=LIGHT.diverging,
    sequential=("#ffffff", "#d0d0d0", "#969696", "#525252", "#000000"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}

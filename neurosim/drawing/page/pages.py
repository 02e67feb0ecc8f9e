"""Pages: the one place that makes figures and writes picture files.

Figures of files, films and notebooks' own pictures are made without pyplot, inside of `settings`:
no screen is needed, and nothing is kept. A figure that a user asks for on the main thread is
pyplot's, which shows it in a notebook and by ``plt.show()``, and keeps it until ``plt.close()``.

What a user wrote is shown as it is written: a ``$`` begins no formula, a control character is
shown as its picture, a mark that turns the direction of writing as its escape.
"""

import io
import os
import re
import textwrap
import threading
import unicodedata
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.errors import FileError, InvalidValueError, WrongTypeError, guess
from neurosim.files import write_whole
from neurosim.languages import language
from neurosim.process import PROCESS_STATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
FILMS = ("diagram", "boundary", "both", "responses")  # what a film may be of
FILM_FORMATS = ("gif", "mp4")
_PIXELS = 160  # an inch of a PNG: sharp on a screen that doubles its points
_MARGIN = 0.1  # inches around what is drawn
_ROW = 16.0  # points of a row of a legend
# as text, not as outlines; ids that depend on what is drawn alone; fonts that can be searched
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "neurosim", "pdf.fonttype": 42}
# what else a user may have set, and pictures of ours do not follow; families of fonts stay, since
# a script may need its own
_LOOKS = re.compile(
    r"(agg|axes|contour|figure|grid|hatch|hist|image|legend|lines|markers|mathtext|patch|path"
    r"|pcolor|pcolormesh|pdf|savefig|scatter|svg|text|xaxis|xtick|yaxis|ytick)\."
    r"|font\.(size|stretch|style|variant|weight)$"
)
HOVERED = "_hovered "  # begins the label of an artist with what is said while the pointer is on it
_GROUP, _PATH = re.compile('<g id="([^"]*)">'), re.compile("(<path [^>]*)/>")
_OVER = ("value-", "weight-", "activations", "mark-")  # lie over what says what it is
# less effort: 0.15 s of 1.1 for a picture of thousands of lines, and a tenth more bytes at most
_SAVED: dict[str, dict[str, Any]] = {"png": {"pil_kwargs": {"compress_level": 3}}}
_NO_GLYPH = "Glyph .* missing from font"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_is_ours: ContextVar[bool] = ContextVar("_is_ours", default=False)  # inside of `settings`


def new_figure(theme: str | Theme = "light", size: tuple[float, float] = (6.4, 4.0)) -> "Figure":
    """A page without anything on it; pyplot's where a user asks for it.

    Args:
        theme: ``light``, ``dark`` or ``print``.
        size: width and height in inches.
    """
    figure = _figure_maker()(
        figsize=size, facecolor=require_theme(theme).background, layout="constrained"
    )
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=_MARGIN, h_pad=_MARGIN)  # type: ignore[call-arg]
    return figure


def _figure_maker() -> "Callable[..., Figure]":
    if _is_ours.get() or threading.current_thread() is not threading.main_thread():
        from matplotlib.figure import Figure

        return Figure
    import matplotlib.pyplot as plt

    return plt.figure


def new_axes(theme: str | Theme = "light", size: tuple[float, float] = (6.4, 4.0)) -> "Axes":
    """A page with one Axes on it, in the theme's colours."""
    axes = new_figure(theme, size).add_subplot()
    style_axes(axes, theme)
    return axes


def require_axes(ax: "Axes | None", theme: str | Theme, size: tuple[float, float]) -> "Axes":
    """The Axes that is given, in the theme's colours; a new one where none is."""
    if ax is None:
        return new_axes(theme, size)
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise WrongTypeError(f"ax: got {ax!r:.80}; expected a matplotlib Axes, or None")
    if ax.name in {"3d", "polar"}:
        raise InvalidValueError(f"ax: got a {ax.name} one; expected an Axes with straight sides")
    style_axes(ax, theme)
    return ax


def count_axis(ax: "Axes") -> None:
    """Let the axis to the right count: whole numbers only, written out."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(
        MaxNLocator(nbins=7, integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
    )
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def style_axes(ax: "Axes", theme: str | Theme) -> None:
    """Give an Axes the colours of a theme; two of its four sides are enough."""
    chosen = require_theme(theme)
    ax.set_facecolor(chosen.background)
    ax.tick_params(which="both", color=chosen.foreground, labelcolor=chosen.text, labelsize=9)
    for side, spine in ax.spines.items():
        spine.set_color(chosen.foreground)
        spine.set_visible(side in {"left", "bottom"})
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_color(chosen.text)
        label.set_fontsize(10)
    ax.set_axisbelow(True)


def name_axes(
    ax: "Axes", theme: Theme, *, x: str = "", y: str = "", title: str | None = None
) -> None:
    """Say what the axes are.

    Args:
        ax: the axes.
        theme: whose colours the title takes.
        x: what goes to the right.
        y: what goes up.
        title: above the axes and their legend; None leaves what is there.
    """
    ax.set_xlabel(keep_text(x), parse_math=False)
    ax.set_ylabel(keep_text(y), parse_math=False)
    if title is not None:
        width = int((ax.get_figure(root=True).get_figwidth() - 0.8) * 11.5)  # type: ignore[union-attr]
        lines = textwrap.wrap(keep_text(title), max(width, 24))
        ax.set_title("\n".join(lines), loc="left", fontsize=11, color=theme.text,
                     pad=8 + _ROW * _rows_of_legend(ax), parse_math=False)  # fmt: skip


def _rows_of_legend(ax: "Axes") -> int:
    legend = ax.get_legend()
    return 0 if legend is None else legend_shape([t.get_text() for t in legend.get_texts()])[1]


def label_ticks(ax: "Axes", axis: str, names: Sequence[str], *, most: int) -> None:
    """Name the places 0, 1, ... of an axis; of very many, every so manieth and the last.

    Args:
        ax: the axes.
        axis: ``x`` or ``y``.
        names: as many as there are places.
        most: how many names there is room for.
    """
    step = -(-len(names) // most)
    places = [n for n in range(len(names)) if n % step == 0]
    if places[-1] != len(names) - 1:
        places = [n for n in places if len(names) - 1 - n >= step] + [len(names) - 1]
    labels = [names[n] for n in places]
    if axis == "y":
        ax.set_yticks(places, labels, parse_math=False)
        return
    ax.set_xticks(places, labels, parse_math=False)
    if sum(map(len, labels)) > 60:  # they would run into each other
        for text in ax.get_xticklabels():
            text.set(rotation=45, ha="right", rotation_mode="anchor")


def style_legend(ax: "Axes", theme: Theme, labels: list[str], handles: list[Any]) -> None:
    """A legend in the theme's colours, above the curves, where it hides nothing."""
    columns, _ = legend_shape(labels)
    legend = ax.legend(
        handles, [keep_text(label) for label in labels], loc="lower left",
        bbox_to_anchor=(0.0, 1.0), ncols=columns, frameon=False, fontsize=9,
        labelcolor=theme.text, borderaxespad=0.2, handlelength=2.6,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def legend_shape(labels: Sequence[str]) -> tuple[int, int]:
    """The numbers of columns and rows of a legend with these labels."""
    columns = max(1, min(4, len(labels), 72 // (max(map(len, labels), default=0) + 8)))
    return columns, -(-len(labels) // columns)


def show_text(text: str) -> str:
    r"""Free text as a terminal or a source file can hold it: what cannot be seen is a sign.

    >>> show_text("bell\a, \u202eback, two\nlines")
    'bell␇, \\u202eback, two␊lines'
    """
    return text if text.isprintable() else "".join(map(_sign_of, text))


def keep_text(text: str) -> str:
    r"""Free text as a picture can hold it: the same, but for what XML forbids.

    What turns the direction of writing stays: it is part of the text, and its element ends it.

    >>> keep_text("bell\a, \u202eback") == "bell␇, \u202eback"
    True
    """
    return text if text.isprintable() else "".join(map(_allowed, text))


def _allowed(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    is_none = category in {"Cc", "Cs"} or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return _sign_of(character) if is_none else character


def _sign_of(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # format characters (that turn the direction of writing), surrogates, what nobody has assigned
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return character.encode("unicode_escape").decode() if hidden else character


def save(
    figure: "Figure",
    path: str | os.PathLike[str],
    *,
    title: str,
    description: str,
    overwrite: bool = False,
) -> Path:
    """Write a figure to a file: the whole file or none, the same bytes each time.

    Args:
        figure: what is drawn.
        path: ends in ``.svg``, ``.png`` or ``.pdf``.
        title: for those who do not see the picture, and for the catalogue of a library.
        description: what there is to see, likewise.
        overwrite: replace a file that has the name.

    Returns:
        The path of the file.

    Raises:
        InvalidValueError: the name has no such ending.
        FileError: there is a file already, or it cannot be written.
    """
    target = require_target(path, overwrite=overwrite)
    data = render(figure, target.suffix[1:].lower(), title=title, description=description)
    return write_file(target, data)


def write_file(target: Path, data: bytes) -> Path:
    """Write a file, the whole of it or nothing.

    Raises:
        FileError: it cannot be written.
    """
    try:
        write_whole(target, data)
    except OSError as error:
        raise FileError(f"{target}: cannot be written, got {error.strerror}") from error
    return target


def require_target(
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    forms: Sequence[str] = FORMATS,
    what: str = "picture",
) -> Path:
    """The path, where a picture may be written to it: asked before one is drawn.

    Raises:
        InvalidValueError: the name has none of the endings.
        FileError: there is a file already, or something that is no file.
    """
    if not isinstance(path, str | os.PathLike):
        raise WrongTypeError(f"path: got {path!r:.80}; expected the name of a file")
    target = Path(path)
    suffix = target.suffix[1:].lower()
    if suffix not in forms:
        known = ", ".join(f".{name}" for name in forms)
        told = f"{str(target)!r}: no {what} that can be made, got the ending {target.suffix!r}"
        raise InvalidValueError(f"{told}; expected one of {known}{guess(suffix, forms)}")
    if "\0" in str(target):
        raise FileError(f"{str(target)!r:.200}: cannot be written, got a NUL in the name")
    try:
        is_there = target.exists() or target.is_symlink()
    except OSError as error:  # too long
        raise FileError(f"{str(target)!r:.200}: cannot be written, got {error}") from error
    if is_there and not target.is_file():
        raise FileError(f"{target}: no regular file; expected one, or a new name")
    if is_there and not overwrite:
        raise FileError(f"{target}: exists; expected a new file, or --overwrite")
    return target


def render(
    figure: "Figure", form: str, *, title: str, description: str, hovering: bool = True
) -> bytes:
    """The bytes of a picture: ``svg``, ``png`` or ``pdf``; no date and no version in them.

    An SVG says of a part what it is while the pointer is on it, unless ``hovering`` is False.

    Raises:
        InvalidValueError: a PNG or PDF is in another language, and the font lacks a letter.
    """
    heading, words = keep_text(title), keep_text(description)
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None, "Title": heading, "Description": words},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None,
                "Title": heading, "Subject": words},
    }  # fmt: skip
    buffer = io.BytesIO()
    with settings(), _letters_required(form):
        further = _SAVED.get(form, {})
        figure.savefig(buffer, format=form, dpi=_PIXELS, metadata=metadata[form], **further)
    data = buffer.getvalue()
    if form != "svg":
        return data
    svg = data.decode("utf-8")
    return _told(_hovered(svg, figure) if hovering else svg, heading, words).encode()


@contextmanager
def _letters_required(form: str) -> Iterator[None]:
    """In another language than English it is an error that the font lacks a letter."""
    if form == "svg" or language() == "en":
        yield
        return
    warnings.filterwarnings("error", message=_NO_GLYPH)  # `settings` takes it back
    try:
        yield
    except UserWarning as warning:
        expected = "expected one that has it, such as DejaVu Sans or Noto Sans, or an .svg"
        raise InvalidValueError(f"font: {warning}".rstrip(".") + f"; {expected}") from None


def _hovered(svg: str, figure: "Figure") -> str:
    """The SVG with titles of parts, by the labels of their artists: see `HOVERED`.

    Two diagrams in a figure have parts of the same id, which are drawn in the order of the axes.
    """
    titles: dict[str, deque[list[str]]] = {}
    for artist in figure.findobj(lambda one: str(one.get_label()).startswith(HOVERED)):
        said = str(artist.get_label()).removeprefix(HOVERED).split("\n")
        titles.setdefault(str(artist.get_gid()), deque()).append(said)
    parts = _GROUP.split(svg)  # what is before, then an id and what follows it
    for number in range(1, len(parts), 2):
        gid, rest = parts[number], parts[number + 1]
        own = titles[gid].popleft() if titles.get(gid) else []
        said = [f"<title>{escape(title)}</title>" for title in own if title]
        if len(said) == 1:
            rest = said[0] + rest
        elif said:
            inside, end, after = rest.partition("</g>")
            each = iter(said)
            rest = _PATH.sub(lambda path: f"{path[1]}>{next(each)}</path>", inside) + end + after  # noqa: B023 - used at once
        through = ' pointer-events="none"' if titles and gid.startswith(_OVER) else ""
        parts[number + 1] = f'<g id="{gid}"{through}>{rest}'
    return "".join(parts[::2])


@contextmanager
def settings() -> Iterator[None]:
    """What holds while a figure of ours is made and drawn, whatever the user's own settings are.

    Artists take some of them when they are made: the fonts, whether TeX sets the text.
    """
    import matplotlib as mpl

    usual = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if _LOOKS.match(key)}
    with PROCESS_STATE, mpl.rc_context(usual | _SETTINGS), warnings.catch_warnings():
        # a letter that the font lacks: whoever shows the SVG has more of them
        warnings.filterwarnings("ignore", message=_NO_GLYPH)
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        token = _is_ours.set(True)
        try:
            yield
        finally:
            _is_ours.reset(token)


def _told(svg: str, title: str, description: str) -> str:
    """The SVG with a title and a description, which screen readers read first."""
    before, _, rest = svg.partition("<svg ")
    attributes, _, inside = rest.partition(">")
    assert inside, "matplotlib writes an element svg"
    declaration = before.partition("<!DOCTYPE")[0]  # that of 1.1 knows no role
    # ids of their own: several pictures may be in one page
    digest = blake2b(
        f"{title}\n{description}".encode("utf-8", "replace"), digest_size=6
    ).hexdigest()
    told = (
        f'{declaration}<svg role="img" aria-labelledby="t{digest} d{digest}" {attributes}>\n'
        f' <title id="t{digest}">{escape(title)}</title>\n'
        f' <desc id="d{digest}">{escape(description)}</desc>{inside}'
    )
    return _NOT_XML.sub(lambda found: _sign_of(found[0]), told)

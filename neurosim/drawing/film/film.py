"""A film: from moments to frames, and from frames to a file.

An iterator, so that whoever wants can watch: first the moments are collected, then each is painted.
What a film leaves out it says.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.drawing.diagram.diagram import SHOW
from neurosim.drawing.diagram.sample_values import require_shown
from neurosim.drawing.film.encoder import Frames, require_ffmpeg
from neurosim.drawing.film.frame_files import frame_of, require_frames
from neurosim.drawing.film.painter import BoundaryPainter, DiagramPainter, Pixels, side_by_side
from neurosim.drawing.film.response_stage import ResponseStage
from neurosim.drawing.film.scene import Sight, Stage
from neurosim.drawing.geometry.font import DIGITS, require_digits
from neurosim.drawing.page.pages import FILM_FORMATS, FILMS, require_target, write_file
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.errors import DivergedError, InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import counted
from neurosim.network.network import Network
from neurosim.sizes import size_text

MOST_FRAMES, MOST_BYTES = 200, 10_000_000
_SIZES = {
    "diagram": 800,
    "responses": 800,
    "boundary": 640,
    "both": 1280,
}  # pixels of the longer side
_DIAGRAMS = ("diagram", "responses")  # of `FILMS`, those that are a diagram
_LEAST_SIZE, _MOST_SIZE = 100, 4000
_MOST_KEPT = 400_000_000  # bytes of parameters that are kept for the frames
_SAMPLES = 8  # frames by which colours are chosen

Paint = Callable[[Sight], Pixels]


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was written.

    Attributes:
        path: its file.
        n_frames: how many pictures it has.
        size: width and height in pixels.
        n_bytes: of the file.
        dropped: what was left out, in words; empty where nothing was.
        diverged: where the training went wrong, if it did, else empty.
    """

    path: Path
    n_frames: int
    size: tuple[int, int]
    n_bytes: int
    dropped: str
    diverged: str = ""

    def __str__(self) -> str:
        width, height = self.size
        facts = f"{counted(self.n_frames, 'frame')} of {width} x {height}, {_bytes(self.n_bytes)}"
        return f"{self.path}: {facts}" + (f"; {self.dropped}" if self.dropped else "")


@dataclass(frozen=True, slots=True)
class Look:
    """How a film looks; the defaults are those of `animate`.

    Attributes:
        what: ``diagram``, ``boundary``, ``both`` (these two), or ``responses``.
        show: what is written in diagrams; see `neurosim.draw`.
        full: True draws all neurons.
        layout: how columns are chosen.
        theme: the colours.
        title: above the diagram; the network's own if None.
        size: pixels of the longer side, at most; None: 800, of both 1280.
        max_frames: at most so many frames.
        digits: in how many digits numbers are written.
    """

    what: str = "diagram"
    show: Collection[str] = SHOW
    full: bool = False
    layout: str | None = None
    theme: str | Theme = "light"
    title: str | None = None
    size: int | None = None
    max_frames: int = MOST_FRAMES
    digits: int = DIGITS

    def __post_init__(self) -> None:
        if self.what not in FILMS:
            raise UnknownNameError(unknown("kind of film", self.what, FILMS))
        require_shown(self.show)
        require_digits(self.digits)
        require_theme(self.theme)
        require_between(self.max_frames, 2, 100_000, "max_frames")
        require_between(self.pixels, _LEAST_SIZE, _MOST_SIZE, "size")

    @property
    def pixels(self) -> int:
        """Of the longer side, at most."""
        return _SIZES[self.what] if self.size is None else self.size

    def most_frames(self, network: Network) -> int:
        """At most so many frames: of a large network not all parameters can be kept."""
        n_bytes = 8 * max(1, len(network.parameter_list()))
        return max(2, min(self.max_frames, _MOST_KEPT // n_bytes))


class Filming:
    """The making of a film: iterate to watch it go on, then `save` it.

    Args:
        sights: the moments, as they come.
        look: how it looks.
        network: whose film it is.
        X: the samples, for maps.
        n_sights: how many moments there will be.
        dropped: which moments are left out, in words.
        make_painter: from all moments to what paints one.
        fps: frames a second.

    Attributes:
        n_steps: how many turns the iterator makes, if nothing goes wrong.
        diverged: where the training went wrong, if it did, else empty.
    """

    def __init__(
        self,
        sights: Iterator[Sight],
        look: Look,
        *,
        network: Network,
        X: Any = None,
        n_sights: int,
        dropped: str,
        make_painter: Callable[[Sequence[Sight]], Paint],
        fps: float,
    ) -> None:
        self.n_steps = 2 * n_sights
        self.diverged = ""
        self._network, self._X = network, X
        self._look, self._fps, self._dropped = look, fps, dropped
        self._make_painter = make_painter
        self._frames: Frames | None = None
        self._coming = sights
        self._steps = self._make()

    def __iter__(self) -> Iterator[None]:
        """A turn for each moment that is collected, and for each frame that is painted."""
        return self._steps

    def save(
        self,
        path: str | Path,
        *,
        fps: float | None = None,
        max_size: float = MOST_BYTES,
        overwrite: bool = False,
    ) -> Film:
        """Do what is left of the film, and write it.

        Args:
            path: ends in ``.gif`` or ``.mp4``.
            fps: frames a second; None: 10 of a training, 0.7 of a pass.
            max_size: at most so many bytes: pictures become smaller, then fewer.
            overwrite: replace a file that has the name.

        Raises:
            InvalidValueError: the name has another ending; nothing at all fits into ``max_size``.
            FileError: there is a file already, or it cannot be written.
            MissingExtraError: an MP4 needs ffmpeg.
        """
        target = require_film(path, overwrite=overwrite)
        rate, most = require_limits(self._fps if fps is None else fps, max_size)
        deque(self._steps, maxlen=0)
        assert self._frames is not None
        form = target.suffix[1:].lower()
        data, every = self._frames.fit(form, fps=rate, most=most)
        said = [self._dropped] if self._dropped else []
        if every > 1:
            said.append(f"every {ordinal(every)} of those, to keep to {size_text(most)}")
        elif self._frames.scale < 1.0:
            said.append(f"smaller than asked for, to keep to {size_text(most)}")
        write_file(target, data)
        frames = self._frames
        return Film(target, len(frames), frames.size, len(data), "; ".join(said), self.diverged)

    def save_frames(self, path: str | Path, *, overwrite: bool = False) -> Film:
        """Write each frame as a file of its own.

        Args:
            path: with a number and an ending, as in ``step-%02d.svg``; ``.png`` and ``.pdf``, too.
            overwrite: replace files that have the names.

        Raises:
            InvalidValueError: the name has no number, or another ending; it is no film of a
                diagram.
            FileError: there is a file already, or it cannot be written.
        """
        if self._look.what not in _DIAGRAMS:
            expected = f"expected {' or '.join(map(repr, _DIAGRAMS))}"
            raise InvalidValueError(f"what: got {self._look.what!r} as single frames; {expected}")
        targets = require_frames(path, self.n_steps // 2, overwrite=overwrite)
        sights: list[Sight] = []
        deque(self._collect(sights), maxlen=0)
        stage, theme = (
            _stage(self._network, sights, self._look, self._X),
            require_theme(self._look.theme),
        )
        size, n_bytes = (0, 0), 0
        for sight, target in zip(sights, targets, strict=False):  # a training may end early
            data, size = frame_of(stage, sight, theme, target.suffix[1:].lower())
            write_file(target, data)
            n_bytes += len(data)
        return Film(Path(path), len(sights), size, n_bytes, self._dropped, self.diverged)

    def _collect(self, sights: list[Sight]) -> Iterator[None]:
        try:
            for sight in self._coming:
                sights.append(sight)
                yield
        except DivergedError as error:
            self.diverged = str(error)

    def _make(self) -> Iterator[None]:
        sights: list[Sight] = []
        yield from self._collect(sights)
        paint = self._make_painter(sights)
        last = len(sights) - 1
        some = sorted({last * number // _SAMPLES for number in range(_SAMPLES + 1)})
        samples = [paint(sights[number]) for number in some]
        self._frames = Frames(samples, require_theme(self._look.theme).background)
        for sight in sights:
            self._frames.add(paint(sight))
            yield


def painter(network: Network, sights: Sequence[Sight], look: Look, X: Any, T: Any) -> Paint:
    """What paints the moments of a film; X and T are the samples of a boundary."""
    theme = require_theme(look.theme)
    if look.what == "boundary":
        return BoundaryPainter(
            network, sights, X, T, theme=theme, size=look.pixels, is_titled=True
        ).paint
    diagrams = DiagramPainter(_stage(network, sights, look, X), theme, look.pixels * 3 // 5
                              if look.what == "both" else look.pixels)  # fmt: skip
    if look.what in _DIAGRAMS:
        return diagrams.paint
    maps = BoundaryPainter(
        network, sights, X, T, theme=theme, size=look.pixels * 2 // 5, is_titled=False
    )
    return lambda sight: side_by_side(diagrams.paint(sight), maps.paint(sight), theme)


def _stage(network: Network, sights: Sequence[Sight], look: Look, X: Any) -> Stage | ResponseStage:
    if look.what == "responses":
        return ResponseStage(
            network, sights, X, full=look.full, layout=look.layout, title=look.title,
            digits=look.digits,
        )  # fmt: skip
    return Stage(
        network,
        sights,
        show=look.show,
        full=look.full,
        layout=look.layout,
        title=look.title,
        digits=look.digits,
    )


def require_film(path: str | Path, *, overwrite: bool = False) -> Path:
    """The path, where a film may be written to it: asked before one is made.

    Raises:
        InvalidValueError: it has another ending.
        FileError: there is a file already.
        MissingExtraError: an MP4 needs ffmpeg.
    """
    target = require_target(path, overwrite=overwrite, forms=FILM_FORMATS, what="film")
    if target.suffix.lower() == ".mp4":
        require_ffmpeg()
    return target


def require_limits(fps: object, max_size: object) -> tuple[float, int]:
    """Frames a second, and bytes at most: asked before a film is made.

    Raises:
        InvalidValueError: one of them is no such number.
    """
    return _require_fps(fps), _require_bytes(max_size)


def require_between(number: object, low: int, high: int, where: str) -> int:
    """A whole number in a range."""
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        expected = f"expected a whole number from {low} to {high}"
        raise InvalidValueError(f"{where}: got {number!r:.40}; {expected}")
    return number


def _require_fps(fps: object) -> float:
    if isinstance(fps, bool) or not isinstance(fps, int | float) or not 0.05 <= fps <= 50:
        raise InvalidValueError(f"fps: got {fps!r:.40}; expected a number from 0.05 to 50")
    return float(fps)


def _require_bytes(size: object) -> int:
    if isinstance(size, bool) or not isinstance(size, int | float) or not 1000 <= size <= 1e12:
        raise InvalidValueError(f"max_size: got {size!r:.40}; expected at least 1000 bytes")
    return int(size)


def ordinal(number: int) -> str:
    """A number of an order.

    >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 21, 112)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st', '112th']
    """
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _bytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"

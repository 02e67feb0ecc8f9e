"""Film encoders: frames as one file, a GIF (by Pillow) or an MP4 (by ffmpeg).

A GIF has 256 colours: the same in all frames, chosen from some of them. Of a frame only what
differs from the one before is stored. A file that comes out too large is made smaller: the pictures
first, down to half, then every other frame goes.
"""

import io
import shutil
import subprocess  # to run ffmpeg
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.film.painter import Pixels
from neurosim.errors import InvalidValueError, MissingExtraError
from neurosim.functions.numbers import Matrix

if TYPE_CHECKING:
    from PIL.Image import Image

_COLOURS = 255  # one more says: as in the frame before
_LOST = 2  # bits of a channel that the choice of a colour passes over
_SHADES = 256 >> _LOST
_LEAST_SCALE = 0.5
_STEP = 0.93  # a little smaller than would seem to be enough: sizes are guessed
_LAST = 2.0  # seconds that a film stands still at its end


class Reel:
    """The frames of a film, as indices of colours.

    Args:
        looks: some of the frames, to choose colours by.
        ground: a colour that must be exact, as ``#rrggbb``.

    Attributes:
        scale: of the pictures, 1 where they were not made smaller.
    """

    def __init__(self, looks: Sequence[Pixels], ground: str) -> None:
        self._palette = _palette(looks, ground)
        self._table = np.full(_SHADES**3, -1, dtype=np.int16)  # of a colour its index, once known
        self._frames: list[Image] = []
        self._whole: list[Image] = self._frames
        self.scale = 1.0

    def __len__(self) -> int:
        """The number of frames."""
        return len(self._frames)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = self._frames[0].size
        return width, height

    def add(self, pixels: Pixels) -> None:
        """Add a frame."""
        self._frames.append(self._indexed(pixels))

    def fit(self, form: str, *, fps: float, most: int) -> tuple[bytes, int]:
        """The bytes of the film, at most so many, and how many frames stand for one.

        Raises:
            InvalidValueError: two frames at half the size are still too large.
        """
        every = 1
        while True:
            data = WRITERS[form](self._frames, fps)
            if len(data) <= most:
                return data, every
            if self.scale > _LEAST_SCALE:
                wanted = self.scale * (most / len(data)) ** 0.5 * _STEP
                self._shrink(max(wanted, _LEAST_SCALE))
            elif len(self._frames) > 2:
                every *= 2
                self._frames = _every_other(self._frames)
            else:
                raise InvalidValueError(
                    f"max_size: got {most} bytes; two small frames alone have {len(data)};"
                    " expected more, or a smaller size"
                )

    def _shrink(self, scale: float) -> None:
        """Make all frames smaller; always from those that were painted."""
        from PIL.Image import Resampling

        self.scale = scale
        width, height = self._whole[0].size
        size = max(2, round(width * scale)), max(2, round(height * scale))
        self._frames = [
            self._indexed(np.array(frame.convert("RGB").resize(size, Resampling.LANCZOS)))
            for frame in self._whole
        ]

    def _indexed(self, pixels: Pixels) -> "Image":
        from PIL.Image import frombytes

        height, width, _ = pixels.shape
        numbers = _number_of(pixels)
        unknown = np.unique(numbers[self._table[numbers] < 0])
        self._table[unknown] = _nearest(unknown, self._palette)
        indices = self._table[numbers].astype(np.uint8)
        frame = frombytes("P", (width, height), indices.tobytes())
        frame.putpalette(self._palette.astype(np.uint8).tobytes())
        return frame


def _every_other(frames: "Sequence[Image]") -> "list[Image]":
    """Every other frame; the last stays."""
    return [*frames[:-1:2], frames[-1]]


def _palette(looks: Sequence[Pixels], ground: str) -> Matrix:
    """The colours of a film, (256, 3); the last one stands for none."""
    from PIL.Image import Quantize, fromarray

    numbers = np.concatenate([_number_of(look).ravel() for look in looks])
    counts = np.bincount(numbers)
    found = np.flatnonzero(counts)
    colours = _shades_of(found).astype(np.uint8)
    # by the root of their number: what is rare, as in a legend, counts for more than its area
    joined = fromarray(np.repeat(colours, np.ceil(counts[found] ** 0.5).astype(np.intp), 0)[None])
    chosen = joined.quantize(colors=_COLOURS, method=Quantize.MEDIANCUT).getpalette() or []
    palette = np.array(chosen, dtype=np.float64).reshape(-1, 3)[:_COLOURS]
    page = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
    palette[np.abs(palette - page).sum(axis=1).argmin()] = page
    return np.vstack([palette, np.repeat(palette[-1:], 256 - len(palette), axis=0)])


def _number_of(pixels: Pixels) -> NDArray[np.intp]:
    """The number of each pixel's colour, less its lowest bits."""
    red, green, blue = (pixels[..., channel].astype(np.intp) >> _LOST for channel in range(3))
    numbers: NDArray[np.intp] = (red * _SHADES + green) * _SHADES + blue
    return numbers


def _middle(shade: Any) -> Any:
    """The middle of those shades of a channel that are taken for one."""
    return (shade << _LOST) + (1 << _LOST >> 1)


def _shades_of(numbers: NDArray[np.intp]) -> Matrix:
    """Colours by their numbers, (n, 3)."""
    channels = (numbers // _SHADES**2, numbers // _SHADES % _SHADES, numbers % _SHADES)
    shades: Matrix = _middle(np.stack(channels, axis=1)).astype(np.float64)
    return shades


def _nearest(numbers: NDArray[np.intp], palette: Matrix) -> NDArray[np.intp]:
    """Of each colour the nearest one in the palette."""
    colours = palette[:_COLOURS]
    lengths = (colours**2).sum(axis=1)
    nearest: NDArray[np.intp] = (lengths - 2.0 * (_shades_of(numbers) @ colours.T)).argmin(axis=1)
    return nearest


def write_gif(frames: "Sequence[Image]", fps: float) -> bytes:
    """The film as a GIF that begins anew when it is over."""
    durations = [round(1000.0 / fps)] * (len(frames) - 1) + [round(1000.0 * _LAST)]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, format="GIF", save_all=True, append_images=frames[1:], duration=durations,
        loop=0, palette=bytes(frames[0].getpalette() or []), optimize=True, disposal=1,
        transparency=_COLOURS,
    )  # fmt: skip
    return buffer.getvalue()


def write_mp4(frames: "Sequence[Image]", fps: float) -> bytes:
    """The film as an MP4 in H.264, which every browser plays.

    Raises:
        MissingExtraError: there is no ffmpeg.
        InvalidValueError: ffmpeg fails.
    """
    width, height = (side - side % 2 for side in frames[0].size)  # H.264 wants even sides
    rate = f"{fps:g}"
    made = subprocess.run(  # noqa: S603 - no word of it comes from a file
        [
            require_ffmpeg(), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", f"{width}x{height}", "-r", rate, "-i", "pipe:0", "-an", "-c:v", "libx264",
            "-pix_fmt", "yuv420p", "-crf", "20", "-threads", "1", "-fflags", "+bitexact",
            "-flags:v", "+bitexact", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4",
            "pipe:1",
        ],
        input=b"".join(_raw([*frames, *[frames[-1]] * round(fps * _LAST)], (width, height))),
        capture_output=True,
        check=False,
    )  # fmt: skip
    if made.returncode:
        said = made.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise InvalidValueError(f"ffmpeg: failed, got {said[-1]:.200}; expected a film")
    return made.stdout


def _raw(frames: "Iterable[Image]", size: tuple[int, int]) -> Iterable[bytes]:
    return (frame.convert("RGB").crop((0, 0, *size)).tobytes() for frame in frames)


def require_ffmpeg() -> str:
    """The program that writes MP4.

    Raises:
        MissingExtraError: there is none.
    """
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        import imageio_ffmpeg
    except ImportError:
        raise MissingExtraError(
            "an MP4: is written by ffmpeg, which is not installed; expected: pip install"
            " imageio-ffmpeg, or ffmpeg itself; a GIF needs neither",
            "video",
        ) from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


WRITERS: dict[str, Callable[[Sequence[Any], float], bytes]] = {"gif": write_gif, "mp4": write_mp4}

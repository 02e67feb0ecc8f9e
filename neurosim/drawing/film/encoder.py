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

from neurosim.drawing.film.painter import Pixels
from neurosim.errors import InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    from PIL.Image import Image

_COLOURS = 255  # one more says: as in the frame before
_SAME = 9  # Pillow rounds a channel down by 3 at most: at this distance the page stays nearest
_LEAST_SCALE = 0.5
_STEP = 0.93  # a little smaller than would seem to be enough: sizes are guessed
_LAST = 2.0  # seconds that a film shows its last frame


class Frames:
    """The frames of a film, as indices of colours.

    Args:
        samples: some of the frames, to choose colours by.
        background: a colour that must be exact, as ``#rrggbb``.

    Attributes:
        scale: of the pictures, 1 where they were not made smaller.
    """

    def __init__(self, samples: Sequence[Pixels], background: str) -> None:
        self._palette = _palette(samples, background)
        self._frames: list[Image] = []
        self._painted = self._frames
        self.scale = 1.0

    def __len__(self) -> int:
        """The number of frames."""
        return len(self._frames)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._frames[0].size

    def add(self, pixels: Pixels) -> None:
        """Add a frame."""
        from PIL.Image import fromarray

        self._frames.append(self._indexed(fromarray(pixels)))

    def fit(self, form: str, *, fps: float, most: int) -> tuple[bytes, int]:
        """The bytes of the film, at most so many, and how many frames stand for one.

        Raises:
            InvalidValueError: two frames at half the size are still too large.
        """
        every = 1
        while len(data := WRITERS[form](self._frames, fps)) > most:
            if self.scale > _LEAST_SCALE:
                self._shrink(max(self.scale * (most / len(data)) ** 0.5 * _STEP, _LEAST_SCALE))
            elif len(self._frames) > 2:
                every *= 2
                self._frames = [*self._frames[:-1:2], self._frames[-1]]
            else:
                raise InvalidValueError(
                    f"max_size: got {most} bytes; two small frames alone have {len(data)};"
                    " expected more, or a smaller size"
                )
        return data, every

    def _shrink(self, scale: float) -> None:
        """Make all frames smaller; always from those that were painted."""
        from PIL.Image import Resampling

        self.scale = scale
        width, height = self._painted[0].size
        size = max(2, round(width * scale)), max(2, round(height * scale))
        self._frames = [
            self._indexed(frame.convert("RGB").resize(size, Resampling.LANCZOS))
            for frame in self._painted
        ]

    def _indexed(self, picture: "Image") -> "Image":
        from PIL.Image import Dither

        return picture.quantize(palette=self._palette, dither=Dither.NONE)


def _palette(samples: Sequence[Pixels], background: str) -> "Image":
    """A picture with the colours of a film; the last of 256 is none."""
    from PIL.Image import Quantize, fromarray, new
    from PIL.ImageColor import getrgb

    weights = np.array([1, 1 << 8, 1 << 16], dtype=np.uint32)
    # less the lowest two bits: colours that nobody tells apart count as one
    numbers = np.concatenate([((pixels & 0xFC | 2) @ weights).ravel() for pixels in samples])
    found, counts = np.unique(numbers, return_counts=True)
    # by the root of their number: what is rare, as in a legend, counts for more than its area
    joined = np.repeat(found, np.ceil(counts**0.5).astype(np.intp)).astype("<u4").view(np.uint8)
    picture = fromarray(joined.reshape(1, -1, 4)[..., :3].copy())
    chosen = picture.quantize(_COLOURS, Quantize.MEDIANCUT).getpalette() or []
    palette = np.array(chosen).reshape(-1, 3)[:_COLOURS]
    page = getrgb(background)[:3]
    distances = np.abs(palette - page).max(axis=1)
    palette[(distances == distances.min()) | (distances < _SAME)] = page
    padded = np.pad(palette, ((0, 256 - len(palette)), (0, 0)), "edge")
    palette_image = new("P", (1, 1))
    palette_image.putpalette(padded.ravel().tolist())
    return palette_image


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

"""Frames in one file, which keeps to a size."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from neurosim.drawing.film import encoder
from neurosim.drawing.film.encoder import Frames, require_ffmpeg
from neurosim.errors import InvalidValueError, MissingExtraError

pytestmark = pytest.mark.slow


def frame(number, *, size=(40, 60), page=(255, 255, 255)):
    """A page with a square that goes to the right."""
    pixels = np.empty((*size, 3), dtype=np.uint8)
    pixels[:] = page
    pixels[10:20, number : number + 8] = (27, 79, 208)
    return pixels


def noise(number):
    return np.random.default_rng(number).integers(0, 256, size=(80, 80, 3)).astype(np.uint8)


@pytest.fixture
def frames_of():
    """``frames_of(frames, page)``: with all of them in it."""

    def frames_of(frames, page="#ffffff"):
        made = Frames(frames, page)
        for pixels in frames:
            made.add(pixels)
        return made

    return frames_of


def read(data):
    """The frames of a GIF as they are shown, and how many milliseconds each is."""
    film = Image.open(io.BytesIO(data))
    shown = []
    for number in range(film.n_frames):
        film.seek(number)
        shown.append((np.array(film.convert("RGB")), film.info["duration"]))
    return shown, film.info.get("loop")


@pytest.mark.parametrize(("page", "colour"), [("#ffffff", (255,) * 3), ("#14171c", (20, 23, 28))])
def test_a_gif_shows_the_frames_that_were_added_on_a_page_of_its_exact_colour(
    frames_of, page, colour
):
    frames = [frame(number, page=colour) for number in range(5)]

    shown, loop = read(frames_of(frames, page).fit("gif", fps=10, most=100_000)[0])

    assert len(shown) == 5
    assert loop == 0
    for (pixels, _), wanted in zip(shown, frames, strict=True):
        assert pixels[0, 0].tolist() == list(colour)
        assert np.abs(pixels.astype(int) - wanted).max() <= 4


def test_frames_last_as_long_as_asked_and_the_last_two_seconds(frames_of):
    shown, _ = read(frames_of([frame(n) for n in range(4)]).fit("gif", fps=4, most=100_000)[0])

    assert [duration for _, duration in shown] == [250, 250, 250, 2000]


def test_a_film_that_is_too_large_becomes_smaller_and_then_loses_every_other_frame(frames_of):
    made = frames_of([noise(number) for number in range(9)])
    whole = len(made.fit("gif", fps=10, most=10**9)[0])

    data, every = made.fit("gif", fps=10, most=whole // 12)

    shown, _ = read(data)
    assert len(data) <= whole // 12
    assert made.size == (40, 40)
    assert made.scale == 0.5
    assert every == 4
    assert len(shown) == len(made) == 3


def test_a_film_that_is_a_little_too_large_keeps_its_frames(frames_of):
    made = frames_of([noise(number) for number in range(4)])
    whole = len(made.fit("gif", fps=10, most=10**9)[0])

    data, every = made.fit("gif", fps=10, most=whole * 3 // 4)

    assert every == 1
    assert len(read(data)[0]) == 4
    assert 40 < made.size[0] < 80


def test_a_limit_below_two_small_frames_is_refused(frames_of):
    made = frames_of([noise(0), noise(1)])

    with pytest.raises(InvalidValueError, match="two small frames alone have"):
        made.fit("gif", fps=10, most=1000)


def test_the_same_frames_are_the_same_bytes(frames_of):
    frames = [noise(number) for number in range(3)]

    one, other = (frames_of(frames).fit("gif", fps=10, most=10**9)[0] for _ in range(2))

    assert one == other


def test_an_mp4_without_ffmpeg_says_what_to_install(monkeypatch):
    monkeypatch.setattr(encoder.shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)

    with pytest.raises(MissingExtraError, match="pip install imageio-ffmpeg"):
        require_ffmpeg()


def test_ffmpeg_is_given_all_frames_on_even_sides_and_its_last_one_longer(
    frames_of, tmp_path, monkeypatch
):
    # a program in the place of ffmpeg that writes down what it is given
    program = tmp_path / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:], len(sys.stdin.buffer.read()))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = frames_of([frame(number, size=(41, 61)) for number in range(3)])

    said = made.fit("mp4", fps=5, most=10_000)[0].decode()

    assert "'60x40'" in said
    assert said.split()[-1] == str(60 * 40 * 3 * (3 + 10))  # two seconds of the last one


def test_an_ffmpeg_that_fails_is_told_with_its_last_words(frames_of, tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stdin.buffer.read()\nsys.exit('no libx264')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InvalidValueError, match="ffmpeg: failed, got no libx264"):
        frames_of([frame(0), frame(1)]).fit("mp4", fps=5, most=10_000)

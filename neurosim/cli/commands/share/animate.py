"""``neurosim animate``: a film of a training, or of one pass."""

import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.progress import TimeRemainingColumn

from neurosim.cli.commands.look.forms import digits_option
from neurosim.cli.imports import import_option
from neurosim.cli.messages import complain
from neurosim.cli.output import say
from neurosim.cli.overrides import note_unused_seed, override_options
from neurosim.cli.sizes import limit_option
from neurosim.cli.terminal import watched
from neurosim.drawing.diagram.sample_values import SHOWN
from neurosim.drawing.film.film import (
    MOST_BYTES,
    MOST_FRAMES,
    Look,
    require_film,
    require_limits,
)
from neurosim.drawing.film.frame_files import has_number
from neurosim.drawing.film.of_pass import GRAINS, SHOW_OF_PASS
from neurosim.drawing.page.pages import FILMS
from neurosim.drawing.page.themes import THEMES
from neurosim.errors import DivergedError, InvalidValueError
from neurosim.scenario import film_scenario, film_scenario_pass, find_scenario
from neurosim.scenario.build.epochs import epoch_of

_DIVERGED = 3
_MEGABYTE = 1e6


@click.command()
@click.argument("file")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT",
              help="Write there: .gif, or .mp4 by ffmpeg; step-%02d.svg writes each frame as a"
                   " file. Without it: FILE.gif, here.")  # fmt: skip
@click.option("--what", default="diagram", show_default=True, type=click.Choice(FILMS),
              help="The network, of two inputs its boundary, both, or its responses.")  # fmt: skip
@click.option("--every", type=click.IntRange(min=1), metavar="N",
              help="A frame for every N epochs.")  # fmt: skip
@click.option("--pass", "epoch", metavar="N|end",
              help="Not the training, but one pass in epoch N, step by step.")  # fmt: skip
@click.option("--grain", type=click.Choice(GRAINS),
              help="Of --pass: a frame for each neuron (as usual), step or layer.")  # fmt: skip
@click.option("--sample", default=0, show_default=True, type=click.IntRange(min=0), metavar="N",
              help="The training row whose values are shown.")  # fmt: skip
@click.option("--show", metavar="WORDS", help=f"What is written: {', '.join(SHOWN)}.")
@digits_option
@click.option("--full", is_flag=True, help="Draw all neurons, however many.")
@click.option("--layout", type=click.Choice(["layers", "levels", "dot"]),
              help="How columns are chosen.")  # fmt: skip
@click.option("--theme", default="light", show_default=True, type=click.Choice(list(THEMES)))
@click.option("--size", type=int, metavar="PIXELS", help="Of the longer side, at most.")
@click.option("--fps", type=float, metavar="N", help="Frames a second.")
@click.option("--max-frames", default=MOST_FRAMES, show_default=True, type=int, metavar="N",
              help="More moments are thinned evenly.")  # fmt: skip
@click.option("--max-size", default=MOST_BYTES / _MEGABYTE, show_default=True, type=float,
              metavar="MB", help="A larger film is made smaller.")  # fmt: skip
@override_options()
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@limit_option
@import_option
def animate(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    out: Path | None,
    what: str,
    every: int | None,
    epoch: str | None,
    grain: str | None,
    sample: int,
    show: str | None,
    digits: int,
    full: bool,
    layout: str | None,
    theme: str,
    size: int | None,
    fps: float | None,
    max_frames: int,
    max_size: float,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Film the training of FILE, a scenario.

    Colours, axes and places are the same in all frames. What is left out to keep to a size and a
    number of frames is said.
    """
    _require_one_kind(epoch, grain, every, what)
    target = Path(f"{find_scenario(file).stem}.gif") if out is None else out
    if not has_number(target):
        require_film(target, overwrite=overwrite)
    usual = ("weights", "outputs") if epoch is None else SHOW_OF_PASS
    words = usual if show is None else tuple(word.strip() for word in show.split(","))
    require_limits(1.0 if fps is None else fps, max_size * _MEGABYTE)
    look = Look(what, words, full, layout, theme, None, size, max_frames, digits)
    options: dict[str, Any] = {"engine": engine, "seed": seed, "overrides": overrides}
    options["sample"] = sample
    if epoch is None:
        filming = film_scenario(file, look, every=every, **options)
    else:
        options |= {"epoch": epoch_of(epoch, "--pass"), "grain": grain or GRAINS[0]}
        filming = film_scenario_pass(file, look, **options)
    if sys.stderr.isatty() and not has_number(target):
        deque(watched(filming, target.stem, filming.n_steps, TimeRemainingColumn()), maxlen=0)
    limit = {"max_size": max_size * _MEGABYTE, "overwrite": overwrite}
    if has_number(target):
        film = filming.save_frames(target, overwrite=overwrite)
    else:
        film = filming.save(target, fps=fps, **limit)  # type: ignore[arg-type]
    note_unused_seed(file, seed, overrides)
    click.echo(str(film.path))
    say(str(film).removeprefix(f"{film.path}: "), err=True)
    if film.diverged:
        complain(DivergedError(f"the film ends here: {film.diverged}"))
        return _DIVERGED
    return 0


def _require_one_kind(epoch: str | None, grain: str | None, every: int | None, what: str) -> None:
    if epoch is None and grain is not None:
        raise InvalidValueError(f"--grain: got {grain!r} without --pass; expected --pass 0 too")
    if epoch is not None and every is not None:
        raise InvalidValueError("--pass, --every: got both; expected one of them")
    if epoch is not None and what != "diagram":
        raise InvalidValueError(f"--what: got {what!r} with --pass; expected 'diagram'")

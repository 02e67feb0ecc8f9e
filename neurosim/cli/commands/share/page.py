"""``neurosim page``: a training as one HTML file, to step through in a browser."""

from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.commands.look.forms import lang_option
from neurosim.cli.imports import import_option
from neurosim.cli.messages import complain
from neurosim.cli.output import require_free, say
from neurosim.cli.overrides import note_unused_seed, override_options
from neurosim.cli.sizes import LIMIT_HELP, require_memory_of
from neurosim.debugger.traces.trace import new_file
from neurosim.errors import DivergedError, InvalidValueError
from neurosim.languages import in_language
from neurosim.page.lesson import LIMIT, make_lesson
from neurosim.scenario import find_scenario, load_scenario
from neurosim.scenario.build.epochs import epoch_of, require_epoch
from neurosim.scenario.format.overrides import listed
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import quiz_of
from neurosim.sizes import bytes_of, size_text
from neurosim.training.training import Training

DIVERGED = 3
_MOST_EPOCHS = 100  # whose steps are wanted; more than anybody steps through


@click.command()
@click.argument("file")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT",
              help="Write there. Without it: FILE.html, here.")  # fmt: skip
@click.option("--epochs", metavar="LIST",
              help="Whose steps are in it, as in 0,1,10,end. Usually the first, powers of ten,"
                   " the last.")  # fmt: skip
@click.option("--limit", "limits", multiple=True, metavar="SIZE|memory=SIZE",
              help=f"Of the page, {size_text(LIMIT)} if not given: beyond it epochs are left"
                   f" out, then rows. With memory=, of the run: {LIMIT_HELP.lower()}")  # fmt: skip
@click.option("--play", "is_played", is_flag=True,
              help="Inputs, weights and biases can be dragged; the passes follow.")  # fmt: skip
@click.option("--quiz", "is_quiz", is_flag=True,
              help="Numbers are hidden, entered and judged; the result is saved for neurosim"
                   " mark.")  # fmt: skip
@click.option("--sample", "samples", multiple=True, type=click.IntRange(min=0), metavar="N",
              help="What the quiz is about, from 0 (the default); may be repeated.")  # fmt: skip
@lang_option
@override_options()
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@import_option
def page(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    out: Path | None,
    epochs: str | None,
    limits: Sequence[str],
    is_played: bool,
    is_quiz: bool,
    samples: Sequence[int],
    lang: str,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Write the training of FILE as a page to step through.

    The page is one file: it needs a browser, no server and no network. Its numbers and texts are
    those of the engine that walks. What is left out to keep to the limit is said, here and there.
    """
    if is_quiz and is_played:
        raise InvalidValueError(
            "--play: got --quiz, too; expected one of the two, since playing shows all numbers"
        )
    target = Path(f"{find_scenario(file).stem}.html") if out is None else out
    if target.suffix.lower() not in {".html", ".htm"}:
        raise InvalidValueError(f"{target}: got the ending {target.suffix!r}; expected .html")
    require_free(target, overwrite=overwrite)
    of_page = [bytes_of(limit, "--limit") for limit in limits if "=" not in limit]
    most = min(of_page, default=LIMIT)
    for limit in limits:
        if "=" in limit:
            require_memory_of(file, limit, overrides)
    if samples and not is_quiz:
        raise InvalidValueError("--sample: got one without a quiz; expected --quiz, too")
    changes = listed(overrides, seed=seed, engine=engine)
    scenario = load_scenario(file, overrides=changes)
    X, T, options = scenario.require_training(file, "step through")
    if not options.epochs:
        raise InvalidValueError(f"{file}: nothing to step through, got 0 epochs; expected some")
    wanted = None if epochs is None else _epochs_of(epochs, options.epochs)
    with in_language(lang):
        lesson = make_lesson(
            Training(scenario.network, X, T, options),
            options.epochs,
            wanted,
            limit=most,
            text=scenario.lesson,
            is_played=is_played,
            quiz=quiz_of(Lesson(file, changes), samples, min(wanted or [0])) if is_quiz else None,
        )
    with new_file(target, overwrite=overwrite) as written:
        written.write(lesson.html)
    note_unused_seed(file, seed, overrides)
    click.echo(str(target))
    say(f"{len(lesson.html):,} bytes. {' '.join(lesson.notes)}", err=True)
    if lesson.diverged:
        complain(DivergedError(lesson.diverged))
        return DIVERGED
    return 0


def _epochs_of(text: str, n_epochs: int) -> list[int]:
    """The epochs of a list such as ``0,1,10,end``; ``end`` is the last that trains."""
    words = [epoch_of(word.strip(), "--epochs") for word in text.split(",")]
    found = [require_epoch(word, n_epochs - 1, "--epochs") for word in words]
    if len(set(found)) > _MOST_EPOCHS:
        raise InvalidValueError(
            f"--epochs: got {len(set(found))} epochs; expected at most {_MOST_EPOCHS}"
        )
    return found

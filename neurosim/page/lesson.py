"""A lesson: a training as one HTML file, of at most so many bytes.

The file needs no server and no network; its policy forbids any. Scripts and styles are allowed by
their hashes, and what a scenario says (names, titles, numbers) is text, or data in a block that is
no script. Where the budget does not hold everything, epochs are left out first, then rows.
"""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from neurosim.drawing.diagram.scales import (
    LEAST_HUE,
    MOST_FILL,
    MOST_HUE,
    THICK,
    THIN,
    Scale,
)
from neurosim.drawing.page.pages import keep_text
from neurosim.drawing.page.themes import DARK, LIGHT, Theme
from neurosim.drawing.plots.input_grids import responses
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import Matrix, require_count
from neurosim.languages import count, grouped, language
from neurosim.page.contents import PageChoice, all_of, to_bytes
from neurosim.page.maps import MAP_SIZE, MapPicture, colour_middle, map_grid, middle_of
from neurosim.page.markup import (
    filled,
    page_asset,
    page_body,
    page_module,
    page_style,
    page_words,
)
from neurosim.page.playing import played_script, to_play
from neurosim.page.quiz import Quiz
from neurosim.page.recording import MOST_STATES, Recording, record, spread
from neurosim.sheets.text import markdown_to_html
from neurosim.training.training import Training
from neurosim.version import __version__

LIMIT = 2_000_000  # bytes
_MOST_ROWS = 200  # of the table
_MOST_MAPS, _MOST_MAPPED = 24, 13  # epochs, neurons
_NUMBER_BYTES = 11.0  # of a step in the file: eight bytes hardly compressed, in base64
_FOR_STATES = 0.2  # of the limit, at most, for parameters of epochs
_FULL = 0.93  # of the limit: from here on it is not tried whether one row more fits
_SPARE = 1.2  # more rows are walked than the estimate allows, since it is one


@dataclass(frozen=True, slots=True)
class PageLesson:
    """A page, and what it says of itself.

    Attributes:
        html: the file.
        notes: what is in it, and what was left out.
        diverged: where the training diverged, or empty.
    """

    html: bytes
    notes: tuple[str, ...]
    diverged: str = ""


def default_epochs(n_epochs: int) -> list[int]:
    """The first epoch, powers of ten, the last.

    >>> default_epochs(5000)
    [0, 1, 10, 100, 1000, 4999]
    """
    powers = (10**k for k in range(int(math.log10(max(n_epochs, 1))) + 1))
    return sorted({0, *(power for power in powers if power < n_epochs), max(n_epochs - 1, 0)})


def make_lesson(
    training: Training,
    n_epochs: int,
    epochs: Sequence[int] | None = None,
    *,
    limit: int = LIMIT,
    text: str = "",
    is_played: bool = False,
    quiz: Quiz | None = None,
) -> PageLesson:
    """Train to the end, and write what is there as a page.

    Args:
        training: at its start.
        n_epochs: how many epochs it has.
        epochs: those whose steps are wanted, from 0; None: the first, powers of ten, the last.
        limit: how many bytes the file may have.
        text: of a lesson, in Markdown.
        is_played: inputs and parameters can be dragged.
        quiz: the numbers are hidden until they are asked for.

    Raises:
        InvalidValueError: there is no epoch, or not even one row of one epoch fits; JavaScript
            cannot compute what is to be played with.
    """
    require_count(n_epochs, "n_epochs")
    wanted = default_epochs(n_epochs) if epochs is None else sorted(set(epochs))
    scripts = [played_script(training.task)] if is_played else []
    scripts += [] if quiz is None else [quiz.script]
    frame = _Frame.of(training, text, "\n".join(scripts))
    walked, n_rows = _likely(training, limit, tuple(wanted))
    of_state = len(training.network.parameter_list()) * _NUMBER_BYTES
    most = min(MOST_STATES, int(_FOR_STATES * limit / of_state))
    recording = record(training, n_epochs, walked, n_rows=n_rows, most_states=most)

    def around(choice: PageChoice) -> int:
        return len(frame.filled(b"", " ".join(_notes(recording, wanted, choice))))

    more = {} if quiz is None else {"quiz": quiz.document}
    more |= {"play": to_play(recording.task, recording.states[1])} if is_played else {}
    choice, data = _fitting(recording, limit, around, more)
    notes = _notes(recording, wanted, choice)
    diverged = "" if training.stopped else recording.ended
    return PageLesson(frame.filled(data, " ".join(notes)), notes, diverged)


def _likely(training: Training, limit: int, epochs: tuple[int, ...]) -> tuple[list[int], int]:
    """Which epochs are walked, and how many rows of each: those that may fit, and some more."""
    task = training.task
    n = len(task.network.connections)
    of_row = (3.0 * n + 4.0 * len(task.network.neurons)) * _NUMBER_BYTES
    of_row += 2.0 * len(task.network.parameter_list()) * _NUMBER_BYTES / task.batch_size
    fits = int(_SPARE * limit / of_row)
    some = next((some for some in _fewer(epochs) if len(some) * task.n_rows <= fits), epochs[:1])
    return list(some), min(task.n_rows, max(fits // len(some), 1))


# --- the budget


def _fitting(
    recording: Recording,
    limit: int,
    around: Callable[[PageChoice], int],
    further: Mapping[str, Any],
) -> tuple[PageChoice, bytes]:
    """What fits: first epochs are left out, the inner ones before the last, then rows."""
    whole, more = all_of(recording), _more(recording)
    maps, pictures = _maps(recording)
    more |= {"map": maps, **further}

    def encoded(choice: PageChoice) -> bytes:
        return base64.b64encode(to_bytes(recording, choice, more, pictures))

    choices = [PageChoice(epochs, whole.n_rows) for epochs in _fewer(whole.epochs)]
    for choice in choices:
        data = encoded(choice)
        if len(data) + around(choice) <= limit:
            return choice, data
    epochs, low, high = choices[-1].epochs, 0, whole.n_rows
    best: tuple[PageChoice, bytes] | None = None
    while high - low > 1:
        choice = PageChoice(epochs, (low + high) // 2)
        data = encoded(choice)
        if len(data) + around(choice) <= limit:
            low, best = choice.n_rows, (choice, data)
            if len(data) + around(choice) > _FULL * limit:
                break
        else:
            high = choice.n_rows
    if best is None:
        choice = PageChoice(epochs, 1)
        least = len(encoded(choice)) + around(choice)
        raise InvalidValueError(
            f"limit: got {limit:,} bytes; expected at least {least:,}, which a page with one row"
            " of one epoch takes"
        )
    return best


def _fewer(epochs: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All epochs, then fewer and fewer: the last inner one goes first, the first of all stays."""
    found = [epochs]
    while len(found[-1]) > 1:
        left = found[-1]
        found.append((*left[:-2], left[-1]) if len(left) > 2 else left[:1])
    return found


def _notes(recording: Recording, wanted: Sequence[int], choice: PageChoice) -> tuple[str, ...]:
    task, kept = recording.task, [recording.epochs[place] for place in choice.epochs]
    last, words = recording.states[0][-1], page_words()
    unreached = [epoch for epoch in wanted if epoch >= last and epoch not in recording.epochs]
    left_out = [epoch for epoch in wanted if epoch not in kept and epoch not in unreached]
    rows = count(choice.n_rows, "row")
    notes = [
        ("steps_here_one" if len(kept) == 1 else "steps_here", True, {"epochs": _listed(kept)}),
        ("epochs_left_out", bool(left_out), {"epochs": _listed(left_out)}),
        ("rows_left_out", choice.n_rows < task.n_rows, {"rows": rows, "all": grouped(task.n_rows)}),
        ("ended_early", bool(recording.ended), {"why": recording.ended}),
        ("not_reached", bool(unreached), {"epochs": _listed(unreached)}),
    ]
    return tuple(filled(words[key], values) for key, is_so, values in notes if is_so)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(grouped(number) for number in numbers)


# --- what the page needs besides


def _more(recording: Recording) -> dict[str, Any]:
    """Colours, scales, and the answers over two inputs."""
    network = recording.task.network
    theta = recording.states[1]
    weights = {network.parameter_list().index(c.parameter) for c in network.connections}
    used = np.abs(theta[:, sorted(weights)])
    largest = float(used[np.isfinite(used)].max(initial=0.0))
    network.load_parameters(theta[0])
    share = Scale.of([largest], most_in_gap=len(network.connections)).share
    return {
        "themes": {"light": colours_of(LIGHT), "dark": colours_of(DARK)},
        "scales": {
            "weights": largest, "outputs": 1.0,
            "inputs": max(1.0, float(np.abs(recording.task.inner.X).max())),
            "share": share, "least_hue": LEAST_HUE,
            "most_hue": MOST_HUE, "most_fill": MOST_FILL, "thin": THIN, "thick": THICK,
        },
        "most_rows": _MOST_ROWS,
    }  # fmt: skip


def colours_of(theme: Theme) -> dict[str, Any]:
    """The colours of a theme that a page computes with."""
    return {
        "background": theme.background,
        "text": theme.text,
        "muted": theme.muted,
        "diverging": theme.diverging,
    }


def _maps(recording: Recording) -> tuple[dict[str, Any] | None, Matrix | None]:
    """What neurons answer over two inputs, after some epochs, in steps of colour."""
    task, (epochs, theta) = recording.task, recording.states
    network = task.network
    grid = map_grid(network, task.X)
    if grid is None:
        return None, None
    inner = [neuron for neuron in network.neurons if not neuron.is_input]
    shown = inner if len(inner) <= _MOST_MAPPED else list(network.outputs)
    mapped = spread(len(epochs) - 1, _MOST_MAPS)
    places = sorted({*map(epochs.index, recording.epochs), *mapped})
    pictures, largest = [], []
    for place in places:
        network.load_parameters(theta[place])
        found = responses(network, grid)
        made = [
            MapPicture.of(found[neuron.name], colour_middle(network, neuron.name, task.T))
            for neuron in shown
        ]
        pictures += [picture.steps for picture in made]
        largest.append([picture.largest for picture in made])
    numbers = {neuron: i for i, neuron in enumerate(network.neurons)}
    said = {
        "size": MAP_SIZE, "neurons": [numbers[neuron] for neuron in shown],
        "epochs": [epochs[place] for place in places], "largest": largest,
        "extent": grid.extent, "middle": middle_of(task.T),
    }  # fmt: skip
    return said, np.array(pictures, dtype=np.float64)


# --- the file


@dataclass(frozen=True, slots=True)
class _Frame:
    """The file without its data."""

    parts: dict[str, str]

    @classmethod
    def of(cls, training: Training, text: str, further: str) -> "_Frame":
        network, words = training.task.network, page_words()
        script = f"{page_module()}\n{further}\n{page_asset('file.js')}"
        style = page_style()
        return cls(
            {
                "script_hash": _hash(script),
                "style_hash": _hash(style),
                "script": script,
                "style": style,
                "language": language(),
                "version": escape(__version__),
                "title": escape(keep_text(network.title) or words["untitled"]),
                "needs_scripts": escape(words["needs_scripts"]),
                "lesson": _lesson(text, words["lesson"]),
                "words": escape(json.dumps(words, ensure_ascii=False)),
                "body": page_body(network, tuple(training.task.X[0].tolist())),
            }
        )

    def filled(self, data: bytes, note: str) -> bytes:
        """The file."""
        parts = {**self.parts, "data": data.decode(), "note": escape(note)}
        return filled(page_asset("page.html"), parts).encode("utf-8", "backslashreplace")


def _lesson(text: str, heading: str) -> str:
    """The text of a lesson, which can be folded away; nothing where there is none."""
    if not text:
        return ""
    summary = f"<summary>{escape(heading)}</summary>"
    return f'<details id="lesson" open>{summary}\n{markdown_to_html(text)}</details>'


def _hash(text: str) -> str:
    """What the policy says of a script or a style."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"

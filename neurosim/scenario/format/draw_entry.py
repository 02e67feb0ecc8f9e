"""The ``draw:`` of a scenario: pictures and films of its run, written under ``--out``."""

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from neurosim.drawing.diagram.sample_values import SHOWN
from neurosim.drawing.geometry.font import DIGITS, MOST_DIGITS
from neurosim.drawing.geometry.levels import KINDS as LAYOUTS
from neurosim.drawing.geometry.turning import DIRECTIONS
from neurosim.drawing.page.pages import FILM_FORMATS, FILMS, FORMATS
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.pictures import PICTURES
from neurosim.languages import LANGUAGES
from neurosim.scenario.format.entry import (
    NUMBER,
    WRONG_KIND,
    Choice,
    ScenarioEntry,
    Told,
    mistake,
    tag,
    tag_of,
)
from neurosim.scenario.format.network_entry import Numbers
from neurosim.training.parts import PARTS

_PICTURES = ", ".join(f".{form}" for form in FORMATS)
_FILMS = ", ".join(f".{form}" for form in FILM_FORMATS)
_ONLY_OF = {  # what says nothing beside another key
    "plot": (
        "sample",
        "input",
        "show",
        "full",
        "layout",
        "direction",
        "wrap",
        "boxes",
        "show_as",
        "lang",
        "every",
    ),
    "animate": ("epoch", "input", "on", "direction", "wrap", "boxes", "show_as", "lang"),
}


def _require_inside(name: str) -> str:
    """A name that stays inside the folder, whichever system reads it."""
    path = PurePosixPath(name)
    if not name.isprintable() or "\\" in name or ":" in name:
        raise mistake(f"no name for a file, got {name!r:.80}; expected plain letters and /")
    if path.is_absolute() or ".." in path.parts or name.startswith("~"):
        raise mistake(f"leaves the folder of the run, got {name!r:.80}; expected a name in it")
    if path.suffix[1:].lower() not in (*FORMATS, *FILM_FORMATS):
        what = f"no picture that can be made, got {name!r:.80}"
        raise mistake(f"{what}; expected it to end in {_PICTURES}, or {_FILMS} for a film")
    return name


def _moment(value: object) -> str | None:
    is_number = isinstance(value, int | float)
    return tag_of("number") if is_number else tag_of("end") if value == "end" else None


DrawnEpoch = Annotated[
    Annotated[Literal["end"], tag("end")] | Annotated[int, Field(ge=0), NUMBER],
    Told(_moment, WRONG_KIND, expected="a whole number, or end"),
]


class DrawEntry(ScenarioEntry):
    """A picture of the network, a plot, or a film."""

    file: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_require_inside)]
    """Where to, in the folder of the run: .svg, .png or .pdf; .gif or .mp4 for a film."""
    epoch: DrawnEpoch | None = None
    """After how many epochs: 0 is before training; end, if not given."""
    sample: Annotated[int, Field(ge=0)] | None = None
    """The number of a training row, from 0, whose values are shown."""
    input: Numbers | None = None
    """The sample itself: a number for each input neuron."""
    show: tuple[Annotated[str, Choice("thing to show", SHOWN)], ...] = ("weights", "outputs")
    """What is written: weights, outputs, deltas, gradients."""
    digits: Annotated[int, Field(ge=1, le=MOST_DIGITS)] = DIGITS
    """In how many digits numbers are written."""
    full: bool = False
    """Whether all neurons are drawn, however many."""
    layout: Annotated[str, Choice("layout", LAYOUTS)] | None = None
    """How columns are chosen."""
    direction: Annotated[str, Choice("direction", DIRECTIONS)] = "across"
    """Of the layers: across from left to right, or down."""
    wrap: Annotated[int, Field(ge=1)] | None = None
    """At most so many columns beside each other, for a long chain."""
    boxes: bool = False
    """Whether layers are boxes, and the weights between them heat maps."""
    show_as: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None
    """Rows and columns of the image that the inputs are, as in [8, 8]."""
    lang: Annotated[str, Choice("language", LANGUAGES)] = "en"
    """The language of what is written."""
    theme: Annotated[str, Choice("theme", THEMES)] = "light"
    """The colours."""
    plot: Annotated[str, Choice("plot", PICTURES)] | None = None
    """A curve or a map, instead of the network."""
    on: Annotated[str, Choice("part of the rows", PARTS)] = "train"
    """Which rows a plot of rows is of: train, validation or test."""
    animate: Annotated[str, Choice("film", FILMS)] | None = None
    """A film of the training: diagram; of two inputs boundary, both, or responses."""
    every: Annotated[int, Field(ge=1)] | None = None
    """A frame of the film for every so many epochs."""

    model_config = ConfigDict(
        json_schema_extra={"dependentRequired": {"every": ["animate"]}},
    )

    @model_validator(mode="after")
    def _require_one_thing(self) -> "DrawEntry":
        given = self.model_fields_set
        if self.plot is not None and self.animate is not None:
            raise mistake("a plot and a film, got both; expected one of plot, animate")
        if self.sample is not None and self.input is not None:
            raise mistake("two samples, got both; expected one of sample, input")
        if self.every is not None and self.animate is None:
            raise mistake("every how many epochs of what?; expected animate beside every")
        kind = "plot" if self.plot else "animate" if self.animate else ""
        for key in _ONLY_OF.get(kind, ()):
            if key in given:
                raise mistake(f"{key} says nothing beside {kind}; expected one of the two")
        if self.plot and "epoch" in given and "training" in PICTURES[self.plot].needs:
            raise mistake(f"a plot of {self.plot} is of all epochs; expected no epoch")
        self._require_form(kind)
        return self

    def _require_form(self, kind: str) -> None:
        form = PurePosixPath(self.file).suffix[1:].lower()
        if kind == "animate" and form not in FILM_FORMATS:
            raise mistake(f"a film, got {self.file!r:.80}; expected it to end in {_FILMS}")
        if kind != "animate" and form not in FORMATS:
            what = f"a picture, got {self.file!r:.80}; expected it to end in {_PICTURES}"
            raise mistake(f"{what} (or animate beside it)")

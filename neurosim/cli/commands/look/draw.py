"""``neurosim draw``: a picture of a network, before its training or after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from neurosim.cli.commands.look.forms import digits_option, lang_option, write_form
from neurosim.cli.imports import import_option
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.diagram.path_text import describe_paths
from neurosim.drawing.diagram.sample_values import BLANKS, SHOWN
from neurosim.drawing.drawing import paint
from neurosim.drawing.geometry.levels import KINDS, OF_NETWORKX
from neurosim.drawing.geometry.turning import DIRECTIONS
from neurosim.drawing.page.pages import FORMATS, require_target, save, settings
from neurosim.drawing.page.themes import THEMES
from neurosim.errors import InvalidValueError
from neurosim.languages import in_language, translate
from neurosim.network.network import Network
from neurosim.scenario import find_scenario, network_at
from neurosim.scenario.build.epochs import epoch_of

_PLACED = (*FORMATS, "tex")  # whose geometry is ours


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drawn, and how; nothing is read or trained before `make` is called.

    Attributes:
        file: a scenario, its name, or a saved network.
        moment: the epoch, the seed and the overrides, for `neurosim.scenario.network_at`.
        sample: the number of a training row, or None.
        values: the values of the inputs as they were typed, or None.
        options: for `neurosim.draw`.
        path: the names of two neurons, between which the paths are printed and marked, or None.
        theme: the name of the theme.
        out: the file that was named, or None.
        form: a key of `WRITERS`.
        overwrite: whether a file that is there may be replaced.
    """

    file: str
    moment: dict[str, Any]
    sample: int | None
    values: str | None
    options: dict[str, Any]
    path: tuple[str, str] | None
    theme: str
    out: Path | None
    form: str
    overwrite: bool

    def make(self) -> tuple[Network, dict[str, Any]]:
        """The network at its moment, and options for `neurosim.draw`: sample and subtitle too."""
        at = network_at(self.file, **self.moment)
        said = [] if at.scenario is None else [at.moment]
        found: dict[str, Any] = {}
        if self.sample is not None:
            found = at.row(self.sample)._asdict()
            said.append(translate("sample {}", self.sample))
        elif self.values is not None:
            found = {"sample": at.inputs(_numbers(self.values))}
            said.append(translate("input {}", self.values))
        if self.path is not None:
            description = describe_paths(at.network, *self.path, sample=found.get("sample"))
            click.echo(description, err=self.form in {"tex", "dot", "mermaid"})
            ways = [f"{source}->{target}" for source, target in sorted(description.connections)]
            found["highlight"] = [*self.options["highlight"], *self.path, *ways]
        return at.network, self.options | found | {"subtitle": ", ".join(said)}


@click.command()
@click.argument("file")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT",
              help=".svg, .png, .pdf or .tex (TikZ). Without it: FILE.svg, here.")  # fmt: skip
@click.option("--format", "form", metavar="FORMAT",
              help="Instead of the ending of OUT; dot, mermaid and text are printed.")  # fmt: skip
@click.option("--sample", type=click.IntRange(min=0), metavar="N",
              help="Show training row N (from 0), its target and its loss.")  # fmt: skip
@click.option("--input", "values", metavar="2,3", help="Show the values of this sample.")
@click.option("--epoch", default="0", show_default=True, metavar="N|end",
              help="After so many epochs of training.")  # fmt: skip
@click.option("--show", default="weights,outputs", show_default=True, metavar="WORDS",
              help=f"What is written: {', '.join(SHOWN)}.")  # fmt: skip
@click.option("--blank", metavar="WORDS",
              help=f"Lines to write on instead of {', '.join(BLANKS)}.")  # fmt: skip
@digits_option
@click.option("--full", is_flag=True, help="Draw all neurons, however many.")
@click.option("--layout", type=click.Choice([*KINDS, *OF_NETWORKX]),
              help="How columns are chosen, or a layout of networkx.")  # fmt: skip
@click.option("--direction", default="across", show_default=True, type=click.Choice(DIRECTIONS),
              help="Of the layers.")  # fmt: skip
@click.option("--wrap", type=click.IntRange(min=1), metavar="N",
              help="At most N columns beside each other, for a long chain.")  # fmt: skip
@click.option("--boxes", is_flag=True,
              help="Draw layers as boxes, the weights between as heat maps.")  # fmt: skip
@click.option("--show-as", "show_as", metavar="8,8",
              help="Draw the inputs as an image of so many rows and columns.")  # fmt: skip
@lang_option
@click.option("--theme", default="light", show_default=True, type=click.Choice(list(THEMES)))
@click.option("--highlight", multiple=True, metavar="NAME",
              help='Mark a neuron or a connection, as in "x1->h1".')  # fmt: skip
@click.option("--path", nargs=2, metavar="A B",
              help="Mark the paths from neuron A to B, and print the product of each.")  # fmt: skip
@override_options("seed", "overrides")
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@limit_option
@import_option
def draw(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    out: Path | None,
    form: str | None,
    sample: int | None,
    values: str | None,
    epoch: str,
    show: str,
    blank: str | None,
    digits: int,
    full: bool,
    layout: str | None,
    direction: str,
    wrap: int | None,
    boxes: bool,
    show_as: str | None,
    lang: str,
    theme: str,
    highlight: Sequence[str],
    path: tuple[str, str] | None,
    seed: int | None,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Draw the network of FILE, a scenario or a saved network.

    It is drawn as the file has it, or after --epoch epochs of training.
    """
    _require_one(sample, values)
    chosen = _form_of(out, form)
    words = tuple(word.strip() for word in show.split(","))
    options = {"show": words, "full": full, "layout": layout, "highlight": highlight}
    options["digits"] = digits
    blanks = None if blank is None else tuple(word.strip() for word in blank.split(","))
    given = {"direction": direction, "wrap": wrap, "boxes": boxes, "blank": blanks}
    options |= _of_pictures(chosen, show_as, given)
    moment = {"epoch": epoch_of(epoch, "--epoch"), "seed": seed, "overrides": overrides}
    wanted = Wanted(
        file, moment, sample, values, options, path, theme, out, chosen, overwrite
    )  # fmt: skip
    if lang != "en" and chosen not in _PLACED:
        raise InvalidValueError(f"--lang: got it with {chosen}; expected {', '.join(_PLACED)}")
    with in_language(lang):
        return WRITERS[chosen](wanted)


def _form_of(out: Path | None, form: str | None) -> str:
    """The format: the one that is given, else the ending of the file, else svg."""
    wanted = form or ("svg" if out is None else out.suffix[1:].lower())
    if wanted not in WRITERS:
        what = "format" if form else f"{out}: format"
        raise InvalidValueError(f"{what}: got {wanted!r}; expected one of {', '.join(WRITERS)}")
    return wanted


def _of_pictures(form: str, show_as: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """The options that only pictures know."""
    found = {key: value for key, value in given.items() if value not in {"across", False, None}}
    wanted = [f"--{key}" for key in found] + ["--show-as"] * (show_as is not None)
    if wanted and form not in _PLACED:
        raise InvalidValueError(f"{wanted[0]}: got it with {form}; expected {', '.join(_PLACED)}")
    if show_as is None:
        return found
    parts = show_as.split(",")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        raise InvalidValueError(f"--show-as: got {show_as!r:.80}; expected two numbers, as in 8,8")
    return found | {"show_as": tuple(map(int, parts))}


def _require_one(sample: int | None, values: str | None) -> None:
    if sample is not None and values is not None:
        raise InvalidValueError("--sample, --input: got both; expected one of them")


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        message = f"--input: got {text!r:.80}; expected numbers such as 2,3"
        raise InvalidValueError(message) from None


# --- formats


@settings()
def write_picture(wanted: Wanted) -> int:
    """Write a picture to its file, and print the file's name."""
    stem = find_scenario(wanted.file).stem
    out = Path(f"{stem}.{wanted.form}") if wanted.out is None else wanted.out
    if out.suffix[1:].lower() != wanted.form:
        raise InvalidValueError(f"{out}: got the format {wanted.form!r}; expected that ending")
    require_target(out, overwrite=wanted.overwrite)
    network, options = wanted.make()
    diagram = prepare(network, **options)
    figure = paint(diagram, theme=wanted.theme).get_figure(root=True)
    assert figure is not None
    save(figure, out, title=diagram.title, description=diagram.description,
         overwrite=wanted.overwrite)  # fmt: skip
    click.echo(str(out))
    return 0


WRITERS: dict[str, Callable[[Wanted], int]] = {
    "svg": write_picture,
    "png": write_picture,
    "pdf": write_picture,
    **dict.fromkeys(("tex", "dot", "mermaid", "text"), write_form),
}

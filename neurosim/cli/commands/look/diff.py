"""``neurosim diff``: what is different between two epochs, runs or files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from neurosim.cli.sizes import limit_option_for
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.diagram.differences import (
    Change,
    NetworkDiff,
    Value,
    marks_of_changes,
    network_diff,
    network_of_changes,
)
from neurosim.drawing.drawing import paint
from neurosim.drawing.page.pages import require_target, save, settings, show_text
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.text.width import n_cells, padded
from neurosim.network.network import Network
from neurosim.scenario.uses.named import files_named, network_named

_MOST = 20  # lines of each kind


class _Row(NamedTuple):
    """A line of the table, in words."""

    name: str
    what: str
    before: str
    after: str
    by: str


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT",
              help="Draw the changes there: .svg, .png or .pdf.")  # fmt: skip
@click.option("--tolerance", type=float, default=0.0, metavar="T",
              help="Allow T * max(1, |a|); without it, numbers must be equal.")  # fmt: skip
@click.option("--most", type=click.IntRange(min=0), default=_MOST, show_default=True, metavar="N",
              help="List at most so many of each kind.")  # fmt: skip
@click.option("--theme", default="light", show_default=True, type=click.Choice(list(THEMES)))
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@limit_option_for(lambda given: files_named((given["first"], given["second"])))
def diff(  # noqa: PLR0917 - click passes a command its options by name
    first: str,
    second: str,
    out: Path | None,
    tolerance: float,
    most: int,
    theme: str,
    overwrite: bool,
) -> int:
    """List what is different in network B.

    Lists neurons and connections that are added, removed or changed. A and B are scenarios (as
    built), scenarios at an epoch (xor@0 xor@500 xor@end), folders that `neurosim run --out` wrote,
    or saved networks (.json). The exit code is 0 where nothing differs, 1 where something does.
    """
    if out is not None:
        require_target(out, overwrite=overwrite)
    a, b = network_named(first), network_named(second)
    found = network_diff(a, b, tolerance=tolerance)
    heading = f"{show_text(first)} -> {show_text(second)}"
    click.echo(f"{heading}: {found}")
    for line in _lines(found, most):
        click.echo(line)
    if out is not None:
        _draw(found, (a, b), heading, out, theme=theme, overwrite=overwrite)
        click.echo(f"wrote {out}", err=True)
    return 0 if found.is_empty else 1


def _lines(found: NetworkDiff, most: int) -> Iterator[str]:
    """A table: what is new or gone, then the largest changes; of each so many, and the rest."""
    groups = [list(rows) for rows in _groups(found)]
    kept = [row for rows in groups for row in rows[:most]]
    widths = [max((n_cells(row[i]) for row in kept), default=0) for i in range(5)]
    for rows in groups:
        yield from (_line(row, widths) for row in rows[:most])
        if rows[most:]:
            is_new_or_gone = rows[most][4] in {"added", "removed"}
            by = "" if is_new_or_gone or not rows[most][4] else ", the largest by"
            yield f"  ... and {len(rows) - most} more{by} {rows[most][4]}"


def _groups(found: NetworkDiff) -> Iterator[Iterator[_Row]]:
    yield (_Row(name, "neuron", "", "", "added") for name in found.added_neurons)
    yield (_Row(name, "neuron", "", "", "removed") for name in found.removed_neurons)
    added, removed = found.added_connections, found.removed_connections
    yield (_Row(wire.name, "weight", "", _shown(wire.weight), "added") for wire in added)
    yield (_Row(wire.name, "weight", _shown(wire.weight), "", "removed") for wire in removed)
    yield (_row(change) for change in found.changes)


def _line(row: _Row, widths: Sequence[int]) -> str:
    name, what = padded(row.name, widths[0]), row.what.ljust(widths[1])
    arrow = "->" if row.before and row.after else "  "
    values = f"{row.before.rjust(widths[2])} {arrow} {row.after.rjust(widths[3])}"
    return f"  {name}  {what}  {values}  {row.by.rjust(widths[4])}".rstrip()


def _row(change: Change) -> _Row:
    by = "" if change.by is None else f"{change.by:+.6g}"
    return _Row(change.of, change.what, _shown(change.before), _shown(change.after), by)


def _shown(value: Value) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
    return value


@settings()
def _draw(
    found: NetworkDiff,
    networks: tuple[Network, Network],
    heading: str,
    out: Path,
    *,
    theme: str,
    overwrite: bool,
) -> None:
    """A picture of the changes: weights and biases are by how much they grew."""
    changes = network_of_changes(*networks, found)
    diagram = prepare(
        changes, show=("weights",), marks=marks_of_changes(found), title=heading,
        subtitle=str(found), in_one=found.in_one,
    )  # fmt: skip
    figure = paint(diagram, theme=theme).get_figure(root=True)
    assert figure is not None
    save(figure, out, title=diagram.title, description=diagram.description, overwrite=overwrite)

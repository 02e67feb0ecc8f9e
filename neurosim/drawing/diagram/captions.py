"""Captions of a diagram: subtitle, foot notes, and the text for screen readers."""

from collections.abc import Collection, Iterator, Sequence

from neurosim.drawing.diagram.marks import Marks
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.diagram.texts import key_to
from neurosim.drawing.geometry.font import DIGITS, brief
from neurosim.drawing.geometry.items import MOST_CELLS, Folded, Link
from neurosim.drawing.geometry.labels import Labels
from neurosim.drawing.page.pages import keep_text

_MOST_SAID = 8  # names or values in a sentence


def subtitle_of(
    subtitle: str, values: SampleValues, *, has_mark: bool, digits: int = DIGITS
) -> str:
    """The subtitle, with the loss where it has no place at the outputs."""
    if values.loss is None or has_mark:
        return subtitle
    loss = f"L = {brief(values.loss, digits)}"
    return f"{subtitle}, {loss}" if subtitle else loss


def notes_of(
    folded: Folded,
    labels: Labels,
    values: SampleValues,
    marks: Marks,
    texts: Collection[str],
) -> list[str]:
    """The key, and what is left out."""
    notes = [key_to(texts, values)]
    if folded.has_boxes:
        links = [tile.link for tile in folded.tiles]
        sides = [len(end.neurons) for link in links for end in (link.source, link.target)]
        has_holes = any(_n_cells(link) > len(link.connections) for link in links)
        grey = ", grey no connection" if has_holes else ""
        notes.append(f"{folded}; in a heat map, a row is a source, a column a target{grey}")
        if max(sides, default=0) > MOST_CELLS:
            notes.append(f"of more than {MOST_CELLS} rows or columns, neighbours share their mean")
        if values.outputs:
            notes.append("outputs are not shown in boxes")
    elif folded.n_hidden_neurons or folded.n_hidden_connections:
        notes.append(str(folded))
    if labels.dropped_weights or labels.dropped_names or labels.dropped_values:
        notes.append(str(labels))
    notes += _unseen(marks, folded)
    return [keep_text(note) for note in notes if note]


def _unseen(marks: Marks, folded: Folded) -> Iterator[str]:
    unseen = marks.unseen(folded)
    for kind, reason in marks.reasons().items():
        names = [name for name in unseen if marks.kind_of(name) == kind]
        if names:
            more = f" and {len(names) - _MOST_SAID} more" if len(names) > _MOST_SAID else ""
            yield f"{reason}, and not drawn: {', '.join(names[:_MOST_SAID])}{more}"


def _n_cells(link: Link) -> int:
    return len(link.source.neurons) * len(link.target.neurons)


def description_of(
    folded: Folded,
    values: SampleValues,
    outputs: Sequence[str],
    subtitle: str,
    digits: int = DIGITS,
) -> str:
    """What there is to see, in words."""
    said = [f"A neural network: {folded}."]
    if subtitle:
        said.append(f"{subtitle[0].upper()}{subtitle[1:]}.")
    if values.sample:
        said.append(f"Inputs: {_listed([brief(value, digits) for value in values.sample])}.")
    captions = {circle.name: circle.caption for circle in folded.circles}
    written = values.written
    answers = [
        f"{captions.get(name, name)} = {brief(written[name], digits)}{_aim(values, name, digits)}"
        for name in outputs
        if name in values.outputs
    ]
    if answers:
        said.append(f"Outputs: {_listed(answers)}.")
    if values.loss is not None:
        said.append(f"Loss: {brief(values.loss, digits)}.")
    return " ".join(said)


def _aim(values: SampleValues, name: str, digits: int) -> str:
    return f" (target {brief(values.targets[name], digits)})" if name in values.targets else ""


def _listed(words: list[str]) -> str:
    more = len(words) - _MOST_SAID
    return ", ".join(words[:_MOST_SAID]) + (f", and {more} more" if more > 0 else "")

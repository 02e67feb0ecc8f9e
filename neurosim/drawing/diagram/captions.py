"""Captions of a diagram: subtitle, foot notes, and the text for screen readers."""

from collections.abc import Collection, Iterator, Sequence

from neurosim.drawing.diagram.marks import Marks, reason_in_words
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.diagram.texts import key_to
from neurosim.drawing.geometry.font import DIGITS, brief
from neurosim.drawing.geometry.items import MOST_CELLS, Folded, Link
from neurosim.drawing.geometry.labels import Labels
from neurosim.drawing.page.pages import keep_text
from neurosim.languages import translate

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
        grey = f", {translate('grey no connection')}" if has_holes else ""
        sides_ = translate("in a heat map, a row is a source, a column a target")
        notes.append(f"{folded}; {sides_}{grey}")
        if max(sides, default=0) > MOST_CELLS:
            means = "of more than {} rows or columns, neighbours share their mean"
            notes.append(translate(means, MOST_CELLS))
        if values.outputs:
            notes.append(translate("outputs are not shown in boxes"))
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
            yield translate("{}, and not drawn: {}", reason_in_words(reason), _first(names))


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
    said = [translate("A neural network: {}.", folded)]
    if subtitle:
        said.append(f"{subtitle[0].upper()}{subtitle[1:]}.")
    if values.sample:
        inputs = _listed([brief(value, digits) for value in values.sample])
        said.append(translate("Inputs: {}.", inputs))
    captions = {circle.name: circle.caption for circle in folded.circles}
    written = values.written
    answers = [
        f"{captions.get(name, name)} = {brief(written[name], digits)}{_aim(values, name, digits)}"
        for name in outputs
        if name in values.outputs
    ]
    if answers:
        said.append(translate("Outputs: {}.", _listed(answers)))
    if values.loss is not None:
        said.append(translate("Loss: {}.", brief(values.loss, digits)))
    return " ".join(said)


def _aim(values: SampleValues, name: str, digits: int) -> str:
    if name not in values.targets:
        return ""
    return translate(" (target {})", brief(values.targets[name], digits))


def _first(names: Sequence[str]) -> str:
    first, n_more = ", ".join(names[:_MOST_SAID]), len(names) - _MOST_SAID
    return translate("{} and {} more", first, n_more) if n_more > 0 else first


def _listed(words: list[str]) -> str:
    first, n_more = ", ".join(words[:_MOST_SAID]), len(words) - _MOST_SAID
    return translate("{}, and {} more", first, n_more) if n_more > 0 else first

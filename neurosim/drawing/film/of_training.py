"""Films of a training, epoch by epoch."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from neurosim.drawing.diagram.diagram import SHOW
from neurosim.drawing.diagram.marks import Marks
from neurosim.drawing.diagram.sample_values import SampleValues, sample_values_of
from neurosim.drawing.film.film import (
    MOST_BYTES,
    MOST_FRAMES,
    Film,
    Filming,
    Look,
    ordinal,
    painter,
    require_between,
    require_film,
)
from neurosim.drawing.film.frame_files import has_number
from neurosim.drawing.film.scene import Sight
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.font import DIGITS, brief
from neurosim.drawing.page.themes import Theme
from neurosim.drawing.plots.neuron_outputs import neuron_outputs
from neurosim.errors import ShapeError
from neurosim.functions.numbers import Matrix, after_epochs, require_array
from neurosim.network.network import Network
from neurosim.training.evaluation import evaluate_loss
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.task import Task
from neurosim.training.training import Training

_FPS = 10.0


def animate(
    network: Network,
    X: Any,
    T: Any,
    path: str | Path,
    options: Options | None = None,
    /,
    *,
    what: str = "diagram",
    every: int | None = None,
    sample: int = 0,
    show: Collection[str] = SHOW,
    full: bool = False,
    layout: str | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
    size: int | None = None,
    fps: float | None = None,
    max_frames: int = MOST_FRAMES,
    max_size: float = MOST_BYTES,
    digits: int = DIGITS,
    overwrite: bool = False,
    **changes: Unpack[TrainOptions],
) -> Film:
    """Train a copy of a network, and write a film of it.

    Args:
        network: is not changed.
        X: samples, (B, n_in).
        T: targets, (B, n_out).
        path: ends in ``.gif`` or ``.mp4``; ``step-%02d.svg`` writes each frame as a file.
        options: a record of options, or None.
        what: ``diagram``, or of two inputs ``boundary``, ``both`` of these, or ``responses``.
        every: a frame for every so many epochs; None: for each, if they are not too many.
        sample: the row whose values are in the diagram.
        show: what is written in the diagram; see `neurosim.draw`, as for all down to ``title``.
        full: True draws all neurons.
        layout: how columns are chosen.
        theme: ``light``, ``dark`` or ``print``.
        title: above the diagram, the network's own if None.
        size: pixels of the longer side, at most.
        fps: frames a second; None: 10.
        max_frames: at most so many; of the epochs some are left out.
        max_size: at most so many bytes: pictures become smaller, then fewer.
        digits: in how many digits numbers are written.
        overwrite: replace a file that has the name.
        **changes: options of `neurosim.train`: ``optimizer``, ``epochs``, ``loss``, ...

    Returns:
        The film; its ``str`` says how large it is, and what was left out.

    Raises:
        ShapeError: a boundary is asked for, and the network has not two inputs.
        MissingExtraError: an MP4 needs ffmpeg.
        NeurosimError: what `train` raises, but for a training that diverges: the film ends there.
    """
    if not has_number(path):
        require_film(path, overwrite=overwrite)
    look = Look(what, tuple(show), full, layout, theme, title, size, max_frames, digits)
    chosen = make_options(options, changes)
    filming = film_training(network, X, T, look, chosen, every=every, sample=sample)
    if has_number(path):
        return filming.save_frames(path, overwrite=overwrite)
    return filming.save(path, fps=fps, max_size=max_size, overwrite=overwrite)


def film_training(
    network: Network,
    X: Any,
    T: Any,
    look: Look,
    options: Options,
    *,
    every: int | None = None,
    sample: int = 0,
) -> Filming:
    """Begin a film of a training; see `animate`.

    Raises:
        ShapeError: a boundary is asked for, and the network has not two inputs.
        InvalidValueError: there is no such row.
    """
    own = network.copy()
    if look.what != "diagram" and len(own.inputs) != 2:
        raise ShapeError(
            f"what: {look.what!r} is over two inputs, got a network with {len(own.inputs)};"
            " expected 'diagram', or a network with 2 inputs"
        )
    rows = require_array(X, "X")
    require_between(sample, 0, len(rows) - 1, "sample")
    n_epochs = options.epochs
    unit = 1 if every is None else require_between(every, 1, 10**9, "every")
    numbers, step = _epochs(n_epochs, unit, look.most_frames(own))
    training = Training(own, rows, T, replace(options, metrics=(), validation=None))
    trained = _Filmed(training, require_array(T, "T", may_miss=True), sample=sample, look=look)
    dropped = ""
    if step > unit:
        dropped = f"every {ordinal(step)} epoch: {len(numbers)} of {n_epochs + 1:,} moments"
    return Filming(
        trained.sights(numbers), look, n_sights=len(numbers), dropped=dropped,
        network=own,
        X=rows,
        make_painter=lambda sights: painter(own, sights, look, rows, T), fps=_FPS,
    )  # fmt: skip


def _epochs(n_epochs: int, unit: int, most: int) -> tuple[list[int], int]:
    """Which moments are shown, the first and the last among them, and how far apart they are."""
    step = unit
    while len(range(0, n_epochs, step)) + 1 > most:
        step = max(step + unit, -(-n_epochs // (most - 1) // unit) * unit)
    return [*range(0, n_epochs, step), n_epochs], step


class _Filmed:
    """A training that stops at chosen epochs to be looked at."""

    def __init__(self, training: Training, T: Matrix, *, sample: int, look: Look) -> None:
        self._training, self._T = training, T
        self._network = network = training.network
        self._sample, self._look = sample, look
        self._walked = [word for word in look.show if word in {"deltas", "gradients"}]
        self._has_diagram = look.what != "boundary"
        folded = fold(network, kind=look.layout, full=look.full) if self._has_diagram else None
        self._drawn = [] if folded is None else [circle.name for circle in folded.circles]

    def sights(self, numbers: Sequence[int]) -> Iterator[Sight]:
        """What there is to see after so many epochs, each in its turn."""
        for number in numbers:
            self._training.advance(epochs=number - self._training.state.epoch)
            yield Sight(
                self._network.parameters(), self._sample_values(), Marks(), self._subtitle(number)
            )

    def _subtitle(self, number: int) -> str:
        loss = brief(self._training.loss(), self._look.digits)
        said = f"{after_epochs(number, self._training.options.epochs)}, loss {loss}"
        return said if self._look.what == "boundary" else f"{said}; sample {self._sample}"

    def _loss(self, row: Matrix, task: Task) -> float:
        """That of the sample, by itself."""
        target = self._T[self._sample : self._sample + 1]
        measure = task.options.measure
        measure.pop("class_weight", None)  # of one row there is nothing to weigh
        return evaluate_loss(self._network, row[None], target, **measure)

    def _sample_values(self) -> SampleValues:
        """The values of the sample: by matrices, but where deltas are asked for."""
        if not self._has_diagram:
            return SampleValues()
        task = self._training.task
        row, target = task.X[self._sample], self._T[self._sample]
        loss = task.options.heads or task.loss.name
        if self._walked:
            return sample_values_of(
                self._network, sample=row, target=target, loss=loss, show=self._look.show
            )
        is_shown = "outputs" in self._look.show and self._drawn
        found = neuron_outputs(self._network, row[None]) if is_shown else {}
        names = [neuron.name for neuron in self._network.outputs]
        values = target.ravel().tolist()
        return SampleValues(
            sample=tuple(row.tolist()),
            outputs={name: float(found[name][0]) for name in self._drawn if name in found},
            targets=dict(zip(names, values, strict=True)) if len(values) == len(names) else {},
            loss=None if np.isnan(target).all() else self._loss(row, task),
            loss_name=task.objective.name,
        )

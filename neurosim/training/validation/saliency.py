"""Saliency: the slopes of the loss, or of an output, by the inputs of each row.

Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks" (2013), section 3.
"""

from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np

from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.losses import Loss, Pointwise
from neurosim.functions.numbers import Matrix, require_rows
from neurosim.network.network import Network
from neurosim.training.engines.table import DEFAULT, make_engine
from neurosim.training.options import MeasureOptions
from neurosim.training.task import make_task, require_network

# sum of t*a: its slope by an output is its target, here 1 for one of them and 0 for others
_OUTPUT = Loss(
    "output_itself",
    "sum of t*a",
    Pointwise(
        lambda x, t: t * x, lambda _, t: t, lambda x, t: t * x, lambda x, t: t + 0.0 * x,
        text="{t}*{x}", slope_text="{t}",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """Slopes by inputs, each of its own row.

    Attributes:
        of: ``loss``, or the name of an output.
        slopes: per unit of each raw input, (B, n_in).
        inputs: the captions of the inputs.
        deviations: how much each input differs over the rows, (n_in,), as ``numpy.std``.
    """

    of: str
    slopes: Matrix = field(repr=False)
    inputs: tuple[str, ...]
    deviations: Matrix = field(repr=False)

    @property
    def relative(self) -> Matrix:
        """Slopes per deviation of the input, (B, n_in): they can be compared between inputs."""
        with np.errstate(over="ignore"):  # beyond the floats it is infinite
            found: Matrix = self.slopes * self.deviations
        return found

    @property
    def mean(self) -> Matrix:
        """The mean over rows of the size of slopes per deviation, (n_in,)."""
        with np.errstate(over="ignore"):
            found: Matrix = np.abs(self.relative).mean(axis=0)
        return found

    def __str__(self) -> str:
        """What it is, and the input that counts most."""
        most = self.inputs[int(self.mean.argmax())]
        return f"slopes of {self.of} by {len(self.inputs)} inputs, largest by {most}"


def saliency(
    network: Network,
    X: Any,
    T: Any = None,
    *,
    output: str | None = None,
    engine: str = DEFAULT,
    **options: Unpack[MeasureOptions],
) -> Saliency:
    """The slope of each row's loss by its inputs, dL/dX; or that of an output, do/dX.

    Slopes are of raw inputs; those of an output are of its raw number, those of the loss of the
    inner numbers that it is measured on, as everywhere.

    Args:
        network: what is asked; stays as it is.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices, where no output is given.
        output: the name of an output, instead of the loss.
        engine: a key of the table of engines.
        **options: what the loss is, as in `neurosim.train`: ``loss``, ``heads``, ``weights``,
            ``class_weight``, ``label_smoothing``, ``missing_targets``; but no ``reduction``, as
            each slope is of its own row's loss.

    Raises:
        InvalidValueError: neither targets nor an output are given.
        WrongTypeError: a reduction is given.
        UnknownNameError: the network has no such output.
        GraphError: an activation has no slope.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 2), net.add_layer("y", 1)
    >>> _ = net.connect("x", "y", weights=[[2.0], [-3.0]])
    >>> ns.saliency(net, [[1.0, 1.0]], output="y1").slopes.tolist()
    [[2.0, -3.0]]
    >>> ns.saliency(net, [[1.0, 1.0]], [[0.0]]).slopes.tolist()
    [[-2.0, 3.0]]
    """
    rows = require_rows(X, len(require_network(network).inputs))
    if "reduction" in options:
        raise WrongTypeError(
            f"reduction: no option of saliency, got {options['reduction']!r:.80}; each slope is of"
            " its own row's loss"
        )
    if output is None:
        if T is None:
            raise InvalidValueError("T: missing; expected targets, or output=NAME")
        slopes = _slopes(network, rows, T, engine, {**options, "reduction": "sum"})
    else:
        slopes = _of_output(network, rows, output, engine)
    inputs = tuple(neuron.caption for neuron in network.inputs)
    return Saliency("loss" if output is None else output, slopes, inputs, _deviations(rows))


def _deviations(rows: Matrix) -> Matrix:
    """As ``numpy.std``, also where squares would be beyond the floats."""
    sizes = np.abs(rows).max(axis=0)
    scale = np.where(sizes > 1e150, sizes, 1.0)
    found: Matrix = (rows / scale).std(axis=0) * scale
    return found


def _of_output(network: Network, X: Matrix, name: str, engine: str) -> Matrix:
    names = [neuron.name for neuron in network.require_outputs()]
    if name not in names:
        raise UnknownNameError(unknown("output", name, names))
    column = names.index(name)
    factor = network.outputs_conversion.factor
    chosen = np.zeros((len(X), len(names)))
    chosen[:, column] = 1.0
    T = network.outputs_conversion.outer(chosen)
    slopes = _slopes(network, X, T, engine, {"loss": _OUTPUT, "reduction": "sum"})
    found: Matrix = factor[column] * slopes
    return found


def _slopes(network: Network, X: Matrix, T: Any, engine: str, options: MeasureOptions) -> Matrix:
    twin = network.copy()  # the walk leaves its numbers on the objects
    task = make_task(twin, X, T, **options)
    _, _, slopes = make_engine(engine, task).loss_and_gradient(
        twin.parameters(), task.X, task.T, inputs=True
    )
    return slopes

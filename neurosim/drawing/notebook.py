"""Notebook pictures of a network, a layer, a training and a debugging session.

Where a picture would be large there is none, and the notebook shows the text.
"""

from typing import TYPE_CHECKING

from neurosim.drawing.diagram.diagram import Diagram, compose, prepare
from neurosim.drawing.diagram.sample_values import values_on
from neurosim.drawing.drawing import Debugging, paint, prepare_step
from neurosim.drawing.geometry.abridging import MOST_CIRCLES, alone, fold
from neurosim.drawing.page.pages import render, settings
from neurosim.drawing.plots.curves import draw_loss
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.training.course.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 2000


def picture_of_network(network: Network) -> str | None:
    """A diagram with what the last pass left; None where it would be large, or empty."""
    return _svg_of(prepare(network)) if _is_small(network) else None


def picture_of_layer(layer: Layer) -> str | None:
    """Its neurons with what the last pass left; None where they are many."""
    if len(layer) > MOST_CIRCLES:
        return None
    return _svg_of(compose(alone(layer), values_on(layer.neurons), title=layer.name))


def picture_of_session(session: Debugging) -> str | None:
    """The network, with what is about to happen marked; None where it would be large."""
    return _svg_of(prepare_step(session)) if _is_small(session.network) else None


@settings()
def picture_of_history(history: History) -> str | None:
    """The loss over the epochs; None where there was none."""
    if not history.loss:
        return None
    return _svg(draw_loss(history), "loss", f"The loss of a training, {history}.")


def _is_small(network: Network) -> bool:
    folded = fold(network)
    return 0 < len(folded.circles) <= MOST_CIRCLES and len(folded.lines) <= MOST_LINES


@settings()
def _svg_of(diagram: Diagram) -> str:
    return _svg(paint(diagram), diagram.title, diagram.description)


def _svg(ax: "Axes", title: str, description: str) -> str:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return render(figure, "svg", title=title, description=description).decode("utf-8")

"""Drawing a network: `draw`, and `draw_step` for a debugging session."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from neurosim.drawing.diagram.canvas import Canvas
from neurosim.drawing.diagram.diagram import SHOW, Diagram, prepare
from neurosim.drawing.diagram.marks import Marks, Subject, marks_of_step
from neurosim.drawing.diagram.painters.boxes import paint_boxes
from neurosim.drawing.diagram.painters.lines import paint_lines
from neurosim.drawing.diagram.painters.neurons import paint_neurons
from neurosim.drawing.diagram.painters.words import paint_texts
from neurosim.drawing.diagram.sample_values import values_left
from neurosim.drawing.geometry.font import DIGITS
from neurosim.drawing.page.pages import new_figure, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.interpreter.steps import Step
from neurosim.languages import in_language
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT = 20.0  # points in a radius: letters of 8 to 9 points
_POINTS = 72.0  # in an inch
# larger drawings have smaller neurons: what is longer no program shows, what has more area, as
# points, takes seconds to write
_MOST_INCHES, _MOST_SQUARE_INCHES = 200.0, 256.0


def draw(
    network: Network,
    ax: "Axes | None" = None,
    *,
    sample: Any = None,
    target: Any = None,
    loss: str | None = None,
    show: Collection[str] = SHOW,
    full: bool = False,
    layout: str | None = None,
    pos: object = None,
    theme: str | Theme = "light",
    highlight: Iterable[Subject] | Subject = (),
    title: str | None = None,
    subtitle: str = "",
    digits: int = DIGITS,
    show_as: Sequence[int] | None = None,
    boxes: bool = False,
    direction: str = "across",
    wrap: int | None = None,
    lang: str = "en",
    blank: Collection[str] = (),
) -> "Axes":
    """Draw a network: its neurons, connections, weights, and what a sample makes of them.

    A layer of more than 18 neurons shows its first and its last ones; more than 300 neurons
    become boxes with heat maps of their weights. The drawing says what it leaves out.

    Args:
        network: is not changed.
        ax: where to draw; a figure that fits is made if None.
        sample: one value per input, (n_in,); if None, what the last pass left is shown.
        target: one value per output, (n_out,).
        loss: the name of a loss, to be measured.
        show: some of ``weights`` (and biases), ``outputs``, ``deltas``, ``gradients``.
        full: True draws all neurons and connections, however many.
        layout: ``layers``, ``levels`` or ``dot``; or one of networkx: ``spring``, ``circular``,
            ``kamada_kawai``, ``planar``, ``shell``, ``spectral`` or ``spiral``; chosen by the
            network if None.
        pos: the place (x, y) of each neuron, by name or label; then all neurons are drawn.
        theme: ``light``, ``dark`` or ``print``.
        highlight: neurons and connections to be marked, such as ``"h1"`` or ``"x1->h1"``.
        title: above the drawing, the network's own if None.
        subtitle: below the title.
        digits: in how many digits numbers are written.
        show_as: rows and columns of the image that the inputs are; neurons behind it are drawn by
            their weights from its pixels, and outputs have bars.
        boxes: True draws each layer as a box, and the weights between as heat maps.
        direction: of the layers, ``across`` from left to right, or ``down``.
        wrap: at most so many columns beside each other, for a long chain; None: all.
        lang: the language of what is written: ``de``, ``fr``, ``es``, ``ru`` or ``pt``.
        blank: some of ``outputs``, ``deltas``, ``gradients``: lines to write on, and the numbers
            nowhere in the drawing, nor in its description.

    Raises:
        UnknownNameError: there is no such layout, theme, loss, neuron, or thing to show.
        ShapeError: the sample or the target has another shape, or the image.
        InvalidValueError: deltas or gradients are asked for, and there are none; or so many digits
            no number has.
        MissingExtraError: ``dot`` needs pygraphviz.
    """
    chosen = require_theme(theme)
    with in_language(lang):
        diagram = prepare(
            network, sample=sample, target=target, loss=loss, show=show, full=full, layout=layout,
            pos=pos, highlight=highlight, title=title, subtitle=subtitle,
            digits=digits, show_as=show_as, boxes=boxes, direction=direction, wrap=wrap,
            blank=blank,
        )  # fmt: skip
        return paint(diagram, ax, chosen)


class Debugging(Protocol):
    """What `draw_step` asks of a session."""

    @property
    def network(self) -> Network:
        """As it is at this moment."""
        ...

    @property
    def coming_step(self) -> Step | None:
        """The step that is about to happen; None at the end."""
        ...

    @property
    def is_own(self) -> Callable[[Any, str], bool]:
        """Whether a number on an object is of the present sample."""
        ...

    @property
    def where(self) -> str:
        """Where in the training this is, and what is about to happen, in words."""
        ...


def draw_step(session: Debugging, ax: "Axes | None" = None, **options: Any) -> "Axes":
    """Draw the network of a debugging session, with what is about to happen marked.

    Of outputs, deltas and gradients those are there that the present sample has so far.

    Args:
        session: a session of the debugger.
        ax: where to draw; a figure that fits is made if None.
        **options: as for `draw`.
    """
    theme = require_theme(options.pop("theme", "light"))
    return paint(prepare_step(session, **options), ax, theme)


def prepare_step(session: Debugging, **options: Any) -> Diagram:
    """Compute what `draw_step` draws."""
    step = session.coming_step
    marks = Marks() if step is None else marks_of_step(step)
    said: dict[str, Any] = {"subtitle": session.where, "marks": marks}
    if options.get("sample") is None and options.get("loss") is None:
        left = values_left(session.network, options.get("target"), session.is_own)
        said["values"] = left.only(options.get("show", SHOW))
    return prepare(session.network, **(said | options))


def paint(
    diagram: Diagram,
    ax: "Axes | None" = None,
    theme: str | Theme = "light",
    *,
    neurons: Callable[[Canvas], None] = paint_neurons,
) -> "Axes":
    """Paint a diagram that is computed.

    Args:
        diagram: what is painted.
        ax: where; a figure that fits is made if None.
        theme: in which colours.
        neurons: paints the neurons, and the marks of those that are not drawn.
    """
    chosen = require_theme(theme)
    left, bottom, right, top = diagram.box
    width, height = right - left, top - bottom
    if ax is None:
        of_side = _MOST_INCHES / max(width, height)
        unit = min(UNIT, of_side * _POINTS, (_MOST_SQUARE_INCHES / width / height) ** 0.5 * _POINTS)
        figure = new_figure(chosen, (width * unit / _POINTS, height * unit / _POINTS))
        figure.set_layout_engine("none")  # the one Axes is the whole page
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes = require_axes(ax, chosen, (0.0, 0.0))
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    canvas = Canvas(axes, diagram, chosen, _unit(axes, width, height))
    for paint_part in (paint_lines, paint_boxes, neurons, paint_texts):
        paint_part(canvas)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")  # images have changed them
    return axes


def _unit(axes: "Axes", width: float, height: float) -> float:
    """How many points a radius is, where so many fill the Axes one way or the other."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)  # the Axes takes the place that it will have
    paper = axes.get_position(original=True)
    across, up = figure.get_size_inches()
    return float(min(paper.width * across / width, paper.height * up / height) * _POINTS)

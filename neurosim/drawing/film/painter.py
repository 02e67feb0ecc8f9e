"""The painter of frames: pixels of diagrams and maps, on figures that are reused.

What is the same in all frames is painted once; only the rest is painted anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.diagram.diagram import Diagram
from neurosim.drawing.drawing import paint
from neurosim.drawing.film.response_stage import ResponseStage
from neurosim.drawing.film.scene import Sight, Stage, is_still
from neurosim.drawing.geometry.labels import Labels
from neurosim.drawing.page.pages import name_axes, settings
from neurosim.drawing.page.themes import Theme
from neurosim.drawing.plots.boundary import centre_of, draw_boundary, reach_of, redraw_boundary
from neurosim.drawing.plots.input_grids import input_grid
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

Pixels: TypeAlias = NDArray[np.uint8]  # (height, width, 3)

_DPI = 110.0  # at most: letters of a dozen pixels
_POINTS_OF_MAP = 100  # on each side


class DiagramPainter:
    """Paints the diagrams of a stage.

    Args:
        stage: where they come from.
        theme: their colours.
        size: pixels of the longer side, at most.
    """

    def __init__(self, stage: Stage | ResponseStage, theme: Theme, size: int) -> None:
        self._stage, self._theme = stage, theme
        ground = stage.ground
        still = tuple(line for line in ground.written if is_still(line))
        with settings():
            self._axes = paint(replace(_bare(ground), written=still), theme=theme)
            figure = self._axes.get_figure(root=True)
            assert figure is not None
            self._canvas = _canvas_of(figure, size)
            self._canvas.draw()  # type: ignore[no-untyped-call]
        self._ground: Any = self._canvas.copy_from_bbox(figure.bbox)  # type: ignore[no-untyped-call]

    def paint(self, sight: Sight) -> Pixels:
        """The pixels of one moment."""
        diagram = self._stage.diagram(sight)
        changing = tuple(line for line in diagram.written if not is_still(line))
        before = set(self._axes.get_children())
        with settings():
            paint(replace(diagram, legend=(), written=changing), self._axes, self._theme,
                  neurons=self._stage.neurons)  # fmt: skip
            artists = [artist for artist in self._axes.get_children() if artist not in before]
            self._canvas.restore_region(self._ground)  # type: ignore[no-untyped-call]
            for artist in sorted(artists, key=lambda one: one.zorder):
                self._axes.draw_artist(artist)
        pixels = _pixels_of(self._canvas)
        for artist in artists:
            artist.remove()
        return pixels


def _bare(diagram: Diagram) -> Diagram:
    """A diagram with its legend, and without all that it is about."""
    folded = replace(diagram.folded, items=(), lines=())
    arrangement = replace(diagram.arrangement, folded=folded, places=())
    return replace(
        diagram, arrangement=arrangement, routes=(), labels=Labels((), (), (), ()), loss=None
    )


class BoundaryPainter:
    """Paints what a network answers over its two inputs, and the samples on it.

    Args:
        network: is not changed.
        sights: all moments that there will be, one at least.
        X: the samples, (B, 2).
        T: their targets.
        theme: the colours.
        size: pixels of the longer side, at most.
        is_titled: whether the title says what a sight's subtitle says.

    Raises:
        ShapeError: the network has not two inputs.
    """

    def __init__(
        self,
        network: Network,
        sights: Sequence[Sight],
        X: Any,
        T: Any,
        *,
        theme: Theme,
        size: int,
        is_titled: bool,
    ) -> None:
        self._network, self._theme, self._T = network.copy(), theme, T
        self._is_titled = is_titled
        self._grid = input_grid(network, X, resolution=_POINTS_OF_MAP)
        reach = self._reach(sights)
        longest = max((sight.subtitle for sight in sights), key=len) if is_titled else None
        with settings():
            self._axes = draw_boundary(
                self._network, X, T, resolution=_POINTS_OF_MAP, reach=reach, theme=theme,
                title=longest,
            )  # fmt: skip
            figure = self._axes.get_figure(root=True)
            assert figure is not None
            self._canvas = _canvas_of(figure, size)
            self._canvas.draw()  # type: ignore[no-untyped-call]
        figure.set_layout_engine("none")  # everything stays where it is

    def paint(self, sight: Sight) -> Pixels:
        """The pixels of one moment."""
        self._network.load_parameters(sight.parameters)
        with settings():
            redraw_boundary(self._axes, self._grid, self._network, self._T, self._theme)
            if self._is_titled:
                name_axes(
                    self._axes, self._theme, x=self._grid.inputs[0], y=self._grid.inputs[1],
                    title=sight.subtitle,
                )  # fmt: skip
            self._canvas.draw()  # type: ignore[no-untyped-call]
        return _pixels_of(self._canvas)

    def _reach(self, sights: Sequence[Sight]) -> float | None:
        """How far the colours of all moments go; None where colours stand for classes."""
        if len(self._network.outputs) > 1:
            return None
        targets = np.asarray(self._T, dtype=np.float64).ravel()
        centre = centre_of(targets, self._network.outputs[0])
        reaches = []
        for sight in sights:
            self._network.load_parameters(sight.parameters)
            reaches.append(reach_of(self._network.predict(self._grid.points), targets, centre))
        return max(reaches)


def _canvas_of(figure: "Figure", size: int) -> "FigureCanvasAgg":
    """The figure's canvas, on which its longer side has at most so many pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(min(_DPI, size / float(max(figure.get_size_inches()))))
    return FigureCanvasAgg(figure)


def _pixels_of(canvas: "FigureCanvasAgg") -> Pixels:
    return np.array(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]


def side_by_side(left: Pixels, right: Pixels, theme: Theme) -> Pixels:
    """Two pictures in one, each in the middle of the height."""
    height = max(left.shape[0], right.shape[0])
    page = [int(theme.background[at : at + 2], 16) for at in (1, 3, 5)]
    whole = np.empty((height, left.shape[1] + right.shape[1], 3), dtype=np.uint8)
    whole[:] = page
    first = 0
    for part in (left, right):
        top = (height - part.shape[0]) // 2
        whole[top : top + part.shape[0], first : first + part.shape[1]] = part
        first += part.shape[1]
    return whole

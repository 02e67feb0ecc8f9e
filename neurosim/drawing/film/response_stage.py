"""The stage of a film of responses: in the place of each neuron a small map, moment by moment.

How far the colours of a map reach is the same at all moments.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from neurosim.drawing.diagram.canvas import Canvas
from neurosim.drawing.diagram.captions import description_of
from neurosim.drawing.diagram.diagram import Diagram
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.film.scene import Sight, drawn_weights, rewritten
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.font import width_of
from neurosim.drawing.plots.input_grids import input_grid, responses
from neurosim.drawing.plots.responses import paint_maps, reach_of, responses_diagram
from neurosim.network.network import Network

_POINTS_OF_MAP = 40  # on each side


class ResponseStage:
    """Diagrams of all moments, with maps.

    Args:
        network: is not changed.
        sights: all moments that there will be, one at least.
        X: the samples, (B, 2).
        options: ``full``, ``layout``, ``title`` and ``digits``, as for `draw_responses`.

    Attributes:
        ground: a diagram with room for every moment.
    """

    def __init__(self, network: Network, sights: Sequence[Sight], X: Any, **options: Any) -> None:
        self._network, self._digits = network.copy(), options["digits"]
        self._grid = input_grid(network, X, resolution=_POINTS_OF_MAP)
        folded = fold(self._network, kind=options["layout"], full=options["full"])
        self._names = [circle.name for circle in folded.circles]
        reaches = dict.fromkeys(self._names, 0.0)
        for sight in sights:
            for name, picture in self._maps(sight).items():
                reaches[name] = max(reaches[name], reach_of(picture))
        weights = drawn_weights(self._network, folded)
        largest = max(float(np.abs(s.parameters[weights]).max(initial=0.0)) for s in sights)
        self.ground = responses_diagram(
            self._network, folded, reaches, grid=self._grid, weights=Scale.of([largest]),
            title=network.title if options["title"] is None else options["title"],
            subtitle=max((sight.subtitle for sight in sights), key=width_of),
            digits=options["digits"],
        )  # fmt: skip

    def diagram(self, sight: Sight) -> Diagram:
        """The diagram of one moment; it holds until the next is asked for."""
        self._pictures = self._maps(sight)
        ground = self.ground
        description = description_of(ground.folded, ground.values, (), sight.subtitle, self._digits)
        return replace(ground, written=rewritten(ground, sight.subtitle), description=description)

    @property
    def neurons(self) -> Callable[[Canvas], None]:
        """What paints the maps of the diagram that was made last."""
        return partial(paint_maps, pictures=self._pictures)

    def _maps(self, sight: Sight) -> dict[str, Any]:
        self._network.load_parameters(sight.parameters)
        found = responses(self._network, self._grid)
        return {name: found[name] for name in self._names}

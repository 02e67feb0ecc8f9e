"""The list of plots: what ``draw: {plot: NAME}``, ``neurosim plot --what NAME`` and Python offer.

A plot NAME is two functions of one file: ``draw_NAME``, and ``describe_NAME`` for those who do not
see it. Of the data of a run each takes what its parameters name: ``network``, ``history``, the rows
``X`` and ``T``, ``loss``, ``reduction``, ``fixed``, ``curve``. A file is loaded when its plot is
asked for: reading a scenario waits for none of them.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot.

    Attributes:
        name: its key in `PICTURES`.
        home: the module with its two functions.
        needs: what a run must have for it: ``training`` (of which it shows all epochs),
            ``metrics``, training ``rows``, or ``inputs``, one or two of them.
    """

    name: str
    home: str
    needs: frozenset[str]

    @property
    def draw(self) -> "Callable[..., Axes]":
        """The function ``draw_NAME``."""
        return self._function("draw")

    @property
    def takes(self) -> frozenset[str]:
        """The names of what it draws, and of options, those of ``**changes`` among them."""
        names: set[str] = set()
        for parameter in inspect.signature(self.draw).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                (options,) = get_args(parameter.annotation)  # of Unpack
                names |= get_type_hints(options).keys()
            else:
                names.add(parameter.name)
        return frozenset(names)

    def draw_described(self, **data: Any) -> "tuple[Axes, str]":
        """Draw it with as much of the data and options as it takes, and describe it."""
        axes = self.draw(**{name: data[name] for name in data if name in self.takes})
        return axes, self._function("describe")(axes, **data)

    def _function(self, verb: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(import_module(self.home), f"{verb}_{self.name}")
        return function


def _picture(name: str, file: str, *needs: str) -> Picture:
    return Picture(name, f"neurosim.drawing.plots.{file}", frozenset(needs))


PICTURES = {
    picture.name: picture
    for picture in (
        _picture("loss", "curves", "training"),
        _picture("metrics", "curves", "training", "metrics"),
        _picture("boundary", "boundary", "inputs"),
        _picture("responses", "responses", "inputs"),
        _picture("weights", "weights"),
        _picture("activations", "layer_statistics", "rows"),
        _picture("gradients", "layer_statistics", "rows"),
        _picture("confusion", "confusion", "rows"),
        _picture("importance", "importance", "rows"),
        _picture("saliency", "saliency", "rows"),
        _picture("learning_curve", "learning_curve", "rows", "training"),
    )
}

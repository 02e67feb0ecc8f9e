"""Places of neurons that a user gives, or that a layout of networkx finds."""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from neurosim.drawing.geometry.items import Folded
from neurosim.drawing.geometry.levels import OF_NETWORKX
from neurosim.drawing.geometry.measures import ROW
from neurosim.errors import GraphError, InvalidValueError, MissingExtraError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.network import Network

APART = 1.6 * ROW  # between the nearest two neurons, for their names and the weights between them
_MOST_WIDE = 60.0  # rows: what has neurons very near to each other is not drawn larger
_MANY = 3000  # neurons: who is nearest to whom is not asked


def positions_of(network: Network, pos: object) -> dict[str, tuple[float, float]]:
    """The place of each neuron, in radii of a neuron, the shape kept.

    Args:
        network: is not changed.
        pos: the place (x, y) of each neuron, by name, label or the neuron itself; or the name of a
            layout of networkx, one of `NX_LAYOUTS`.

    Raises:
        InvalidValueError: a neuron has no place, or two have the same.
        UnknownNameError, WrongTypeError: there is no such neuron; a place is no pair of numbers.
        GraphError: ``planar``, and lines of the network must cross.
        MissingExtraError: the layout needs SciPy, which is not installed.
    """
    where = "pos"
    if isinstance(pos, str):
        where, pos = f"layout {pos!r:.80}", _found(network, pos)
    if not isinstance(pos, Mapping):
        raise WrongTypeError(
            f"pos: got {pos!r:.80}; expected places such as {{'x1': (0, 1), ...}}, or one of"
            f" {', '.join(NX_LAYOUTS)}"
        )
    given = {network.neuron(key).name: _point(key, value) for key, value in pos.items()}
    names = [neuron.name for neuron in network.neurons]
    if missing := [name for name in names if name not in given]:
        raise InvalidValueError(f"pos: no place of {missing[0]!r}; expected one of each neuron")
    places = np.array([given[name] for name in names], np.float64).reshape(-1, 2)
    with np.errstate(all="ignore"):  # what comes of it is looked at
        scaled = (places * _factor(places)).round(6) + 0.0
    if not np.isfinite(scaled).all():
        raise InvalidValueError(f"{where}: places are too near to each other to be drawn apart")
    there: dict[tuple[float, ...], str] = {}
    for name, place in zip(names, map(tuple, scaled.tolist()), strict=True):
        if (other := there.setdefault(place, name)) != name:
            raise InvalidValueError(
                f"{where}: {other!r} and {name!r} are at the same place; expected two"
            )
    return {name: (x, y) for name, (x, y) in zip(names, scaled.tolist(), strict=True)}


def _point(key: Hashable, value: object) -> Matrix:
    point = require_array(value, f"pos[{key!r:.80}]")
    if point.shape != (2,):
        raise WrongTypeError(f"pos[{key!r:.80}]: got {value!r:.80}; expected a pair (x, y)")
    return point


def _factor(places: Matrix) -> float:
    """By what places are multiplied so that the nearest two are far enough from each other."""
    if len(places) < 2:
        return 1.0
    extent = float(np.ptp(places, axis=0).max())
    widest = _MOST_WIDE * ROW * max(1.0, math.sqrt(len(places)) / 10.0)
    if len(places) > _MANY:
        return widest / extent if extent else 1.0
    apart = np.hypot(*(places[:, None] - places[None]).T)
    np.fill_diagonal(apart, np.inf)
    nearest = float(apart.min())
    return min(APART / nearest, widest / extent) if nearest else 1.0


def _found(network: Network, name: str) -> Mapping[Any, Any]:
    if name not in NX_LAYOUTS:
        raise InvalidValueError(f"pos: got {name!r}; expected one of {', '.join(NX_LAYOUTS)}")
    graph = nx.Graph()
    graph.add_nodes_from(neuron.name for neuron in network.neurons)
    graph.add_edges_from((c.source.name, c.target.name) for c in network.connections)
    try:
        found: Mapping[Any, Any] = NX_LAYOUTS[name](graph)
    except nx.NetworkXException as error:
        raise GraphError(f"layout {name!r}: got {error}; expected another network") from error
    except ImportError:
        raise MissingExtraError(
            f"layout {name!r}: is found with SciPy, which is not installed;"
            " expected: pip install scipy",
            "sklearn",
        ) from None
    return found


def freely(folded: Folded, places: Mapping[str, tuple[float, float]]) -> Folded:
    """The same neurons at these places, in no columns."""
    items = tuple(replace(item, column=1) for item in folded.items)
    return replace(folded, kind="free", items=items, free=dict(places))


_Layout = Callable[[nx.Graph], Mapping[Any, Any]]
_FINDERS: tuple[_Layout, ...] = (
    nx.circular_layout,
    lambda graph: nx.kamada_kawai_layout(graph, weight=None),
    nx.planar_layout,
    nx.shell_layout,
    lambda graph: nx.spectral_layout(graph, weight=None),
    nx.spiral_layout,
    lambda graph: nx.spring_layout(graph, weight=None, seed=0, iterations=200),
)
NX_LAYOUTS = dict(zip(OF_NETWORKX, _FINDERS, strict=True))

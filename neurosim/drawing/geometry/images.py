"""Inputs as an image, and the neurons behind it as their weights from its pixels."""

from collections.abc import Mapping
from dataclasses import replace

from neurosim.drawing.geometry.items import Circle, Folded, Image, Item, Line
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

_HALF = 4.5  # of the longer side of an image, in radii of a neuron


def with_image(folded: Folded, network: Network, shape: object) -> Folded:
    """Draw all inputs as one image of this shape, rows and columns.

    Raises:
        WrongTypeError: the shape is no pair of numbers.
        ShapeError: there are more or fewer inputs than pixels.
        InvalidValueError: the network is drawn in boxes.
    """
    rows, columns = require_shape(shape)
    pixels = network.inputs
    if rows * columns != len(pixels):
        expected = f"expected two numbers whose product is {len(pixels)}, the number of inputs"
        raise ShapeError(f"show_as: got {rows} x {columns} = {rows * columns} pixels; {expected}")
    if folded.has_boxes:
        raise InvalidValueError("show_as: got a network that is drawn in boxes; expected neurons")
    of_pixels: dict[Neuron, list[Connection]] = {}
    is_pixel = set(pixels)
    for connection in network.connections:
        if connection.source in is_pixel:
            of_pixels.setdefault(connection.target, []).append(connection)
    unit = _HALF / max(rows, columns)
    image = Image(pixels, (rows, columns), 0, 0, columns * unit, rows * unit)
    return _replaced(folded, image, of_pixels)


def require_shape(shape: object) -> tuple[int, int]:
    """Rows and columns."""
    pair = tuple(shape) if isinstance(shape, list | tuple) else ()
    if len(pair) != 2 or not all(type(n) is int and n > 0 for n in pair):
        raise WrongTypeError(f"show_as: got {shape!r:.80}; expected rows and columns, as in (8, 8)")
    return pair


def _replaced(folded: Folded, image: Image, of_pixels: Mapping[Neuron, list[Connection]]) -> Folded:
    """The image in the place of the inputs, and one line to each neuron that it leads to."""
    is_pixel = set(image.neurons)
    items: list[Item] = [image]
    number_of: dict[int, int] = {}
    lines: list[Line] = []
    for number, item in enumerate(folded.items):
        if (isinstance(item, Circle) and item.neuron in is_pixel) or item.column == 0:
            continue
        number_of[number] = len(items)
        if isinstance(item, Circle) and item.neuron in of_pixels:
            lines.append(Line(0, len(items), image))
            own = tuple(of_pixels[item.neuron])
            items.append(replace(item, image=image, from_image=own))
        else:
            items.append(item)
    lines += [
        replace(line, source=number_of[line.source], target=number_of[line.target])
        for line in folded.lines
        if line.source in number_of and line.target in number_of
    ]
    return replace(folded, items=tuple(items), lines=tuple(lines))

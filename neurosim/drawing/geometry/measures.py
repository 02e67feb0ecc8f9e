"""Units of a drawing: all lengths are in radii of a neuron.

x grows to the right, from column to column; y grows upward, so that the first neuron of a column
has the greatest y. How large a unit is on paper is for the picture to say.
"""

import math

RADIUS = 1.0  # of a neuron, the unit itself
MARGIN = 0.15  # no line comes nearer to the border of a neuron that it does not touch
STRIP = 0.2  # beside a column, where bent lines still run level: a little more than the margin

GAP = 0.5  # between the room of one neuron and that of the next
NAME_ROOM = 0.7  # below a neuron, for its name
ROW = RADIUS + NAME_ROOM + GAP + RADIUS  # from neuron to neuron, centre to centre
GROUP_GAP = 1.6  # more, between two layers in one column

LANE = 0.5  # from one bent line to the next where they pass a column
LANE_GAP = 0.3  # from a bent line to the room of a neuron
MOST_LANES_HEIGHT = 12.0  # of a column that lanes may take before they move together

FREE = 6.0  # between two columns, border to border, at least
STEEPEST = 4.0  # dy / dx of a straight line; steeper ones would run into the neighbours of its ends
PORT_ANGLE = math.radians(30.0)  # lines leave a neuron within this angle, for the same reason

BOX_HALF_WIDTH = 4.0  # of a box that stands for a layer
BOX_GAP = 1.5
BOX_FREE = 3.0  # between a column of boxes and one of heat maps, border to border, at least
TILE_HALF = 2.5  # of the heat map of a weight matrix

EM = 0.42  # the size of letters of values and weights, where nobody measures them
EM_NAME = 0.46  # of names: below a neuron they fit into its room

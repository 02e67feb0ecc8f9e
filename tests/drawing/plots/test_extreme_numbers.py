"""Pictures of the largest and the smallest numbers: drawn or refused, without a warning."""

import io
from itertools import product

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.page.pages import settings
from neurosim.drawing.plots.curves import set_log_scale
from neurosim.errors import InvalidValueError

NUMBERS = (1.7e308, 1e16, 5e-324)
ROWS, TARGETS = [[0.0, 1.0], [1.0, 0.0]], [[0.0], [1.0]]


def _network(n_in, n_out, weight):
    net = ns.Network()
    net.add_layer("x", n_in), net.add_layer("o", n_out), net.connect("x", "o", weight=weight)
    return net


PICTURES = {
    "loss": lambda v: ns.draw_loss([v, v * 0.9, v * 0.8]),
    "loss, logarithmic": lambda v: ns.draw_loss([v, 1.0, 5e-324]),
    "boundary": lambda v: ns.draw_boundary(_network(2, 1, v), resolution=8),
    "boundary of classes": lambda v: ns.draw_boundary(_network(2, 3, v), resolution=8),
    "boundary of one input": lambda v: ns.draw_boundary(_network(1, 1, v)),
    "boundary, targets": lambda v: ns.draw_boundary(_network(2, 1, 1), ROWS, [[v], [-v]]),
    "boundary, rows": lambda v: ns.draw_boundary(_network(2, 1, 1), [[0, v], [1, v]], TARGETS),
    "boundary, far rows": lambda v: ns.draw_boundary(_network(2, 1, 1), [[0, v], [1, -v]]),
    "responses": lambda v: ns.draw_responses(_network(2, 1, v), resolution=8),
    "weights": lambda v: ns.draw_weights(_network(2, 1, v)),
    "activations": lambda v: ns.draw_activations(_network(2, 1, v), ROWS),
    "saliency": lambda v: ns.draw_saliency(_network(2, 1, v), [[v, 0], [-v, 1]], output="o1"),
    "diagram": lambda v: ns.draw(_network(2, 1, v), sample=[v, 1]),
}


@pytest.mark.slow
def test_every_picture_of_every_extreme_is_drawn_or_refused_without_a_warning():
    refused = set()
    for (name, draw), number in product(PICTURES.items(), NUMBERS):
        try:
            with settings():
                draw(number).get_figure(root=True).savefig(io.BytesIO())
        except InvalidValueError:
            refused.add((name, number))
        except (Warning, ValueError) as error:
            pytest.fail(f"{name} of {number}: {error!r}")

    assert refused <= {
        ("boundary, rows", 1.7e308), ("boundary, far rows", 1.7e308), ("activations", 1.7e308)
    }  # fmt: skip


def test_what_is_too_large_to_be_drawn_is_said():
    with pytest.raises(InvalidValueError, match=r"X: too large to be drawn, got 1\.7e\+308; expec"):
        ns.draw_boundary(_network(2, 1, 1), [[0, 1.7e308], [1, 0]])


def test_a_logarithmic_axis_from_the_smallest_to_the_largest_has_few_ticks():
    with settings():
        axes = ns.draw_loss([1.0])
        axes.plot([5e-324, 1e308], [1, 1])

        set_log_scale(axes, "x")

        axes.get_figure(root=True).savefig(io.BytesIO())
        ticks = [tick for tick in axes.get_xticks() if tick > 0]
    assert np.isfinite(ticks).all()
    assert 4 <= len(ticks) <= 10

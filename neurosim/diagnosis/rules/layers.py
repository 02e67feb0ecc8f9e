"""Rules of layers: gradients that vanish or explode, and networks that are too small."""

from collections.abc import Iterator

import numpy as np

from neurosim.diagnosis.case import HEALTHY, Case, listed
from neurosim.diagnosis.cures import (
    Cure,
    KeyNames,
    by_descent,
    deepened,
    drawn_anew,
    grown,
    parts_of,
    together,
    with_option,
)
from neurosim.diagnosis.rules.candidate import Candidate
from neurosim.functions.numbers import Matrix
from neurosim.functions.update_options import require_clip

_FADES = (
    0.03  # of the last generation's gradient, that of the first: of shallow ones it is above .1
)
_GROWS = 1e2  # times its weights, or the last one's, a layer's gradient: a rate of .01 moves all
_MANY_ROWS = 5  # for each parameter: fewer could be learned by heart
_MOST_UNITS = 64  # that a too small layer is given in a trial


def vanishing_gradient(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A gradient that is a hundred times smaller in the first layer than in the last.

    Source: Glorot and Bengio (2010), section 4; by the root mean square over each layer's
    parameters.
    """
    sizes = layer_sizes(case, case.gradients[1])
    starts = layer_sizes(case, case.gradients[0])
    if len(sizes) < 3 or case.diverged:
        return
    if case.last > case.losses[0]:
        sizes = starts  # what is left after a loss that rose has another cause
    fade = min(_ratio(sizes), _ratio(starts))
    if not fade < _FADES or not (case.is_settled or case.share > 0.9):
        return
    shown = sizes if _ratio(sizes) <= _ratio(starts) else starts
    hidden = [case.network.neurons[i] for i in case.hidden]
    squashing = parts_of(neuron for neuron in hidden if "sigmoid" in neuron.activation)
    cures = [drawn_anew(keys, case.network)]
    if squashing:
        cures.append(drawn_anew(keys, case.network, activation=(squashing, "tanh")))
    yield Candidate(
        "vanishing_gradient",
        f"the gradient of the first layer is {shown[0]:.2g}, that of the last {shown[-1]:.2g}",
        "the first layers",
        _way_back(shown, "below"),
        {"first": float(shown[0]), "last": float(shown[-1]), "ratio": fade},
        tuple(cures),
        needs=0.05,
    )


def exploding_gradient(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """At the start, a gradient that is a hundred times the weights, or the last layer's."""
    sizes = layer_sizes(case, case.gradients[0])
    if len(sizes) < 3:
        return
    along, steep = _ratio(sizes), sizes / np.maximum(layer_sizes(case, case.start), 1e-9)
    growth = max(along, float(steep.max()))
    if not growth > _GROWS:
        return
    if along > _GROWS:
        fact = (
            f"the gradient of the first layer is {sizes[0]:.2g}, that of the last {sizes[-1]:.2g}"
        )
        why = _way_back(sizes, "above")
    else:
        fact = f"the gradient is {growth:.2g} times the weights at the start"
        why = (
            "large weights multiply the values and the errors of each layer; one update overshoots"
        )
    clip = with_option(keys, "clip", require_clip({"norm": 1.0}), "{norm: 1}")
    yield Candidate(
        "exploding_gradient",
        fact,
        "the first layers",
        why,
        {"first": float(sizes[0]), "last": float(sizes[-1]), "ratio": growth},
        (drawn_anew(keys, case.network), clip),
        needs=0.05,
    )


def layer_sizes(case: Case, vector: Matrix) -> Matrix:
    """The root mean square of a vector like theta over what leads into each generation."""
    _, targets, parameters, _ = case.edges
    depths = case.depths[targets]
    squares = np.bincount(depths, weights=vector[parameters] ** 2)
    counts = np.bincount(depths)
    there = counts > 0
    return np.sqrt(squares[there] / counts[there])


def _way_back(sizes: Matrix, side: str) -> str:
    numbers = " -> ".join(f"{size:.2g}" for size in sizes[::-1])
    return (
        f"going back, each layer multiplies the error by weight*slope, which is far {side} 1 here:"
        f" {numbers} from the last layer to the first"
    )


def _ratio(sizes: Matrix) -> float:
    return float(sizes[0] / sizes[-1]) if sizes[-1] > 0.0 else 1.0


def too_few_units(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A network that has settled at a loss which one with more hidden neurons does not have."""
    if case.is_of_perceptrons:
        yield from _no_line(case, keys)
        return
    if case.diverged or not case.is_settled:
        return
    found = _larger(case, keys)
    if found is None:
        return
    where, n, cures = found
    needs = max(0.5, 1.0 - HEALTHY / case.share)  # what would be healthy, or half of it
    if case.task.n_rows * len(case.network.outputs) < _MANY_ROWS * len(case.start):
        needs = max(needs, 0.8)
    yield Candidate(
        "too_few_units",
        f"{where} cannot say more: the loss has settled at {case.last:.4g}",
        where,
        f"the gradient is {float(np.linalg.norm(case.gradients[1])):.2g} long, so with {n} hidden"
        " neurons this is the end of the way; with more it goes on in a short replay",
        {"hidden": n, "loss": case.last},
        cures,
        needs=needs,
    )


def _no_line(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Perceptrons that have not learned: the rule ends, if a line separates the rows.

    Source: Novikoff, "On convergence proofs for perceptrons" (1962).
    """
    cure = together(deepened(keys, case.network, 4, "sigmoid"), by_descent(keys))
    yield Candidate(
        "too_few_units",
        f"no line was found that separates the rows: the loss is still {case.last:.4g}",
        listed([neuron.name for neuron in case.network.outputs]),
        "the perceptron rule ends with no mistake where a line separates yes from no, and goes on"
        " for ever where none does; hidden neurons draw several, and learn by a gradient",
        {"loss": case.last, "epochs": len(case.losses)},
        (cure,) if not case.hidden else (),
        is_certain=True,
    )


def _larger(case: Case, keys: KeyNames) -> tuple[str, int, tuple[Cure, ...]] | None:
    """Where neurons are missing, how many there are, and cures with more; None: no such place."""
    network, n = case.network, len(case.hidden)
    if not network.trainable_mask().all():
        return None  # what is frozen would be frozen in a larger one, too
    if n == 0:
        if len({neuron.activation for neuron in network.outputs}) > 1:
            return None
        tried = (deepened(keys, network, more) for more in (4, 8))
        return "a network without hidden neurons", 0, tuple(tried)
    layers = [
        layer
        for layer in network.layers
        if not layer.is_input and not set(layer.neurons) & set(network.outputs)
    ]
    if not layers or sum(map(len, layers)) != n:
        return None
    layer = min(layers, key=len)
    more = max(4, 2 * len(layer))
    if more > _MOST_UNITS:
        return None
    tried = (grown(keys, layer, units) for units in (more, 2 * more))
    return f"layer {layer.name}, of {len(layer)} neurons,", len(layer), tuple(tried)

"""Rules of neurons: twins, dead and saturated ones."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from neurosim.compiler.plan import Index
from neurosim.diagnosis.case import Case, edges_of, facts, hidden_of
from neurosim.diagnosis.cures import KeyNames, activated, drawn_anew, parts_of, rate_times
from neurosim.diagnosis.rules.candidate import Candidate
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

_DIGITS = 10  # to which weights of twins are equal; rounding moves no more of them apart
_FLAT = 0.01  # of its range, how near an output is to an end where the activation is flat
_ROWS = 0.7  # the share of rows on which a saturated neuron is there
_UNITS = 0.5  # the share of a layer's neurons that must be so to explain a loss


def twin_units(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Hidden neurons with equal weights in and out, from the start: their gradients are equal, too.

    Source: Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 8.4: the initial
    parameters need to break the symmetry between units.
    """
    at_start = {i: n for n, group in enumerate(twins(case.network, case.start)) for i in group}
    found = twins(case.network, case.state.parameters)
    groups = [g for g in found if len({at_start.get(i, -1 - i) for i in g}) == 1]
    if not groups:
        return
    n_twins, sizes = sum(map(len, groups)), np.bincount(case.depths[case.hidden])
    is_whole = any(len(group) == sizes[case.depths[group[0]]] for group in groups)
    names = "; ".join(case.names(group) for group in groups[:3])
    yield Candidate(
        "twin_units",
        f"{names} have equal weights in and out, so they say the same on every row",
        names,
        "equal weights have equal gradients: every update leaves them equal, and together they"
        " are no more than one neuron each",
        {"twins": n_twins, "count_as": len(groups)},
        (drawn_anew(keys, case.network),),
        is_certain=is_whole,
        gain=1.0 if is_whole else 0.0,
    )


def twins(network: Network, theta: Matrix) -> list[list[int]]:
    """The hidden neurons, by number, that are alike in kind, sources, targets and weights."""
    sources, targets, _, values = edges_of(network, theta)
    order = np.lexsort((sources, targets))  # by target, then by source
    into = _rows(sources[order], values[order], targets[order])
    order = np.lexsort((targets, sources))
    out_of = _rows(targets[order], values[order], sources[order])
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i in hidden_of(network):
        if i in into and i in out_of:
            neuron = network.neurons[i]
            kind = neuron.activation, neuron.aggregation, neuron.response
            groups[*kind, into[i], out_of[i]].append(i)
    return [group for group in groups.values() if len(group) > 1]


def _rows(ends: Index, values: Matrix, of: Index) -> dict[int, tuple[bytes, bytes]]:
    """Of each neuron the other ends and the weights, as something that can be compared."""
    found, first = {}, np.flatnonzero(np.diff(of, prepend=-2))
    for start, stop in zip(first, [*first[1:], len(of)], strict=True):
        part = np.array([float(f"{v:.{_DIGITS}g}") for v in values[start:stop]])
        found[int(of[start])] = ends[start:stop].tobytes(), part.tobytes()
    return found


def dead_units(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Hidden neurons that are 0 with slope 0 on every row, at the end.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models"
    (2013), section 2: a unit whose gradient is 0 whenever it is not active may never be.
    """
    numbers = [i for i in case.hidden if facts(case.network.neurons[i]).can_die]
    if not numbers:
        return
    z, a = case.values
    dead = [i for i in numbers if not a[:, i].any()]
    if not dead:
        return
    _, a_start = case.values_at_start
    from_start = [i for i in dead if not a_start[:, i].any()]
    least_dead = max(dead, key=lambda i: float(z[:, i].max()))
    parts = parts_of(case.network.neurons[i] for i in dead)
    rate = case.task.optimizer.learning_rate
    cures = [activated(keys, parts, "leaky_relu")]
    if from_start:
        cures.append(drawn_anew(keys, case.network))
    else:
        cures.append(rate_times(keys, case.task.options, 0.1))
    since = "from the start" if from_start else f"since the training, at rate {rate:g}"
    yield Candidate(
        "dead_units",
        f"{case.names(dead)} gave 0 on every row, {since}",
        case.names(dead),
        f"the net input of {case.network.neurons[least_dead].name} is at most"
        f" {float(z[:, least_dead].max()):.3g}: its slope is 0 there, so its delta is"
        " (...)*0 = 0, and no update reaches it or what leads to it",
        {
            "dead": len(dead),
            "of": len(numbers),
            "largest_net_input": float(z[:, dead].max()),
            "dead_at_start": len(from_start),
        },
        tuple(cures),
        is_certain=_has_whole_layer(case, dead),  # which nothing passes
        gain=1.0 if _has_whole_layer(case, from_start) else 0.0,
    )


def _has_whole_layer(case: Case, numbers: list[int]) -> bool:
    """Whether all hidden neurons of a generation are among these."""
    hidden = np.bincount(case.depths[case.hidden])
    counts = np.bincount(case.depths[numbers], minlength=len(hidden))
    return bool((counts == hidden)[hidden > 0].any())


def saturated_units(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Neurons that are within 1 % of an end of their range on seven rows of ten, or more.

    Of a sigmoid that is a slope of less than .01, where .25 is the largest. Source: Glorot and
    Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    found = _saturated(case, case.values[1])
    if not found:
        return
    z = case.values[0]
    at_start = set(_saturated(case, case.values_at_start[1]))
    far = max(found, key=lambda i: float(np.median(np.abs(z[:, i]))))
    neuron = case.network.neurons[far]
    typical = float(np.median(z[:, far]))
    yield Candidate(
        "saturated_units",
        f"{case.names(found)} are at an end of their range on {_ROWS:.0%} of the rows or more",
        case.names(found),
        _why_saturated(case, neuron, typical),
        {"saturated": len(found), "at_start": len(at_start & set(found)), "net_input": typical},
        (drawn_anew(keys, case.network),),
    )


def _why_saturated(case: Case, neuron: Neuron, typical: float) -> str:
    place = f"the net input of {neuron.name} is about {typical:.3g}"
    for head in case.task.objective.heads:
        if any(case.network.outputs[i] is neuron for i in head.outputs) and (
            head.loss.joint is not None or head.loss.formula_for(neuron.activation)[1]
        ):
            return (
                f"{place}, and its delta, the output minus the target, is never more than 1: it is"
                " a long way to the other answer"
            )
    return (
        f"{place}: there {neuron.activation} is flat, its slope is nearly 0, and the chain rule"
        " multiplies by it"
    )


def _saturated(case: Case, a: Matrix) -> list[int]:
    """The saturated neurons of layers in which at least half of the neurons are.

    Of outputs only those count that are wrong there.
    """
    saturated, depths = [], case.depths
    hidden, wrong = set(case.hidden), _wrong_outputs(case)
    for i, neuron in enumerate(case.network.neurons):
        if neuron.is_input or not (i in hidden or i in wrong):
            continue
        if neuron.activation != SOFTMAX and not facts(neuron).saturates:
            continue
        low, high = facts(neuron).range
        near = np.minimum(a[:, i] - low, high - a[:, i]) < _FLAT * (high - low)
        if near.mean() >= _ROWS:
            saturated.append(i)
    counts = np.bincount(depths[[*hidden, *wrong]], minlength=depths.max() + 1)
    many = np.bincount(depths[saturated], minlength=len(counts)) >= _UNITS * counts
    return [i for i in saturated if many[depths[i]]]


def _wrong_outputs(case: Case) -> set[int]:
    """The outputs that miss by more than half of their range on most rows."""
    found, number = set(), {n: i for i, n in enumerate(case.network.neurons)}
    inner = case.network.outputs_conversion.inner(case.outputs, "T")
    for column, neuron in enumerate(case.network.outputs):
        low, high = facts(neuron).range
        if np.isfinite(high - low):
            miss = np.abs(inner[:, column] - case.T[:, column]) > (high - low) / 2.0
            if np.mean(miss) > 0.5:
                found.add(number[neuron])
    return found

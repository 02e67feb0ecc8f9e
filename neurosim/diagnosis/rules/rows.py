"""Rules of rows: inputs and targets from which a network cannot learn, or only with difficulty."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from neurosim.diagnosis.case import Case, facts, listed, loss_of_outputs, reachable
from neurosim.diagnosis.cures import (
    Cure,
    KeyNames,
    activated,
    parts_of,
    rate_times,
    scaled,
    together,
    with_option,
)
from neurosim.diagnosis.rules.candidate import Candidate
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task_kind import YES_NO

_FAR = 5.0  # root mean square of an input: 1 is usual, and 3 deviations make 3
_VERY_FAR = 30.0  # likewise, such as grey levels
_NEAR = 0.02  # likewise: what is smaller than that by far moves no net input
_UNLIKE = 30.0  # how many times the root mean squares of inputs may differ
_EXPLAINS = 0.5  # the share of the loss that a fact must account for
_RARE = 0.1  # the share of rows of a rare class
_DIGITS = 9  # to which two columns are the same


def unscaled_inputs(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Inputs that are large, far from 0, tiny, or of very different sizes.

    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.3.
    """
    if not case.network.inputs or not len(case.X):
        return
    sizes = np.sqrt(np.mean(case.X**2, axis=0))
    used = sizes[sizes > 0.0]
    if not len(used):
        return
    largest, least = float(used.max()), float(used.min())
    if largest <= _FAR and largest >= _NEAR and largest <= _UNLIKE * least:
        return
    i = int(sizes.argmax() if largest > _FAR or largest > _UNLIKE * least else sizes.argmin())
    name = case.network.inputs[i].caption
    low, high = float(case.task.X[:, i].min()), float(case.task.X[:, i].max())
    yield Candidate(
        "unscaled_inputs",
        f"inputs are not scaled: {name} goes from {low:.4g} to {high:.4g}",
        listed([case.network.inputs[j].name for j in np.argsort(-sizes)[:4]]),
        f"a net input is a sum of weight*input and a gradient is delta*input: with numbers like"
        f" {float(case.X[np.abs(case.X[:, i]).argmax(), i]):.4g} both are as far from 1, so no one"
        " learning rate suits weights and biases",
        {"input": name, "least": low, "largest": high, "root_mean_square": float(sizes[i])},
        _scaled_with_its_rate(case, keys, largest),
    )


def _scaled_with_its_rate(case: Case, keys: KeyNames, largest: float) -> tuple[Cure, ...]:
    """Scaled inputs; and with a rate for them, where the one for very large inputs had to be small.

    Gradients grow with the square of the inputs.
    """
    plain = scaled(keys, inputs="standard")
    if largest < _VERY_FAR:
        return (plain,)
    return plain, together(plain, rate_times(keys, case.task.options, 10.0))


def constant_input(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Inputs that are the same on every row, unless they serve as a bias."""
    if len(case.X) < 2:
        return
    constant = np.flatnonzero(np.ptp(case.X, axis=0) == 0.0)
    idle = [int(i) for i in constant if not _is_bias(case, int(i))]
    if not idle or case.share < _EXPLAINS:
        return
    names = listed([case.network.inputs[i].caption for i in idle])
    value = float(case.task.X[0, idle[0]])
    yield Candidate(
        "constant_input",
        f"{names} is {value:.4g} on every row",
        names,
        f"it tells no row from another: the part of a net input that is {value:.4g}*w is a second"
        " bias; what was to be learned from it is not there (a column mixed up?)",
        {"value": value, "inputs": len(idle)},
        _cure_of_column(keys, case, idle),
        is_certain=True,
    )


def _is_bias(case: Case, column: int) -> bool:
    """Whether what a constant input leads to has no bias, in whose place it is."""
    neuron = case.network.inputs[column]
    targets = [c.target for c in case.network.outgoing(neuron)]
    return bool(case.X[0, column]) and any(target.bias is None for target in targets)


def _cure_of_column(keys: KeyNames, case: Case, columns: list[int]) -> tuple[Cure, ...]:
    """A constant that is large is 0 when it is scaled."""
    large = any(abs(float(case.X[0, i])) > 1.0 for i in columns)
    return (scaled(keys, inputs="standard"),) if large else ()


def duplicate_input(case: Case, keys: KeyNames) -> Iterator[Candidate]:  # noqa: ARG001 - as all rules
    """Inputs that are the same on every row, but for a unit and an offset."""
    if len(case.X) < 3 or case.share < _EXPLAINS:
        return
    groups = _duplicates(case.X)
    if not groups:
        return
    captions = [neuron.caption for neuron in case.network.inputs]
    names = listed([" and ".join(captions[i] for i in group[:3]) for group in groups])
    yield Candidate(
        "duplicate_input",
        f"{names} are the same on every row, but for their unit",
        names,
        "the second tells nothing that the first does not; what was to be learned from another"
        " column is not there (a column mixed up?)",
        {"groups": len(groups)},
        is_certain=True,
    )


def _duplicates(X: Matrix) -> list[list[int]]:
    """The groups of columns that are alike when their means are 0 and their sizes 1."""
    centred = X - X.mean(axis=0)
    sizes = np.sqrt((centred**2).sum(axis=0))
    groups: dict[bytes, list[int]] = {}
    for i in np.flatnonzero(sizes > 0.0):
        column = np.round(centred[:, i] / sizes[i], _DIGITS) + 0.0  # no -0
        groups.setdefault(column.tobytes(), []).append(int(i))
    return [group for group in groups.values() if len(group) > 1]


def unreachable_target(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Targets outside of the range of their output's activation; or at both ends of a half of it.

    A target on the end of a range is reached in the limit only; that is usual for a sigmoid with 0
    and 1, and a hindrance for tanh, of which 0 is the middle.
    """
    network, T = case.network, case.T
    nearest = reachable(case.task.objective, network, T)
    out = np.abs(nearest - T) > 1e-6 * (1.0 + np.abs(T))
    out &= ~np.isnan(T)
    if out.any():
        yield _out_of_range(case, keys, nearest, out)
        return
    halves = [i for i, n in enumerate(network.outputs) if _is_half(n, T[:, i])]
    if halves:
        neuron = network.outputs[halves[0]]
        yield Candidate(
            "unreachable_target",
            f"the targets of {neuron.name} are 0 and 1, and {neuron.activation} goes from -1 to 1",
            listed([network.outputs[i].name for i in halves]),
            "1 is never reached, and 0 is where the slope is largest, 1: what is right for one row"
            " moves the other away",
            {"targets": "0 and 1", "low": -1.0, "high": 1.0},
            (activated(keys, parts_of(network.outputs), "sigmoid"),),
            needs=0.5,
        )


def _out_of_range(case: Case, keys: KeyNames, nearest: Matrix, out: NDArray[np.bool_]) -> Candidate:
    network, T = case.network, case.T
    row, column = (int(i) for i in np.argwhere(out)[0])
    neuron = network.outputs[column]
    low, high = facts(neuron).range
    unavoidable = loss_of_outputs(case.task, nearest)
    ill = [network.outputs[i] for i in np.flatnonzero(out.any(axis=0))]
    theirs = T[:, out.any(axis=0)]
    cures = []
    if np.nanmin(theirs) >= -1.0 and np.nanmax(theirs) <= 1.0:
        cures = [activated(keys, parts_of(ill), "tanh")]
    elif math.isfinite(high) and len(ill) == len(network.outputs):
        both = "standard" if _are_large(case.X) else None
        cures.append(scaled(keys, inputs=both, targets="minmax"))
    cures.append(activated(keys, parts_of(ill), "identity"))
    return Candidate(
        "unreachable_target",
        f"{neuron.name} is to say {float(case.task.T[row, column]):.6g}, and {neuron.activation}"
        f" gives numbers from {low:g} to {high:g}",
        f"{neuron.name}, row {row}",
        f"the nearest it can come is {float(nearest[row, column]):.4g}: a loss of {unavoidable:.4g}"
        f" of {case.last:.4g} stays, whatever is learned",
        {
            "target": float(case.task.T[row, column]),
            "low": low if math.isfinite(low) else "-inf",
            "high": high if math.isfinite(high) else "inf",
            "unavoidable_loss": unavoidable,
        },
        tuple(cures),
        needs=0.05,
        is_certain=unavoidable >= _EXPLAINS * case.last,
        gain=min(1.0, unavoidable / case.last) if case.last > 0.0 else 0.0,
    )


def _are_large(X: Matrix) -> bool:
    return bool(np.sqrt(np.mean(X**2, axis=0)).max(initial=0.0) > _FAR)


def _is_half(neuron: Neuron, targets: Matrix) -> bool:
    values = np.unique(targets[~np.isnan(targets)])
    return facts(neuron).range == (-1.0, 1.0) and values.tolist() == [0.0, 1.0]


def not_a_probability(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Binary cross-entropy of outputs that are not between 0 and 1."""
    for head in case.task.objective.heads:
        wrong = [case.network.outputs[i] for i in head.outputs]
        wrong = [neuron for neuron in wrong if not facts(neuron).gives_probabilities]
        if head.loss.targets != "unit" or not wrong:
            continue
        neuron, number = wrong[0], case.network.outputs.index(wrong[0])
        values = case.outputs[:, number]
        yield Candidate(
            "not_a_probability",
            f"{neuron.name} is {neuron.activation}, and {head.loss.name} is of probabilities:"
            " a sigmoid is missing",
            listed([neuron.name for neuron in wrong]),
            f"the loss is the logarithm of the output, which goes from {float(values.min()):.4g} to"
            f" {float(values.max()):.4g}; below 0 and above 1 there is none, and no smaller rate"
            " helps",
            {"least": float(values.min()), "largest": float(values.max())},
            (activated(keys, parts_of(wrong), "sigmoid"),),
            is_certain=True,
            gain=1.0,
        )


def contradicting_rows(case: Case, keys: KeyNames) -> Iterator[Candidate]:  # noqa: ARG001
    """Rows with equal inputs and different targets, by the loss that they make unavoidable."""
    X, T = case.X, case.T
    if len(X) < 2 or np.isnan(T).any():
        return
    _, group = np.unique(X, axis=0, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group)
    means = np.stack([np.bincount(group, weights=column) / counts for column in T.T], axis=1)
    differs = np.abs(means[group] - T).max(axis=1) > 1e-12 * (1.0 + np.abs(T).max())
    if not differs.any():
        return
    unavoidable = loss_of_outputs(case.task, means[group])
    explained = unavoidable / case.last if case.last > 0.0 else 0.0
    if explained < _EXPLAINS:
        return
    first = int(np.flatnonzero(differs)[0])
    rows = np.flatnonzero(group == group[first])
    other = int(next(r for r in rows if not np.array_equal(T[r], T[first])))
    yield Candidate(
        "contradicting_rows",
        f"{int(differs.sum())} rows contradict others: rows {first} and {other} have equal inputs"
        " and different targets",
        f"rows {listed([str(r) for r in np.flatnonzero(differs)])}",
        f"one input has one answer, so at best it is the mean: a loss of {unavoidable:.4g} of"
        f" {case.last:.4g} stays, whatever is learned; look at these rows, or give the network an"
        " input that tells them apart",
        {"rows": int(differs.sum()), "unavoidable_loss": unavoidable, "loss": case.last},
        is_certain=True,
        gain=min(1.0, explained),
    )


def rare_class(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A class of less than a tenth of the rows that is missed on most of them."""
    if not case.kind.has_classes or np.isnan(case.task.T).any():
        return
    answers, wanted = case.kind.classes(case.outputs), case.kind.classes(case.task.T)
    counts = np.bincount(wanted, minlength=case.kind.n_classes)
    rare = [
        c
        for c in np.flatnonzero(counts)
        if counts[c] < _RARE * len(wanted) and np.mean(answers[wanted == c] == c) < 0.5
    ]
    if not rare:
        return
    names = [_class_name(case, int(c)) for c in rare]
    share, n = float(counts[rare].sum() / len(wanted)), int(counts[rare[0]])
    found = int((answers[wanted == rare[0]] == rare[0]).sum())
    yield Candidate(
        "rare_class",
        f"{listed(names)} is the answer for {found} of its {n} rows, of {len(wanted)} in all",
        listed(names),
        f"a loss is a mean over rows, and {share:.1%} of them have as much of the say: an answer"
        " that forgets them costs next to nothing",
        {"class": names[0], "rows": n, "found": found, "of": len(wanted)},
        _balanced(case, keys),
        is_certain=True,
        gain=0.3,
    )


def majority_answer(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """The same class for every row."""
    if not case.kind.has_classes or np.isnan(case.task.T).any() or case.diverged:
        return
    if case.share < _EXPLAINS:
        return
    answers, wanted = case.kind.classes(case.outputs), case.kind.classes(case.task.T)
    if len(np.unique(answers)) > 1 or len(np.unique(wanted)) < 2:
        return
    name, right = _class_name(case, int(answers[0])), float(np.mean(answers == wanted))
    constant = case.constant_loss
    is_uneven = right > 1.2 / len(np.unique(wanted))
    yield Candidate(
        "majority_answer",
        f"it always says {name}: {right:.2g}",
        f"all {len(wanted)} rows",
        f"the loss, {case.last:.4g}, is that of the best answer without any input, {constant:.4g}:"
        " it has learned how many rows each class has, and nothing of the inputs",
        {"answer": name, "accuracy": right, "loss": case.last, "constant_loss": constant},
        _balanced(case, keys) if is_uneven else (),
        is_certain=True,
    )


def _balanced(case: Case, keys: KeyNames) -> tuple[Cure, ...]:
    if case.task.options.heads is not None:
        return ()  # each head has its own
    return (with_option(keys, "class_weight", "balanced", "balanced", is_tried=False),)


def _class_name(case: Case, number: int) -> str:
    values = np.zeros((1, len(case.network.outputs)))
    if case.kind.name == YES_NO:
        values[0, 0] = -1e300 if number == 0 else 1e300
    else:
        values[0, number] = 1.0
    return case.kind.meanings(values, case.network)[0]


def unused_output(case: Case, keys: KeyNames) -> Iterator[Candidate]:  # noqa: ARG001
    """Outputs that no input reaches, whose targets differ."""
    network = case.network
    apart = unreached_outputs(network)
    lone = [i for i, n in enumerate(network.outputs) if n in apart]
    varied = [i for i in lone if np.nanmax(case.T[:, i]) > np.nanmin(case.T[:, i])]
    if not varied:
        return
    names = listed([network.outputs[i].name for i in varied])
    yield Candidate(
        "unused_output",
        f"no input reaches {names}",
        names,
        "there is no path from an input, so it says the same on every row, while its targets"
        " differ; connect it, or leave it out",
        {"outputs": len(varied)},
        is_certain=True,
        gain=0.5,
    )


def unreached_outputs(network: Network) -> list[Neuron]:
    """The outputs without a path from an input; those of a softmax layer go together."""
    reached = set(network.inputs)
    for generation in network.generations():
        for neuron in generation:
            if any(c.source in reached for c in network.incoming(neuron)):
                shares = neuron.layer is not None and neuron.activation == "softmax"
                reached.update(neuron.layer.neurons if shares and neuron.layer else [neuron])
    return [neuron for neuron in network.outputs if neuron not in reached]

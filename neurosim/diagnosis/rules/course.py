"""Rules of the way a training went: the loss, the rate, the validation."""

import math
from collections.abc import Iterator

import numpy as np

from neurosim.diagnosis.case import Case
from neurosim.diagnosis.cures import (
    KeyNames,
    at_rate,
    drawn_anew,
    rate_times,
    with_option,
    without_brakes,
)
from neurosim.diagnosis.rules.candidate import Candidate
from neurosim.training.stopping.stops import EarlyStopping

_RISE = 2.0  # times the least loss: noise of batches does not double a mean of epochs
_REVERSED = -0.5  # the cosine of two updates in a row; of independent ones it is about 0
_STILL = 0.01  # of the constant answer's loss, what a flat loss moves at most
_USUAL = 1e-3  # of the weights, an update
_SMALL = 1e-5  # of the weights, an update: a hundredth of the usual 1e-3 (Karpathy, cs231n notes 3)
_SMALL_WAY = 0.3  # of the weights, what all updates together would make if none were reversed
_LARGE = 0.03  # of the weights, an update: thirty times the usual
_TURNED = 1.1  # times the least validation loss
_MATTERS = 0.05  # of the constant answer's loss: half of what a healthy network may leave


def loss_rises(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A loss that ends at twice its least value or more, or is not finite."""
    if not case.diverged and not case.last >= _RISE * case.least:
        return
    best = int(case.losses.argmin()) if len(case.losses) else 0
    ends = "it diverges" if case.diverged else f"it ends at {case.last:.4g}"
    rate = case.task.optimizer.learning_rate
    least = f", after {case.least:.4g} in epoch {best}" if len(case.losses) else ""
    yield Candidate(
        "loss_rises",
        f"the loss rises: {ends}{least}",
        f"from epoch {best} on",
        f"an update goes rate*gradient = {rate:g}*gradient down a slope that holds only nearby; it"
        " goes so far that the other side is higher",
        {
            "least": _finite(case.least),
            "best_epoch": best,
            "last": _finite(case.last),
            "rate": rate,
        },
        tuple(at_rate(keys, each) for each in _lower_rates(rate)),
        is_certain=bool(case.diverged) or case.share >= 1.0,
    )


def _finite(number: float) -> float | None:
    """The number, or None: JSON has no infinity."""
    return number if math.isfinite(number) else None


def _lower_rates(rate: float) -> tuple[float, ...]:
    """A tenth and a hundredth; of one that is far from any that learns, usual ones first."""
    return (*((1.0, 0.1) if rate > 10.0 else ()), rate / 10.0, rate / 100.0)


def loss_swings(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Updates of whole epochs that reverse each other."""
    if case.diverged or len(case.losses) < 4:
        return
    changes = case.changes[1]
    if len(changes) < 3:
        return
    sizes = np.linalg.norm(changes, axis=1)
    if not (sizes > 0.0).all():
        return
    cosines = (changes[1:] * changes[:-1]).sum(axis=1) / (sizes[1:] * sizes[:-1])
    scale = float(np.linalg.norm(case.state.parameters)) or 1.0
    if np.mean(cosines) > _REVERSED or np.mean(sizes) < 1e-4 * scale:
        return
    i = int(np.abs(changes).sum(axis=0).argmax())
    name, steps = case.network.parameter_names()[i], changes[:2, i]
    yield Candidate(
        "loss_swings",
        f"the updates swing: {name} moves by {steps[0]:.4g}, then {steps[1]:.4g}, and so on",
        name,
        "each epoch jumps over the minimum to the other side, and the next one back: the gradient"
        " changes its sign, and rate*gradient is as large as the way between",
        {
            "cosine": float(np.mean(cosines)),
            "first_change": float(steps[0]),
            "second_change": float(steps[1]),
            "rate": case.task.optimizer.learning_rate,
        },
        (rate_times(keys, case.task.options, 0.5), rate_times(keys, case.task.options, 0.1)),
        needs=0.1,
    )


def loss_flat(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A loss that has hardly moved since the first tenth of the training, near a constant's."""
    if case.diverged or len(case.losses) < 2 or case.share < 0.9:
        return
    moved = float(np.ptp(case.losses[len(case.losses) // 10 :])) / case.constant_loss
    if moved > _STILL:
        return
    yield Candidate(
        "loss_flat",
        f"the loss does not move: {float(case.losses[0]):.6g} -> {float(case.losses[-1]):.6g} in"
        f" {len(case.losses):,} epochs",
        f"epochs 0 to {len(case.losses) - 1}",
        f"it is about that of the best answer without any input, {case.constant_loss:.4g}; the"
        f" gradient is {float(np.linalg.norm(case.gradients[1])):.3g} long there, and no update"
        " leads away",
        {"first": float(case.losses[0]), "last": float(case.losses[-1]), "moved": moved},
        (
            *without_brakes(keys, case.task.options),
            rate_times(keys, case.task.options, 10.0),
            drawn_anew(keys, case.network),
        ),
        is_certain=True,
    )


def rate_small(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Updates of less than 1e-5 of the weights that do not add up to a change."""
    size, way = _sizes(case)
    if case.diverged or size is None or size > _SMALL or way > _SMALL_WAY:
        return
    rate = case.task.optimizer.learning_rate
    factor = 10.0 ** round(math.log10(_USUAL / max(size, 1e-30)))
    rates = (100.0 * factor * rate, 10.0 * factor * rate) if size > 0.0 else (1.0, 0.1)
    yield Candidate(
        "rate_small",
        f"an update changes the weights by {size:.2g} of what they are: rate {rate:g} is small",
        f"epochs 0 to {len(case.losses) - 1}",
        f"all {case.n_updates:,} updates together went {way:.2g} of their size; the usual is"
        " a thousandth in each",
        {"update_to_weight": size, "rate": rate, "updates": case.n_updates},
        (*without_brakes(keys, case.task.options), *(at_rate(keys, each) for each in rates)),
        needs=0.03,
        is_certain=rate == 0.0,
    )


def rate_large(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """Updates of more than 3 % of the weights, as it begins or after its end."""
    size, _ = _sizes(case)
    if not case.diverged and (size is None or size < _LARGE):
        return
    rate = case.task.optimizer.learning_rate
    shown = "more than they are" if size is None else f"{size:.2g} of what they are"
    yield Candidate(
        "rate_large",
        f"an update changes the weights by {shown}: the rate, {rate:g}, is large",
        "all epochs",
        "what was learned from the rows before is overwritten by the next update; the usual is a"
        " thousandth",
        {"update_to_weight": size, "rate": rate},
        tuple(at_rate(keys, each) for each in _lower_rates(rate)),
    )


def _sizes(case: Case) -> tuple[float | None, float]:
    """The size of a typical update and of the whole way, as shares of the weights' size.

    Of the first epochs and those after the end, the larger ones count; None where neither could be
    looked at.
    """
    end = float(np.linalg.norm(case.state.parameters)) or 1.0
    found = []
    for state, changes in zip((case.begin, case.state), case.changes, strict=True):
        scale = float(np.linalg.norm(state.parameters)) or end
        found += [float(size) / scale for size in np.linalg.norm(changes[:3], axis=1)]
    if not found:
        return None, 0.0
    return max(found) / case.trial_task.n_batches, max(found) * len(case.losses)


def validation_turned(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    """A validation loss that ends a tenth above its least, while the loss goes on to fall."""
    values = case.validation_losses
    if len(values) < 5 or case.diverged or len(values) != len(case.losses):
        return
    if case.task.options.early_stopping is not None:  # the best parameters are restored
        return
    best = int(values.argmin())
    last = float(values[-max(1, len(values) // 20) :].mean())
    is_falling = case.last < float(case.losses[best])
    if last <= _TURNED * values[best] or best >= len(values) - 2 or not is_falling:
        return
    if last - values[best] < _MATTERS * case.constant_loss:
        return
    n_parameters, n_rows = len(case.start), case.task.n_rows
    many = (
        f" ({n_parameters} parameters for {n_rows} rows: it can learn them by heart)"
        if n_parameters > n_rows
        else ""
    )
    patience = max(5, len(values) // 20)
    yield Candidate(
        "validation_turned",
        f"the validation loss was least in epoch {best}, {float(values[best]):.4g}, and ends at"
        f" {last:.4g}",
        f"from epoch {best} on",
        f"since then the loss fell on, {float(case.losses[best]):.4g} -> {case.last:.4g}, by"
        f" what holds of the training rows alone{many}",
        {
            "best_epoch": best,
            "best": float(values[best]),
            "last": last,
            "parameters": n_parameters,
            "rows": n_rows,
        },
        (
            with_option(
                keys,
                "early_stopping",
                EarlyStopping(patience=patience),
                f"{{patience: {patience}}}",
                is_tried=False,
            ),
        ),
        is_certain=True,
        gain=1.0 - float(values[best]) / last,
    )

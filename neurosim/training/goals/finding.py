"""The weighing of a task, found from its options and its targets."""

from typing import Protocol

import numpy as np

from neurosim.errors import InvalidValueError
from neurosim.functions.losses import Head, Objective
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.goals.class_weight import ClassWeight, ClassWeights, find_class_weights
from neurosim.training.goals.heads import HeadOption
from neurosim.training.goals.weighing import Weighing, can_smooth
from neurosim.training.task_kind import CLASSES, decide_task_kind


class GoalOptions(Protocol):
    """The options of a training that say what it aims at."""

    @property
    def heads(self) -> tuple[HeadOption, ...] | None:
        """As `require_heads` makes them."""
        ...

    @property
    def class_weight(self) -> ClassWeight:
        """As `require_class_weight` makes it."""
        ...

    @property
    def label_smoothing(self) -> float:
        """From 0 to below 1."""
        ...

    @property
    def reduction(self) -> str:
        """``mean`` or ``sum``."""
        ...


def find_weighing(
    network: Network, objective: Objective, T: Matrix, options: GoalOptions
) -> Weighing:
    """The weights of heads and classes, found from targets (B, n_out), NaN where one is missing.

    Raises:
        InvalidValueError: labels cannot be smoothed, or classes have no weights.
        UnknownNameError: a class is unknown.
    """
    smoothing, is_mean = options.label_smoothing, options.reduction == "mean"
    if not smoothing and options.heads is None and options.class_weight is None:
        return Weighing(objective, is_mean=is_mean)
    if smoothing and not any(map(can_smooth, objective.heads)):
        raise InvalidValueError(
            f"label_smoothing: got {smoothing!r} for {objective.name}; expected cross_entropy or"
            " binary_cross_entropy"
        )
    given, weights = [options.class_weight], [1.0]
    names = None if network.classes is None else list(network.classes.names)
    where = ["class_weight"]
    if options.heads is not None:
        if options.class_weight is not None:
            raise InvalidValueError(
                f"class_weight: got {options.class_weight!r:.80} beside heads; expected it as a key"
                " of the head whose classes it weighs"
            )
        given = [head.class_weight for head in options.heads]
        weights, names = [head.weight for head in options.heads], None
        where = [f"heads[{i}]: class_weight" for i in range(len(given))]
    of_classes = tuple(
        None if each is None else _of_classes(network, head, T, each, names=names, where=place)
        for each, head, place in zip(given, objective.heads, where, strict=True)
    )
    return Weighing(objective, tuple(weights), of_classes, smoothing, is_mean)


def _of_classes(
    network: Network,
    head: Head,
    T: Matrix,
    given: ClassWeight,
    *,
    names: list[str] | None,
    where: str,
) -> ClassWeights:
    own = T[:, list(head.outputs)]
    own = own[~np.isnan(own).any(axis=1)]
    if not len(own):
        raise InvalidValueError(f"{where}: every target is missing; expected one that is there")
    is_softmax = head.loss.joint is not None
    kind = decide_task_kind(own, own.shape[1], is_softmax=is_softmax, loss=head.loss.name)
    if names is None:
        outputs = [network.outputs[i].caption for i in head.outputs]
        names = outputs if kind.name == CLASSES else []
    return find_class_weights(given, kind, own, names, where)

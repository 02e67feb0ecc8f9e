"""Adjustments of an update: its options, worked out for each parameter in the order of theta.

Penalties on named parameters, clipping, rates of their own, weight decay and max-norm. They hold
numbers of parameters only, so they serve the walk, the array program and the kernel alike.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import GraphError
from neurosim.functions.numbers import Matrix
from neurosim.functions.penalties import L1, Penalties, Penalty, PenaltyList, parts_of_penalty
from neurosim.functions.update_options import Clip, NamedRates, On, WeightDecay
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter
from neurosim.network.reshaping.selection import select_by_name

_FUNCTION = "f"  # the kind of a parameter of an activation, which is no weight
_NONE = -1  # the number of the group of a parameter that is in none


@dataclass(frozen=True, slots=True, eq=False)
class Adjustments:
    """What an update does besides its rule; every array is (n_parameters,).

    Attributes:
        penalties: what is added to the gradient of those in the row of ``is_penalized``, which is
            (n_penalties, n_parameters), and max-norm.
        clip: how gradients are clipped.
        clip_groups: over which of them a norm is taken: numbers from 0.
        rates: of those named, else NaN.
        learning_rate: that of the optimizer, to which ``rates`` belong.
        decay: the strength of weight decay.
        norm_groups: which belong to one neuron for max-norm: numbers from 0, or -1.
        norm_limits: the max-norm of each of these groups, (n_groups,).
    """

    penalties: tuple[Penalties, ...]
    is_penalized: NDArray[np.bool_]
    clip: Clip | None
    clip_groups: NDArray[np.intp]
    rates: Matrix
    learning_rate: float
    decay: Matrix
    norm_groups: NDArray[np.intp]
    norm_limits: Matrix

    @property
    def n_groups(self) -> int:
        """How many groups there are at most, of either kind."""
        return int(max(self.clip_groups.max(initial=0), self.norm_groups.max(initial=0))) + 1

    @property
    def has_max_norm(self) -> bool:
        """Whether some parameters have a most length."""
        return bool((self.norm_groups != _NONE).any())

    def rates_at(self, rate: float) -> Matrix:
        """The rate of each parameter in an update whose rate is this one."""
        scale = rate / self.learning_rate if self.learning_rate != 0.0 else 1.0
        return np.where(np.isnan(self.rates), rate, self.rates * scale)


def adjustments_of(
    network: Network,
    learning_rate: float,
    *,
    penalty: Penalty | None = None,
    clip: Clip | None = None,
    weight_decay: WeightDecay | None = None,
    rates: NamedRates | None = None,
) -> Adjustments | None:
    """The options of an update for this network; None where at most a plain penalty is given.

    Raises:
        UnknownNameError: a name is of nothing.
        GraphError: what it names has no parameter.
    """
    is_plain = not isinstance(penalty, L1 | Penalties | PenaltyList)
    if is_plain and clip is None and weight_decay is None and rates is None:
        return None
    penalties = parts_of_penalty(penalty)
    parameters = network.parameter_list()
    numbers = {parameter: i for i, parameter in enumerate(parameters)}
    is_list = len(penalties) > 1
    is_penalized = np.zeros((len(penalties), len(parameters)), np.bool_)
    for k, part in enumerate(penalties):
        is_penalized[k] = _members(
            network, numbers, part.on, f"penalty[{k}]" if is_list else "penalty"
        )
    norm_groups, norm_limits = _max_norms(parameters, penalties, is_penalized)
    decay = np.zeros(len(parameters))
    if weight_decay is not None:
        decay[_members(network, numbers, weight_decay.on, "weight_decay")] = weight_decay.strength
    return Adjustments(
        penalties,
        is_penalized,
        clip,
        _layers_of(parameters, is_split=clip is not None and clip.per == "layer"),
        _rates_of(network, numbers, rates),
        learning_rate,
        decay,
        norm_groups,
        norm_limits,
    )


def _max_norms(
    parameters: tuple[Parameter, ...],
    penalties: tuple[Penalties, ...],
    is_penalized: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], Matrix]:
    """The group of each parameter by its neuron and penalty, and the most length of each group."""
    owner = np.full(len(parameters), _NONE)
    is_weight = np.array([parameter.kind != _FUNCTION for parameter in parameters], np.bool_)
    for k, part in enumerate(penalties):
        if part.max_norm is None:
            continue
        held = is_penalized[k] & is_weight
        if is_penalized[k].any() and not held.any():
            first = int(np.flatnonzero(is_penalized[k])[0])
            raise GraphError(
                f"penalty[{k}]: max_norm: {parameters[first].symbol} is no weight; expected"
                " weights or biases"
            )
        twice = np.flatnonzero(held & (owner != _NONE))
        if len(twice):
            first = int(twice[0])
            raise GraphError(
                f"penalty[{k}]: max_norm: {parameters[first].symbol} has one by"
                f" penalty[{owner[first]}], too; expected one of a parameter at most"
            )
        owner[held] = k
    kept = np.flatnonzero(owner != _NONE)
    groups = np.full(len(parameters), _NONE, np.intp)
    groups[kept] = _numbered((int(owner[i]), parameters[i].neuron) for i in kept)
    limits = np.full(int(groups.max(initial=_NONE)) + 1, math.inf)
    for i in kept:
        limits[groups[i]] = penalties[owner[i]].max_norm
    return groups, limits


def _members(
    network: Network, numbers: dict[Parameter, int], on: On, where: str
) -> NDArray[np.bool_]:
    if on == "all":
        return np.ones(len(numbers), np.bool_)
    if isinstance(on, str):
        kind = {"weights": "w", "biases": "b"}[on]
        return np.array([parameter.kind == kind for parameter in numbers], np.bool_)
    found = np.zeros(len(numbers), np.bool_)
    for name in on:
        chosen = select_by_name(network._structure, name, where)[1]
        weights = [p for p in chosen if p.kind != _FUNCTION]
        found[[numbers[p] for p in weights or chosen]] = True  # `or` where slopes alone are named
    return found


def _rates_of(network: Network, numbers: dict[Parameter, int], rates: NamedRates | None) -> Matrix:
    found = np.full(len(numbers), np.nan)
    named = [
        (*select_by_name(network._structure, name, "rates"), rate)
        for name, rate in (rates.by_name if rates is not None else ())
    ]
    for _, parameters, rate in sorted(named, key=lambda each: each[0]):
        found[[numbers[p] for p in parameters]] = rate
    return found


def _layers_of(parameters: tuple[Parameter, ...], *, is_split: bool) -> NDArray[np.intp]:
    if not is_split:
        return np.zeros(len(parameters), np.intp)
    return _numbered(p.neuron.layer or p.neuron for p in parameters)


def _numbered(things: Iterator[Any]) -> NDArray[np.intp]:
    """The number of each thing, in the order of their first."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(thing, len(numbers)) for thing in things], np.intp)

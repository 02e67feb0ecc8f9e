"""Parts of an update: of one parameter, what its change is the sum of.

An update is a rule's answer to a gradient and to what the rule remembers. Its step is a sum: of
what this batch's samples ask for, what the penalty asks for, what the memory goes on with
(momentum, a running mean), and what decays. Rules that also scale their step (by a running mean
square) scale all parts alike, so the parts add up to the change. The gradient is a sum over
samples, and a sample's part of it a sum over paths; see `paths`.
"""

from dataclasses import dataclass

from neurosim.debugger.ask.parameters import find_named
from neurosim.errors import UnknownNameError, WrongTypeError
from neurosim.functions.numbers import short
from neurosim.functions.optimizers import Memory, Optimizer
from neurosim.interpreter.steps import Adjusted, GradientComputed, Updated
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter


@dataclass(frozen=True, slots=True)
class Parts:
    """What a change of a parameter is the sum of, up to rounding.

    Attributes:
        samples: what this batch's samples ask for.
        penalty: what the penalty asks for.
        clip: what clipping takes of both: of each gradient by itself; by the norm it is in both.
        memory: what the optimizer remembers of earlier batches goes on with.
        decay: what the parameter shrinks by in any case.
        projection: what max-norm takes at the end.
        by_hand: over many updates, what a user set it to in between.
    """

    samples: float
    penalty: float
    memory: float
    decay: float
    by_hand: float = 0.0
    clip: float = 0.0
    projection: float = 0.0

    def __str__(self) -> str:
        named = (
            (self.samples, "by the samples"),
            (self.penalty, "by the penalty"),
            (self.clip, "by clipping"),
            (self.memory, "by what the optimizer remembers"),
            (self.decay, "by weight decay"),
            (self.projection, "by max-norm"),
            (self.by_hand, "by being set"),
        )
        texts = [f"{short(number)} {words}" for number, words in named if number != 0.0]
        return ", ".join(texts) or "0"


def require_parameter(network: Network, source: object, target: object) -> Parameter:
    """The weight of ``source`` to ``target``, or what ``source`` alone is the name of."""
    for name in (source,) if target is None else (source, target):
        if not isinstance(name, str):
            raise WrongTypeError(f"why: got {name!r:.80}; expected a name such as 'x1->h1'")
    found = find_named(network, str(source) if target is None else f"{source}->{target}")
    parameter = found.bias_parameter if isinstance(found, Neuron) else found.parameter
    if parameter is None:
        raise UnknownNameError(f"{found.name!r} has no bias; expected a connection or another bias")
    return parameter


def share_of(term: GradientComputed) -> float:
    """What one sample added to the gradient."""
    return term.value * term.delta


def parts_of(rule: Optimizer, update: Updated | None, count: int) -> tuple[Parts, float]:
    """The parts of a change, and what a gradient of 1 moves the parameter by.

    Without what pushes in its memory, a rule's step from 0 is the gradient's own; where nothing
    scales it, it is in proportion to the gradient.
    """
    if update is None:
        return Parts(0.0, 0.0, 0.0, 0.0), 0.0
    adjusted = update.adjusted or Adjusted(1.0, update.slope, 0.0, 1.0)
    share, penalty = (
        adjusted.clip * part for part in (update.gradient / update.rows, update.penalty)
    )
    g, rate, memory = update.slope, update.rate, update.memory_before
    still = _without_push(rule, memory)
    own, _ = rule.scalar(0.0, g, still, count, rate)
    whole, _ = rule.scalar(0.0, g, memory, count, rate)
    if all(rule.pushes):
        factor, _ = rule.scalar(0.0, 1.0, still, count, rate)
    else:
        factor = own / g if g != 0.0 else 0.0
    rest, _ = rule.scalar(
        update.before, 0.0, _without_push(rule, (1.0,) * len(memory)), count, rate
    )
    moved, _ = rule.scalar(update.before, g, memory, count, rate)
    parts = Parts(
        factor * share,
        factor * penalty,
        whole - own,
        rest - update.before - adjusted.decay,
        clip=factor * (g - (share + penalty)),
        projection=update.after - (moved - adjusted.decay),
    )
    return parts, factor * adjusted.clip


def _without_push(rule: Optimizer, memory: Memory) -> Memory:
    return tuple(0.0 if p else m for p, m in zip(rule.pushes, memory, strict=True))

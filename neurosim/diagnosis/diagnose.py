"""The diagnosis: facts become findings where a cure of them takes away enough of the loss.

A network that has learned is healthy, whatever its facts: its loss ends at most at a tenth of the
best constant answer's, and its validation loss within a tenth of its least. Of any other, each rule
yields candidates. Their cures are tried in short replays from the start of the training, at most
five, on a copy; what gains is a finding, and what gains most comes first. How long they are depends
on the size of the work alone (see `Case.trial_size`): the same training has the same findings on
every machine.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Unpack, overload

import numpy as np

from neurosim.diagnosis.case import (
    WORK,
    Case,
    best_constants,
    loss_of_outputs,
    work_of_epoch,
)
from neurosim.diagnosis.cures import Cure, KeyNames, Trial
from neurosim.diagnosis.finding import FINDINGS, Diagnosis, Finding
from neurosim.diagnosis.rules import course, layers, rows, units
from neurosim.diagnosis.rules.candidate import Candidate
from neurosim.errors import DivergedError, NeurosimError, WrongTypeError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.course.past import Past
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.training import Training

Rule = Callable[[Case, KeyNames], Iterator[Candidate]]

RULES: tuple[Rule, ...] = (
    units.twin_units, units.dead_units, units.saturated_units,
    rows.unscaled_inputs, rows.constant_input, rows.duplicate_input,
    rows.unreachable_target, rows.not_a_probability,
    course.loss_rises, course.loss_swings, course.loss_flat, course.rate_small, course.rate_large,
    layers.vanishing_gradient, layers.exploding_gradient,
    rows.majority_answer, rows.rare_class, rows.contradicting_rows,
    layers.too_few_units, course.validation_turned, rows.unused_output,
)  # fmt: skip

_TRIALS = 5
_EPOCHS = 1000  # of a training that has not begun, at most
_DIGITS = 1  # of a gain: what is alike up to here is ordered by the table
_FINITE = 1e-3  # of a training that diverged, what it gains to be finite
_FEW = 10  # updates after which a training says nothing yet
# told where nothing else is found: what follows from any other cause, and what a replay with more
# neurons, whose weights are drawn anew, would cure along with it
_LAST = ("majority_answer", "loss_flat", "too_few_units", "constant_input", "duplicate_input")


@overload
def diagnose(training: Training, /, *, keys: KeyNames | None = None) -> Diagnosis: ...
@overload
def diagnose(
    training: Network,
    X: object,
    T: object,
    /,
    *,
    keys: KeyNames | None = None,
    **options: Unpack[TrainOptions],
) -> Diagnosis: ...
def diagnose(
    training: Training | Network,
    X: object = None,
    T: object = None,
    /,
    *,
    keys: KeyNames | None = None,
    **options: Unpack[TrainOptions],
) -> Diagnosis:
    """Say why a training does not learn; nothing where it does.

    Args:
        training: as far as it has come, also one that diverged; or a network, of which a copy is
            trained. Either stays as it is.
        X: samples, (B, n_in), where a network is given.
        T: targets, (B, n_out).
        keys: where a scenario has what a cure changes; None: in a list of layers.
        **options: of `neurosim.train`; without ``epochs`` as many as there is time for, up to 1000.

    Returns:
        The findings, that whose cure gains most first.

    Raises:
        NeurosimError: what is given does not fit, as `neurosim.train` says.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 2), net.add_layer("h", 2, activation="sigmoid")
    >>> _ = net.add_layer("o", 1, activation="sigmoid"), net.connect("x", "h", weight=1.0)
    >>> _ = net.connect("h", "o", weight=1.0)
    >>> X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    >>> ns.diagnose(net, X, T, optimizer=ns.SGD(1.0), epochs=2000, batch_size=1)[0].name
    'twin_units'
    """
    if isinstance(training, Training):
        if X is not None or T is not None or options:
            raise WrongTypeError("diagnose: rows or options beside a training; expected it alone")
        case = case_of(training)
    elif isinstance(training, Network):
        case = _trained(training, X, T, options)
    else:
        raise WrongTypeError(f"diagnose: got {training!r:.80}; expected a Training, or a Network")
    return diagnose_case(case, KeyNames(case.network) if keys is None else keys)


def case_of(training: Training) -> Case:
    """The case of a training; of one that has not begun, or left no losses, as it would go."""
    past = training.past
    if not past.losses:
        return _gone(training, past)
    return _case(training, past)


def _case(training: Training, past: Past) -> Case:
    return Case(
        training.task,
        past.start,
        training.state,
        np.array(past.losses),
        np.array(past.validation_losses),
        past.diverged,
        training.task_kind,
    )


def _trained(network: Network, X: object, T: object, options: TrainOptions) -> Case:
    """The case of a copy of a network, trained."""
    wanted = options.get("epochs")
    chosen = make_options(None, {**options, "epochs": wanted or 0})
    training = Training(network.copy(), X, T, _plain(chosen, keeps_validation=True))
    return _advanced(training, chosen.epochs or _affordable(training, _EPOCHS))


def _advanced(training: Training, n_epochs: int) -> Case:
    try:
        training.watch(n_epochs)
    except DivergedError:
        if not training.past.losses:
            return _gone(training, training.past)
    return _case(training, training.past)


def _gone(training: Training, past: Past) -> Case:
    """The case of a copy that goes the way again, as far as it can be afforded."""
    again = _again(training.network.copy(), training.task.X, training.task.T, training, past)
    if not past.diverged:
        return _advanced(again, _affordable(training, _EPOCHS))
    n_epochs = min(training.state.epoch - past.start.epoch, _affordable(training, _EPOCHS))
    if n_epochs:
        again.watch(n_epochs)
    again.past.diverged = past.diverged
    return _case(again, again.past)


def _again(network: Network, X: Matrix, T: Matrix, training: Training, past: Past) -> Training:
    network.load_parameters(past.start.parameters)
    return Training(network, X, T, _plain(training.options, keeps_validation=True))


def _plain(options: Options, *, keeps_validation: bool = False) -> Options:
    """The options of a training that measures and stops at nothing."""
    validation = options.validation if keeps_validation else None
    return replace(
        options, validation=validation, state=None, metrics=(), early_stopping=None, until=None,
        time_limit=None, progress=False, norms=False, engine="compiled", program="auto",
        precision="double", validate=None, seeds=None,
    )  # fmt: skip


def _affordable(training: Training, most: int) -> int:
    """How many epochs of a training that has not begun are looked at."""
    return max(1, min(most, WORK // work_of_epoch(training.task)))


# --- from facts to findings


def diagnose_case(case: Case, keys: KeyNames) -> Diagnosis:
    """The findings of a case."""
    order = list(FINDINGS)
    candidates = sorted(_candidates(case, keys), key=lambda each: order.index(each.name))
    found = []
    trials = _Trials(case)
    for candidate in candidates:
        finding = _finding(candidate, trials, diverged=bool(case.diverged))
        if finding is not None:
            found.append(finding)
    found.sort(key=_rank)
    causes = [finding for finding in found if finding.name not in _LAST]
    return Diagnosis(tuple(causes or found), len(case.losses))


def _candidates(case: Case, keys: KeyNames) -> Iterator[Candidate]:
    with np.errstate(all="ignore"):
        if case.has_learned:
            yield from course.validation_turned(case, keys)
        else:
            rules = RULES if case.n_updates >= _FEW or case.diverged else _CERTAIN
            if case.is_of_perceptrons:
                rules = tuple(rule for rule in rules if rule not in _OF_DESCENT)
            yield from chain.from_iterable(rule(case, keys) for rule in rules)


_CERTAIN: tuple[Rule, ...] = (
    rows.unreachable_target, rows.not_a_probability, units.saturated_units, rows.unused_output
)  # fmt: skip


_OF_DESCENT: tuple[Rule, ...] = (
    course.loss_rises, course.loss_swings, course.loss_flat, course.rate_small, course.rate_large,
    layers.vanishing_gradient, layers.exploding_gradient, units.saturated_units,
)  # fmt: skip


def _rank(finding: Finding) -> tuple[float, int]:
    return -round(finding.gain or 0.0, _DIGITS), list(FINDINGS).index(finding.name)


def _finding(candidate: Candidate, trials: "_Trials", *, diverged: bool) -> Finding | None:
    """What a candidate becomes; None where no cure of it gains enough."""
    gains = [trials.gain(each) for each in candidate.cures]
    # cures are in the order of what is nearest to the cause: the first that is half as good serves
    least = max(candidate.needs, 0.5 * max(gains, default=0.0))
    number = next((i for i, gain in enumerate(gains) if gain >= least), 0)
    gain = gains[number] if gains else 0.0
    if gain < candidate.needs and not candidate.is_certain:
        return None
    cure = candidate.cures[number] if candidate.cures else Cure(())
    if cure.change is not None and gain < min(candidate.needs, _FINITE if diverged else 1.0):
        cure = Cure(())  # it was tried, and is none
    gain = max(gain, candidate.gain)
    return Finding(
        candidate.name, candidate.what, candidate.where, candidate.why, candidate.numbers,
        cure.assignments, gain,
    )  # fmt: skip


class _Trials:
    """Short replays of a training from its start, each with a cure, each cure once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._gains: dict[tuple[str, ...], float] = {}

    def gain(self, cure: Cure) -> float:
        """How much of the loss a cure takes away, as a share; 0 where none is left to be tried."""
        key = cure.assignments
        if key not in self._gains:
            is_left = len(self._gains) < _TRIALS and self._case.trial_size[0] > 0
            if cure.change is None or not is_left:
                return 0.0
            self._gains[key] = self._measured(cure)
        return self._gains[key]

    def _measured(self, cure: Cure) -> float:
        assert cure.change is not None
        try:
            share = self._share(cure.change)
        except NeurosimError:  # it diverges, or does not fit: no cure
            return 0.0
        # what is worse than a constant answer is no better for being less so
        before = min(self._plain_share, 1.0)
        gain = max(0.0, 1.0 - share / before) if before > 0.0 else 0.0
        return max(gain, _FINITE) if self._case.diverged else gain

    @cached_property
    def _plain_share(self) -> float:
        """The share of the loss at the same epoch of the training as it was."""
        case, (n_epochs, step) = self._case, self._case.trial_size
        if case.diverged or (n_epochs >= len(case.losses) and step == 1):
            return case.share
        if step == 1:
            at = case.losses[n_epochs - _mean_of(n_epochs) : n_epochs]
            return float(at.mean()) / case.constant_loss
        return self._share(lambda trial: trial)

    def _share(self, change: Callable[[Trial], Trial]) -> float:
        """The loss at the end of a trial, as a share of that of the best constant answer."""
        case, task, n_epochs = self._case, self._case.trial_task, self._case.trial_size[0]
        network = case.network.copy()
        network.load_parameters(case.start)
        trial = change(Trial(network, task.X, task.T, _plain(task.options)))
        training = Training(trial.network, trial.X, trial.T, trial.options)
        losses = training.advance(epochs=n_epochs)
        constant = loss_of_outputs(training.task, best_constants(training.task))
        last = float(np.mean(losses[-_mean_of(n_epochs) :]))
        return last / (constant if constant > 0.0 else case.constant_loss)


def _mean_of(n_epochs: int) -> int:
    return max(1, n_epochs // 20)

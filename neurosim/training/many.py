"""The training of many networks by one call: each with the bits of a training of its own."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Event
from time import perf_counter
from typing import Any, Unpack, overload

import numpy as np

from neurosim.errors import InvalidValueError, NeurosimError, ShapeError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array, require_count
from neurosim.functions.streams import require_seed
from neurosim.network.network import Network
from neurosim.training.course.history import History, column
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.kernel_program import KernelProgram
from neurosim.training.engines.side_by_side import MOST_PARAMETERS, SideBySide
from neurosim.training.engines.table import make_engine
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.state import TrainingState, epoch_rates, start_state
from neurosim.training.task import Task, require_network
from neurosim.training.training import Training, prepare, require_no_folds, train_to_end

_SMALL = 1_000_000  # updates of places; what takes less time than threads do


@overload
def train_many(
    networks: tuple[Network, Any],
    X: Any,
    T: Any,
    *,
    threads: int | None = None,
    exact: bool = True,
    **options: Unpack[TrainOptions],
) -> Matrix: ...
@overload
def train_many(
    networks: Iterable[Network],
    X: Any,
    T: Any,
    *,
    threads: int | None = None,
    exact: bool = True,
    **options: Unpack[TrainOptions],
) -> list[History]: ...
def train_many(
    networks: Any,
    X: Any,
    T: Any,
    *,
    threads: int | None = None,
    exact: bool = True,
    **options: Unpack[TrainOptions],
) -> list[History] | Matrix:
    """Train many networks, each with the bits that `neurosim.train` gives it.

    Small networks of one structure are trained side by side, where the kernel is there.

    Args:
        networks: are trained in place; or a pair of a network, which stays as it is, and thetas,
            (n, n_parameters).
        X: samples of all, (B, n_in); or those of each, a list or an array (n, B, n_in).
        T: targets of all, (B, n_out), or of each: as X.
        seeds: of the shuffling, one for each; None: the option ``seed``, else the network's own.
        exact: False lets sigmoids and tanhs of networks side by side be within 1e-15 of the exact
            ones where vectors cannot compute these here (another C library than glibc, or a
            processor without AVX2): faster, and trainings drift apart as with other roundings.
        threads: how many to use, which changes no result; None: as many as there are processors.
        **options: those of `neurosim.train`, but no ``state`` and no ``validate``.

    Returns:
        The history of each network; or the thetas after training, (n, n_parameters).

    Raises:
        DivergedError: one of them met a number that is not finite; says which one, where. All
            others are trained.
        NeurosimError: something given does not fit; says for which network.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("y", 1, bias=None)
    >>> _ = net.connect("x", "y", weight=0)
    >>> ns.train_many((net, [[0.0], [2.0]]), [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=1)
    array([[0.5],
           [1.5]])
    """
    given: dict[str, Any] = {**options}
    seeds = given.pop("seeds", None)  # of train, they are an option; here one for each network
    chosen = make_options(None, given)
    _require_no_state(chosen)
    require_no_folds(options, "train_many")
    pair = _pair(networks)
    members = _of_thetas(*pair) if pair is not None else _of_networks(networks)
    _give_rows(members, X, T)
    _give_seeds(members, seeds, chosen)
    if not isinstance(exact, bool):
        raise WrongTypeError(f"exact: got {exact!r:.80}; expected True or False")
    _Work(members, chosen, threads, exact=exact).do()
    if pair is None:
        return [member.history for member in members]
    thetas = [member.theta for member in members]
    return np.array(thetas).reshape(len(members), len(pair[0].parameter_list()))


def train_named(
    networks: Sequence[tuple[str, Network]],
    Xs: Sequence[Matrix],
    Ts: Sequence[Matrix],
    options: Options,
) -> list[History]:
    """The same for networks with what each is called in messages, and the rows of each."""
    _require_no_state(options)
    members = [
        _Member(where, network, X=X, T=T)
        for (where, network), X, T in zip(networks, Xs, Ts, strict=True)
    ]
    _give_seeds(members, None, options)
    _Work(members, options, None, exact=True).do()
    return [member.history for member in members]


def _require_no_state(options: Options) -> None:
    if options.state is not None:
        raise WrongTypeError("state: no option of train_many; expected networks to go on from")


@dataclass(eq=False)
class _Member:
    """One of the networks, and what became of it.

    Attributes:
        where: what it is called in messages.
        theta: where it begins, if not with the numbers of the objects, which then stay; and where
            it ends.
    """

    where: str
    network: Network
    theta: Matrix | None = None
    X: Any = None
    T: Any = None
    seed: int = 0
    found: History | None = None
    error: NeurosimError | None = None

    @property
    def history(self) -> History:
        """Its history, once it is trained."""
        assert self.found is not None
        return self.found

    def own_network(self) -> Network:
        """The network to train, which holds the numbers to begin with."""
        if self.theta is None:
            return self.network
        twin = self.network.copy()
        twin.load_parameters(self.theta)
        return twin

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors inside say which one it is."""
        try:
            yield
        except NeurosimError as error:
            raise type(error)(f"{self.where}: {error}") from None


def _pair(networks: Any) -> tuple[Network, Any] | None:
    is_pair = isinstance(networks, tuple) and len(networks) == 2
    if is_pair and isinstance(networks[0], Network) and not isinstance(networks[1], Network):
        return networks[0], networks[1]
    return None


def _of_thetas(network: Network, thetas: Any) -> list[_Member]:
    given, n = require_array(thetas, "thetas"), len(network.parameter_list())
    if given.ndim != 2 or given.shape[1] != n:
        raise ShapeError(f"thetas: got {given.shape}; expected a row of {n} for each network")
    return [_Member(f"thetas[{i}]", network, theta) for i, theta in enumerate(given)]


def _of_networks(networks: Any) -> list[_Member]:
    if isinstance(networks, Network) or not isinstance(networks, Iterable):
        raise WrongTypeError(
            f"networks: got {networks!r:.80}; expected a list of networks, or a pair"
            " (network, thetas)"
        )
    members: list[_Member] = []
    places: dict[int, int] = {}
    for i, network in enumerate(networks):
        require_network(network, f"networks[{i}]")
        if id(network) in places:
            raise InvalidValueError(
                f"networks[{i}]: got networks[{places[id(network)]}] again; expected another one"
            )
        places[id(network)] = i
        members.append(_Member(f"networks[{i}]", network))
    return members


def _give_rows(members: list[_Member], X: Any, T: Any) -> None:
    """The rows of all, or of each, to the members."""
    is_of_each = isinstance(X, (list, tuple, np.ndarray)) and len(X) > 0 and np.ndim(X[0]) == 2
    if not is_of_each:
        for member in members:
            member.X, member.T = X, T
        return
    for name, rows in (("X", X), ("T", T)):
        if not isinstance(rows, (list, tuple, np.ndarray)) or len(rows) != len(members):
            got = f"{len(rows)} of them" if isinstance(rows, Sequence) else f"{rows!r:.80}"
            raise ShapeError(f"{name}: got {got}; expected one for each of {len(members)} networks")
    for member, rows, targets in zip(members, X, T, strict=True):
        member.X, member.T = rows, targets


def _give_seeds(members: list[_Member], seeds: Any, options: Options) -> None:
    if seeds is None:
        for member in members:
            member.seed = options.seed_of(member.network)
        return
    if options.seed is not None:
        raise WrongTypeError("seeds: got seed, too; expected one of the two")
    if not isinstance(seeds, (Sequence, np.ndarray, range)) or len(seeds) != len(members):
        raise ShapeError(f"seeds: got {seeds!r:.80}; expected one for each of {len(members)}")
    for i, (member, seed) in enumerate(zip(members, seeds, strict=True)):
        member.seed = require_seed(seed, f"seeds[{i}]")


class _Work:
    """What is to be done for the networks of a call, in threads where that is possible."""

    def __init__(
        self, members: list[_Member], options: Options, threads: int | None, *, exact: bool
    ) -> None:
        self._members, self._options, self._exact = members, options, exact
        self._stop = Event()
        self._beside: list[tuple[SideBySide, Task, list[_Member]]] = []
        self._alone: list[_Member] = []  # by trainings of their own, in threads
        self._again: list[_Member] = []  # those that came to a number that is not finite, beside
        self._in_turn: list[_Member] = []  # likewise, and one after the other
        for group in _groups(members):
            self._assign(group)
        self._threads = self._count(threads)

    def _assign(self, group: list[_Member]) -> None:
        """Check the first of a group, instead of all of them, and say how they are trained."""
        first, options = group[0], self._options
        with first.named():
            task, _, _ = prepare(first.network, first.X, first.T, options)
            engine = make_engine(options.engine, task)
        for member in group:
            with member.named():
                member.network.require_no_pass()
        program = engine.program if isinstance(engine, CompiledEngine) else None
        if options.progress or not isinstance(program, KernelProgram):
            self._in_turn += group
            return
        is_plain = not options.metrics and options.validation is None and options.epochs > 0
        is_plain &= not (task.has_factors and task.shuffle) and not task.noises
        is_plain &= not options.is_monitored and options.time_limit is None
        is_plain &= not options.norms
        n_parameters = len(first.network.parameter_list())
        while is_plain and len(group) > 1 and n_parameters <= MOST_PARAMETERS:
            beside = SideBySide(program, len(group), exact=self._exact)
            if beside.together == 1:
                break
            self._beside.append((beside, task, group[: beside.together]))
            group = group[beside.together :]
        self._alone += group

    def _count(self, threads: int | None) -> int:
        """The number of threads."""
        if threads is not None:
            return require_count(threads, "threads")
        n_jobs, epochs = len(self._beside) + len(self._alone), self._options.epochs
        n_places = sum(len(member.network.places()) for member in self._members)
        if n_places * epochs < _SMALL:
            return 1
        return max(1, min(n_jobs, processors()))

    def do(self) -> None:
        """Train all; then raise the error of the first that has one."""
        jobs: list[Callable[[], None]] = [self._train_beside(*each) for each in self._beside]
        jobs += [self._train_alone(member) for member in self._alone]
        with self._held_beside():
            try:
                self._run(jobs)
            finally:
                self._hand_over()
        self._run([self._train_alone(member) for member in self._again])
        for member in self._in_turn:
            self._train_alone(member)()
        for member in self._members:
            if member.error is not None:
                with member.named():
                    raise member.error

    @contextmanager
    def _held_beside(self) -> Iterator[None]:
        """Claim the networks that are trained side by side, and keep other uses off meanwhile."""
        with ExitStack() as held:
            for member in (member for *_, members in self._beside for member in members):
                if member.theta is None:
                    with member.named():
                        member.network.claim(member)
                        held.enter_context(member.network.being_trained())
            yield

    def _run(self, jobs: list[Callable[[], None]]) -> None:
        if self._threads == 1:
            for job in jobs:
                job()
            return
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for future in [pool.submit(job) for job in jobs]:
                    future.result()
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _train_beside(
        self, beside: SideBySide, task: Task, members: list[_Member]
    ) -> Callable[[], None]:
        def run() -> None:
            begin, epochs = perf_counter(), self._options.epochs
            begins = _starts(task, members)
            trained = beside.train(begins, epochs, self._stop.is_set)
            if trained is None:
                self._again += members
                return
            states, losses = trained
            seconds = (perf_counter() - begin) / len(members)
            rates = epoch_rates(task, begins[0], epochs)
            took = np.full(epochs, seconds / epochs)
            for member, state, loss in zip(members, states, losses.T, strict=True):
                if member.theta is None:
                    member.found = History(
                        column(loss), (), {}, seconds, state, column(rates),
                        epoch_seconds=column(took),
                    )  # fmt: skip
                else:
                    member.theta = state.parameters

        return run

    def _train_alone(self, member: _Member) -> Callable[[], None]:
        def run() -> None:
            if self._stop.is_set():
                return
            options = replace(self._options, seed=member.seed)
            try:
                training = Training(member.own_network(), member.X, member.T, options)
                member.found = train_to_end(training, options.epochs)
                if member.theta is not None:
                    member.theta = member.found.state.parameters
            except NeurosimError as error:
                member.error = error

        return run

    def _hand_over(self) -> None:
        """The objects of networks that were trained side by side get their numbers."""
        for _, _, members in self._beside:
            for member in members:
                if member.theta is None and member.found is not None:
                    member.network.take_parameters(member.found.state.parameters)


def _groups(members: list[_Member]) -> list[list[_Member]]:
    """Members of the same rows whose networks have one structure."""
    found: dict[Any, list[_Member]] = {}
    for member in members:
        key = () if member.theta is not None else member.network.structure_key()
        found.setdefault((key, id(member.X), id(member.T)), []).append(member)
    return list(found.values())


def _starts(task: Task, members: list[_Member]) -> list[TrainingState]:
    """Where they begin; random streams are made once for each seed."""
    by_seed: dict[int, TrainingState] = {}
    found = []
    for member in members:
        theta = member.network.parameters() if member.theta is None else member.theta
        if member.seed not in by_seed:
            by_seed[member.seed] = start_state(task, member.seed, theta)
        found.append(replace(by_seed[member.seed], parameters=theta))
    return found


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

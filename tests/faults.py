"""Engines with planted faults: what `batches` says of the state after each batch is changed."""

from contextlib import contextmanager


class Erring:
    """Batches of another run, whose state after a batch is ``err(before, after)``."""

    def __init__(self, run, err):
        self._run, self._err, self._before = run, err, run.state()

    def advance(self):
        return self._run.advance()

    def state(self):
        return self._err(self._before, self._run.state())


def erring(honest, err):
    """A method ``batches`` for an engine: one batch of ``honest``, then the fault."""

    @contextmanager
    def batches(self, state):
        with honest(self, state) as run:
            yield Erring(run, err)

    return batches

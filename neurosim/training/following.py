"""The training state after an edit: what an optimizer remembers follows its parameter.

A parameter is found again by its connections or its bias, which are objects, not by name or place:
renamed, moved, shared or split, it keeps its memory; what is new starts as a new training would.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter
from neurosim.training.state import TrainingState


@dataclass(frozen=True, slots=True, eq=False)
class Memories:
    """What an optimizer remembers of each connection and bias, a column (slots,) each.

    Attributes:
        memory: the columns, (slots, n_parameters).
        columns: which column is that of a connection or bias.
        asleep: the columns of connections that are disabled.
    """

    memory: Matrix
    columns: Mapping[Parameter, int]
    asleep: Mapping[Parameter, Matrix] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, memory: Matrix, asleep: Mapping[Parameter, Matrix]) -> "Memories":
        """Those of a network as it is, and of the connections that are disabled."""
        numbered = enumerate(network.parameter_list())
        columns = {place: i for i, each in numbered for place in each.connections or (each,)}
        return cls(memory, columns, asleep)

    def sleeping(self, network: Network) -> dict[Parameter, Matrix]:
        """Those of the connections that are disabled now."""
        found = ((connection, self._of(connection)) for connection in network.disabled)
        return {connection: column for connection, column in found if column is not None}

    def _of(self, place: Parameter) -> Matrix | None:
        number = self.columns.get(place)
        return self.asleep.get(place) if number is None else self.memory[:, number]

    def followed(self, network: Network, start: Matrix) -> Matrix:
        """The memory of the network's present parameters; ``start``, (slots,), of a new one.

        A weight that connections have begun to share has that of the first which has one.
        """
        listed = network.parameter_list()
        memory = np.repeat(start[:, None], len(listed), axis=1)
        old = np.array([self._number(each) for each in listed], np.intp)
        memory[:, old >= 0] = self.memory[:, old[old >= 0]]
        if self.asleep:
            for number in np.flatnonzero(old < 0).tolist():
                for connection in listed[number].connections:
                    if connection in self.asleep:
                        memory[:, number] = self.asleep[connection]
                        break
        return memory

    def _number(self, parameter: Parameter) -> int:
        places = parameter.connections or (parameter,)
        return next((self.columns[place] for place in places if place in self.columns), -1)


def state_after(
    state: TrainingState, network: Network, memories: Memories, start: tuple[float, ...]
) -> TrainingState:
    """The same position, with the parameters of the edited network and what is remembered of them.

    Args:
        state: where the training was before the edit.
        network: as it is after it.
        memories: of the network before it.
        start: what the optimizer begins with, (slots,).
    """
    memory = memories.followed(network, np.array(start, np.float64))
    # the best parameters so far were of another structure
    return replace(state, parameters=network.parameters(), memory=memory, watched=None)

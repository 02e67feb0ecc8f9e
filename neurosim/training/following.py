"""The training state and options after an edit: memory and names follow what they are of.

A parameter is found again by its connections or its bias, which are objects, not by name or place:
renamed, moved, shared or split, it keeps its memory; what is new starts as a new training would.
Options that name a layer, a neuron, a connection ``a->b``, a bias ``a.bias``, what is learned of
an activation ``a.slope``, or a class by its output name it anew; what is gone leaves them.
A pattern such as ``h?.bias`` stays as it is, and is matched with the new names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from neurosim.errors import NeurosimError
from neurosim.functions.numbers import Matrix
from neurosim.functions.penalties import Penalties, Penalty, PenaltyList
from neurosim.functions.update_options import SETS, NamedRates, On, WeightDecay
from neurosim.network.layer import Layer
from neurosim.network.names import ParameterName, read_parameter_name
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.network.reshaping.selection import select_by_name
from neurosim.training.goals.class_weight import ClassWeight
from neurosim.training.goals.heads import HeadOption
from neurosim.training.options import Options
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


@dataclass(frozen=True, slots=True, eq=False)
class NamedParts:
    """What options may name, by the names before an edit.

    Attributes:
        parts: layers and neurons, these also by their labels.
        outputs: by what a class of theirs is called.
    """

    parts: Mapping[str, Layer | Neuron]
    outputs: Mapping[str, Neuron]

    @classmethod
    def of(cls, network: Network) -> "NamedParts":
        """The parts of a network as it is."""
        parts: dict[str, Layer | Neuron] = dict(network._structure.labelled)
        parts |= {neuron.name: neuron for neuron in network.neurons}
        parts |= {layer.name: layer for layer in network.layers}
        return cls(parts, {neuron.caption: neuron for neuron in network.outputs})


def options_after(options: Options, network: Network, before: NamedParts) -> Options:
    """The options in the present names of a network; what it has no longer is left out.

    Args:
        options: in the names of before the edit.
        network: as it is after it.
        before: what they name.
    """
    naming, decay = _Naming(network, before), options.weight_decay
    heads = options.heads and tuple(naming.head(head) for head in options.heads)
    return replace(
        options,
        rates=None if options.rates is None else naming.rates(options.rates),
        penalty=naming.penalty(options.penalty),
        weight_decay=None if decay is None else naming.decay(decay),
        heads=heads,
        class_weight=naming.class_weight(options.class_weight, is_free=network.classes is not None),
    )


class _Naming:
    """Names of before an edit in their present form, None for what is gone."""

    def __init__(self, network: Network, before: NamedParts) -> None:
        self._network, self._before = network, before
        self._there: set[Layer | Neuron] = {*network.neurons, *network.layers}

    def rates(self, rates: NamedRates) -> NamedRates | None:
        named = [(self._name(name), rate) for name, rate in rates.by_name]
        kept = tuple((name, rate) for name, rate in named if name is not None)
        return NamedRates(kept) if kept else None

    def penalty(self, penalty: Penalty | None) -> Penalty | None:
        if isinstance(penalty, PenaltyList):
            found = map(self.penalty, penalty.parts)
            parts = tuple(part for part in found if isinstance(part, Penalties))
            return PenaltyList(parts) if parts else None
        if not isinstance(penalty, Penalties):
            return penalty
        on = self._on(penalty.on)
        return replace(penalty, on=on) if on else None

    def decay(self, decay: WeightDecay) -> WeightDecay | None:
        on = self._on(decay.on)
        return replace(decay, on=on) if on else None

    def head(self, head: HeadOption) -> HeadOption:
        # where an output is gone, the check of heads says so
        outputs = tuple(self._part(name) or name for name in head.outputs)
        weights = self.class_weight(head.class_weight, is_free=False)
        return replace(head, outputs=outputs, class_weight=weights)

    def class_weight(self, given: ClassWeight, *, is_free: bool) -> ClassWeight:
        """The weights of classes; those that have names of their own, free ones, keep them."""
        if is_free or not isinstance(given, tuple):
            return given
        captions: dict[str | int, str] = {
            name: output.caption for name, output in self._before.outputs.items()
        }
        return tuple((captions.get(name, name), weight) for name, weight in given)

    def _on(self, on: On) -> On:
        if on in SETS:
            return on
        return tuple(name for name in map(self._name, on) if name is not None)

    def _name(self, name: str) -> str | None:
        """The first present name of what a name says."""
        if name in self._before.parts:
            return self._there_is(self._part(name))
        for one in read_parameter_name(name):
            source, stem = self._part(one.source), self._part(one.stem)
            if source is not None and stem is not None:
                present = self._there_is(str(ParameterName(stem, source, one.part)))
                if present is not None:
                    return present
        return None

    def _there_is(self, name: str | None) -> str | None:
        """The name, where it is one of parameters, be they disabled: they may come back."""
        if name is None:
            return None
        try:
            select_by_name(self._network._structure, name, "")
        except NeurosimError:
            return None
        return name

    def _part(self, name: str) -> str | None:
        part = self._before.parts.get(name)
        if part is None:
            return name
        return part.name if part in self._there else None

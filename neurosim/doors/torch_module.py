"""A network as a module of PyTorch: trainable parameters, the same outputs and gradients.

A block in which every neuron sums up all that is read is a ``Linear``; any other gathers the
sources of each neuron. What several places share (shared weights, the learned slope of a layer)
is in the module's own ``shared``.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neurosim.doors.blocks import NONE, MatrixStage, StageRead, blocks_of, places_of
from neurosim.doors.torch_functions import function_of
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network

_SHARED, _FROZEN = "shared", "shared_frozen"


class NetworkModule(nn.Module):  # type: ignore[misc] # PyTorch is not always there to be checked
    """A network; raw rows go in, (B, n_in), and outputs come out, (B, n_out).

    Attributes:
        numbers: of each parameter by name, which entries of theta it holds.
    """

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.network = net.copy()
        self.numbers: dict[str, Any] = {}
        blocks = blocks_of(self.network)
        for block in blocks[1:]:
            function_of(block.activation, block.neurons[0].name)
        store = _Store(self.network, blocks)
        for name, chosen in ((_SHARED, store.shared_trained), (_FROZEN, store.shared_frozen)):
            store.give(self, name, chosen, trainable=name == _SHARED, prefix="", into=self.numbers)
        self._names = []
        for block in blocks[1:]:
            made = (_Dense if _is_linear(block, store) else _Gathered)(block, store)
            name = block.name + "_" * hasattr(self, block.name)
            self.add_module(name, made)
            self._names.append(name)
            self.numbers |= {f"{name}.{key}": value for key, value in made.numbers.items()}
        reads, columns = places_of(blocks, self.network.outputs)
        self._outputs = _Reading(reads)
        _keep(self, "_columns", columns)
        for which, conversion in (
            ("inputs", self.network.inputs_conversion),
            ("outputs", self.network.outputs_conversion),
        ):
            _keep(self, f"_offset_of_{which}", None if conversion.is_plain else conversion.offset)
            _keep(self, f"_factor_of_{which}", None if conversion.is_plain else conversion.factor)
        _keep(self, "_rates", _rates_of(blocks[0]))

    def forward(self, X: Tensor) -> Tensor:
        """The outputs of rows."""
        shared = [
            p for p in (getattr(self, name, None) for name in (_SHARED, _FROZEN)) if p is not None
        ]
        first = next(self.parameters(), None)
        x = X if first is None else X.to(first.dtype)
        if self._offset_of_inputs is not None:
            x = (x - self._offset_of_inputs) / self._factor_of_inputs
        found = [_dropped(x, self._rates, self.training)]
        for name in self._names:
            found.append(getattr(self, name)(found, shared))
        outputs = self._outputs(found).index_select(1, self._columns)
        if self._offset_of_outputs is not None:
            outputs = self._offset_of_outputs + self._factor_of_outputs * outputs
        return outputs

    def theta(self) -> Matrix:
        """The numbers of its parameters in the order of the network's theta."""
        theta = self.network.parameters()
        for name, parameter in self.named_parameters():
            theta[self.numbers[name]] = parameter.detach().cpu().double().numpy()
        return theta

    def trainable(self) -> Any:
        """Which of these numbers its training changes, (n_parameters,)."""
        mask = self.network.trainable_mask()
        for name, parameter in self.named_parameters():
            mask[self.numbers[name]] = parameter.requires_grad
        return mask


class _Store:
    """The numbers of theta, and which of them are shared or frozen."""

    def __init__(self, net: Network, blocks: list[MatrixStage]) -> None:
        self.theta, self.trainable = net.parameters(), net.trainable_mask()
        used = np.zeros(len(self.theta), np.intp)
        for block in blocks:
            slots = np.concatenate([block.weights.ravel(), block.biases, block.functions])
            np.add.at(used, slots[slots != NONE], 1)
        for block in blocks:  # what is learned of an activation is no weight
            used[block.functions[block.functions != NONE]] += 1
        self.is_shared = used > 1
        shared = np.flatnonzero(self.is_shared)
        self.shared_trained = shared[self.trainable[shared]]
        self.shared_frozen = shared[~self.trainable[shared]]

    @property
    def shared(self) -> Any:
        """The numbers of what is shared, as it is handed on."""
        return np.concatenate([self.shared_trained, self.shared_frozen])

    def give(
        self, to: nn.Module, name: str, numbers: Any, *, trainable: bool, prefix: str, into: Any
    ) -> None:
        """Let a module have a parameter of these numbers, where there are any."""
        if not numbers.size:
            return
        values = torch.from_numpy(self.theta[numbers])
        to.register_parameter(name, nn.Parameter(values, requires_grad=trainable))
        into[prefix + name] = numbers


class _Reading(nn.Module):  # type: ignore[misc] # as above
    """The columns of earlier blocks, side by side."""

    def __init__(self, reads: tuple[StageRead, ...]) -> None:
        super().__init__()
        self.blocks = [read.block for read in reads]
        for k, read in enumerate(reads):
            _keep(self, f"columns{k}", None if read.is_whole else read.columns)

    def forward(self, found: list[Tensor]) -> Tensor:
        """(B, n_read)."""
        parts = []
        for k, block in enumerate(self.blocks):
            columns = getattr(self, f"columns{k}")
            parts.append(found[block] if columns is None else found[block].index_select(1, columns))
        if not parts:
            return found[0][:, :0]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def _is_linear(block: MatrixStage, store: _Store) -> bool:
    return block.is_dense and all(
        not store.is_shared[numbers].any() and len(np.unique(store.trainable[numbers])) == 1
        for numbers in (block.weights, block.biases)
        if (numbers != NONE).all()
    )


class _Dense(nn.Linear):  # type: ignore[misc] # as above
    """A block as a linear layer with its activation behind it."""

    def __init__(self, block: MatrixStage, store: _Store) -> None:
        has_bias = bool((block.biases != NONE).all())
        # on no device nothing is drawn from PyTorch's generator
        super().__init__(block.n_read, len(block.neurons), bias=has_bias, device="meta")
        self.numbers: dict[str, Any] = {}
        parts = {"weight": block.weights} | ({"bias": block.biases} if has_bias else {})
        for name, numbers in parts.items():
            trainable = bool(store.trainable[numbers].all())
            store.give(self, name, numbers, trainable=trainable, prefix="", into=self.numbers)
        self.reading, self.ending = _Reading(block.reads), _Ending(block, store)

    def forward(self, found: list[Tensor], shared: list[Tensor]) -> Tensor:
        """(B, n)."""
        z = functional.linear(self.reading(found), self.weight, self.bias)
        return self.ending(z, shared)


class _Gathered(nn.Module):  # type: ignore[misc] # as above
    """A block of which every neuron gathers sources of its own."""

    def __init__(self, block: MatrixStage, store: _Store) -> None:
        super().__init__()
        self.numbers: dict[str, Any] = {}
        own = {"weight": block.weights, "bias": block.biases}
        pool = []
        for name, numbers in own.items():
            given = numbers[numbers != NONE]
            given = given[~store.is_shared[given]]
            for label, trainable in ((name, True), (f"frozen_{name}", False)):
                chosen = given[store.trainable[given] == trainable]
                store.give(self, label, chosen, trainable=trainable, prefix="", into=self.numbers)
                pool.append(chosen)
        order = np.concatenate([*pool, store.shared])
        place = np.full(len(store.theta) + 1, len(order))  # the last is what NONE finds: a zero
        place[order] = np.arange(len(order))
        self.parts = [part.aggregation for part in block.parts]
        for k, (_, width, rows) in enumerate(block.parts):
            _keep(self, f"sources{k}", block.sources[rows, :width])
            _keep(self, f"weight_places{k}", place[block.weights[rows, :width]])
        rows = np.concatenate([part.rows for part in block.parts])
        _keep(self, "order", np.argsort(rows) if len(self.parts) > 1 else None)
        _keep(self, "bias_places", place[block.biases])
        _keep(self, "responses", block.responses)
        self.reading, self.ending = _Reading(block.reads), _Ending(block, store)

    def forward(self, found: list[Tensor], shared: list[Tensor]) -> Tensor:
        """(B, n)."""
        read = functional.pad(self.reading(found), (0, 1))
        names = ("weight", "frozen_weight", "bias", "frozen_bias")
        own = [p for p in (getattr(self, name, None) for name in names) if p is not None]
        pool = torch.cat([*own, *shared, read.new_zeros(1)])
        totals = []
        for k, name in enumerate(self.parts):
            weights = pool[getattr(self, f"weight_places{k}")]
            totals.append(_aggregate(read[:, getattr(self, f"sources{k}")] * weights, name))
        total = totals[0] if self.order is None else torch.cat(totals, dim=1)[:, self.order]
        return self.ending(pool[self.bias_places] + self.responses * total, shared)


class _Ending(nn.Module):  # type: ignore[misc] # as above
    """The activation of a block, and its dropout."""

    def __init__(self, block: MatrixStage, store: _Store) -> None:
        super().__init__()
        self.activation = block.activation
        place = {number: k for k, number in enumerate(store.shared.tolist())}
        is_learned = block.functions[0] != NONE
        _keep(self, "learned", [place[k] for k in block.functions.tolist()] if is_learned else None)
        _keep(self, "rates", _rates_of(block))

    def forward(self, z: Tensor, shared: list[Tensor]) -> Tensor:
        """(B, n)."""
        function = function_of(self.activation, "")
        if self.learned is None:
            return _dropped(function(z), self.rates, self.training)
        return _dropped(function(z, torch.cat(shared)[self.learned]), self.rates, self.training)

    def extra_repr(self) -> str:
        """The name of the activation."""
        return str(self.activation)


def _aggregate(terms: Tensor, name: str) -> Tensor:
    if name == "product":
        return terms.prod(dim=2)
    if name == "sum" or not terms.shape[2]:
        return terms.sum(dim=2)
    if name == "mean":
        return terms.mean(dim=2)
    return (terms.max(dim=2) if name == "max" else terms.min(dim=2)).values


def _rates_of(block: MatrixStage) -> Any:
    rates = np.array([neuron.dropout for neuron in block.neurons])
    return rates if rates.any() else None


def _dropped(outputs: Tensor, rates: Tensor | None, is_training: bool) -> Tensor:
    if rates is None or not is_training:
        return outputs
    return outputs * (torch.rand_like(outputs) >= rates) / (1.0 - rates)


def _keep(module: nn.Module, name: str, values: Any) -> None:
    """A constant that moves with the module and is no entry of its state."""
    kept = None if values is None else torch.from_numpy(np.asarray(values))
    module.register_buffer(name, kept, persistent=False)

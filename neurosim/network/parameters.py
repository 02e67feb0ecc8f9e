"""Theta: all parameters of a network as one flat vector.

Its order: neuron by neuron, its incoming connections in the order they were added, then its bias
(where it has one), frozen ones included.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import ShapeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron
from neurosim.network.structure import Structure

Parameter = Connection | Neuron
Owners = tuple[Parameter, ...]


def list_owners(structure: Structure) -> Owners:
    """The objects that own the entries of theta, in its order."""
    listed: list[Parameter] = []
    for neuron in structure.neurons:
        listed += structure.incoming(neuron.name)
        if neuron.bias is not None:
            listed.append(neuron)
    return tuple(listed)


def values_of(owners: Owners) -> Matrix:
    """Theta, a new vector of (n_parameters,)."""
    values = [o._weight if o.__class__ is Connection else o._bias for o in owners]  # type: ignore[union-attr]
    return np.array(values, np.float64)


def require_theta(theta: Any, owners: Owners) -> Matrix:
    """What is given as a new vector of (n_parameters,)."""
    values = require_array(theta, "theta")
    if values.shape != (len(owners),):
        raise ShapeError(f"theta: got {values.shape}; expected {(len(owners),)}")
    return values


def assign(owners: Owners, theta: Matrix) -> None:
    """Give each owner its entry of theta."""
    for owner, value in zip(owners, theta.tolist(), strict=True):
        if owner.__class__ is Connection:
            owner._weight = value
        else:
            owner._bias = value  # type: ignore[union-attr]


def assign_initial(structure: Structure) -> None:
    """Give each neuron and connection the value it was made with."""
    for connection in structure.connections:
        connection._weight = connection._initial
    for neuron in structure.neurons:
        neuron._bias = neuron._initial


def names_of(owners: Owners) -> tuple[str, ...]:
    """What each entry of theta is: ``x1->h1`` or ``h1.bias``."""
    return tuple(map(name_of, owners))


def name_of(owner: Parameter) -> str:
    """The name of a parameter: ``x1->h1`` or ``h1.bias``."""
    return owner.name if isinstance(owner, Connection) else f"{owner.name}.bias"


def mask_of(owners: Owners) -> NDArray[np.bool_]:
    """Which entries of theta training may change, (n_parameters,)."""
    flags = [o._trainable if o.__class__ is Connection else o._bias_trainable for o in owners]  # type: ignore[union-attr]
    return np.array(flags, np.bool_)

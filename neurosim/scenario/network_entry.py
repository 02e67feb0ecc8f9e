"""The ``network:`` of a scenario: layers, single neurons, connections, and what they start from."""

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from neurosim.errors import NeurosimError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.initializers import INITIALIZERS, Initializer, make_initializer
from neurosim.network.network import GENERATORS
from neurosim.network.wiring import PATTERNS
from neurosim.scenario.entry import (
    FLAG,
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    Entry,
    by_kind,
    choice,
    mistake,
)

Numbers = tuple[float, ...]
Matrix = tuple[Numbers, ...]
Names = Annotated[tuple[str, ...], Field(min_length=1)]

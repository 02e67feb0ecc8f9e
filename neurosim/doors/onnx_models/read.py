"""Models of ONNX as networks: `from_onnx`."""

import json
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.classic import run_classic
from neurosim.doors.onnx_models.columns import ColumnsOfExpressions
from neurosim.doors.onnx_models.expressions import Expression
from neurosim.doors.onnx_models.model_file import array_of, read_model
from neurosim.doors.onnx_models.operators import ClassLabel, ModelNode, OperatorTable, run_node
from neurosim.doors.onnx_models.own_models import own_network
from neurosim.doors.traced import Tracing
from neurosim.errors import (
    GraphError,
    LeftOutWarning,
    NeurosimError,
    UnknownNameError,
    shortened,
    unknown,
)
from neurosim.network.network import Network
from neurosim.network.saved.parameters import OWN
from neurosim.network.saved.structured import STRUCTURE

_ROOM = 10**6  # the most inputs that a network is made with
_MOST_NODES = 10**6  # a minute of work


def from_onnx(source: Any, output: str | None = None) -> Network:
    """The network of a feed-forward model of ONNX: sums, activations, concatenations, choices.

    What only says which class a row is of (ArgMax, ZipMap, a Cast to whole numbers) is cut off,
    and a warning says so.

    Args:
        source: a path, or an ``onnx.ModelProto``. Numbers in files beside it are read from its
            folder alone.
        output: the name of the output that is wanted, where there are several.

    Raises:
        GraphError: the model computes something else; says at which node.
        FileError: the file cannot be read, or is no model.
        UnknownNameError: there is no such output.
        MissingExtraError: onnx is not installed.
    """
    model, folder, where = read_model(source)
    try:
        return _Model(model, folder, where).network(output)
    except RecursionError:
        raise GraphError(f"{where}: is nested too deeply; expected a plain graph") from None


class _Model:
    """A model, and what its tensors are, by name."""

    def __init__(self, model: Any, folder: Path | None, where: str) -> None:
        self._model, self._folder, self._where = model, folder, where
        self._graph = model.graph
        self._tensors = {tensor.name: tensor for tensor in self._graph.initializer}
        self._input = self._only_input()
        self._tail, rows = self._shape_of_input()
        self._tracing = Tracing(int(np.prod(self._tail, dtype=object)))
        self._table = OperatorTable(ColumnsOfExpressions(self._tracing), rows)
        if len(self._graph.node) > _MOST_NODES:
            raise GraphError(
                f"{where}: has {len(self._graph.node):,} nodes; expected at most {_MOST_NODES:,}"
            )
        self._makers: dict[str, int] = {}
        for number, node in enumerate(self._graph.node):
            for name in filter(None, node.output):
                if name in self._makers or name == self._input.name:
                    raise GraphError(f"{self._place(node)}: writes {name!r} again; expected once")
                self._makers[name] = number
        self._opset = max((o.version for o in model.opset_import if not o.domain), default=1)
        self._values: dict[str, Any] = {}

    def network(self, output: str | None) -> Network:
        """The network of an output."""
        chosen, left_out = self._chosen(output)
        own = own_network(self._model, self._folder, self._where)
        if own is not None:
            return own
        found: Any = self._value(chosen)
        classes: tuple[Any, ...] = ()
        if isinstance(found, ClassLabel):
            found, classes = found.value, found.classes
        if not isinstance(found, Expression):
            raise GraphError(f"{self._where}: output {chosen!r} is constant; expected another")
        columns = self._table.columns(found)
        try:
            net = self._tracing.network(columns, title=self._title(), where=self._where)
        except OverflowError as error:
            raise GraphError(f"{self._where}: output {chosen!r} {error}") from error
        self._name(net, classes)
        if left_out:
            made_of = "what it is made of" if chosen in left_out else f"those of {chosen!r}"
            listed = ", ".join(map(repr, left_out))
            self._tell(f"{listed}, which says classes; the outputs are {made_of}")
        if self._metadata_text(STRUCTURE):
            self._tell(f"{STRUCTURE!r} of the metadata, which is no structure of this model")
        return net

    def _tell(self, left_out: str) -> None:
        warnings.warn(f"{self._where}: left out {left_out}", LeftOutWarning, stacklevel=4)

    def _only_input(self) -> Any:
        inputs = [each for each in self._graph.input if each.name not in self._tensors]
        if len(inputs) != 1:
            names = ", ".join(repr(each.name) for each in inputs) or "none"
            raise GraphError(shortened(f"{self._where}: got the inputs {names}; expected one"))
        return inputs[0]

    def _shape_of_input(self) -> tuple[tuple[int, ...], int | None]:
        """The shape of a row, and how many rows there are, where that is said."""
        kind, place = self._input.type, f"{self._where}: input {self._input.name!r}"
        dims = list(kind.tensor_type.shape.dim)
        if not kind.HasField("tensor_type") or kind.tensor_type.elem_type not in _FLOATS:
            raise GraphError(f"{place}: is no array of floats; expected one, (B, n)")
        if not dims:
            raise GraphError(f"{place}: has no axes; expected (B, n)")
        tail = tuple(d.dim_value if d.HasField("dim_value") else 0 for d in dims[1:])
        if any(size < 1 for size in tail) or np.prod(tail, dtype=object) > _ROOM:
            said = [d.dim_value if d.HasField("dim_value") else d.dim_param or "?" for d in dims]
            raise GraphError(f"{place}: has the shape {said}; expected (B, n) with a number n")
        return tail, dims[0].dim_value if dims[0].HasField("dim_value") else None

    def _chosen(self, output: str | None) -> tuple[str, list[str]]:
        """The output to take, and those that are left out because they say classes."""
        outputs = {each.name: each.type for each in self._graph.output}
        if not outputs:
            raise GraphError(f"{self._where}: has no output; expected one")
        if output is not None:
            if output not in outputs:
                raise UnknownNameError(unknown("output", output, outputs))
            return output, [output] if _is_label(outputs[output]) else []
        labels = [name for name, kind in outputs.items() if _is_label(kind)]
        rest = [name for name in outputs if name not in labels] or labels
        if len(rest) > 1:
            names = ", ".join(map(repr, rest))
            raise GraphError(
                shortened(f"{self._where}: has the outputs {names}; expected output=, one of them")
            )
        return rest[0], [name for name in labels if name != rest[0]] or labels

    def _value(self, name: str) -> Any:
        """What a tensor is; nodes are computed when they are needed, without recursion."""
        waiting, begun = [name], set()
        while waiting:
            each = waiting[-1]
            if each in self._values:
                waiting.pop()
                continue
            node = self._node_of(each)
            if node is None:
                waiting.pop()
                continue
            number = self._makers[each]
            lacking = [n for n in node.input if n and n not in self._values]
            if not lacking:
                self._run(node)
                waiting.pop()
            elif number in begun:
                raise GraphError(f"{self._place(node)}: needs its own output; expected no cycle")
            else:
                begun.add(number)
                waiting.extend(lacking)
        return self._values[name]

    def _node_of(self, name: str) -> Any:
        """The node that makes a tensor; None if it is there already."""
        if name == self._input.name:
            inputs = self._tracing.inputs
            made = self._table.expressions.of_columns(inputs, self._tail, f"input {name!r}")
            self._values[name] = made
        elif name in self._tensors:
            self._values[name] = array_of(self._tensors[name], self._folder, self._where)
        elif name in self._makers:
            return self._graph.node[self._makers[name]]
        else:
            raise GraphError(f"{self._where}: {name!r} is made by no node; expected an initializer")
        return None

    def _run(self, node: Any) -> None:
        place = self._place(node)
        try:
            made = ModelNode(
                place,
                node.op_type,
                tuple(self._values[name] if name else None for name in node.input),
                dict(self._attributes(node)),
                len(node.output),
                self._opset,
            )
            if node.domain not in _RUN:
                raise made.refused(f"is of {node.domain!r}", "operators of ONNX")
            found = _RUN[node.domain](self._table, made)
        except NeurosimError:
            raise
        except OverflowError as error:
            raise GraphError(f"{place}: {error}") from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # what NumPy says of shapes and numbers that do not fit
            raise GraphError(
                shortened(f"{place}: cannot be read, {error}; expected a valid node")
            ) from error
        self._values.update(zip(filter(None, node.output), found, strict=False))

    def _attributes(self, node: Any) -> Iterator[tuple[str, Any]]:
        import onnx.helper

        for attribute in node.attribute:
            found = onnx.helper.get_attribute_value(attribute)
            if isinstance(found, bytes):
                found = found.decode("utf-8", "replace")
            elif isinstance(found, onnx.TensorProto):
                found = array_of(found, self._folder, self._place(node))
            elif isinstance(found, list) and found and isinstance(found[0], bytes):
                found = [each.decode("utf-8", "replace") for each in found]
            yield attribute.name, found

    def _place(self, node: Any) -> str:
        name = node.name or next(iter(node.output), "")
        return shortened(f"{self._where}: node {name!r} ({node.op_type})")

    def _title(self) -> str:
        return str(self._metadata("title") or self._graph.name)

    def _metadata(self, key: str) -> Any:
        """What we wrote of names; None where another program did."""
        with suppress(ValueError, RecursionError):
            return json.loads(self._metadata_text(f"{OWN}{key}"))
        return None

    def _metadata_text(self, key: str) -> str:
        return next((e.value for e in self._model.metadata_props if e.key == key), "")

    def _name(self, net: Network, classes: tuple[Any, ...]) -> None:
        """Labels and classes, where there are as many as neurons."""
        for key, neurons in (("input_labels", net.inputs), ("output_labels", net.outputs)):
            labels = self._metadata(key)
            if isinstance(labels, list) and len(labels) == len(neurons):
                for neuron, label in zip(neurons, labels, strict=True):
                    neuron.label = label
        names = self._metadata("classes") or [str(each) for each in classes]
        if len(names) == max(2, len(net.outputs)) and len(set(names)) == len(names):
            net.set_classes(names)


def _is_label(kind: Any) -> bool:
    """Whether an output is of whole numbers, truth values or texts."""
    return kind.HasField("tensor_type") and kind.tensor_type.elem_type not in _FLOATS


_FLOATS = {1, 10, 11, 16}  # float32, float16, float64, bfloat16, as onnx.TensorProto numbers them
_RUN = {"": run_node, "ai.onnx": run_node, "ai.onnx.ml": run_classic}

"""Networks as ONNX models: `Network.to_onnx`.

Blocks are products with matrices (0 where there is no connection); what is not summed gathers its
sources. Activations are written in Exp, Log, Where, Mul and the like where onnxruntime has no
float64 kernel of their own.
"""

import json
from typing import Any

import numpy as np

from neurosim.doors.blocks import NONE, MatrixStage, StageRead, blocks_of, places_of
from neurosim.doors.onnx_models.forms import FORMS
from neurosim.doors.onnx_models.structure import texts_of
from neurosim.errors import GraphError, MissingExtraError, UnknownNameError, unknown
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.network.files import write_file
from neurosim.network.network import Network
from neurosim.version import __version__

_OPSET, _IR_VERSION = 18, 8  # what runtimes since 2023 read
PRECISIONS = {"double": np.float64, "single": np.float32}


def to_onnx(net: Network, path: Any, precision: str = "double") -> None:
    """Write a network as an ONNX model: one input (B, n_in), one output (B, n_out).

    Scalings are part of it. Names, labels, classes and the structure are its metadata, by which
    `neurosim.from_onnx` gives back the same network.

    Raises:
        UnknownNameError: there is no such precision.
        GraphError: an activation was registered by a user, and has no form in ONNX.
        FileError: the file cannot be written.
        MissingExtraError: onnx is not installed.
    """
    if precision not in PRECISIONS:
        raise UnknownNameError(unknown("precision", precision, PRECISIONS))
    onnx = require_onnx("to_onnx")
    made = model_of(net, PRECISIONS[precision])
    onnx.helper.set_model_props(made, _metadata(net))
    onnx.checker.check_model(made, full_check=True)
    write_file(path, lambda file: file.writelines([made.SerializeToString()]))


def model_of(net: Network, dtype: Any) -> Any:
    """The model of a network, without metadata.

    Raises:
        GraphError: an activation was registered by a user, and has no form in ONNX.
    """
    return _Writer(require_onnx("to_onnx"), dtype).model(net)


def require_onnx(where: str) -> Any:
    """The package onnx, or a MissingExtraError."""
    try:
        import onnx
    except ImportError:
        raise MissingExtraError(
            f"{where}: needs onnx, which is not installed; expected: pip install 'neurosim[onnx]'",
            "onnx",
        ) from None
    return onnx


class _Writer:
    """The nodes and constants of a graph in the making; a value is the name of a tensor."""

    def __init__(self, onnx: Any, dtype: Any) -> None:
        self._onnx, self._dtype = onnx, dtype
        self._nodes: list[Any] = []
        self._n_in = 0
        self._constants: dict[Any, Any] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node; gives the name of its output."""
        name = f"v{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def number(self, values: Any, dtype: Any = None) -> str:
        """A constant of these numbers, each once."""
        array = np.asarray(values, dtype or self._dtype)
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = self._onnx.numpy_helper.from_array(array, name)
        return str(self._constants[key].name)

    def model(self, net: Network) -> Any:
        """The model of a network."""
        self._n_in = len(net.inputs)
        helper, kind = self._onnx.helper, self._onnx.helper.np_dtype_to_tensor_dtype
        blocks, theta = blocks_of(net), np.append(net.parameters(), 0.0)
        found = [self._scaled_inputs(net)]
        for block in blocks[1:]:
            found.append(self._block(block, theta, found))
        reads, columns = places_of(blocks, net.require_outputs())
        result = self._scaled_outputs(net, self._gather(self._read(reads, found), columns))
        self._nodes.append(helper.make_node("Identity", [result], ["outputs"], "outputs"))
        self._drop_dead("outputs")
        tensor = kind(np.dtype(self._dtype))
        graph = helper.make_graph(
            self._nodes,
            "network",
            [helper.make_tensor_value_info("inputs", tensor, ["B", len(net.inputs)])],
            [helper.make_tensor_value_info("outputs", tensor, ["B", len(net.outputs)])],
            list(self._constants.values()),
        )
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(
            graph, opset_imports=[opset], ir_version=_IR_VERSION,
            producer_name="neurosim", producer_version=__version__,
        )  # fmt: skip

    def _drop_dead(self, output: str) -> None:
        """Leave out what leads to no output."""
        needed, kept = {output}, []
        for node in reversed(self._nodes):
            if node.output[0] in needed:
                needed.update(node.input)
                kept.append(node)
        self._nodes = kept[::-1]
        self._constants = {k: c for k, c in self._constants.items() if c.name in needed}

    def _scaled_inputs(self, net: Network) -> str:
        scale = net.inputs_conversion
        if scale.is_plain:
            return "inputs"
        return self.op(
            "Div",
            self.op("Sub", "inputs", self.number(scale.offset[np.newaxis])),
            self.number(scale.factor[np.newaxis]),
        )

    def _scaled_outputs(self, net: Network, value: str) -> str:
        scale = net.outputs_conversion
        if scale.is_plain:
            return value
        grown = self.op("Mul", value, self.number(scale.factor[np.newaxis]))
        return self.op("Add", grown, self.number(scale.offset[np.newaxis]))

    def _gather(self, value: str, columns: Any) -> str:
        return self.op("Gather", value, self.number(columns, np.int64), axis=1)

    def _read(self, reads: tuple[StageRead, ...], found: list[str]) -> str:
        parts = [
            found[r.block] if r.is_whole else self._gather(found[r.block], r.columns) for r in reads
        ]
        return parts[0] if len(parts) == 1 else self.op("Concat", *parts, axis=1)

    def _block(self, block: MatrixStage, theta: Any, found: list[str]) -> str:
        read = self._read(block.reads, found) if block.reads else ""
        names = [self._part(block, part, theta, read, found[0]) for part in block.parts]
        order = np.concatenate([part.rows for part in block.parts])
        total = names[0]
        if len(names) > 1:
            total = self._gather(self.op("Concat", *names, axis=1), np.argsort(order))
        biases = theta[block.biases]
        if (block.biases != NONE).any():
            total = self.op("Add", total, self.number(biases[np.newaxis]))
        return self._activated(block, total, theta)

    def _part(self, block: MatrixStage, part: Any, theta: Any, read: str, inputs: str) -> str:
        rows, responses = part.rows, block.responses[part.rows]
        weights = theta[block.weights[rows, : part.width]]
        if not part.width or not block.reads:
            empty = 1.0 if part.aggregation == "product" else 0.0
            zeros = self.op("MatMul", inputs, self.number(np.zeros((self._n_in, len(rows)))))
            return self.op("Add", zeros, self.number((empty * responses)[np.newaxis]))
        if part.aggregation in {"sum", "mean"}:
            matrix = np.zeros((block.n_read + 1, len(rows)))
            at = block.sources[rows, : part.width], np.arange(len(rows))[:, np.newaxis]
            np.add.at(matrix, at, weights)
            share = part.width if part.aggregation == "mean" else 1
            return self.op("MatMul", read, self.number(matrix[:-1] * (responses / share)))
        chosen = self._gather(read, block.sources[rows, : part.width])
        terms = self.op("Mul", chosen, self.number(weights[np.newaxis]))
        return self._reduced(terms, part, responses)

    def _reduced(self, terms: str, part: Any, responses: Any) -> str:
        """What is made of terms (B, n, k), term by term: few runtimes reduce float64 otherwise."""
        kind = {"product": "Mul", "max": "Max", "min": "Min"}[part.aggregation]
        one = [self.number(k, np.int64) for k in range(part.width)]
        total = self.op("Gather", terms, one[0], axis=2)
        for k in one[1:]:
            total = self.op(kind, total, self.op("Gather", terms, k, axis=2))
        return self.op("Mul", total, self.number(responses[np.newaxis]))

    def _activated(self, block: MatrixStage, z: str, theta: Any) -> str:
        if block.activation == SOFTMAX:
            return self.op("Softmax", z, axis=1)
        activation = ACTIVATIONS[block.activation]
        form = FORMS.get(activation.family)
        if form is None:
            raise GraphError(
                f"to_onnx: {block.neurons[0].name} has the activation {block.activation!r};"
                f" expected one of {', '.join(FORMS)}"
            )
        options: Any = activation.option_values
        if activation.trained:
            options = [theta[block.functions][np.newaxis]]
        return str(form(self, z, *map(self.number, options)))


def _metadata(net: Network) -> dict[str, str]:
    """Names and labels, as texts of JSON, and the structure."""
    found: dict[str, Any] = {
        "inputs": [neuron.name for neuron in net.inputs],
        "outputs": [neuron.name for neuron in net.outputs],
        "input_labels": [neuron.label for neuron in net.inputs],
        "output_labels": [neuron.label for neuron in net.outputs],
        "title": net.title,
    }
    if net.classes is not None:
        found["classes"] = list(net.classes.names)
    return {f"neurosim.{key}": json.dumps(value) for key, value in found.items()} | texts_of(net)

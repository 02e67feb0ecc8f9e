"""synaptic in node: its network compiled to JavaScript, a row at a time, which is all that it can.

Its output neurons take target less output as their delta, as for cross-entropy; weights of a layer
are moved before errors go back through them; and each neuron has a bias. So that is what it must
compute, not what the others do. The package is fetched by npm into a folder of its own among the
temporary files. Seconds are node's own, of a process in which the compiled network was warm.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import Absent, Outcome, System

NAME = "synaptic"
_PACKAGE = "synaptic@1.1.4"
_FOLDER = Path(tempfile.gettempdir()) / "neurosim-benchmarks-synaptic"
_PROGRAM = """
const { Layer, Network } = require("synaptic");
const { sizes, rows, X, T, epochs, rate } = JSON.parse(require("fs").readFileSync(0));
const layers = sizes.map(size => new Layer(size));
layers.slice(1).forEach((layer, i) => layers[i].project(layer));
const neurons = layers.slice(1).flatMap((layer, i) => layer.list.map(to =>
  ({ to, of: layers[i].list.map(from => to.connected(from).connection) })));
neurons.forEach(({ to, of }, i) => {
  of.forEach((connection, k) => connection.weight = rows[i][k]);
  to.bias = rows[i][of.length];
});
const network = new Network(
  { input: layers[0], hidden: layers.slice(1, -1), output: layers[layers.length - 1] });
function train(count, rate) {
  for (let i = 0; i < count; i++)
    for (let k = 0; k < X.length; k++) {
      network.activate(X[k]);
      network.propagate(rate, T[k]);
    }
}
train(2000, 0);
const begin = process.hrtime.bigint();
train(epochs, rate);
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
network.restore();
const parameters = neurons.flatMap(({ to, of }) => [...of.map(each => each.weight), to.bias]);
console.log(JSON.stringify({ seconds, parameters }));
"""


def synaptic_system(problem: Layered, units: int, *, fetch: bool) -> System | Absent:
    """Synaptic on a layered problem of sigmoids; ``units`` of work; ``fetch``: the package, too."""
    if shutil.which("node") is None:
        return Absent(NAME, "node", "node is not installed")
    missing = _why_missing(fetch=fetch)
    if missing is not None:
        return Absent(NAME, "node", missing)
    biased = _with_biases(problem)
    given = json.dumps(_given(biased))

    def prepare() -> Callable[[], Any]:
        return lambda: _run(given)

    return System(
        NAME,
        "node",
        prepare,
        lambda answer: Outcome({"parameters": np.array(answer["parameters"])}),
        expected=lambda: _expected(biased),
        figures=lambda answer: {NAME: answer["seconds"] / units},
        note="row by row, in its own order of moves",
    )


@cache
def _why_missing(*, fetch: bool) -> str | None:
    """Why the package is not there; None where it is, or could be fetched."""
    if (_FOLDER / "node_modules" / NAME).is_dir():
        return None
    npm = shutil.which("npm")
    if not fetch or npm is None:
        return f"not in {_FOLDER}; npm fetches it in the full size"
    command = [npm, "install", "--prefix", str(_FOLDER), "--ignore-scripts", "--no-audit"]
    _FOLDER.mkdir(exist_ok=True)
    try:
        subprocess.run([*command, _PACKAGE], capture_output=True, check=True, timeout=120)  # noqa: S603 - ours
    except (subprocess.SubprocessError, OSError) as error:
        return f"npm could not fetch it: {error}"
    return None


def _with_biases(problem: Layered) -> Layered:
    if problem.biases is not None:
        return problem
    return replace(problem, biases=tuple(np.zeros(n) for n in problem.sizes[1:]))


def _given(problem: Layered) -> dict[str, Any]:
    assert problem.biases is not None
    columns = zip(problem.weights, problem.biases, strict=True)
    return {
        "sizes": problem.sizes,
        "rows": [row for w, b in columns for row in np.column_stack((w.T, b)).tolist()],
        "X": problem.X.tolist(),
        "T": problem.T.tolist(),
        "epochs": problem.epochs,
        "rate": problem.rate,
    }


def _run(given: str) -> Any:
    node = shutil.which("node")
    assert node is not None
    found = subprocess.run(  # noqa: S603 - ours
        [node, "-e", _PROGRAM], input=given, capture_output=True, text=True, check=True, cwd=_FOLDER
    )
    return json.loads(found.stdout)


def _expected(problem: Layered) -> Outcome:
    assert set(problem.activations) == {"sigmoid"}
    assert problem.biases is not None
    weights = [
        np.column_stack((w.T, b)) for w, b in zip(problem.weights, problem.biases, strict=True)
    ]
    for _ in range(problem.epochs):
        for x, t in zip(problem.X, problem.T, strict=True):
            outputs = [np.append(x, 1.0)]
            for w in weights:
                outputs.append(np.append(1.0 / (1.0 + np.exp(-w @ outputs[-1])), 1.0))
            delta = t - outputs[-1][:-1]
            for i in reversed(range(len(weights))):
                weights[i] += problem.rate * np.outer(delta, outputs[i])
                a = outputs[i][:-1]
                delta = (weights[i][:, :-1].T @ delta) * (a * (1.0 - a))
    return Outcome({"parameters": np.concatenate([w.ravel() for w in weights])})

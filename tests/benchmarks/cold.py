"""A cold process: Python starts, imports, trains XOR, and ends. What a user waits for.

Each script prints its losses and parameters (by neurosim's order) as JSON; they are compared like
those of any other workload. `neurosim run` on the same scenario is shown too, and what starting up
costs alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered, xor
from tests.benchmarks.naive import train_naive
from tests.benchmarks.peer_sklearn import nearest
from tests.benchmarks.systems import NEUROSIM, Absent, Outcome, System

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}  # fmt: skip

COMMAND, START = "neurosim run", "neurosim start-up"

_HEAD = """\
import json, sys
epochs, rate, X, T, weights, biases = json.loads(sys.argv[1])
"""

_NEUROSIM = """
import neurosim as ns
net = ns.Network("xor")
net.add_layer("x", 2)
net.add_layer("h", 4, activation="sigmoid", bias=biases[0])
net.add_layer("o", 1, activation="sigmoid", bias=biases[1])
net.connect("x", "h", weights=weights[0])
net.connect("h", "o", weights=weights[1])
history = ns.train(net, X, T, optimizer=ns.SGD(rate), reduction="sum", epochs=epochs)
print(json.dumps([list(history.loss), net.parameters().tolist()]))
"""

_TORCH = """
import torch
torch.set_num_threads(1)
double = torch.float64
X, T = torch.tensor(X, dtype=double), torch.tensor(T, dtype=double)
W = [torch.tensor(w, dtype=double).T.clone().requires_grad_() for w in weights]
b = [torch.tensor(v, dtype=double, requires_grad=True) for v in biases]
losses = []
for _ in range(epochs):
    a = X
    for w, v in zip(W, b):
        a = torch.sigmoid(torch.nn.functional.linear(a, w, v))
    loss = 0.5 * torch.nn.functional.mse_loss(a, T, reduction="sum")
    for p, g in zip(W + b, torch.autograd.grad(loss, W + b)):
        p.data.add_(g, alpha=-rate)
    losses.append(loss.item())
theta = torch.cat([torch.cat((w, v[:, None]), 1).ravel() for w, v in zip(W, b)])
print(json.dumps([losses, theta.tolist()]))
"""

_JAX = """
import jax, jax.numpy as jnp, numpy as np
jax.config.update("jax_enable_x64", True)
X, T = np.array(X, float), np.array(T, float)
start = [np.array(w) for w in weights], [np.array(v) for v in biases]

def measure(parameters):
    a = X
    for w, b in zip(*parameters):
        a = jax.nn.sigmoid(a @ w + b)
    return 0.5 * ((T - a) ** 2).sum()

def update(parameters, _):
    loss, gradients = jax.value_and_grad(measure)(parameters)
    return jax.tree.map(lambda p, g: p - rate * g, parameters, gradients), loss

train = jax.jit(lambda parameters: jax.lax.scan(update, parameters, length=epochs))
(W, b), losses = train(start)
theta = np.concatenate([np.column_stack((w.T, v)).ravel() for w, v in zip(W, b)])
print(json.dumps([np.asarray(losses).tolist(), theta.tolist()]))
"""

_SKLEARN = """
import warnings
import numpy as np
from sklearn.neural_network import MLPClassifier
warnings.simplefilter("ignore")
X, y = np.array(X, float), np.ravel(T)
model = MLPClassifier(
    (4,), activation="logistic", solver="sgd", alpha=0.0, batch_size=4, learning_rate_init=rate,
    max_iter=epochs, shuffle=False, tol=0.0, n_iter_no_change=epochs + 1, momentum=0.0,
    nesterovs_momentum=False, warm_start=True,
)
model.partial_fit(X, y, classes=[0.0, 1.0])
model.coefs_, model.intercepts_ = [np.array(w) for w in weights], [np.array(v) for v in biases]
model.loss_curve_ = []
model.fit(X, y)
theta = [np.column_stack((w.T, v)).ravel() for w, v in zip(model.coefs_, model.intercepts_)]
print(json.dumps([model.loss_curve_, np.concatenate(theta).tolist()]))
"""

_SCENARIO = """\
neurosim: 1
title: Exclusive or, in a cold process
network:
  layers:
    - {{name: x, neurons: 2}}
    - {{name: h, neurons: 4, activation: sigmoid, bias: {biases[0]}}}
    - {{name: o, neurons: 1, activation: sigmoid, bias: {biases[1]}}}
  connections:
    - {{from: x, to: h, weights: {weights[0]}}}
    - {{from: h, to: o, weights: {weights[1]}}}
data: {{inputs: {X}, targets: {T}}}
training:
  reduction: sum
  optimizer: {{name: sgd, learning_rate: {rate}}}
  epochs: {epochs}
"""


def cold_systems(size: str, peers: frozenset[str]) -> list[System | Absent]:
    """The scripts, and the command."""
    problem = xor(10_000 if size == "full" else 20, 4)
    made: list[System | Absent] = [_script(NEUROSIM, NEUROSIM, _NEUROSIM, problem)]
    made += [_command(problem), _start_up()]
    if "jax" in peers:
        made.append(_peer("jax", "jax", _JAX, problem))
    if "sklearn" in peers:
        made.append(_sklearn(problem))
    if "torch" in peers:
        made.append(_peer("torch", "torch", _TORCH, problem))
    return made


def _environment() -> dict[str, str]:
    """As where all were installed: what was compiled once is not compiled at each start."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    cache = str(Path(tempfile.gettempdir()) / "neurosim-bench-bytecode")
    return {**environment, **ONE_THREAD, "PYTHONPYCACHEPREFIX": cache}


def _script(name: str, peer: str, text: str, problem: Layered, **more: Any) -> System:
    arguments = [sys.executable, "-c", _HEAD + text, json.dumps(_values(problem))]
    return System(name, peer, lambda: lambda: _run(arguments), _outcome, **more)


def _peer(name: str, module: str, text: str, problem: Layered) -> System | Absent:
    if find_spec(module) is None:
        return Absent(name, module, "not installed")
    return _script(name, module, text, problem)


def _sklearn(problem: Layered) -> System | Absent:
    if find_spec("sklearn") is None:
        return Absent("scikit-learn", "sklearn", "not installed")
    near, note = nearest(problem)
    return _script(
        "scikit-learn", "sklearn", _SKLEARN, near, expected=lambda: train_naive(near), note=note
    )


def _start_up() -> System:
    arguments = [sys.executable, "-c", "import neurosim"]
    note = "Python, and `import neurosim`: a part of both rows above"
    return System(START, NEUROSIM, lambda: lambda: _run(arguments), note=note)


def _command(problem: Layered) -> System:
    epochs, rate, X, T, weights, biases = _values(problem)
    text = _SCENARIO.format(epochs=epochs, rate=rate, X=X, T=T, weights=weights, biases=biases)

    def prepare() -> Callable[[], str]:
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / "xor.yaml"
        path.write_text(text, encoding="utf-8")

        def run() -> str:
            with folder:
                return _run([sys.executable, "-m", "neurosim.cli.main", "run", "--json", str(path)])

        return run

    def outcome(printed: str) -> Outcome:
        parameters = json.loads(printed)["parameters"]
        return Outcome({"parameters": np.array(list(_in_order(**parameters)))})

    return System(
        COMMAND, NEUROSIM, prepare, outcome,
        note="the command on a scenario file: reading, checking and printing it as well",
    )  # fmt: skip


def _in_order(weights: dict[str, float], biases: dict[str, float]) -> Iterator[float]:
    """Parameters by name in neurosim's order: neuron by neuron, its weights, then its bias."""
    for neuron, bias in biases.items():
        yield from (value for name, value in weights.items() if name.endswith(f"->{neuron}"))
        yield bias


def _values(problem: Layered) -> list[Any]:
    assert problem.biases is not None
    arrays: list[Any] = [problem.X, problem.T, problem.weights, problem.biases]
    X, T, weights, biases = [
        [part.tolist() for part in a] if isinstance(a, tuple) else a.tolist() for a in arrays
    ]
    return [problem.epochs, problem.rate, X, T, weights, biases]


def _run(arguments: list[str]) -> str:
    """What a process of one thread prints."""
    done = subprocess.run(  # noqa: S603 - our own scripts, run by the Python that runs this
        arguments, check=True, capture_output=True, text=True, env=_environment()
    )
    return done.stdout


def _outcome(printed: str) -> Outcome:
    losses, parameters = json.loads(printed)
    return Outcome({"losses": np.array(losses), "parameters": np.array(parameters)})

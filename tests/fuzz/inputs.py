"""The families of inputs: each makes a call from a random generator, in a folder of its own.

A new kind of file is a function and a line of the table at the end.
"""

import json
import os
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import yaml

import neurosim as ns
from neurosim.cli.main import run_command
from neurosim.errors import MissingExtraError
from neurosim.scenario import shipped_folder, start_run
from neurosim.scenario.run.folder import open_folder
from neurosim.scenario.run.keeping import KeptRun
from neurosim.scenario.saved.packing import HEAD, pack, unpack
from tests.fuzz.mutate import NASTY, dumped, mutated_bytes, mutated_text, mutated_tree
from tests.fuzz.watch import Call

LARGEST = 6000  # bytes of a scenario that is mutated: the large ones train for seconds
FEW = ["--set", "training.epochs=2"]
WORDS = (
    "step", "next", "continue", "back", "run", "break", "break h1", "watch", "why", "explain",
    "print", "list", "info", "goto 3", "goto end", "delete 1", "until", "epoch", "batch", "undo",
    "set", "help", "restart", "catch", "condition 1 loss < 0", "draw", "tree", "history", "x1",
)  # fmt: skip


@cache
def scenarios() -> tuple[str, ...]:
    """The texts of the small shipped scenarios, without what they expect."""
    files = {*shipped_folder().glob("*.yaml"), *shipped_folder().glob("*/*.yaml")}
    files.discard(shipped_folder() / "million.yaml")  # few lines; its connections take seconds
    texts = [_without_expect(path.read_text(encoding="utf-8")) for path in sorted(files)]
    return tuple(text for text in texts if len(text) < LARGEST and "dataset" not in text)


def _without_expect(text: str) -> str:
    """With ``expect:`` a scenario of fewer epochs would be refused."""
    return re.sub(r"^expect:.*\n(?:(?:[ #-].*)?\n)*", "", text, flags=re.MULTILINE)


def of_scenario(rng: Random, folder: Path) -> Call:
    """A mutated scenario, given to some command."""
    text = rng.choice(scenarios())
    kind = rng.randrange(3)
    if kind == 0:
        data = mutated_text(rng, text).encode(errors="surrogatepass")
    elif kind == 1:
        data = dumped(mutated_tree(rng, yaml.safe_load(text))).encode()
    else:
        data = mutated_bytes(rng, text.encode())
    (folder / "a.yaml").write_bytes(data)
    command = rng.choice((
        ["run", "a.yaml", *FEW], ["run", "--quiet", "a.yaml", *FEW, "--out", "d"],
        ["draw", "a.yaml"], ["draw", "a.yaml", "-o", "a.svg"], ["convert", "a.yaml", "b.json"],
        ["compile", "a.yaml"], ["trace", "a.yaml", "--batches", "2", "-o", "t.jsonl"],
        ["worksheet", "a.yaml", "-o", "w.csv"],
    ))  # fmt: skip
    return lambda: run_command(command)


def of_set(rng: Random, folder: Path) -> Call:
    """A mutated ``--set``."""
    text = rng.choice(scenarios())
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    key = rng.choice(_keys(yaml.safe_load(text)))
    if rng.random() < 0.3:
        key = mutated_text(rng, key)
    value = json.dumps(rng.choice(NASTY)) if rng.random() < 0.5 else str(rng.choice(NASTY))
    # the last one wins: a mutated number of epochs may be any, and is only looked at by `draw`
    last = ["run", "--quiet", "a.yaml", "--set", f"{key}={value}", *FEW]
    command = rng.choice((last, ["draw", "a.yaml", "--set", f"{key}={value}"]))
    return lambda: run_command(command)


def _keys(tree: Any, before: str = "") -> list[str]:
    """All keys of a scenario with the names in front of them, as ``--set`` takes them."""
    if not isinstance(tree, dict):
        return []
    names = [f"{before}{key}" for key in tree]
    return [
        *names,
        *(deep for key, part in tree.items() for deep in _keys(part, f"{before}{key}.")),
    ]


def of_csv(rng: Random, folder: Path) -> Call:
    """A mutated table of rows."""
    rows = "x1,x2,t\n" + "".join(f"{i % 2},{i / 4},{i % 3}\n" for i in range(12))
    (folder / "d.csv").write_bytes(mutated_bytes(rng, rows.encode()))
    (folder / "a.yaml").write_text(CSV, encoding="utf-8")
    return lambda: run_command(["run", "--quiet", "a.yaml"])


CSV = """\
neurosim: 1
title: Rows of a table
seed: 1
network:
  layers: [{name: x, neurons: 2}, {name: h, neurons: 2, activation: tanh}, {name: y, neurons: 1}]
  connections: [{from: x, to: h}, {from: h, to: y}]
data: {csv: {path: d.csv, inputs: [x1, x2], targets: [t]}}
training: {epochs: 2, optimizer: {name: sgd, learning_rate: 0.1}, loss: mean_squared_error}
"""


@cache
def saved_networks() -> dict[str, bytes]:
    """A small network as a file of each kind that this machine can write, by suffix."""
    found = {}
    folder = Path(os.environ["FUZZ_SEEDS"])
    net = ns.load_scenario(shipped_folder() / "xor.yaml").network
    for suffix in ("json", "safetensors", "graphml", "gexf", "gml", "onnx"):
        path = folder / f"net.{suffix}"
        try:
            ns.write_network(net, path)
        except MissingExtraError:
            continue
        found[suffix] = path.read_bytes()
    return found


def of_network(rng: Random, folder: Path) -> Call:
    """A mutated file of a network."""
    suffix = rng.choice(sorted(saved_networks()))
    data = saved_networks()[suffix]
    if suffix == "json" and rng.random() < 0.6:
        data = json.dumps(mutated_tree(rng, json.loads(data))).encode()
    elif suffix in ("graphml", "gexf", "gml") and rng.random() < 0.6:
        data = mutated_text(rng, data.decode()).encode(errors="surrogatepass")
    else:
        data = mutated_bytes(rng, data)
    path = folder / f"a.{suffix}"
    path.write_bytes(data)
    if rng.random() < 0.5:
        return lambda: run_command(["convert", path.name, "b.json"])
    return lambda: _without_result(lambda: ns.read_network(path))


@cache
def traced() -> tuple[bytes, bytes]:
    """A trace and a filled-in sheet."""
    folder = Path(os.environ["FUZZ_SEEDS"])
    run_command(["trace", "xor", "-o", f"{folder}/t.jsonl", "--overwrite"])
    run_command(
        ["draw", "xor", "-o", f"{folder}/a.svg", "--overwrite"]
    )  # matplotlib makes its cache
    run_command(["worksheet", "xor", "-o", f"{folder}/w.md", "--overwrite"])
    return (folder / "t.jsonl").read_bytes(), (folder / "w.csv").read_bytes()


def of_trace(rng: Random, folder: Path) -> Call:
    """A mutated trace, compared with the scenario."""
    lines = traced()[0].decode().splitlines()
    if rng.random() < 0.6:
        at = rng.randrange(len(lines))
        lines[at] = json.dumps(mutated_tree(rng, json.loads(lines[at])))
        data = "\n".join([*lines, ""]).encode(errors="surrogatepass")
    else:
        data = mutated_bytes(rng, traced()[0])
    (folder / "t.jsonl").write_bytes(data)
    return lambda: run_command(["trace", "diff", "t.jsonl", "xor"])


def of_sheet(rng: Random, folder: Path) -> Call:
    """A mutated sheet, marked."""
    data = traced()[1]
    if rng.random() < 0.5:
        data = mutated_text(rng, data.decode()).encode(errors="surrogatepass")
    (folder / "w.csv").write_bytes(mutated_bytes(rng, data))
    return lambda: run_command(["mark", "xor", "w.csv"])


@cache
def checkpoints() -> tuple[bytes, bytes]:
    """Two checkpoints of a run that uses all that is kept in one."""
    folder = Path(os.environ["FUZZ_SEEDS"])
    (folder / "a.yaml").write_text(KEPT, encoding="utf-8")
    run = start_run(folder / "a.yaml")
    with open_folder(folder / "kept") as held:
        kept = KeptRun(run, held)
        kept.begin(resume=False, overwrite=True)
        for _ in kept:
            kept.save()
        first, last = [held.checkpoints.read(path) for path in held.checkpoints.paths()][::-1]
    return first, last


def of_checkpoint(rng: Random, folder: Path) -> Call:
    """A mutated checkpoint, or list of a run's files, in a folder that is gone on with."""
    (folder / "a.yaml").write_text(KEPT, encoding="utf-8")
    work = folder / "d" / ".neurosim"
    work.mkdir(parents=True)
    first, last = checkpoints()
    names = rng.choice((["checkpoint"], ["checkpoint", "checkpoint.previous"], ["checkpoint.next"]))
    for name in names:
        (work / name).write_bytes(_mutated_checkpoint(rng, rng.choice((first, last))))
    if rng.random() < 0.1:
        (work / "checkpoint.previous").write_bytes(first)
    if rng.random() < 0.2:
        listed = {"files": {"metrics.jsonl": "0" * 64, "network.json": None}, "origin": {}}
        document = json.dumps(mutated_tree(rng, listed)).encode()
        (rng.choice((folder / "d", work)) / "run.json").write_bytes(document)
        (work / "staged").mkdir()
        (work / "staged" / "network.json").write_bytes(document)
    ways = (["--resume"], ["--resume"], ["--resume"], ["--overwrite"], [])
    command = ["run", "--quiet", "a.yaml", "--out", "d", *rng.choice(ways)]
    return lambda: run_command(command)


def _mutated_checkpoint(rng: Random, data: bytes) -> bytes:
    """Other bytes; or other contents whose hash is right."""
    kind = rng.randrange(4)
    if kind == 0:
        return mutated_bytes(rng, data)
    if kind == 1:
        body = mutated_bytes(rng, data.partition(b"\n")[2])
        return HEAD + sha256(body).hexdigest().encode() + b"\n" + body
    return pack(mutated_tree(rng, unpack(data, "a checkpoint")))


KEPT = """\
neurosim: 1
title: Kept
seed: 1
network:
  layers:
    - {name: x, neurons: 2}
    - {name: h, neurons: 3, activation: tanh, dropout: 0.2}
    - {name: y, neurons: 1, activation: sigmoid}
data: {inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]]}
training:
  epochs: 6
  batch_size: 3
  shuffle: true
  input_noise: 0.1
  optimizer: {name: adam, learning_rate: 0.1}
  loss: binary_cross_entropy
  schedule: {plateau: {patience: 2}}
  early_stopping: {patience: 5}
  metrics: [accuracy]
edits: [{epoch: 3, grow: {layer: h, neurons: 1}}]
expect: [{loss: {below: 9}, epoch: 2}]
"""


def of_debugger(rng: Random, folder: Path) -> Call:
    """Commands of the debugger, mutated."""
    known = [word for word in WORDS for _ in range(2)]
    lines = [rng.choice(known) for _ in range(rng.randrange(1, 12))]
    lines = [mutated_text(rng, line) if rng.random() < 0.4 else line for line in lines]
    (folder / "s.txt").write_bytes("\n".join(lines).encode(errors="surrogatepass"))
    (folder / "a.yaml").write_text(rng.choice(scenarios()), encoding="utf-8")
    return lambda: run_command(["debug", "a.yaml", *FEW, "-x", "s.txt", "--batch"])


def of_call(rng: Random, _: Path) -> Call:
    """A call of the library with an argument that it does not expect."""
    net = ns.Network("n", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="tanh")
    net.connect("x", "h")
    odd = (np.zeros((0, 2)), np.ones((2, 2)) * np.nan, np.array("x"), np.ones((3, 2, 1)), [1, "a"])
    bad: Any = rng.choice((*NASTY, *odd, 0.5, 2, 3, "tanh", "x", ("x1", "h1"), {"tanh": 1}))
    rows = np.ones((3, 2))
    call = rng.choice((
        lambda: net.add_layer("y", bad), lambda: net.add_layer(bad, 2),
        lambda: net.add_neuron(bad), lambda: net.add_neuron("a", activation=bad),
        lambda: net.add_neuron("a", bias=bad), lambda: net.connect(bad, "h1"),
        lambda: net.connect("x1", "h1", weight=bad), lambda: net.layer(bad),
        lambda: net.forward(bad), lambda: net.predict(bad), lambda: net[bad],
        lambda: ns.train(net, rows, bad), lambda: ns.train(net, bad, rows),
        lambda: ns.train(net, rows, rows, loss=bad),
        lambda: ns.train(net, rows, rows, optimizer=bad),
        lambda: ns.train(net, rows, rows, learning_rate=bad, epochs=1),
        lambda: ns.train(net, rows, rows, batch_size=bad, epochs=1),
        lambda: ns.load(bad), lambda: ns.load_scenario(bad), lambda: ns.read_network(bad),
        lambda: ns.Network(bad), lambda: ns.Network("n", seed=bad),
    ))  # fmt: skip
    return lambda: _without_result(call)


def _without_result(call: Call) -> None:
    call()


FAMILIES: dict[str, Callable[[Random, Path], Call]] = {
    "scenario": of_scenario,
    "set": of_set,
    "csv": of_csv,
    "network": of_network,
    "trace": of_trace,
    "checkpoint": of_checkpoint,
    "sheet": of_sheet,
    "debugger": of_debugger,
    "call": of_call,
}

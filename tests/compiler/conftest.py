"""What the tests of the compiler share: two networks, and a way to run scripts."""

import os
import subprocess
import sys

import pytest

import neurosim as ns
from neurosim.kernel.library import why_no_kernel

_KERNEL = os.environ.get("NEUROSIM_KERNEL")
# the interpreter that runs the script must not find the package, wherever it is installed
BLOCKED = """\
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"neurosim", "networkx", "matplotlib"}:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Block())
import runpy
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture(scope="module", autouse=True)
def _generated_programs(no_kernel):
    """What the compiler prints runs here, wherever the tests run."""


@pytest.fixture
def kernel(monkeypatch):
    """The kernel, where the tests run with it."""
    if _KERNEL is None:
        monkeypatch.delenv("NEUROSIM_KERNEL")
    else:
        monkeypatch.setenv("NEUROSIM_KERNEL", _KERNEL)
    if (why := why_no_kernel()) is not None:
        pytest.skip(f"no kernel: {why}")


@pytest.fixture
def layered():
    """A 3-2-1: tanh, sigmoid."""
    net = ns.Network("layered", seed=1)
    net.add_layer("x", 3)
    net.add_layer("h", ["h1", "h2"], activation="tanh", bias=[0.5, -0.5])
    net.add_layer("o", 1, activation="sigmoid", bias=None)
    net.connect("x", "h", weights=[[1, 2], [3, 4], [5, 6]])
    net.connect("h", "o", weights=[[7], [8]])
    return net


@pytest.fixture
def irregular():
    """Skips, two activations in a level, a softmax layer, a dead end, an output that feeds one."""
    net = ns.Network("irregular", seed=4)
    net.add_layer("x", 2)
    net.add_neuron("a", activation="tanh", bias=0.25)
    net.add_neuron("b", activation="relu", bias=None)
    net.add_neuron("dead", activation="sin", bias=1.0)
    net.add_neuron("alone", activation="gaussian", bias=0.5)
    net.add_layer("s", ["s1", "s2", "s3"], activation="softmax", bias=[0.1, None, -0.1])
    net.add_neuron("o", bias=None)
    for source, target in [
        ("x2", "a"), ("x1", "a"), ("x1", "b"), ("a", "dead"), ("b", "s1"), ("x1", "s2"),
        ("a", "s3"), ("alone", "s3"), ("s1", "o"), ("s2", "o"), ("x2", "o"), ("b", "o"),
    ]:  # fmt: skip
        net.connect(source, target)
    net.outputs = ["o", "s2", "a"]
    return net


@pytest.fixture
def run_script(tmp_path):
    """Run a script on lines of input, where neurosim cannot be imported; returns its lines."""

    def run(script, lines):
        path = tmp_path / "network.py"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-I", "-W", "error:::__main__", "-c", BLOCKED, str(path)],
            input="\n".join(lines), capture_output=True, encoding="utf-8", check=False,
            timeout=120, cwd=tmp_path,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


@pytest.fixture
def sparse_always(monkeypatch):
    """Every block that is not full is sparse, in plans that are made from now on."""
    monkeypatch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)

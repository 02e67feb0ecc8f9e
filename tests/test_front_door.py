"""The front door: what ``import neurosim`` hands on, and what it leaves unloaded."""

import os
import subprocess
import sys

import pytest

import neurosim as ns
from neurosim.kernel.library import why_no_kernel
from tests.each import each

PROMISED = ["Network", "Neuron", "Connection", "Layer", "load", "compile_network",
            "loss_and_gradients", "train", "epochs", "agree", "load_scenario", "run_scenario",
            "NeurosimError", "SGD", "RMSprop", "Adagrad", "Adam", "AdamW", "Adamax",
            "NAdam", "debug", "debug_scenario", "draw", "draw_step", "layout",
            "draw_activations", "draw_boundary",
            "draw_confusion", "draw_gradients", "draw_loss", "draw_metrics", "draw_responses",
            "draw_weights"]  # fmt: skip
HEAVY = ["matplotlib", "pydantic", "rich", "click", "yaml", "sklearn", "torch", "onnx", "jax",
         "scipy", "pandas", "threadpoolctl", "joblib", "distributed", "optuna", "networkx",
         "numpy.ma"]  # fmt: skip


def python(code):
    """What a fresh Python prints."""
    done = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-W", "error:::__main__", "-c", code],
        capture_output=True, encoding="utf-8", check=False, timeout=120,
        env={**os.environ, "COVERAGE_PROCESS_CONFIG": ""},  # what measures tests loads more
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def loaded_after(code):
    return set(python(f"{code}\nimport sys\nprint(*sys.modules)"))


def heavy_of(loaded):
    """The heavy ones; what NumPy loads of itself is its own, as numpy.ma before version 2."""
    return (loaded & set(HEAVY)) - loaded_after("import numpy")


def test_the_front_door_loads_no_upper_floor_and_no_heavy_library():
    loaded = loaded_after("import neurosim")

    assert not heavy_of(loaded)
    assert {name for name in loaded if name.startswith("neurosim.")} <= {
        name for name in loaded
        if name.split(".")[1:2] in (["errors"], ["functions"], ["network"], ["interpreter"],
                                    ["compiler"], ["training"], ["version"], ["lazy"], ["pause"])
    }  # fmt: skip
    assert "numpy" not in loaded  # nor anything of ours that needs it, before it is asked for
    assert "neurosim.training" in loaded_after("import neurosim as ns\nns.train")


@pytest.mark.slow
def test_to_make_train_and_compile_a_network_loads_no_heavy_library_either():
    loaded = loaded_after(
        "import neurosim as ns\n"
        "net = ns.Network()\n"
        "net.add_layer('x', 2), net.add_layer('o', 1), net.connect('x', 'o')\n"
        "ns.train(net, [[1, 2]], [[3]], optimizer=ns.SGD(0.1), epochs=2)\n"
        "net.predict([[1, 2]]), net.forward([1, 2]), net.summary(), net.copy()\n"
    )

    assert heavy_of(loaded) <= {"threadpoolctl"}


@pytest.mark.slow
@pytest.mark.skipif(why_no_kernel() is not None, reason="arrays serve")
def test_what_the_kernel_trains_waits_for_no_program_of_arrays():
    loaded = loaded_after(
        "import neurosim as ns\n"
        "net = ns.Network()\n"
        "net.add_layer('x', 2), net.add_layer('o', 1), net.connect('x', 'o')\n"
        "ns.train(net, [[1, 2]], [[3]], optimizer=ns.SGD(0.1), epochs=2)\n"
    )

    assert "neurosim.kernel.library" in loaded
    assert not loaded & {"neurosim.compiler.plan", "neurosim.compiler.compile", "subprocess"}


@each("name", PROMISED)
def test_a_promised_name_is_there_and_listed(name):
    assert getattr(ns, name) is not None
    assert name in ns.__all__
    assert name in dir(ns)


def test_every_listed_name_is_there():
    assert [name for name in ns.__all__ if not hasattr(ns, name)] == []
    assert len(set(ns.__all__)) == len(ns.__all__)


@pytest.mark.slow
def test_scenarios_are_loaded_when_they_are_asked_for():
    loaded = loaded_after("import neurosim as ns\nns.load_scenario")

    assert {"neurosim.scenario", "pydantic", "yaml"} <= loaded
    assert not loaded & {"matplotlib", "rich", "click", "sklearn", "torch"}


@pytest.mark.slow
def test_to_run_a_scenario_that_looks_into_no_epoch_does_not_wait_for_the_debugger():
    loaded = loaded_after("import neurosim as ns\nns.run_scenario('single-neuron')")

    assert "neurosim.scenario.run.run" in loaded
    assert "neurosim.debugger" not in loaded


@pytest.mark.slow
def test_what_draws_loads_matplotlib_when_it_draws():
    loaded = loaded_after("import neurosim as ns\nns.draw_loss, ns.draw_boundary, ns.draw_weights")

    assert "neurosim.drawing" in loaded
    assert heavy_of(loaded) <= {"threadpoolctl"}


def test_a_late_name_is_the_one_of_its_floor():
    from neurosim.scenario import load_scenario, run_scenario

    assert ns.load_scenario is load_scenario
    assert ns.run_scenario is run_scenario


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'neurosim' has no attribute 'Netwrk'"):
        ns.Netwrk  # noqa: B018 - to ask for it is the test


def test_the_version_is_that_of_the_package():
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("neurosim")
    except PackageNotFoundError:
        pytest.skip("not installed: a checkout on the path")

    assert ns.__version__ == installed


def test_completion_offers_the_public_names_only():
    assert {name for name in dir(ns) if not name.startswith("draw_")} == {
        name for name in ns.__all__ if not name.startswith("draw_")
    }
    assert not {"TYPE_CHECKING", "lazy_names", "files"} & set(dir(ns))

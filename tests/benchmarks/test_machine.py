"""What is said of the machine, and what is done to it."""

import os
import sys

import pytest
import threadpoolctl

from tests.benchmarks.machine import describe_machine, one_core


def test_a_variable_that_pins_kernels_is_warned_of(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")

    warnings = describe_machine().warnings

    assert [w for w in warnings if w.startswith("OPENBLAS_CORETYPE=Prescott pins kernels")]


def test_without_such_a_variable_nothing_is_warned_of(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("OPENBLAS", "MKL", "BLIS", "NPY", "ONEDNN")):
            monkeypatch.delenv(name)

    assert describe_machine().warnings == ()


def test_blas_is_held_to_one_thread_and_let_go_again():
    before = _threads()

    with one_core():
        inside = _threads()

    assert set(inside) <= {1}
    assert _threads() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems pin no process to a core")
def test_the_process_keeps_to_one_core_and_is_let_go_again():
    before = os.sched_getaffinity(0)

    with one_core():
        inside = os.sched_getaffinity(0)

    assert len(inside) == 1
    assert os.sched_getaffinity(0) == before


def test_the_machine_is_let_go_when_what_runs_on_it_fails():
    before = _threads()

    with pytest.raises(ValueError, match="broken"), one_core():
        raise ValueError("broken")

    assert _threads() == before


def test_the_description_names_the_processor_python_numpy_and_the_kernels():
    machine = describe_machine()

    line = str(machine)
    assert machine.cores == os.cpu_count()
    assert f"Python {machine.python}, NumPy {machine.packages['numpy']}" in line
    assert all(blas["kernels"] in line for blas in machine.blas)


def _threads():
    return [i["num_threads"] for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas"]

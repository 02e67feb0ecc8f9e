"""Threads of BLAS: one while products are small, as many as there are for large ones."""

import math
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import neurosim as ns
from neurosim.compiler.planning import make_plan
from neurosim.compiler.threads import (
    LARGE_PRODUCT,
    blas_facts,
    blas_threads,
    largest_product,
    most_rows_of_one_thread,
    pinned_kernels,
    thread_counts,
    without_threads,
)
from neurosim.training.engines import array_program


def threads():
    """How many threads NumPy's BLAS may use; SciPy brings another one of its own."""
    return [
        info["num_threads"]
        for info in threadpool_info()
        if info["user_api"] == "blas" and "numpy" in info["filepath"].lower()
    ]


@pytest.fixture(autouse=True)
def two_threads():
    """BLAS may use two threads, whatever the machine has."""
    with threadpool_limits(2, user_api="blas"):
        yield


def layers(*sizes):
    net = ns.Network("layers", seed=1)
    for number, size in enumerate(sizes):
        net.add_layer(f"l{number}", size, **({"activation": "tanh"} if number else {}))
        if number:
            net.connect(f"l{number - 1}", f"l{number}")
    return net


SMALL, LARGE = layers(3, 20, 2), layers(300, 300, 2)  # 300 x 301 x 111 > 1e7


@pytest.fixture
def seen(monkeypatch):
    """The threads that BLAS has while a program of arrays runs."""
    found = []
    steps = array_program._ArrayRun.steps

    def watched(self, *args, **options):
        found.append(threads())
        return steps(self, *args, **options)

    monkeypatch.setattr(array_program._ArrayRun, "steps", watched)
    return found


@pytest.mark.quick("small")
@pytest.mark.parametrize(("net", "expected"), [(SMALL, 1), (LARGE, 2)], ids=["small", "large"])
def test_training_holds_blas_to_one_thread_only_where_products_are_small(seen, net, expected):
    rng = np.random.default_rng(1)
    X, T = rng.normal(size=(111, len(net.inputs))), rng.normal(size=(111, 2))

    ns.train(net.copy(), X, T, optimizer=ns.SGD(1e-4), epochs=1)

    assert seen
    assert all(set(found) == {expected} for found in seen)
    assert set(threads()) == {2}


def test_trainings_that_overlap_leave_the_process_as_it_was():
    plan = make_plan(SMALL)
    first, second = blas_threads(plan, 111), blas_threads(plan, 111)

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(threads()) == {1}  # the second is still inside
    second.__exit__(None, None, None)

    assert set(threads()) == {2}


def test_a_tiny_network_does_not_pay_for_the_limit(monkeypatch):
    monkeypatch.setattr("neurosim.compiler.threads._controller", None)
    net = layers(2, 4, 1)

    ns.train(net, np.eye(4, 2), np.eye(4, 1), optimizer=ns.SGD(0.1), epochs=2, seed=1)

    with pytest.raises(TypeError), blas_threads(make_plan(SMALL), 111):
        pass


def test_the_limit_is_lifted_after_an_error():
    plan = make_plan(SMALL)

    def fail():
        with blas_threads(plan, 111):
            assert set(threads()) == {1}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert set(threads()) == {2}


def test_the_limit_is_lifted_after_a_training_that_diverges():
    net = layers(3, 20)
    net.add_layer("o", 2)
    net.connect("l1", "o")

    with pytest.raises(ns.NeurosimError, match="not finite"):
        ns.train(
            net, np.full((50, 3), 1e3), np.full((50, 2), 1e300), optimizer=ns.SGD(1e9), epochs=50
        )

    assert set(threads()) == {2}


def test_the_largest_product_is_that_of_the_largest_block():
    assert largest_product(make_plan(SMALL), 10) == 800  # 20 x (3 + 1), and 2 x 21
    assert largest_product(make_plan(LARGE), 1) == 90_300
    assert largest_product(make_plan(LARGE), 110) < LARGE_PRODUCT
    assert largest_product(make_plan(LARGE), 111) >= LARGE_PRODUCT


@pytest.mark.usefixtures("sparse_always")
def test_a_sparse_block_has_no_large_products():
    net = layers(4, 3)
    net.remove_connection("l01", "l11")

    assert largest_product(make_plan(net), 1_000_000_000) == 0


def test_up_to_so_many_rows_no_bit_depends_on_the_number_of_threads():
    assert most_rows_of_one_thread(make_plan(LARGE)) == 110


@pytest.mark.usefixtures("sparse_always")
def test_without_products_none_depends_on_it_whatever_the_rows():
    net = layers(4, 3)
    net.remove_connection("l01", "l11")

    assert most_rows_of_one_thread(make_plan(net)) == math.inf


def test_what_blas_there_is_can_be_told():
    facts = blas_facts()

    assert facts
    assert thread_counts() == [fact["threads"] for fact in facts]
    assert threads()[0] in thread_counts()
    assert all(fact.keys() >= {"library", "version", "kernels", "file"} for fact in facts)
    assert [fact | {"threads": 9} for fact in without_threads(facts)] == [
        fact | {"threads": 9} for fact in facts
    ]
    assert not any("threads" in fact for fact in without_threads(facts))


NUMPY = Path(np.__file__).parent


@pytest.mark.parametrize(
    ("loaded", "expected"),
    [
        (["/x/b.so", "/y/a.so"], ["a.so", "b.so"]),
        (["/y/a.so", "/x/b.so"], ["a.so", "b.so"]),
        (["/x/a.so", NUMPY.with_name("numpy.libs") / "b.so"], ["b.so"]),
        (["/x/a.so", NUMPY / ".dylibs" / "b.so"], ["b.so"]),
    ],
)
def test_libraries_are_told_in_one_order_and_only_those_of_numpy(monkeypatch, loaded, expected):
    one = {"user_api": "blas", "internal_api": "openblas", "version": "1", "num_threads": 1}
    controller = SimpleNamespace(info=lambda: [one | {"filepath": str(path)} for path in loaded])
    monkeypatch.setattr("neurosim.compiler.threads._controller", lambda: controller)

    assert [fact["file"] for fact in blas_facts()] == expected


def test_a_variable_that_pins_kernels_is_warned_of():
    assert pinned_kernels({"OPENBLAS_CORETYPE": "Nehalem", "OMP_NUM_THREADS": "1"}) == [
        "OPENBLAS_CORETYPE=Nehalem pins kernels: they may be slower than those the library would"
        " choose"
    ]
    assert pinned_kernels({}) == []


SCRIPT = """
import numpy as np, neurosim as ns
rng = np.random.default_rng(1)
net = ns.Network("small", seed=1)
net.add_layer("x", 64); net.add_layer("h", 100, activation="tanh"); net.add_layer("o", 10)
net.connect("x", "h"); net.connect("h", "o")
X, T = rng.normal(size=(300, 64)), rng.normal(size=(300, 10))
ns.train(net, X, T, optimizer=ns.SGD(0.001), epochs=5, batch_size=150, shuffle=True)
print(net.parameters().tobytes().hex())
"""


@pytest.mark.slow
def test_a_small_network_learns_the_same_bits_with_one_thread_and_with_two():
    def run(n):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", SCRIPT], env=os.environ | dict.fromkeys(names, str(n)),
            capture_output=True, encoding="utf-8", check=True, timeout=120,
        )  # fmt: skip
        return done.stdout

    assert len(run(1)) > 100_000
    assert run(1) == run(2)

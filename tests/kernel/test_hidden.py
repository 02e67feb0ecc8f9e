"""Without the kernel the NumPy programs serve, and say so."""

import struct
import subprocess
import sys

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.explain import explain
from neurosim.errors import InvalidValueError
from neurosim.kernel import library
from neurosim.kernel.build import build, find_compiler
from neurosim.kernel.checks import tell_kernel
from neurosim.kernel.library import load_kernel, why_no_kernel
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task


@pytest.fixture
def line():
    """A 1-1."""
    net = ns.Network("line")
    net.add_layer("x", 1), net.add_layer("o", 1)
    net.connect("x", "o", weight=0.5)
    return net


def test_where_it_is_hidden_the_numpy_programs_serve(line, monkeypatch):
    monkeypatch.setenv("NEUROSIM_KERNEL", "off")
    data = np.ones((3, 1)), np.ones((3, 1))

    assert tell_kernel().startswith("not built (hidden by NEUROSIM_KERNEL=off")
    assert CompiledEngine(make_task(line, *data)).kind == "array"
    assert "hidden by NEUROSIM_KERNEL=off" in explain(line, 4).program
    with pytest.raises(InvalidValueError, match="the kernel is not there"):
        ns.train(line, *data, optimizer=ns.SGD(0.1), epochs=1, program="kernel")


def test_a_file_that_is_no_kernel_says_so(tmp_path, monkeypatch):
    head = struct.pack("<5sB34xQ10xHH2x", b"\x7fELF\x02", 1, 5000, 64, 2)
    (tmp_path / "text.so").write_text("no library")
    (tmp_path / "half.so").write_bytes(head + bytes(1000))
    (tmp_path / "folder.so").mkdir()
    told = {
        "text.so": "text.so",
        "half.so": f"half.so: cut off, got {len(head) + 1000} bytes; expected 5128",
        "folder.so": "folder.so: cannot be read, got a folder",
        "nothing.so": "nothing.so: cannot be read, no such file",
    }
    for name, words in told.items():
        monkeypatch.setenv("NEUROSIM_KERNEL", str(tmp_path / name))

        assert words in (why_no_kernel() or ""), name

    monkeypatch.delenv("NEUROSIM_KERNEL")
    monkeypatch.setattr(library, "_OWN", str(tmp_path / "not-built.so"))
    assert why_no_kernel() == "no C compiler when neurosim was installed"


@pytest.mark.slow
@pytest.mark.skipif(find_compiler() is None, reason="no C compiler")
def test_it_is_built_anew_where_the_sources_changed(tmp_path, monkeypatch):
    old = build(tmp_path / "old.so", ["-O0", "-UFINGERPRINT", "-DFINGERPRINT=xold"])
    monkeypatch.setenv("NEUROSIM_KERNEL", str(old))
    assert "built from other sources" in why_no_kernel()
    monkeypatch.setenv("NEUROSIM_KERNEL", str(build(tmp_path / "new.so", ["-O0", "-DPLAIN"])))
    assert "tanh" in load_kernel().codes["activation"]


def test_without_a_compiler_the_build_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(FileNotFoundError, match="C compiler: got none"):
        build(tmp_path / "kernel.so")


@pytest.mark.slow
@pytest.mark.skipif(find_compiler() is None or sys.platform != "linux", reason="no C compiler")
def test_a_library_of_others_is_told_and_one_cut_off_ends_no_process(tmp_path, monkeypatch):
    whole = build(tmp_path / "whole.so", ["-O0", "-DPLAIN"]).read_bytes()
    (tmp_path / "half.so").write_bytes(whole[: len(whole) // 2])
    told = {"half": "cut off, got", "odd": "built from other sources", "none": "undefined symbol"}
    names = {"odd": 'const char *neurosim_fingerprint(void) { return "\\xff"; }', "none": "int x;"}
    for name, text in names.items():
        (tmp_path / f"{name}.c").write_text(text)
        given = [find_compiler(), "-shared", "-fPIC", "-o", f"{name}.so", f"{name}.c"]
        subprocess.run(given, cwd=tmp_path, check=True)  # noqa: S603 - our own words
    for name, words in told.items():
        monkeypatch.setenv("NEUROSIM_KERNEL", str(tmp_path / f"{name}.so"))

        assert words in (why_no_kernel() or ""), name

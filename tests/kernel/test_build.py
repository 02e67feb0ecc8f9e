"""The build of the kernel: what the compiler is asked for, and what is said where it fails."""

import sys

import pytest

from neurosim.kernel import build


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """A compiler that writes what it is asked for into its output; it fails at -O9."""
    script = tmp_path / "cc"
    script.write_text(
        '#!/bin/sh\ncase "$*" in *-O9*) exit 3;; esac\n'
        'while [ "$1" != -o ]; do all="$all $1"; shift; done\necho "$all" > "$2"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("CC", f"{script} -pipe")


@pytest.mark.usefixtures("compiler")
def test_the_command_writes_where_it_is_told(tmp_path, monkeypatch, capsys):
    target = tmp_path / "kernel.so"
    monkeypatch.setattr(sys, "argv", ["build", "--to", str(target), "--sanitize"])

    assert build.main() == 0

    asked = target.read_text().split()
    assert capsys.readouterr().out == f"{target}\n"
    assert asked[0] == "-pipe"
    assert {"-std=c11", f"-DFINGERPRINT={build.fingerprint()}", "-DPLAIN", "-shared"} < set(asked)
    assert asked[-1] == str(build.FOLDER / "kernel.c")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["kernel.so"]


@pytest.mark.usefixtures("compiler")
def test_a_compiler_that_fails_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["build", "--to", str(tmp_path / "kernel.so")])
    monkeypatch.setattr(build, "FLAGS", "-O9")

    assert "returned non-zero exit status 3" in build.main()
    assert [path.name for path in tmp_path.iterdir()] == ["cc"]


def test_without_its_sources_a_kernel_has_no_fingerprint(tmp_path, monkeypatch):
    assert build.fingerprint().startswith("x")

    monkeypatch.setattr(build, "FOLDER", tmp_path)

    assert not build.fingerprint()

"""A wheel of a platform has that platform's kernel, and no other, and pip accepts its record."""

from zipfile import ZipFile

import pytest

from tests.wheels import LIBRARIES, TARGETS, with_library


@pytest.fixture
def plain(tmp_path):
    """A wheel as setuptools makes it here: with the kernel of this machine."""
    path = tmp_path / "neurosim-1.0-py3-none-linux_x86_64.whl"
    with ZipFile(path, "w") as made:
        made.writestr("neurosim/__init__.py", "")
        made.writestr(f"neurosim/kernel/{LIBRARIES[0]}", "of this machine")
        made.writestr("neurosim-1.0.dist-info/WHEEL", "Root-Is-Purelib: false\nTag: py3-none-any\n")
        made.writestr("neurosim-1.0.dist-info/METADATA", "Name: neurosim\nVersion: 1.0\n")
        made.writestr("neurosim-1.0.dist-info/RECORD", "stale")
    return path


@pytest.mark.parametrize("platform", TARGETS)
def test_a_wheel_has_the_library_of_its_platform_alone(plain, tmp_path, platform):
    library = tmp_path / LIBRARIES[platform.startswith("win")]
    library.write_bytes(b"of another")
    (tmp_path / "dist").mkdir()

    made = with_library(plain, library, platform, tmp_path / "dist")

    assert made.name == f"neurosim-1.0-py3-none-{platform}.whl"
    with ZipFile(made) as found:
        kernels = [name for name in found.namelist() if "_kernel" in name]
        assert kernels == [f"neurosim/kernel/{library.name}"]
        assert found.read(kernels[0]) == b"of another"
        wheel = found.read("neurosim-1.0.dist-info/WHEEL").decode()
        record = found.read("neurosim-1.0.dist-info/RECORD").decode()
    assert f"Tag: py3-none-{platform}\n" in wheel
    assert [line.split(",")[0] for line in record.splitlines()] == found.namelist()
    digest = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"  # of nothing, by the standard
    assert f"neurosim/__init__.py,{digest},0\n" in record

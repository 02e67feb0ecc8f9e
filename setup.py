"""The kernel in C, which is left out where it cannot be compiled; all else is in setup.cfg."""

import os
import runpy

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

KERNEL = runpy.run_path("neurosim/kernel/build.py")


class BuildKernel(build_ext):
    """A plain library, loaded by ctypes: it serves every Python."""

    def build_extension(self, ext: Extension) -> None:
        """Compile it with the flags that its bits depend on."""
        flags = KERNEL["MSVC_FLAGS" if self.compiler.compiler_type == "msvc" else "FLAGS"]
        ext.extra_compile_args = [*flags.split(), f"-DFINGERPRINT={KERNEL['fingerprint']()}"]
        ext.libraries = [] if os.name == "nt" else ["m"]
        super().build_extension(ext)

    def get_ext_filename(self, name: str) -> str:
        """What the package looks for."""
        return os.path.join(*name.split(".")[:-1], KERNEL["LIBRARY"])  # noqa: PTH118 - as theirs

    def get_export_symbols(self, _extension: Extension) -> list[str]:
        """None: the source says what it exports."""
        return []


class TagWheel(bdist_wheel):
    """A wheel for a platform and any Python."""

    def get_tag(self) -> tuple[str, str, str]:
        """The tag, in which the platform alone matters."""
        return "py3", "none", super().get_tag()[2]


setup(
    ext_modules=[Extension("neurosim.kernel._kernel", ["neurosim/kernel/kernel.c"], optional=True)],
    cmdclass={"build_ext": BuildKernel, "bdist_wheel": TagWheel},
)

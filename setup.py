"""The kernel in C, which is left out where it cannot be compiled; all else is in setup.cfg."""

import runpy

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

KERNEL = runpy.run_path("neurosim/kernel/build.py")


class BuildKernel(build_ext):
    """A plain library, loaded by ctypes: it serves every Python."""

    def build_extension(self, ext: Extension) -> None:
        """Compile it with the flags that its bits depend on."""
        flags = KERNEL["MSVC_FLAGS" if self.compiler.compiler_type == "msvc" else "FLAGS"]
        ext.extra_compile_args = [*flags.split(), f"-DFINGERPRINT={KERNEL['fingerprint']()}"]
        super().build_extension(ext)

    def get_ext_filename(self, _name: str) -> str:
        """Where the package looks for it."""
        return f"neurosim/kernel/{KERNEL['LIBRARY']}"

    def get_export_symbols(self, _extension: Extension) -> list[str]:
        """None: the source says what it exports."""
        return []


setup(
    ext_modules=[Extension("neurosim.kernel._kernel", ["neurosim/kernel/kernel.c"], optional=True)],
    cmdclass={"build_ext": BuildKernel},
)

"""Wheels with the compiled kernel: ``python -m tests.wheels [FOLDER [PLATFORM...]]``.

There is one a platform, for every Python, made in a checkout. zig compiles C for all of them and is
installed by pip (``pip install '.[wheels]'``). Its first library for Windows takes minutes.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copy, copytree
from zipfile import ZIP_DEFLATED, ZipFile

ROOT = Path(__file__).parent.parent
LIBRARIES = ("_kernel.ctypes.so", "_kernel.ctypes.dll")
TARGETS = {  # of each platform zig's name, with the oldest system it serves
    "manylinux_2_17_x86_64": "x86_64-linux-gnu.2.17",
    "manylinux_2_17_aarch64": "aarch64-linux-gnu.2.17",
    "macosx_11_0_x86_64": "x86_64-macos.11.0",
    "macosx_11_0_arm64": "aarch64-macos.11.0",
    "win_amd64": "x86_64-windows-gnu",
}


def build_plain(folder):
    """A wheel of this checkout, from a copy in which nothing of an earlier build lies about."""
    source = folder / "source"
    for name in ("neurosim", "scenarios"):
        copytree(ROOT / name, source / name)
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "README.md"):
        copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True)  # noqa: S603
    return next(folder.glob("*.whl"))


def build_library(platform, folder):
    """The kernel, compiled for another platform."""
    library = folder / platform / LIBRARIES[platform.startswith("win")]
    library.parent.mkdir()
    compiler = f"{sys.executable} -m ziglang cc -target {TARGETS[platform]} -s"
    command = [sys.executable, "-m", "neurosim.kernel.build", "--to", str(library)]
    subprocess.check_output(command, env=os.environ | {"CC": compiler}, cwd=ROOT)  # noqa: S603
    return library


def with_library(plain, library, platform, folder):
    """The wheel of a platform: a plain one with this library in place of any other."""
    name, version, *_ = plain.name.split("-")
    information = f"{name}-{version}.dist-info"
    made = folder / f"{name}-{version}-py3-none-{platform}.whl"
    with ZipFile(plain) as given:
        files = {path: given.read(path) for path in given.namelist() if not path.endswith("/")}
    files = {path: text for path, text in files.items() if not path.endswith(LIBRARIES)}
    wheel, record = f"{information}/WHEEL", f"{information}/RECORD"
    tag = b"Tag: py3-none-" + platform.encode()
    files[wheel] = re.sub(rb"Tag: \S+", tag, files[wheel])
    files[f"neurosim/kernel/{library.name}"] = library.read_bytes()
    del files[record]
    lines = [f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items()]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    with ZipFile(made, "w", ZIP_DEFLATED) as new:
        for path, text in files.items():
            new.writestr(path, text)
    return made


def _digest(text):
    """As RECORD writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


def main(folder="dist", *platforms):
    """Write the wheels of these platforms, or of all, and print their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        plain = build_plain(Path(made))
        for platform in platforms or TARGETS:
            library = build_library(platform, Path(made))
            sys.stdout.write(f"{with_library(plain, library, platform, Path(folder))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

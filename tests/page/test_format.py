"""The page writes numbers as Python does: tested in node, on the same numbers."""

import json
import math
import shutil
import struct
import subprocess
from importlib.resources import files

import numpy as np
import pytest

from neurosim.drawing.geometry.font import brief
from neurosim.functions.numbers import short
from neurosim.interpreter.steps import operand, plus

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")


def asked_of_node(expression, numbers):
    """What an expression of the page's own script says of each number."""
    source = (files("neurosim.page") / "assets" / "format.js").read_text(encoding="utf-8")
    program = f"""
    {source}
    const data = require("fs").readFileSync(0);
    const numbers = new Float64Array(new Uint8Array(data).buffer);
    process.stdout.write(JSON.stringify(Array.from(numbers, (x, i) => {expression})));
    """
    raw = struct.pack(f"<{len(numbers)}d", *numbers)
    node = str(shutil.which("node"))
    done = subprocess.run([node, "-e", program], input=raw, capture_output=True, check=True)  # noqa: S603 - our own script
    return json.loads(done.stdout)


def many_numbers(n=100_000):
    """Numbers of every size, exact ties of six and three digits, the edges of the formats."""
    random = np.random.default_rng(7)
    any_bits = random.integers(0, 2**64, n // 4, dtype=np.uint64).view(np.float64)
    usual = random.normal(size=n // 4) * 10.0 ** random.integers(-8, 8, n // 4)
    ties = (random.integers(-(10**6), 10**6, n // 4) + 0.5) * 2.0 ** random.integers(-6, 3, n // 4)
    tens = np.arange(1, 10**4) * 0.5
    small = random.integers(-(10**4), 10**4, n // 4) / 10.0 ** random.integers(0, 9, n // 4)
    edges = [0.0, -0.0, math.inf, -math.inf, math.nan, 999999.5, 9999995e-1, 1e-4, 9.9999995e-5]
    edges += [99999.5, 99999.4, 0.5, 1.5, 2.5, 1e16, 1e22, 5e-324, 1.7976931348623157e308]
    return [*any_bits, *usual, *ties, *tens, *small, *edges]


@pytest.mark.slow
@needs_node
def test_the_page_writes_six_digits_as_python_does():
    numbers = many_numbers()

    found = asked_of_node("short(x)", numbers)

    assert len(numbers) >= 100_000
    wrong = [
        (x, short(x), text) for x, text in zip(numbers, found, strict=True) if short(x) != text
    ]
    assert wrong == []


@pytest.mark.slow
@needs_node
@pytest.mark.parametrize("digits", [1, 2, 3, 6])
def test_the_page_writes_the_diagram_s_numbers_as_drawings_do(digits):
    numbers = many_numbers(20_000)

    found = asked_of_node(f"brief(x, {digits})", numbers)

    expected = [brief(x, digits) for x in numbers]
    pairs = zip(numbers, expected, found, strict=True)
    assert [(x, a, b) for x, a, b in pairs if a != b] == []


@needs_node
def test_terms_and_factors_are_written_as_the_engine_does():
    numbers = [0.5, -0.5, 0.0, -0.0, 1e-7, -1e9]

    assert asked_of_node("operand(x)", numbers) == [operand(x) for x in numbers]
    assert asked_of_node("plus(x, -2)", numbers) == [plus(x, -2.0) for x in numbers]

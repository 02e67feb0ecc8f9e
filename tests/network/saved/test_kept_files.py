"""Files of earlier versions are read for ever; each was written by the version in its name."""

from pathlib import Path

import pytest

import neurosim as ns

KEPT = Path(__file__).parent / "kept"
OUTPUTS = {
    "version_0_1.json": ([0.3, -0.8], ["0x1.68cbc9de1e860p-2", "0x1.4b9a1b10f0bd1p-1"]),
    "version_0_2.json": (
        [0.3, -0.8, 2], ["0x1.474af7b18424ep-2", "0x1.716a109cf7b62p-2", "0x1.474af7b18424ep-2"]
    ),
    "version_0_2.safetensors": (
        [0.3, -0.8, 2], ["0x1.474af7b18424ep-2", "0x1.716a109cf7b62p-2", "0x1.474af7b18424ep-2"]
    ),
}  # fmt: skip


def test_every_kept_file_is_tried():
    assert {path.name for path in KEPT.iterdir()} == set(OUTPUTS)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_file_of_an_earlier_version_gives_the_outputs_it_gave_then(name):
    if name.endswith(".safetensors"):
        pytest.importorskip("safetensors")
    sample, expected = OUTPUTS[name]

    assert [x.hex() for x in ns.load(KEPT / name).forward(sample).tolist()] == expected


def test_both_files_of_a_version_hold_the_same_network():
    pytest.importorskip("safetensors")
    one, other = (ns.load(KEPT / f"version_0_2.{suffix}") for suffix in ("json", "safetensors"))

    assert one.structure_key() == other.structure_key()
    assert one.parameters().tobytes() == other.parameters().tobytes()
    assert one["m"].data == other["m"].data == {"note": "first"}
    assert [c.name for c in other.disabled] == ["x3->h2"]
    one.reset(), other.reset()
    assert one.parameters().tobytes() == other.parameters().tobytes()


def test_the_parameters_of_one_file_are_read_by_name_by_other_programs(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    net = ns.load(KEPT / "version_0_2.safetensors")
    arrays = library.load((KEPT / "version_0_2.safetensors").read_bytes())

    assert arrays["h.bias"].tolist() == [0.75, 1e-300]
    assert arrays["x2->m"] == 1 / 3

    changed = {**arrays, "h.bias": arrays["h.bias"] + 1.0}
    (tmp_path / "bare.safetensors").write_bytes(library.save(changed))
    net.load_parameters(tmp_path / "bare.safetensors")
    assert net["h1"].bias == 1.75
    with pytest.raises(ns.NeurosimError, match="holds no structure"):
        ns.load(tmp_path / "bare.safetensors")


@pytest.mark.parametrize("cut", [0, 5, 100, 2500, -1])
def test_a_damaged_file_is_named(tmp_path, cut):
    pytest.importorskip("safetensors")
    path = tmp_path / "cut.safetensors"
    path.write_bytes((KEPT / "version_0_2.safetensors").read_bytes()[:cut])

    with pytest.raises(ns.NeurosimError, match=r"cut\.safetensors: "):
        ns.load(path)


def test_a_file_whose_structure_was_changed_is_refused(tmp_path):
    safetensors = pytest.importorskip("safetensors")
    library, source = pytest.importorskip("safetensors.numpy"), KEPT / "version_0_2.safetensors"
    arrays = library.load(source.read_bytes())
    with safetensors.safe_open(str(source), framework="numpy") as file:
        metadata = file.metadata()

    ends = arrays["neurosim.ends"].copy()
    for wrong, words in ((99, "numbers of neurons"), (0, "into an input|exists|self-loop")):
        ends[3, 1] = wrong
        path = tmp_path / "wrong.safetensors"
        path.write_bytes(library.save({**arrays, "neurosim.ends": ends}, metadata))
        with pytest.raises(ns.NeurosimError, match=words):
            ns.load(path)
    for more, text, words in (
        ({}, "[", "neurosim_network: no JSON"),
        ({}, "[" * 100_000, "neurosim_network: no JSON"),
        ({"neurosim.ends": ends[:1].astype(float)}, None, "ends: got float64; expected an array"),
        ({"neurosim.initial": None}, None, "initial: got none; expected an array of float64"),
    ):
        kept = {name: array for name, array in {**arrays, **more}.items() if array is not None}
        told = metadata if text is None else {**metadata, "neurosim_network": text}
        path.write_bytes(library.save(kept, told))
        with pytest.raises(ns.NeurosimError, match=words):
            ns.load(path)

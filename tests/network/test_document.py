"""Networks on paper: exact, versioned, by name; and files that hold no network."""

import json
import math

import pytest

import neurosim
from neurosim.errors import FileError, WrongTypeError
from neurosim.network import Network, load
from neurosim.network.document import to_document


@pytest.mark.parametrize(
    "number",
    [0.1, 1 / 3, 2.0**-1074, 1.7976931348623157e308, -0.0, math.pi, 5e-324, 1e22, 123456789.123],
)
def test_every_float_comes_back_exactly(net, tmp_path, number):
    net["x1", "h1"].weight = number
    net["h1"].bias = -number
    path = tmp_path / "net.json"

    net.save(path)
    back = neurosim.load(path)

    assert back["x1", "h1"].weight.hex() == number.hex()
    assert back["h1"].bias.hex() == (-number).hex()


def test_a_saved_network_is_readable_and_says_its_version(net, tmp_path):
    net.save(tmp_path / "net.json")

    text = (tmp_path / "net.json").read_text(encoding="utf-8")

    assert text.startswith('{\n "neurosim_network": 1,\n "title": "two-two-one",')
    assert text.endswith("}\n")
    assert json.loads(text)["connections"][1]["from"] == "x1"
    assert json.loads(text) == to_document(net)
    assert "\n  " + json.dumps(to_document(net)["connections"][1]) + ",\n" in text


def test_names_of_any_script_are_written_as_they_are(tmp_path):
    net = Network("日本語 → title")
    net.add_input("вход")
    path = tmp_path / "net.json"

    net.save(path)

    assert '"вход"' in path.read_text(encoding="utf-8")
    assert load(path).title == "日本語 → title"


def test_integers_in_a_file_become_floats(document, loaded):
    document["connections"][0]["weight"] = 3
    document["neurons"][2]["bias"] = 2

    back = loaded(document)

    assert type(back["x1", "h1"].weight) is float
    assert type(back["h1"].bias) is float


def test_a_byte_order_mark_is_no_part_of_a_document(document, loaded):
    back = loaded("\ufeff" + json.dumps(document))

    assert back.title == "two-two-one"


def test_loading_leaves_the_document_as_it_was(document):
    from neurosim.network.document import from_document

    document["connections"][0]["weight"] = 3
    before = json.dumps(document)

    from_document(document, "here", Network)

    assert json.dumps(document) == before


def test_saving_replaces_a_file_and_leaves_no_other(net, tmp_path):
    path = tmp_path / "net.json"
    path.write_text("old", encoding="utf-8")

    net.save(path)

    assert [p.name for p in tmp_path.iterdir()] == ["net.json"]
    assert load(str(path)).title == "two-two-one"


@pytest.mark.parametrize("place", ["missing/net.json", "folder", "a\0b"])
def test_a_file_that_cannot_be_written_is_an_error_that_leaves_nothing_behind(net, tmp_path, place):
    (tmp_path / "folder").mkdir()

    with pytest.raises(FileError, match="cannot be written"):
        net.save(f"{tmp_path}/{place}")

    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("path", [3, None, ["net.json"]])
def test_a_path_that_is_none_is_refused(net, path):
    with pytest.raises(WrongTypeError, match="path: got"):
        net.save(path)
    with pytest.raises(WrongTypeError, match="path: got"):
        load(path)


@pytest.mark.parametrize(
    ("place", "words"),
    [("missing.json", "no such file"), ("", "got a folder"), ("a\0b", "null byte")],
)
def test_a_file_that_cannot_be_read_is_an_error_with_its_path(tmp_path, place, words):
    with pytest.raises(FileError, match="cannot be read, ") as caught:
        load(f"{tmp_path}/{place}")

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("neurosim: 1", "no JSON"),
        ("\ufeff{}", "no network"),
        ("\ufeff\ufeff{}", "no JSON"),
        (b"\xff\xfe\x00", "expected UTF-8"),
        ("[" * 100_000, "no JSON"),
        ('{"a": ' * 50_000, "no JSON"),
        ('{"neurosim_network": ' + "9" * 5000 + "}", "no JSON"),
        ('{"neurosim_network": NaN}', "no JSON, got NaN; expected finite numbers"),
        ('{"neurosim_network": 1, "title": -Infinity}', "no JSON, got -Infinity"),
        ("[]", "no network; expected a file that neurosim's save() wrote"),
        ("null", "no network"),
        ("3", "no network"),
        ('"text"', "no network"),
        ("{}", "no network"),
        ('{"neurosim": 1}', "no network"),
        ('{"neurosim_network": 2}', "version 2; expected 1"),
        ('{"neurosim_network": "1"}', "version '1'; expected 1"),
        ('{"neurosim_network": true}', "version True; expected 1"),
        ('{"neurosim_network": [[[]]]}', "version [[[]]]; expected 1"),
        ('{"neurosim_network": 1}', "missing title, seed, generator, layers, neurons"),
    ],
)
def test_a_file_that_holds_no_network_is_refused_with_its_path(loaded, content, words):
    with pytest.raises(FileError, match=r"net\.json: ") as caught:
        loaded(content)

    assert words in str(caught.value)
    assert len(str(caught.value)) < 600

"""The layout of save() is read by columns; all else by the reader of any JSON, with its errors."""

import json

import pytest

from neurosim.errors import FileError
from neurosim.network import Network, load
from neurosim.network.document import from_document, to_document
from neurosim.network.files import read_document
from neurosim.network.saved.columns import load_by_columns


@pytest.fixture
def saved(net, tmp_path):
    """A file of a network with a frozen, a changed and a shared weight, and a name in Greek."""
    net.add_neuron("ω1", bias=0.5)
    net.connect("h1", "ω1", weight=-0.0)
    net.connect("h2", "ω1", weight=1e-300)
    net["h1", "ω1"].trainable = False
    net["h1", "o1"].weight = 0.1 + 0.2
    net.share(("x1", "h1"), ("x1", "h2"))
    net["h1", "o1"].data["note"] = '\n "connections": [\n'
    path = tmp_path / "net.json"
    net.save(path)
    return path


def by_any_json(path):
    return from_document(read_document(path), str(path), Network)


def test_what_is_read_by_columns_is_what_was_saved(net, saved):
    found = load_by_columns(saved, Network)

    assert repr(to_document(found)) == repr(to_document(net)) == repr(to_document(load(saved)))
    assert found["h1", "o1"].data == net["h1", "o1"].data
    assert [c.initial for c in found.connections] == [c.initial for c in net.connections]


def test_many_blocks_are_as_good_as_one(saved, monkeypatch):
    whole = repr(to_document(load_by_columns(saved, Network)))
    for size in (1, 7, 100, 150):
        monkeypatch.setattr("neurosim.network.saved.columns._BLOCK", size)

        assert repr(to_document(load_by_columns(saved, Network))) == whole


def test_another_layout_is_read_all_the_same(net, saved):
    saved.write_text(json.dumps(to_document(net)))

    assert load_by_columns(saved, Network) is None
    assert repr(to_document(load(saved))) == repr(to_document(net))


LINE = '{"from": "x1", "to": "h1", "weight": 0.0, "trainable": true, "initial": 0.0},'
MISTAKES = {
    LINE: [
        LINE[:-1],  # no comma
        LINE + ",",
        LINE + LINE,
        LINE.replace("x1", "x9"),
        LINE.replace("x1", "h1"),  # to itself
        LINE.replace('"x1"', "1"),
        LINE.replace("x1", "x\t1"),
        LINE.replace('"x1"', '"x1", "x1"'),
        LINE.replace('"x1"', '"x1", "to": "h1"'),
        LINE.replace('"to": "h1", ', ""),
        LINE.replace('"weight": 0.0', '"weight": NaN'),
        LINE.replace('"weight": 0.0', '"weight": 1e999'),
        LINE.replace('"weight": 0.0', '"weight": 00.0'),
        LINE.replace('"weight": 0.0', '"weight": .0'),
        LINE.replace('"weight": 0.0', '"weight": true'),
        LINE.replace("true", "1"),
        LINE.replace("true", "True"),
        LINE.replace("}", ', "more": 1}'),
    ],
    '"outputs": null': ['"outputs": null, "connections": []', '"outputs": NaN', '"outputs": ["q"]'],
    '"seed": 0': ['"seed": 0, "seed": 1', '"seed": -Infinity'],
    '"connections"': ['"links"'],
}


@pytest.mark.parametrize(
    ("right", "wrong"), [(right, wrong) for right, found in MISTAKES.items() for wrong in found]
)
def test_a_mistake_is_told_as_the_reader_of_any_json_tells_it(saved, right, wrong):
    text = saved.read_text()
    assert right in text
    saved.write_text(text.replace(right, wrong, 1))
    with pytest.raises(FileError) as expected:
        by_any_json(saved)

    with pytest.raises(FileError) as found:
        load(saved)

    assert str(found.value) == str(expected.value)
    assert load_by_columns(saved, Network) is None


def test_a_network_inside_of_something_else_is_none(saved):
    saved.write_text(f'{{"network": {saved.read_text()}}}')

    assert load_by_columns(saved, Network) is None
    with pytest.raises(FileError, match="no network; expected a file"):
        load(saved)


@pytest.mark.parametrize(
    "valid",
    [
        '{"to": "h1", "from": "x1", "weight": 0.0, "trainable": true, "initial": 0.0},',
        '{"from": "x1", "to": "h1", "initial": 0.0, "trainable": true, "weight": 0.0},',
        LINE.replace("x1", "\\u0078\\u0031"),
        LINE.replace("0.0", " 0.0"),
    ],
)
def test_what_is_right_but_written_in_another_way_is_read(net, saved, valid):
    saved.write_text(saved.read_text().replace(LINE, valid, 1))

    assert load_by_columns(saved, Network) is None
    assert repr(to_document(load(saved))) == repr(to_document(net))


def test_integers_as_weights_become_floats(net, saved):
    saved.write_text(saved.read_text().replace("0.0,", "0,"))

    assert repr(to_document(load_by_columns(saved, Network))) == repr(to_document(net))

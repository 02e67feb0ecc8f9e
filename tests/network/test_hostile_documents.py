"""Documents that contradict themselves: each is refused at its place, by its words."""

import copy
import inspect
import json

import pytest

from neurosim.errors import FileError, NeurosimError
from neurosim.network import Network, files
from tests.each import each


def change(*path, to):
    """A change of one value of the document; a missing key is set, too."""

    def apply(document):
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = to

    return apply


def drop(*path):
    """The same, for a key or an entry that goes."""

    def apply(document):
        *way, last = path
        for step in way:
            document = document[step]
        del document[last]

    return apply


def twice(part, number):
    return lambda document: document[part].append(document[part][number])


SLOPE = {"neurons": ["h1"], "option": "slope", "value": 0.1, "trainable": True, "initial": 0.1}
HOSTILE = {
    "an unknown key": (change("extra", to=1), "unknown key 'extra'"),
    "a missing key": (drop("layers"), "missing layers"),
    "missing outputs": (drop("outputs"), "missing outputs"),
    "no list": (change("neurons", to={}), "neurons: got {}; expected a list"),
    "a title that is none": (change("title", to=3), "title: not a string, got 3"),
    "a seed that is none": (change("seed", to="1"), "seed: not an integer"),
    "an unknown generator": (change("generator", to="mt"), "unknown generator 'mt'"),
    "a generator that is none": (change("generator", to=["pcg64"]), "unknown generator"),
    "a record that is none": (change("neurons", 2, to=7), "neurons[2]: got 7; expected the keys"),
    "a missing field": (drop("neurons", 2, "bias"), "neurons[2]: got {"),
    "an unknown field": (change("connections", 1, "w", to=1), "connections[1]: got {"),
    "a name that is none": (change("neurons", 2, "name", to=3), "neurons[2].name: of a wrong type"),
    "a name against the rule": (change("neurons", 5, "name", to="a->b"), "'-' is not allowed"),
    "a doubled neuron": (twice("neurons", 5), "neuron name: taken, got 's'"),
    "a doubled layer": (twice("layers", 1), "layers: a name occurs twice"),
    "an empty layer": (
        lambda d: d["layers"].append({"name": "q", "activation": "tanh", "input": False}),
        "layers without neurons: q",
    ),
    "a layer in two parts": (
        lambda d: d["neurons"].append(d["neurons"][2] | {"name": "h3"}),
        "neurons[6]: no layer 'h', or its neurons are not together",
    ),
    "an unknown layer": (change("neurons", 5, "layer", to="q"), "no layer 'q'"),
    "an unknown activation": (change("neurons", 5, "activation", to="tahn"), "mean 'tanh'?"),
    "an activation unlike the layer's": (
        change("neurons", 2, "activation", to="tanh"),
        "neurons[2]: activation of neuron 'h1': got 'tanh'; expected that of its layer, 'sigmoid'",
    ),
    "an input in a layer that is none": (change("neurons", 2, "input", to=True), "of its layer"),
    "an input with a bias": (change("neurons", 0, "bias", to=1.0), "got bias 1.0, initially None"),
    "a bias without a start": (change("neurons", 2, "initial", to=None), "expected both or none"),
    "softmax alone": (change("neurons", 5, "activation", to="softmax"), "belongs to a layer"),
    "a flag that is none": (change("neurons", 2, "trainable", to=1), "neurons[2].trainable"),
    "a bias that is a flag": (change("neurons", 2, "bias", to=True), "neurons[2].bias: of a wrong"),
    "a bias that is text": (change("neurons", 2, "bias", to="0"), "neurons[2].bias: of a wrong"),
    "a huge weight": (change("connections", 3, "weight", to=10**400), "connections[3].weight: not"),
    "no weight": (change("connections", 3, "weight", to=None), "connections[3].weight: of a wrong"),
    "an unknown source": (change("connections", 3, "from", to="x9"), "connections[3]: unknown"),
    "a layer as a target": (change("connections", 3, "to", to="h"), "connections[3]: 'h' is a"),
    "a doubled connection": (twice("connections", 0), "connections: connection 'x1->h1': exists"),
    "a self-loop": (change("connections", 0, "from", to="h1"), "'h1->h1': a self-loop"),
    "into an input": (change("connections", 0, "to", to="x2"), "leads into an input"),
    "a cycle": (
        change("connections", 0, "from", to="o1"),
        "'h1->o1': closes a cycle, got h1 -> o1",
    ),
    "outputs that are text": (change("outputs", to="o1"), "outputs: got 'o1'"),
    "an unknown output": (change("outputs", to=["o9"]), "unknown neuron 'o9'"),
    "an output twice": (change("outputs", to=["o1", "o1"]), "'o1' occurs twice"),
    "an output that is none": (change("outputs", to=[{}]), "name: got {}"),
    "an input with an activation": (
        lambda d: d["neurons"][5].update(input=True, activation="tanh"),
        "neuron 's': an input with bias or activation; expected neither",
    ),
    "shared weights that are none": (change("shared", to={}), "shared: got {}; expected a list"),
    "shared weights of no pairs": (change("shared", to=[3]), "shared[0]: got 3; expected a list"),
    "a scaling that is none": (change("scalings", to={"x1": 2}), "scalings.x1: got 2; expected ["),
    "classes without names": (change("classes", to={"threshold": 1}), "expected names and thresh"),
    "functions that are none": (change("functions", to={}), "functions: got {}; expected a list"),
    "a slope of nobody": (change("functions", to=[SLOPE | {"neurons": []}]), "got no neurons"),
    "a slope of another": (change("functions", to=[SLOPE]), "'h1' has no 'slope' to learn, or has"),
    "a missing slope": (
        lambda d: (
            [change("layers", 1, "activation", to="prelu")(d)]
            + [change("neurons", i, "activation", to="prelu")(d) for i in (2, 3)]
        ),
        "functions: none of 'h1'; expected its 'slope'",
    ),
}


@each(("what", "spoil", "words"), [(what, *case) for what, case in HOSTILE.items()])
def test_a_document_that_contradicts_itself_is_refused_at_its_place(
    document, loaded, what, spoil, words
):
    assert what
    assert isinstance(loaded(document), Network)  # sound, until it is spoilt
    spoilt = copy.deepcopy(document)
    spoil(spoilt)

    with pytest.raises(FileError, match=r"net\.json: ") as caught:
        loaded(spoilt)

    assert words in str(caught.value)


def test_an_infinite_number_in_disguise_is_refused(document, loaded):
    text = json.dumps(document).replace('"weight": 0.5', '"weight": 1e400')

    with pytest.raises(FileError, match=r"connections\[6\]\.weight: not finite, got inf"):
        loaded(text)


DOUBLED = {
    "at the top": ('"outputs": null', "the key 'outputs' twice at the top; expected each key once"),
    "in a record": ('"weight": 0.5', "the key 'weight' twice at connections[6]; expected"),
}


@pytest.mark.parametrize(("pair", "words"), DOUBLED.values(), ids=DOUBLED)
def test_a_doubled_key_is_refused_at_its_place(document, loaded, pair, words):
    text = json.dumps(document)
    assert text.count(pair) == 1

    with pytest.raises(FileError) as caught:
        loaded(text.replace(pair, f"{pair}, {pair}"))

    assert f"net.json: no JSON, got {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"weight": 0.5', '"weight" : 0.5, "weight": 0.5'),  # as many `":` as keys
        ('"weight": 0.5', '"w\\u0065ight": 0.5, "weight": 0.5'),
        ('"title": "', '"title": ": '),  # one `":` more
    ],
)
def test_keys_that_are_hard_to_count_are_looked_at(document, loaded, old, new):
    text = json.dumps(document)
    assert text.count(old) == 1

    if '"title' in old:
        assert loaded(text.replace(old, new)).title.startswith(": ")
    else:
        with pytest.raises(FileError, match="the key 'weight' twice at connections"):
            loaded(text.replace(old, new))


def test_one_doubled_key_among_many_is_named_by_counting_each_once(loaded):
    keys = [f"k{number}" for number in range(40_000)]
    text = ", ".join(f'"{key}": 0' for key in [*keys, keys[-1]])

    with pytest.raises(FileError, match="the key 'k39999' twice at the top"):
        loaded(f"{{{text}}}")

    assert ".count(" not in inspect.getsource(
        files._parse_slowly
    )  # for each key it would take 800 million looks


def test_a_doubled_key_in_a_value_that_is_lost_is_told_by_the_outer_one(loaded):
    with pytest.raises(FileError, match=r"the key 'a' twice at the top"):
        loaded('{"a": {"b": 1, "b": 2}, "a": 3}')


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "x", [], {}, [[]], {"a": 1}])
def test_no_value_in_no_place_ends_in_another_error_than_neurosims(document, loaded, value):
    places = [(key,) for key in document]
    for part in ("layers", "neurons", "connections"):
        places += [(part, 0), *((part, 2, key) for key in document[part][2])]
    text = json.dumps(document)

    for place in places:
        spoilt = json.loads(text)
        change(*place, to=value)(spoilt)
        try:
            loaded(spoilt)
        except NeurosimError as error:
            assert isinstance(error, FileError)  # noqa: PT017 - some of the values are legal

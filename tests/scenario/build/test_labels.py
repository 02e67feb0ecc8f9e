"""Names of columns and classes are bound to neurons by name, or become labels in order."""

import pytest

import neurosim as ns
from neurosim.scenario.uses.predict import predictor
from neurosim.training.task_kind import kind_of_classes

PETS = """\
weight kg,height,species
4,25,cat
30,60,dog
500,160,horse
5,24,cat
28,55,dog
450,150,horse
"""
TEXT = """\
neurosim: 1
title: pets
seed: 1
network:
  layers:
    - {name: x, neurons: INPUTS}
    - {name: o, neurons: OUTPUTS, activation: softmax}
data:
  csv: {path: pets.csv, inputs: [weight kg, height], classes: species}
  scale: standard
training: {loss: cross_entropy, optimizer: {name: adam, learning_rate: 0.1}, epochs: 200}
expect: [{accuracy: {equals: 1}}]
"""


@pytest.fixture
def scenario(tmp_path):
    def write(inputs="2", outputs="3"):
        (tmp_path / "pets.csv").write_text(PETS)
        path = tmp_path / "pets.yaml"
        path.write_text(TEXT.replace("INPUTS", inputs).replace("OUTPUTS", outputs))
        return path

    return write


@pytest.mark.parametrize("outputs", ["3", "[horse, cat, dog]", "[a, b, c]", "[dog, horse, cat]"])
def test_a_dog_is_a_dog_whatever_the_neurons_are_called(scenario, outputs, tmp_path):
    path = scenario(outputs=outputs)
    result = ns.run_scenario(path)
    assert result.status == "passed"
    result.network.save(tmp_path / "net.json")

    for model in (predictor(path), predictor(tmp_path / "net.json")):
        outputs = model.predict([[29, 58], [4, 24], [480, 155]])
        assert model.classes(outputs) == ["dog", "cat", "horse"]
        columns = outputs.argmax(axis=1).tolist()
        assert [model.header[k] for k in columns] == ["dog", "cat", "horse"]


def test_columns_and_classes_become_labels_in_order(scenario):
    net = ns.load_scenario(scenario()).network

    assert [n.label for n in net.inputs] == ["weight kg", "height"]
    assert [n.label for n in net.outputs] == ["cat", "dog", "horse"]
    assert net["horse"].name == "o3"


def test_columns_are_bound_by_name(scenario, tmp_path):
    path = scenario(inputs="[height, weight]")
    (tmp_path / "pets.csv").write_text(PETS.replace("weight kg", "weight"))
    path.write_text(path.read_text().replace("weight kg", "weight"))

    made = ns.load_scenario(path)

    assert made.inputs[0].tolist() == [25, 4]
    assert [n.label for n in made.network.inputs] == [None, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"outputs": "[cat, dog, cow]"}, "the names of outputs agree in part: the data have cat,"
         " dog, horse, the network cat, dog, cow"),
        ({"inputs": "[height, w]"}, "the names of inputs agree in part"),
    ],
)  # fmt: skip
def test_names_that_agree_in_part_are_an_error_that_lists_both(scenario, options, message):
    with pytest.raises(ns.ScenarioError, match=message):
        ns.load_scenario(scenario(**options))


def test_two_classes_of_one_output_are_known_by_its_threshold(tmp_path):
    (tmp_path / "d.csv").write_text("a,y\n0,no\n1,yes\n2,yes\n")
    path = tmp_path / "d.yaml"
    path.write_text(
        "neurosim: 1\ntitle: t\nnetwork:\n"
        "  layers: [{name: x, neurons: 1}, {name: o, neurons: 1}]\n"
        "  connections: [{from: x, to: o, weights: [[1]]}]\n"
        "data: {csv: {path: d.csv, inputs: [a], classes: y}, encoding: signs}\n"
    )

    net = ns.load_scenario(path).network

    assert net.classes.names == ("no", "yes")
    outputs = net.predict([[-0.1], [0.1]])
    assert kind_of_classes(net).meanings(outputs, net) == ["no", "yes"]


@pytest.mark.parametrize(("name", "targets"), [("no", [1, 0, 0]), ("yes", [0, 1, 1])])
def test_one_output_called_after_a_class_says_yes_to_it(tmp_path, name, targets):
    (tmp_path / "d.csv").write_text("a,y\n0,no\n1,yes\n2,yes\n")
    path = tmp_path / "d.yaml"
    path.write_text(
        "neurosim: 1\ntitle: t\nnetwork:\n"
        f"  layers: [{{name: x, neurons: 1}}, {{name: out, neurons: ['{name}']}}]\n"
        "  connections: [{from: x, to: out, weights: [[1]]}]\n"
        "data: {csv: {path: d.csv, inputs: [a], classes: y}}\n"
    )

    scenario = ns.load_scenario(path)

    assert scenario.targets.ravel().tolist() == targets
    assert scenario.network.classes.names[1] == name
    assert scenario.data.notes[-1].endswith(f"and '{name}' are the targets 0 and 1")

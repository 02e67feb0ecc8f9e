"""Who owns a figure: pyplot that of a user, nobody those of files and films."""

import subprocess
import sys
import threading

import matplotlib.pyplot as plt
import pytest

import neurosim as ns

COMMANDS = """
import sys
from neurosim.cli.main import run_command
draw = "draw=[{file: a.svg}, {file: b.svg, plot: boundary}, {file: c.gif, animate: both}]"
epochs = ["--set", "training.epochs=20", "--set", "expect=[]"]
assert run_command(["run", "xor", "-q", "--out", "o", "--set", draw, *epochs]) == 0
assert run_command(["draw", "xor", "-o", "d.svg"]) == 0
assert run_command(["plot", "o", "--what", "loss", "--what", "responses", "--what", "weights"]) == 0
assert run_command(["animate", "xor", "-o", "f.gif", *epochs]) == 0
import neurosim as ns
network = ns.load_scenario("xor").network
history = ns.train(network, [[0, 1]], [[1]], optimizer="sgd", learning_rate=0.1, epochs=3)
for shown in network, network.layers[0], ns.debug_scenario("xor"), history:
    assert shown._repr_svg_() is not None
from pathlib import Path
from neurosim import scenario
from neurosim.scenario.uses.gallery import exhibit
scenario.write_gallery([exhibit(scenario.find_scenario("xor"))], Path("."))
assert "matplotlib.pyplot" not in sys.modules
"""


@pytest.fixture
def net():
    made = ns.Network()
    made.add_layer("x", 2)
    made.add_layer("o", 1, activation="sigmoid")
    made.connect("x", "o")
    return made


def history(net):
    return ns.train(net, [[0, 1]], [[1]], optimizer="sgd", learning_rate=0.1, epochs=3)


@pytest.mark.parametrize(
    "draw",
    [
        ns.draw,
        ns.draw_weights,
        ns.draw_boundary,
        ns.draw_responses,
        lambda net: ns.draw_loss(history(net)),
        lambda net: ns.draw_step(ns.debug(net, [[0, 1]], [[1]], optimizer=ns.SGD(1), epochs=1)),
        lambda net: ns.draw_confusion(net, [[0, 1], [1, 0]], [[1], [0]]),
    ],
)
def test_what_a_user_draws_is_shown_by_pyplot(net, draw):
    plt.close("all")

    axes = draw(net)

    assert plt.get_fignums() == [axes.get_figure().number]


def test_where_a_user_says_where_no_figure_is_made(net):
    plt.close("all")
    _, axes = plt.subplots()

    assert ns.draw(net, axes) is axes
    assert len(plt.get_fignums()) == 1


def test_another_thread_makes_figures_of_its_own(net):
    plt.close("all")

    thread = threading.Thread(target=lambda: ns.draw(net))
    thread.start()
    thread.join()

    assert plt.get_fignums() == []


@pytest.mark.slow
def test_commands_and_notebooks_pictures_never_import_pyplot(tmp_path):
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", COMMANDS], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr

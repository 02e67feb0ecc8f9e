"""The picture at the head of the README: one network as objects, as steps and as matrices.

All that is in it is the engine's: the diagram, the texts of the steps, the matrices.
"""

import neurosim as ns
from neurosim.drawing.page.pages import new_figure, render, settings
from neurosim.drawing.page.themes import THEMES
from neurosim.functions.numbers import short
from neurosim.interpreter import forward

SAMPLE = [2, 3]
TITLE = "Three forms of one network"


def hero_picture(theme):
    """The picture as SVG, in the colours of a theme."""
    net = network()
    steps = [str(step) for step in forward(net, SAMPLE)]
    with settings():
        figure = new_figure(theme, (13.0, 3.1))
        objects, program, matrices = figure.subplots(1, 3, width_ratios=[1.25, 1.15, 1.0])
        ns.draw(net, objects, sample=SAMPLE, theme=theme, title="")
        objects.set_anchor("N")
        headed(objects, "objects", theme)
        listed(program, "a program of steps", [*steps[:6], "...", *steps[-4:]], theme)
        listed(matrices, "matrices", in_matrices(net), theme)
        said = (
            "The 2-2-1 network as neurons and connections, as printed steps, and as matrices."
            f" All three give {steps[-1].rpartition(' ')[2]}."
        )
        return render(figure, "svg", title=TITLE, description=said, hovering=False)


def network():
    """The network of the README."""
    net = ns.Network("two-two-one")
    net.add_layer("x", ["x1", "x2"])
    net.add_layer("h", ["h1", "h2"], activation="sigmoid")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h", weights=[[0, 0], [1, 1]])
    net.connect("h", "o", weights=[[0], [1]])
    return net


def in_matrices(net):
    """What the compiled program computes: its weights, and its numbers of the sample."""
    weights = [net.weights()[0], net.weights()[2]]
    lines = []
    for number, matrix in enumerate(weights, start=1):
        rows = ["  ".join(map(short, row)) for row in matrix.tolist()]
        lines += [f"W{number} = {rows[0]}", *(f"     {row}" for row in rows[1:])]
    values = ns.compile_network(net).activations([SAMPLE])
    by_layer = {layer.name: [values[n.name].item() for n in layer.neurons] for layer in net.layers}
    formulas = {"x": "", "h": "sigmoid(X @ W1)", "o": "sigmoid(H @ W2)"}
    for name, numbers in by_layer.items():
        made = f"{formulas[name]} = " if formulas[name] else ""
        lines += ["", f"{name.upper()} = {made}{'  '.join(map(short, numbers))}"]
    return lines


def listed(axes, title, lines, theme):
    """Lines of a program, below a title."""
    axes.set_axis_off()
    headed(axes, title, theme)
    text = "\n".join(lines).replace(" ", "\N{NO-BREAK SPACE}")  # SVG takes many spaces for one
    axes.text(0.0, 0.96, text, va="top", family="monospace", fontsize=9.5, linespacing=1.6,
              color=THEMES[theme].text, transform=axes.transAxes)  # fmt: skip


def headed(axes, title, theme):
    """A title above a part."""
    axes.set_title(title, loc="left", color=THEMES[theme].text, fontsize=13, fontweight="bold")

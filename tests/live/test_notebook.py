"""Widgets: what a cell shows, what it answers, and what a training that is watched tells."""

import json
import sys
import threading

import pytest

import neurosim as ns
from neurosim.errors import MissingExtraError
from neurosim.live.notebook import _widget_class

anywidget = pytest.importorskip("anywidget")


class Cell:
    """A widget as a cell of a notebook has it: what is sent to it, and what it says."""

    def __init__(self, widget, monkeypatch):
        self.widget, self.heard = widget, []
        monkeypatch.setattr(type(widget), "send", lambda _, content: self.hear(content))

    def hear(self, content):
        self.heard.append(json.loads(content["text"]))

    def send(self, text):
        self.widget._handle_custom_msg({"text": text}, [])
        return self.heard[-1]

    def ask(self, do, **fields):
        return self.send(json.dumps({"id": 1, "do": do, **fields}))


@pytest.fixture
def cell(twin, monkeypatch):
    """A widget on 8 epochs of xor."""
    return Cell(ns.show(twin("xor", 8)), monkeypatch)


def test_a_widget_answers_as_the_server_does(cell):
    hello = cell.send("hello")

    assert hello["view"]["place"] == "epoch 0, sample 0, forward, step 0 of 69"
    assert cell.ask("step", times=2)["view"]["place"].endswith("step 2 of 69")
    assert "unknown command" in cell.ask("record", path="x")["error"]


def test_outside_of_a_notebook_s_loop_a_long_move_is_made_at_once(cell):
    cell.send("hello")
    asking = threading.Thread(target=cell.ask, args=("continue",))  # where no loop runs
    asking.start()
    asking.join(timeout=60)

    assert cell.heard[-1]["view"]["is_over"] is True


def test_a_session_s_bundle_needs_a_notebook(twin):
    assert twin("xor", 8)._repr_mimebundle_() is None


def test_in_a_notebook_a_session_is_a_widget_with_a_picture_beside_it(twin, monkeypatch):
    shell = type("Shell", (), {"kernel": "one"})()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    bundle = twin("xor", 8)._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/svg+xml"].startswith("<?xml")


def test_a_training_is_watched_and_has_the_bits_of_one_that_is_not(monkeypatch):
    shown, heard = [], []
    monkeypatch.setattr("neurosim.live.notebook._display", shown.append)
    monkeypatch.setattr(_widget_class(), "send", lambda _, content: heard.append(content["text"]))
    losses, thetas = [], []
    for is_watched in (True, False):
        scenario = ns.load_scenario("iris")
        training = ns.Training(scenario.network, *scenario.require_training("iris", "watch"))
        found = ns.watch(training, 20) if is_watched else training.advance(epochs=20)
        losses.append(found)
        thetas.append(training.network.parameters().tolist())

    views = [json.loads(text)["view"] for text in heard]
    assert losses[0] == losses[1]
    assert thetas[0] == thetas[1] == views[-1]["parameters"]
    assert views[-1]["place"] == "after 20 epochs of 20"
    assert views[-1]["losses"]["losses"] == losses[0]
    assert len(shown) == 1


@pytest.fixture
def trained():
    net = ns.Network("small")
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "o", weights=[[0.5], [-0.25]])
    return net, ns.train(net, [[2, 3]], [[1]], optimizer=ns.SGD(learning_rate=0.5), epochs=5)


def test_a_network_is_shown_with_what_its_last_pass_left(trained, monkeypatch):
    net, _ = trained
    net.forward([2, 3])

    message = Cell(ns.show(net), monkeypatch).send("hello")

    facts, view = message["document"], message["view"]
    assert [neuron["name"] for neuron in facts["neurons"]] == ["x1", "x2", "o1"]
    assert view["parameters"] == net.parameters().tolist()
    assert view["outputs"] == [2.0, 3.0, net["o1"].output]
    assert facts["scales"]["inputs"] == 3.0


def test_a_history_is_shown_as_its_losses(trained, monkeypatch):
    _, history = trained

    message = Cell(ns.show(history), monkeypatch).send("hello")

    assert message["said"] == str(history)
    assert message["loss"] == {"epochs": [0, 1, 2, 3, 4], "losses": list(history.loss)}
    assert message["validation_loss"] == {"epochs": [], "losses": []}


def test_in_a_notebook_networks_and_histories_are_widgets_but_large_ones(trained, monkeypatch):
    shell = type("Shell", (), {"kernel": "one"})()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    large = ns.from_weights([[[0.1] * 50] * 50])

    for thing in trained:
        bundle = thing._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["image/svg+xml"].startswith("<?xml")
        assert bundle["text/plain"] == repr(thing)
    assert large._repr_mimebundle_() is None


def test_what_is_nothing_to_show_is_refused():
    for call, words in ((ns.show, "show: got 1"), (lambda x: ns.watch(x, 2), "watch: got 1")):
        with pytest.raises(TypeError, match=words):
            call(1)


@pytest.mark.slow
def test_without_the_extra_things_show_their_own_pictures(trained, twin, monkeypatch):
    monkeypatch.setattr("neurosim.live.notebook.is_widget_there", lambda: False)

    for thing in (*trained, twin("xor", 8)):
        assert ns.show(thing) is thing
        assert thing._repr_mimebundle_() is None
        assert thing._repr_svg_().startswith("<?xml")


def test_without_the_extra_a_line_says_what_watching_needs(monkeypatch):
    _widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    scenario = ns.load_scenario("xor")
    training = ns.Training(scenario.network, *scenario.require_training("xor", "watch"))

    with pytest.raises(MissingExtraError, match=r"expected pip install 'neurosim\[notebook\]'"):
        ns.watch(training, 1)
    _widget_class.cache_clear()


MODEL = """
globalThis.model = {
  heard: [],
  get: (name) => traits[name],
  on(_, hear) { this.heard.push(hear); },
  off() {},
  async send({ text }) {
    const answers = await toPython(text);
    answers.forEach((answer) => this.heard.forEach((hear) => hear({ text: answer })));
  },
};
"""


def rendered(cell, browser):
    """A page with a widget in it, and what it complains of."""
    pytest.importorskip("playwright.sync_api")
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def to_python(text):
        before = len(cell.heard)
        cell.send(text)
        return [json.dumps(message) for message in cell.heard[before:]]

    page.expose_function("toPython", to_python)
    page.set_content("<style>button { display: none }</style><div id=cell></div>")
    traits = {"style": cell.widget.style, "kind": cell.widget.kind}
    page.evaluate("traits => { globalThis.traits = traits; }", traits)
    page.evaluate(MODEL)
    script = cell.widget._esm.replace("export default { render };", "globalThis.render = render;")
    page.add_script_tag(content=f"{script}", type="module")
    page.wait_for_function("Boolean(globalThis.render)")
    page.evaluate("render({ model, el: document.getElementById('cell') })")
    return page, complaints


@pytest.mark.slow
def test_the_page_works_in_a_cell_apart_from_the_notebook_s_style(cell, browser):
    page, complaints = rendered(cell, browser)

    page.click("#ahead")  # Playwright looks into the shadow
    page.locator("svg.wide .neuron").nth(2).click()
    page.fill("#set-to", "0.5")
    page.click("#set")

    page.wait_for_function(
        "document.querySelector('#cell div').shadowRoot.querySelector('#edits li')"
    )
    assert page.inner_text("#place") == "epoch 0, sample 0, forward, step 1 of 69"
    assert page.inner_text("#edits") == "h1.bias = 0.5"
    assert complaints == []
    page.close()


@pytest.mark.slow
def test_a_network_and_a_history_are_pointed_at_in_a_cell(trained, browser, monkeypatch):
    net, history = trained
    page, complaints = rendered(Cell(ns.show(net), monkeypatch), browser)
    page.locator("svg.wide .neuron").nth(2).hover()
    page.wait_for_function(
        "document.querySelector('#cell div').shadowRoot.querySelectorAll('#told li').length > 1"
    )
    assert f"b(o1) = {net['o1'].bias:.6g}" in page.inner_text("#told")
    assert not page.is_visible("#play")
    page.close()

    page, more = rendered(Cell(ns.show(history), monkeypatch), browser)
    page.wait_for_function(
        "document.querySelector('#cell div').shadowRoot.querySelector('#curve polyline')"
    )
    assert page.inner_text("#curve-said") == str(history)
    page.locator("#curve").hover()
    assert page.inner_text("#curve-said") == f"loss of epoch 2: {history.loss[2]:.6g}"
    page.close()
    assert complaints + more == []

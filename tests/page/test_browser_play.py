"""A page that is played with, in a real browser: by mouse and keyboard, against the walk."""

import random
import re

import numpy as np
import pytest

from neurosim.interpreter.backward import backward_steps, input_steps, measure_steps
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.visits import schedule_of
from neurosim.scenario import load_scenario
from neurosim.training.training import Training

pytestmark = pytest.mark.slow
pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

ATTACK = "</title></template></script><!--<script>alert(1)</script><img src=x onerror=alert(2)>"
CLOSE = {"rtol": 1e-12, "atol": 1e-12}  # a browser's exp is not libm's
LEARNED = (("network.layers.1.activation", "prelu"), ("network.layers.1.dropout", 0.3))
SCENARIOS = [
    ("xor-skip", ()), ("iris", ()), ("twins", ()), ("three-one-bias", ()), ("sine", ()),
    ("residual", ()), ("xor", LEARNED),
]  # fmt: skip
SET = """([row, input, parameters]) => {
  const { playing } = lesson;
  playing.begin(row);
  lesson.source.inputs.set(input);
  lesson.source.parameters.set(parameters);
  lesson.source.compute();
  lesson.show();
  const { pass, places } = lesson.source;
  const of = (all) => places.map((at) => all[at]);
  return [pass.loss, [...pass.outputs], of(pass.net), of(pass.output), of(pass.delta)];
}"""
TEXTS = """() => lesson.doc.units.sample.steps.map((_, step) =>
  lesson.source.text("sample", 0, step))"""


@pytest.mark.parametrize(("name", "settings"), SCENARIOS)
def test_its_passes_are_those_of_the_walk_and_so_are_its_texts(opened, name, settings):
    page = opened(name, is_played=True, settings=settings)
    scenario = load_scenario(name, overrides=dict(settings))
    task = Training(scenario.network, *scenario.require_training(name, "page")).task
    network, chance = task.network, random.Random(5)  # noqa: S311 - any numbers do

    for row in (0, min(2, task.n_rows - 1)):
        x = [value + chance.uniform(-0.4, 0.4) for value in task.X[row].tolist()]
        theta = [chance.uniform(-1.5, 1.5) for _ in network.parameter_list()]
        found = page.evaluate(SET, [row, x, theta])
        network.load_parameters(theta)
        steps = walked(task, x, row)

        loss, outputs, net, output, delta = found
        assert loss == pytest.approx(network.loss, rel=1e-12)
        np.testing.assert_allclose(outputs, [n.value for n in network.outputs], **CLOSE)
        for got, quantity in ((net, "net_input"), (output, "output"), (delta, "delta")):
            pairs = zip(got, network.neurons, strict=True)
            known = [(one, getattr(n, quantity)) for one, n in pairs if not n.is_input]
            np.testing.assert_allclose(*zip(*known, strict=True), **CLOSE)
        differ = [(a, b) for a, b in zip(page.evaluate(TEXTS), map(str, steps), strict=True)
                  if a != b]  # fmt: skip
        assert all(same_but_for_the_last_digit(*pair) for pair in differ), differ[:3]
        assert len(differ) <= len(steps) // 20


def walked(task, x, row):
    network, schedule = task.network, schedule_of(task.network)
    target = task.inner.T[row].tolist()
    return [
        *forward_steps(schedule, x),
        *measure_steps(network, schedule, target, task.objective),
        *backward_steps(schedule, target, task.objective, 0),
        *input_steps(network, network.inputs),
    ]


def same_but_for_the_last_digit(one, other):
    number = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?")
    a, b = number.findall(one), number.findall(other)
    close = np.allclose(list(map(float, a)), list(map(float, b)), rtol=1.1e-5, atol=0.0)
    return number.sub("#", one) == number.sub("#", other) and close


def drag(page, locator, across, up=0):
    box = locator.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y - up, steps=4)
    page.mouse.up()
    page.evaluate("new Promise(requestAnimationFrame)")


def test_an_input_a_weight_and_a_bias_are_dragged_and_reset(opened):
    page = opened("xor", is_played=True)
    page.click("#last")
    before, place = page.inner_text("main"), page.inner_text("#place")
    assert page.inner_text("#whose") == "These are the engine's own numbers."

    drag(page, page.locator("svg.wide .neuron .disc").nth(0), 40)
    drag(page, page.locator("svg.wide .neuron .disc").nth(3), 0, up=30)
    drag(page, page.locator("svg.wide text.weight").nth(0), 0)  # nothing: it is no line
    page.evaluate("lesson.playing.change(lesson.playing.quantityOf(7), 0.25)")
    page.evaluate("new Promise(requestAnimationFrame)")

    weight = page.evaluate("lesson.doc.parameters[lesson.thing(7).weight]")
    whose = page.inner_text("#whose")
    assert whose == f"Played numbers, not the training's: a, b(h2), {weight}."
    assert page.evaluate("lesson.source.inputs[0]") == 1.3  # 1 + 40/200 of the span
    titles = page.locator("svg.wide .connection title").all_text_contents()
    assert f"{weight} = 0.25" in titles
    assert "with the played parameters" in page.inner_text("#map-said")
    assert "with the played parameters" in page.inner_text("#curve-said")

    page.click("#reset")
    assert page.inner_text("#whose") == "These are the engine's own numbers."
    assert (page.inner_text("#place"), page.inner_text("main")) == (place, before)


def test_the_keyboard_plays_and_the_controls_have_names(opened):
    page = opened("xor", is_played=True)
    page.locator("svg.wide .neuron").nth(0).focus()
    page.keyboard.press("ArrowUp")
    page.evaluate("new Promise(requestAnimationFrame)")

    assert page.inner_text("#play-said") == "a = 0.015"
    assert page.locator("svg.wide .neuron title").nth(0).text_content() == "a = 0.015"
    slider = page.get_by_role("slider", name="b", exact=True)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("lesson.source.inputs[1]") < 1.0
    assert slider.get_attribute("aria-valuetext") == page.evaluate("short(lesson.source.inputs[1])")
    exact = page.get_by_role("spinbutton", name="b, exactly")
    exact.fill("0.5")
    exact.press("Enter")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("lesson.source.inputs[1]") == 0.5
    assert page.inner_text("#place").startswith("row 0 as it is played, backward, step 52 of 52")
    assert "with the played parameters" in page.inner_text("#rows-said")


def test_a_row_of_the_table_is_played_and_the_slider_leads_back(opened):
    page = opened("xor", is_played=True)
    page.evaluate("lesson.playing.change(lesson.playing.quantityOf(8), 0.25)")
    page.evaluate("new Promise(requestAnimationFrame)")
    page.locator("#rows-body button").nth(3).click()

    assert "Played numbers" in page.inner_text("#whose")
    assert page.evaluate("[...lesson.source.inputs]") == [1, 1]
    assert page.evaluate("lesson.source.parameters[lesson.thing(8).weight]") == 0.25
    page.locator("#epoch").fill("2")
    assert page.inner_text("#whose") == "These are the engine's own numbers."
    assert page.inner_text("#place").startswith("before epoch 2")


def test_on_a_phone_and_on_paper(opened):
    page = opened("iris", is_played=True, size=(380, 800), scheme="dark")

    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.emulate_media(media="print")
    assert not page.locator("#play-part").is_visible()
    assert page.locator("#whose").is_visible()


def test_labels_and_titles_that_are_hostile_do_no_harm(opened):
    page = opened("xor", is_played=True, title=ATTACK, change=_hostile)

    drag(page, page.locator("svg.wide .neuron .disc").nth(0), 40)

    assert page.title() == ATTACK
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0
    assert page.inner_text("#whose").startswith("Played numbers")


def _hostile(network):
    network["h1"].label = network["a"].label = '"><script>alert(3)</script><!--<script>'


def test_a_page_without_play_has_none_of_it(opened):
    page = opened("xor")

    assert not page.locator("#play-part").is_visible()
    assert not page.locator("#whose").is_visible()

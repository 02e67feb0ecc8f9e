"""The page in a real browser: every control, by mouse and by keyboard, and its numbers."""

import json
import random

import pytest

from neurosim.debugger.ask.why import why
from neurosim.debugger.traces.trace import entry_of, positioned_steps
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.page.themes import LIGHT
from neurosim.functions.numbers import short
from neurosim.scenario import load_scenario
from neurosim.training.training import Training

pytestmark = pytest.mark.slow
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

SCENARIOS = [
    "xor", "xor-skip", "iris", "mazur", "optimizer-adam", "softmax-overflow", "wide-and-deep",
    "sparse-random", "twins", "residual",
]  # fmt: skip

ATTACK = "</title></template><script>alert(1)</script><img src=x onerror=alert(2)>"


def place(page):
    return page.inner_text("#place")


def now(page):
    return page.inner_text("#now")


def test_it_opens_at_the_first_step_of_the_first_epoch(opened):
    page = opened("xor")

    assert place(page) == "epoch 0, sample 0, forward, step 1 of 52"
    assert now(page) == "a = 0"
    assert page.title() == load_scenario("xor").title


def test_a_connection_s_title_has_six_digits(opened):
    page = opened("xor")

    titles = page.locator("svg.wide .connection title").all_text_contents()

    assert "w(a->h1) = 0.44065" in titles
    assert len(titles) == len(load_scenario("xor").network.connections)


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_texts_are_those_of_the_trace(opened, name):
    """At 20 moments of each of 10 scenarios: what the page says, and what the engine said."""
    page = opened(name)
    entries = []
    for epoch in json.loads(page.evaluate("JSON.stringify(lesson.doc.epochs)")):
        scenario = load_scenario(name)
        training = Training(scenario.network, *scenario.require_training(name, "page"))
        training.advance(epochs=epoch)
        task = training.task.with_options(precision="double")
        n_batches = min(task.n_batches, 3)
        entries += [entry_of(*pair) for pair in positioned_steps(task, training.state, n_batches)]
    chance = random.Random(3)  # noqa: S311 - which moments are compared is no secret

    of_samples = [entry for entry in entries if entry.phase != "update"]
    for entry in chance.sample(of_samples, min(20, len(of_samples))):
        page.evaluate(
            """([epoch, sample, step]) => lesson.goTo({step, at: lesson.moments.units.findIndex(
            (one) => one.unit === "sample" && lesson.doc.epochs[one.epoch] === epoch
            && one.sample === sample)})""",
            [entry.epoch, entry.sample, entry.step],
        )
        assert now(page) == entry.text
        assert f"{entry.phase}, step {entry.step + 1} of" in place(page)
        after = entry.record["after"]
        if entry.what[0].endswith(".output") and isinstance(after, float):
            neuron = entry.what[0].removesuffix(".output")
            title = page.locator("svg.wide .neuron title", has_text=f"{neuron} = {short(after)}")
            assert title.count() >= 1


def test_parameters_after_an_update_are_those_of_the_training(opened):
    page = opened("xor")
    scenario = load_scenario("xor")
    training = Training(scenario.network, *scenario.require_training("xor", "page"))
    page.select_option("#grain", "sample")

    for _ in range(3):
        page.click("#ahead")
        training.advance(batches=1)
        expected = [short(value) for value in training.state.parameters.tolist()]
        found = page.evaluate("Array.from(lesson.values.parameters, short)")
        assert found == expected


def test_the_keyboard_alone_goes_everywhere(opened):
    page = opened("xor")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert place(page) == "epoch 0, sample 0, forward, step 2 of 52"
    page.keyboard.press("4")
    page.keyboard.press("ArrowRight")
    assert place(page) == "epoch 0, sample 0, forward, step 24 of 52"
    page.keyboard.press("ArrowRight")
    assert now(page).startswith("L = ")
    page.keyboard.press("End")
    assert place(page) == "epoch 0, update, step 17 of 17"
    page.keyboard.press("ArrowRight")
    assert place(page) == "epoch 3, sample 0, forward, step 24 of 52"
    page.keyboard.press("Home")
    assert place(page) == "epoch 3, sample 0, forward, step 1 of 52"
    page.keyboard.press("ArrowLeft")
    assert place(page) == "epoch 0, update, step 17 of 17"


def test_each_grain_ends_where_the_next_begins(opened):
    page = opened("xor")
    ends = {}
    for grain in ("step", "neuron", "layer", "phase", "sample", "epoch"):
        page.evaluate("lesson.goTo({at: 0, step: 0})")
        page.select_option("#grain", grain)
        page.click("#ahead")
        ends[grain] = place(page)

    assert ends == {
        "step": "epoch 0, sample 0, forward, step 2 of 52",
        "neuron": "epoch 0, sample 0, forward, step 2 of 52",  # the second input is one
        "layer": "epoch 0, sample 0, forward, step 2 of 52",  # a was done, b ends the layer
        "phase": "epoch 0, sample 0, forward, step 24 of 52",
        "sample": "epoch 0, update, step 17 of 17",
        "epoch": "epoch 0, update, step 17 of 17",
    }


def test_play_goes_on_and_pauses(opened):
    page = opened("xor")
    page.select_option("#speed", "20")

    page.click("#play")
    expect(page.locator("#now")).to_contain_text("h1")
    page.click("#play")

    assert page.inner_text("#play") == "Play"
    stopped = place(page)
    page.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert place(page) == stopped


def test_what_is_chosen_stays_chosen_and_says_what_is_not_yet(opened):
    page = opened("xor")

    page.locator("svg.wide .neuron").nth(6).focus()
    page.keyboard.press("Enter")
    page.locator("#epoch").focus()
    assert page.inner_text("#told-name") == "o1"
    assert "o1 = not yet" in page.inner_text("#told")
    page.click("#last")

    assert page.inner_text("#told-name") == "o1"
    lines = page.inner_text("#told").split("\n")
    assert "net = bias + w(h1->o1)*h1 + w(h2->o1)*h2 + w(h3->o1)*h3 + w(h4->o1)*h4" in lines
    assert "not yet" not in page.inner_text("#told")
    page.keyboard.press("Escape")
    assert "follows the steps" in page.inner_text("#told-kept")


def test_pointing_at_a_connection_explains_it(opened):
    page = opened("xor")
    page.click("#last")

    page.evaluate(
        """[...document.querySelectorAll("svg.wide .connection")].find((one) =>
        one.querySelector("title").textContent.startsWith("w(h1->o1)"))
        .dispatchEvent(new PointerEvent("pointerenter"))"""
    )

    assert page.inner_text("#told-name") == "h1->o1"
    assert "a term of the net input of o1" in page.inner_text("#told")
    assert "a term of dL/dh1" in page.inner_text("#told")


def test_it_says_why_a_gradient_is_what_it_is_as_why_does(opened):
    page = opened("iris")
    page.click("#last")
    last = page.evaluate("[lesson.unit.epoch, lesson.unit.sample, lesson.unit.batch]")
    assert last[0] == 0
    page.evaluate("lesson.choose(0 + lesson.doc.neurons.length)")
    scenario = load_scenario("iris")
    training = Training(scenario.network, *scenario.require_training("iris", "page"))
    training.advance(batches=last[2])
    task = training.task.with_options(precision="double")
    name = scenario.network.connections[0].name
    found = why(task, training.state, name, most_samples=task.batch_size)

    lines = page.inner_text("#told").split("\n")
    at = lines.index("why this gradient")
    shares = [one for one in found.samples if one.row == page.evaluate("lesson.unit.rowOfX")]
    assert lines[at + 1 :] == [shares[0].paths.heading, *shares[0].paths.lines]
    page.click("#first")
    assert "why this gradient" not in page.inner_text("#told")


def test_the_slider_shows_parameters_of_epochs_whose_steps_are_not_there(opened):
    page = opened("xor")
    scenario = load_scenario("xor")
    training = Training(scenario.network, *scenario.require_training("xor", "page"))
    training.advance(epochs=2)

    page.locator("#epoch").fill("2")

    assert place(page) == "before epoch 2: the parameters; steps are here of epochs 0, 3"
    weight = short(scenario.network["a", "h1"].weight)
    titles = page.locator("svg.wide .connection title").all_text_contents()
    assert f"w(a->h1) = {weight}" in titles
    page.click("#ahead")
    assert place(page) == "epoch 3, sample 0, forward, step 1 of 52"
    page.locator("#epoch").fill("8")
    assert place(page).startswith("after 8 epochs: the parameters")
    page.keyboard.press("Escape")
    page.click("#last")
    assert place(page) == "epoch 3, update, step 17 of 17"


def test_a_row_of_the_table_leads_to_its_sample(opened):
    page = opened("xor")

    page.locator("#rows-body button").nth(2).click()

    assert place(page).startswith("epoch 0, sample 2, forward")
    current = page.locator("#rows-body tr[aria-current=true]")
    assert current.count() == 1
    assert current.inner_text().startswith("2")


def test_names_and_titles_that_are_hostile_do_no_harm(opened):
    page = opened("xor", title=ATTACK, change=_hostile)

    assert page.title() == ATTACK
    assert page.inner_text("h1") == ATTACK
    assert '"><script>alert(3)</script>' in page.locator("#map-of").inner_text()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert place(page) == "epoch 0, sample 0, forward, step 1 of 52"


def _hostile(network):
    network["h1"].label = '"><script>alert(3)</script>'


def test_no_element_has_a_style_of_its_own(written):
    html = written("xor").read_text(encoding="utf-8")

    assert " style=" not in html
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["xor", "iris"])
def test_a_phone_shows_the_network_from_the_top_down_and_nothing_is_cut(opened, name, scheme):
    page = opened(name, size=(380, 800), scheme=scheme)

    assert page.locator("svg.tall").is_visible()
    assert not page.locator("svg.wide").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_phone_has_room_for_the_neurons_of_a_long_layer(opened):
    page = opened("iris", size=(380, 800))

    boxes = page.locator("svg.tall .disc").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().width)"
    )
    assert min(boxes) > 24.0  # pixels, a finger's
    assert page.locator("svg.tall text.weight").count() == 0


def test_what_stands_beside_a_long_explanation_keeps_its_height(opened):
    page = opened("iris")
    page.click("#last")

    bottoms = [page.locator(one).bounding_box() for one in ("#curve-part", "#rows-part")]
    nets = page.locator("section:has(svg.wide)").last.bounding_box()
    assert bottoms[0]["y"] - (nets["y"] + nets["height"]) < 40


def test_a_projector_gets_larger_letters(opened):
    sizes = [
        opened("xor", query=query).evaluate("getComputedStyle(document.body).fontSize")
        for query in ("", "?size=large")
    ]

    assert sizes == ["16px", "23px"]


def test_on_paper_a_dark_page_is_light_and_has_no_controls(opened):
    page = opened("xor", scheme="dark")
    page.click("#last")

    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#play").is_visible()
    assert page.locator("#place").is_visible()
    fills = page.locator("svg.wide .disc").evaluate_all(
        "(all) => all.map((x) => x.getAttribute('fill'))"
    )
    drawn = LIGHT.diverging_map()(Scale(1.0).fill(1.0))[:3]  # a map in steps: two of 255 apart
    assert channels(fills[0]) == pytest.approx([255.0 * part for part in drawn], abs=2.0)


def channels(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def test_without_the_means_to_unpack_it_says_so_in_a_sentence(browser, written):
    page = browser.new_page()
    page.add_init_script("delete globalThis.DecompressionStream")

    page.goto(written("xor").as_uri())

    assert "This browser cannot unpack the numbers" in place(page)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "is_played"), [("xor", True), ("iris", False)])
def test_axe_finds_nothing(opened, axe, name, scheme, is_played):
    page = opened(name, scheme=scheme, is_played=is_played)
    page.click("#ahead")
    if is_played:
        page.evaluate("lesson.playing.change(lesson.playing.quantityOf(0), 0.25)")

    assert axe(page) == []

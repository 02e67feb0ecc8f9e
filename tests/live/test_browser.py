"""The live page in a real browser: what is clicked is done in the session."""

import threading

import pytest

from neurosim.live.server import LiveServer

pytestmark = pytest.mark.slow
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
pytest.importorskip("uvicorn")


class Live:
    """A server, its session, and tabs of one browser."""

    def __init__(self, session, browser):
        self.session, self.complaints = session, []
        self.addresses = []
        self.server = LiveServer(session, self.addresses.append)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        self.context = browser.new_context(viewport={"width": 1300, "height": 950})

    def tab(self, address=None):
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address or self.server.address)
        page.wait_for_selector("html.ready")
        return page

    def close(self):
        self.context.close()
        self.server.stop()
        self.thread.join(timeout=20)


@pytest.fixture
def live(twin, browser):
    """A live page of 3,000 epochs of xor."""
    found = Live(twin("xor", 3000), browser)
    yield found
    found.close()
    assert found.complaints == []


def place(page, text):
    expect(page.locator("#place")).to_contain_text(text)


def test_the_address_loses_its_token_and_the_page_moves_by_mouse_and_keys(live):
    page = live.tab()

    assert "token" not in page.url
    page.click("#ahead")
    place(page, "epoch 0, sample 0, forward, step 1 of 69")
    assert page.inner_text("#now") == "a = 0"
    page.keyboard.press("4")
    page.keyboard.press("ArrowRight")
    place(page, "loss, step 24 of 69")
    page.keyboard.press("ArrowLeft")
    place(page, "forward, step 0 of 69")
    page.keyboard.press("End")
    place(page, "epoch 1, sample 0, forward")


def test_what_is_clicked_is_explained_changed_and_stopped_at(live):
    page = live.tab()
    weight = live.session.network["a", "h1"].weight

    page.locator("svg.wide .connection").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told-name")).to_have_text("a->h1")
    expect(page.locator("#told")).to_contain_text("a term of the net input of h1")
    page.fill("#set-to", "2*b->h1.weight")
    page.press("#set-to", "Enter")
    expect(page.locator("#edits")).to_contain_text("a->h1.weight = -1.99954")
    page.fill("#stop-if", "epoch > 4")
    page.select_option("#stop-at", "a->h1 backward")
    page.click("#stop")
    expect(page.locator("#stops")).to_contain_text("a->h1 backward if epoch > 4")
    page.select_option("#rate", "")
    page.click("#train")
    place(page, "epoch 5, sample 0, backward")
    expect(page.locator("#said")).to_contain_text("breakpoint 1, a->h1 backward")
    assert live.session.network["a", "h1"].weight != weight


def test_dragging_a_line_changes_its_weight_and_chooses_nothing(live):
    page = live.tab()
    box = page.locator("svg.wide .connection .line").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 50, steps=5)
    page.mouse.up()

    expect(page.locator("#edits")).to_contain_text("a->h1.weight = 0.94065")
    assert live.session.network["a", "h1"].weight == 0.94065
    assert page.locator("#edits li").count() == 1  # it was set once, from where it began
    assert not page.locator("#chosen").is_visible()


def test_a_kept_branch_is_compared_with(live):
    page = live.tab()
    page.click("#fork")
    page.locator("svg.wide .neuron").nth(2).click()
    page.fill("#set-to", "1.5")
    page.click("#set")

    page.click("#compare")

    expect(page.locator("#said")).to_contain_text("h1.bias = 1.5")
    expect(page.locator("#said")).to_contain_text("loss over all rows")


def test_a_mistake_is_said_in_the_debugger_s_words(live):
    page = live.tab()

    page.fill("#anywhere", "h9.output > 1")
    page.click("#anywhere-add")

    expect(page.locator("#said .error")).to_contain_text("h9")
    assert live.session.stops == ()


def test_two_tabs_show_the_same_and_training_moves_in_both(live):
    one = live.tab()
    other = live.tab(one.url)
    one.select_option("#rate", "100")

    one.click("#train")
    expect(other.locator("#train")).to_have_text("Pause")
    expect(other.locator("#curve-said")).to_contain_text("loss of epoch")
    other.click("#train")

    expect(one.locator("#train")).to_have_text("Train")
    assert one.inner_text("#place") == other.inner_text("#place")
    titles = one.locator("svg.wide .connection title").all_text_contents()
    assert titles == other.locator("svg.wide .connection title").all_text_contents()


def test_the_map_of_an_output_has_the_line_of_its_decision(live):
    page = live.tab()
    page.select_option("#rate", "")
    page.click("#train")
    place(page, "the end")
    expect(page.locator("#map-said")).to_contain_text("so is the answer on one side of the line")

    dark = page.evaluate("""new Promise((done) => requestAnimationFrame(() => {
        const {data} = document.querySelector("#map").getContext("2d").getImageData(0, 0, 288, 288);
        done([...data].filter((_, i) => i % 4 === 0
            && data[i] + data[i + 1] + data[i + 2] < 140).length);
    }))""")
    assert dark > 1000  # the dots of four rows alone have 200
    page.select_option("#map-of", label="h1")
    expect(page.locator("#map-said")).not_to_contain_text("line")


def test_a_lost_connection_is_said_and_found_again(live):
    page = live.tab()
    page.click("#ahead")
    place(page, "step 1 of 69")

    page.evaluate("live.link.socket.close()")
    expect(page.locator("#link")).to_contain_text("lost")
    live.session.step()
    expect(page.locator("#link")).to_have_text("connected")

    place(page, "step 2 of 69")
    page.click("#ahead")
    place(page, "step 3 of 69")


def test_a_phone_shows_all_of_it(live):
    page = live.tab()
    page.set_viewport_size({"width": 380, "height": 800})
    page.locator("svg.tall .neuron").nth(2).click()

    assert page.locator("svg.tall").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_axe_finds_nothing(live, axe):
    page = live.tab()
    page.click("#ahead")
    place(page, "step 1 of 69")

    assert axe(page) == []

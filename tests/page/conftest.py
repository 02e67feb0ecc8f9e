"""Lessons to open in a browser."""

import pytest

from neurosim.page.lesson import make_lesson
from neurosim.scenario import load_scenario
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import quiz_of
from neurosim.training.training import Training


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Writes the page of a scenario, once for each, and says where it is."""
    folder, known = tmp_path_factory.mktemp("pages"), {}

    def write(name, *, epochs=(0, 3), n_epochs=8, limit=2_000_000, change=None, title=None,
              is_played=False, is_quiz=False, samples=(), settings=()):  # fmt: skip
        key = (name, tuple(epochs), n_epochs, limit, change, title, is_played, is_quiz, samples,
               settings)  # fmt: skip
        if key not in known:
            titled = {} if title is None else {"title": title}
            scenario = load_scenario(name, overrides={**titled, **dict(settings)})
            if change is not None:
                change(scenario.network)
            training = Training(scenario.network, *scenario.require_training(name, "page"))
            n = min(n_epochs, scenario.training.epochs)
            quiz = quiz_of(Lesson(name), samples) if is_quiz else None
            wanted = [e for e in epochs if e < n]
            lesson = make_lesson(training, n, wanted, limit=limit, quiz=quiz, is_played=is_played)
            path = folder / f"page-{len(known)}.html"
            path.write_bytes(lesson.html)
            known[key] = path
        return known[key]

    return write


@pytest.fixture
def opened(browser, written):
    """Opens the page of a scenario from its file; what the browser complains of fails the test."""
    contexts, complaints = [], []

    def open_(name, *, size=(1300, 950), query="", scheme="light", **options):
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        path = written(name, **options)
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith(path.as_uri()) else complaints.append(asked.url)
            ),
        )
        page.goto(path.as_uri() + query)
        page.wait_for_selector("html.ready")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []

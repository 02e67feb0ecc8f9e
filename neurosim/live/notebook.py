"""Pages in a notebook: widgets on a session, a training that runs, a network, a history."""

import asyncio
import importlib.util
import json
import sys
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from neurosim.debugger.session import Session
from neurosim.errors import MissingExtraError, WrongTypeError
from neurosim.functions.numbers import require_count
from neurosim.live.conversation import Conversation
from neurosim.live.still import history_message, network_message
from neurosim.live.watching import WatchedTraining
from neurosim.network.network import Network
from neurosim.training.course.history import History
from neurosim.training.training import Training

_MODULE = (
    *(("neurosim.page", f"{name}.js") for name in
      ("format", "elements", "contents", "colours", "network", "curve", "rows", "map")),
    *(("neurosim.live", f"{name}.js") for name in ("live", "history", "notebook")),
)  # fmt: skip
_MOST_POINTED = 2000  # connections of a network that is the last line of a cell
_STYLE = (("neurosim.page", "page.css"), ("neurosim.live", "live.css"))


def show(thing: Session | Network | History) -> Any:
    """What a cell shows of a session, a network or a history, to point at and to step through.

    A session is the page of ``neurosim serve``; a network is its diagram, with the numbers that the
    last pass left; a history is the curve of its losses. All three are widgets of anywidget.

    Args:
        thing: a session of `neurosim.debug` or `debug_scenario` (a cell may go on with it, too), a
            network, or what `neurosim.train` returns.

    Returns:
        A widget; without anywidget the thing itself, which a cell shows as a picture.
    """
    if not isinstance(thing, Session | Network | History):
        raise WrongTypeError(
            f"show: got {thing!r:.80}; expected a session, as of neurosim.debug, a network or a"
            " history"
        )
    return _widget_of(thing) if is_widget_there() else thing


def watch(training: Training, epochs: int) -> list[float]:
    """Train in this cell, and show it in a widget while it runs.

    Args:
        training: is advanced; an interrupt leaves it at the end of an epoch.
        epochs: by so many.

    Returns:
        The loss of each epoch, as `Training.advance` does.

    Raises:
        MissingExtraError: anywidget is not installed.
        DivergedError: as `Training.advance`.
    """
    if not isinstance(training, Training):
        raise WrongTypeError(f"watch: got {training!r:.80}; expected a neurosim.Training")
    watched = WatchedTraining(training, require_count(epochs, "epochs"))
    widget = _widget(watched.hello, lambda *_: None)
    _display(widget)
    return watched.run(lambda message: widget.send({"text": message}))


def bundle_of(
    thing: Session | Network | History, picture: Callable[[], str | None]
) -> dict[str, Any] | None:
    """What a notebook is to show: a widget, and a picture where that is none.

    None where there is no notebook, no extra, nothing to draw, or a network too large to point at.
    """
    if isinstance(thing, Network) and len(thing.connections) > _MOST_POINTED:
        return None
    shell = sys.modules.get("IPython")
    is_notebook = shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None
    svg = picture() if is_notebook and is_widget_there() else None
    if svg is None:
        return None
    found = _widget_of(thing)._repr_mimebundle_()
    data: dict[str, Any] = found[0] if isinstance(found, tuple) else found
    return {**data, "image/svg+xml": svg, "text/plain": repr(thing)}


def is_widget_there() -> bool:
    """Whether the extra ``notebook`` is installed."""
    return importlib.util.find_spec("anywidget") is not None


def _widget_of(thing: Session | Network | History) -> Any:
    if isinstance(thing, Session):
        conversation = Conversation(thing)
        return _widget(conversation.hello, _Talking(conversation).take)
    kind = "network" if isinstance(thing, Network) else "history"
    found = network_message(thing) if isinstance(thing, Network) else history_message(thing)
    message = json.dumps(found, allow_nan=False)
    return _widget(lambda: message, lambda *_: None, kind)


class _Talking:
    """Answers a widget, and goes on with a move between the cells of a notebook."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._driver: asyncio.Task[None] | None = None

    def take(self, widget: Any, request: str) -> None:
        """Answer a request; a widget has no other tabs, since all its views hear it."""
        widget.send({"text": self._conversation.answer(request).own})
        if not self._conversation.is_moving or (self._driver and not self._driver.done()):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no notebook: the move is made at once
            asyncio.run(self._drive(widget))
        else:
            self._driver = loop.create_task(self._drive(widget))

    async def _drive(self, widget: Any) -> None:
        while self._conversation.is_moving:
            progress = self._conversation.advance()
            if progress.message is not None:
                widget.send({"text": progress.message})
            await asyncio.sleep(progress.wait)


def _widget(hello: Any, take: Any, kind: str = "live") -> Any:
    widget = _widget_class()(style=_style(), kind=kind)

    def heard(_: Any, content: Any, __: Any) -> None:
        text = content.get("text") if isinstance(content, dict) else None
        if text == "hello":
            widget.send({"text": hello()})
        elif isinstance(text, str):
            take(widget, text)

    widget.on_msg(heard)
    return widget


@cache
def _widget_class() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError:
        message = "a widget needs anywidget; expected pip install 'neurosim[notebook]'"
        raise MissingExtraError(message, extra="notebook") from None

    members = {
        "__module__": __name__,
        "_esm": "\n".join(_asset(*place) for place in _MODULE),
        "style": traitlets.Unicode().tag(sync=True),
        "kind": traitlets.Unicode().tag(sync=True),
    }
    return type("LiveWidget", (anywidget.AnyWidget,), members)


def _display(widget: Any) -> None:
    importlib.import_module("IPython.display").display(widget)  # where a notebook is, it is


@cache
def _style() -> str:
    """The page's style, for a part of a document: what it says of all is said of that part."""
    style = "\n".join(_asset(*place) for place in _STYLE)
    return style.replace(":root", ":host").replace("body {", ".page {")


def _asset(package: str, name: str) -> str:
    return (files(package) / "assets" / name).read_text(encoding="utf-8")

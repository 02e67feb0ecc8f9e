"""Live pages in a notebook: widgets on a session, or on a training that runs."""

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from neurosim.debugger.session import Session
from neurosim.errors import MissingExtraError, WrongTypeError
from neurosim.functions.numbers import require_count
from neurosim.live.conversation import Conversation
from neurosim.live.watching import WatchedTraining
from neurosim.training.training import Training

_MODULE = (
    *(("neurosim.page", f"{name}.js") for name in
      ("format", "elements", "contents", "colours", "network", "curve", "rows", "map")),
    ("neurosim.live", "live.js"), ("neurosim.live", "notebook.js"),
)  # fmt: skip
_STYLE = (("neurosim.page", "page.css"), ("neurosim.live", "live.css"))


def show(session: Session) -> Any:
    """A widget to step through a session: the page of ``neurosim serve``, in a notebook.

    Args:
        session: of `neurosim.debug` or `debug_scenario`; a cell may go on with it, too.

    Returns:
        A widget of anywidget, which a cell shows.

    Raises:
        MissingExtraError: anywidget is not installed.
    """
    if not isinstance(session, Session):
        raise WrongTypeError(f"show: got {session!r:.80}; expected a session, as of neurosim.debug")
    conversation = Conversation(session)
    return _widget(conversation.hello, _Talking(conversation).take)


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


def bundle_of(session: Session, picture: Callable[[], str | None]) -> dict[str, Any] | None:
    """What a notebook is to show of a session: a widget, and a picture where that is none.

    None where there is no notebook, or no extra.
    """
    shell = sys.modules.get("IPython")
    is_notebook = shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None
    if not is_notebook or importlib.util.find_spec("anywidget") is None:
        return None
    found = show(session)._repr_mimebundle_()
    data: dict[str, Any] = found[0] if isinstance(found, tuple) else found
    svg = picture()
    return data if svg is None else {**data, "image/svg+xml": svg}


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


def _widget(hello: Any, take: Any) -> Any:
    widget = _widget_class()(style=_style())

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

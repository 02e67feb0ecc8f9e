"""The server of a live page: on this machine alone, for who started it.

It is bound to 127.0.0.1, at a port of the system's choice. It hands out one page, the page's own
scripts and style, and one socket, over which requests and answers go; see `Conversation`.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from importlib.resources import files
from typing import Any, TypeAlias

from neurosim.debugger.session import Session
from neurosim.errors import MissingExtraError
from neurosim.live.connections import MOST_CONNECTIONS, limited_protocol, limited_server
from neurosim.live.conversation import LONGEST_REQUEST, Conversation
from neurosim.live.guard import Guard
from neurosim.live.tabs import MOST_TABS, Outbox, Tabs

_ASSETS = {  # what is handed out, and where it is
    "elements.js": ("neurosim.page", "text/javascript"),
    "colours.js": ("neurosim.page", "text/javascript"),
    "network.js": ("neurosim.page", "text/javascript"),
    "curve.js": ("neurosim.page", "text/javascript"),
    "rows.js": ("neurosim.page", "text/javascript"),
    "map.js": ("neurosim.page", "text/javascript"),
    "format.js": ("neurosim.page", "text/javascript"),
    "contents.js": ("neurosim.page", "text/javascript"),
    "live.js": ("neurosim.live", "text/javascript"),
    "socket.js": ("neurosim.live", "text/javascript"),
    "page.css": ("neurosim.page", "text/css"),
    "live.css": ("neurosim.live", "text/css"),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'"
    " ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TRY_LATER, _TOO_LONG, _NO_TEXT = 1013, 1009, 1003  # why a socket is closed
_Scope: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class LiveServer:
    """A server for one session; it has its port, and waits for `run`.

    Args:
        session: is worked on by who opens the page.
        note: is given each further address; see `Guard`.

    Attributes:
        address: where to open it.

    Raises:
        MissingExtraError: Starlette, uvicorn or websockets is not installed.
    """

    def __init__(self, session: Session, note: Callable[[str], object] = lambda _: None) -> None:
        uvicorn = _require_extra()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self._guard = Guard(self._socket.getsockname()[1], note)
        self.address = self._guard.address
        self._tabs = Tabs(Conversation(session))
        config = uvicorn.Config(
            self._app(), log_level="error", access_log=False, server_header=False,
            proxy_headers=False, lifespan="off", http=limited_protocol(),
            ws_max_size=LONGEST_REQUEST, ws_per_message_deflate=False,
            backlog=MOST_CONNECTIONS, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = limited_server(config)

    def run(self) -> None:
        """Serve until Ctrl-C, or `stop`."""
        try:
            with suppress(KeyboardInterrupt):
                self._server.run(sockets=[self._socket])
        finally:
            self._tabs.close()
            self._socket.close()

    def stop(self) -> None:
        """End `run`, which is in another thread."""
        self._server.should_exit = True

    # --- what is asked

    def _app(self) -> Any:
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        routes = [
            Route("/", self._page),
            Route("/assets/{name}", self._asset),
            WebSocketRoute("/live", self._socket_of_tab),
        ]
        return _Guarded(Starlette(routes=routes), self._guard)

    async def _page(self, request: Any) -> Any:
        from starlette.responses import HTMLResponse, RedirectResponse

        token = request.query_params.get("token")
        is_known = self._guard.is_known(request.cookies.get(self._guard.cookie))
        if token is None:
            if not is_known:
                return _refused(_UNKNOWN)
            policy = _POLICY.format(host=request.headers["host"])
            return HTMLResponse(_text("live.html"), headers={"Content-Security-Policy": policy})
        found = self._guard.exchange(token)
        if found is None and not is_known:
            return _refused(_USED)
        response = RedirectResponse("/", status_code=303)
        if found is not None:
            response.set_cookie(
                self._guard.cookie, found, httponly=True, samesite="strict", path="/"
            )
        return response

    async def _asset(self, request: Any) -> Any:
        from starlette.responses import PlainTextResponse, Response

        if not self._guard.is_known(request.cookies.get(self._guard.cookie)):
            return _refused(_UNKNOWN)
        name = request.path_params["name"]
        if name not in _ASSETS:
            return PlainTextResponse("not found\n", status_code=404)
        package, kind = _ASSETS[name]
        return Response(_text(name, package), media_type=kind)

    async def _socket_of_tab(self, tab: Any) -> None:
        from starlette.websockets import WebSocketDisconnect

        if not self._guard.is_known(tab.cookies.get(self._guard.cookie)):
            await tab.close()  # before it is accepted: 403
            return
        await tab.accept()
        if self._tabs.is_full:
            await _closed(tab, _TRY_LATER, f"there are {MOST_TABS} pages open already")
            return
        outbox = await self._tabs.join()
        sending = asyncio.get_running_loop().create_task(_send_all(tab, outbox))
        try:
            while await self._is_answered(tab, outbox):
                pass
        except WebSocketDisconnect:
            pass
        finally:
            self._tabs.leave(outbox)
            sending.cancel()

    async def _is_answered(self, tab: Any, outbox: Outbox) -> bool:
        """Take a request; False where the tab is closed for what it sent, or for not listening."""
        message = await tab.receive()
        text = message.get("text")
        if message["type"] == "websocket.disconnect":
            return False
        if text is None:
            return await _closed(tab, _NO_TEXT, "a request is text")
        if len(text.encode("utf-8", "surrogatepass")) > LONGEST_REQUEST:
            return await _closed(tab, _TOO_LONG, f"a request has at most {LONGEST_REQUEST} bytes")
        if outbox.is_full:
            return await _closed(tab, _TRY_LATER, "the page takes no answers")
        await self._tabs.ask(outbox, text)
        return True


class _Guarded:
    """An app that only answers who speaks to this machine, and pages that are ours."""

    def __init__(self, app: Any, guard: Guard) -> None:
        self._app, self._guard = app, guard

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Refuse a foreign host or page with 403; hand on all else."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        origin, is_socket = headers.get("origin"), scope["type"] == "websocket"
        is_ours = self._guard.is_our_page(origin) if origin is not None or is_socket else True
        if self._guard.is_our_host(headers.get("host")) and is_ours:
            with suppress(asyncio.CancelledError):  # the server ends
                await self._app(scope, receive, _with_headers(send))
        elif is_socket:
            await receive()
            await send({"type": "websocket.close"})
        else:
            await _refused(_FOREIGN)(scope, receive, send)


def _with_headers(send: _Send) -> _Send:
    more = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *more]
        await send(message)

    return sending


async def _closed(tab: Any, code: int, why: str) -> bool:
    """Close a tab, which may have gone by itself; it is no longer open: False."""
    with suppress(RuntimeError):
        await tab.close(code, why)
    return False


async def _send_all(tab: Any, outbox: Outbox) -> None:
    """Send what there is; a tab that has gone is noticed by who receives."""
    with suppress(Exception):
        while True:
            await tab.send_text(await outbox.take())


def _refused(why: str) -> Any:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{why}\n", status_code=403, headers=_HEADERS)


def _text(name: str, package: str = "neurosim.live") -> str:
    return (files(package) / "assets" / name).read_text(encoding="utf-8")


def _require_extra() -> Any:
    try:
        import starlette  # noqa: F401
        import uvicorn
        import websockets  # noqa: F401
    except ImportError:
        message = (
            "a live page needs Starlette, uvicorn and websockets;"
            " expected pip install 'neurosim[page]'"
        )
        raise MissingExtraError(message, extra="page") from None
    return uvicorn


_UNKNOWN = "This page is only for who started it; open the address that the terminal shows."
_USED = "This address was used before, or is another one; open the one the terminal shows last."
_FOREIGN = "This server only answers its own pages on this machine."

"""Connections to the server of a live page: few at once, and none that asks for nothing.

Else whoever may connect, as every user of this machine may, could take all files that the process
may open.
"""

import asyncio
from typing import Any

MOST_CONNECTIONS = 32  # eight pages, each with a socket, and a browser's six for what they load
_PATIENCE = 10.0  # seconds for a request to be whole
_PATIENCE_AT_END = 0.2  # for pages to say goodbye


def limited_protocol() -> Any:
    """The class by which uvicorn reads requests, with these limits; `uvicorn` must be there."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class LimitedProtocol(H11Protocol):
        """HTTP/1.1; where there are too many, the one that has been idle longest makes room."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.since = self.loop.time()
            there: list[Any] = [
                each for each in self.connections if not each.transport.is_closing()
            ]
            if len(there) > MOST_CONNECTIONS:
                idle = [each for each in there if getattr(each, "is_idle", False)]
                min(idle, key=lambda each: each.since).transport.abort()
            self._look_later()

        @property
        def is_idle(self) -> bool:
            """Whether no request is being answered; one for a socket is none of HTTP any more."""
            return self.cycle is None or self.cycle.response_complete

        def _look_later(self) -> None:
            self.loop.call_later(_PATIENCE, self._end_if_idle)

        def _end_if_idle(self) -> None:
            if self not in self.connections:
                return
            if self.is_idle:
                self.transport.abort()
            else:
                self._look_later()

    return LimitedProtocol


def limited_server(config: Any) -> Any:
    """A server of uvicorn that waits for nobody for long when it ends."""
    from uvicorn import Server

    class LimitedServer(Server):
        """Ends what is still open then."""

        async def shutdown(self, sockets: Any = None) -> None:
            asyncio.get_running_loop().call_later(_PATIENCE_AT_END, self._end_all)
            await super().shutdown(sockets)

        def _end_all(self) -> None:
            connections: list[Any] = list(self.server_state.connections)
            for connection in connections:
                connection.transport.abort()
            for task in self.server_state.tasks:
                task.cancel()

    return LimitedServer(config)

"""Who may talk with a live page's server: its own pages, opened by who started it.

The address that is printed has a token. It is good once: who comes with it gets a cookie that no
script can read and that no other site's page makes a browser send; then there is another token. A
request must name this machine as its host, so that no other name can be made to point here, and
what is sent by a page must be sent by one of ours.
"""

import hmac
from collections.abc import Callable
from secrets import token_urlsafe

_BYTES = 32  # of randomness in a token and in a cookie


class Guard:
    """Looks at who asks.

    Args:
        port: of the server, which is on 127.0.0.1.
        note: is given the next address, each time that a token was used.
    """

    def __init__(self, port: int, note: Callable[[str], object] = lambda _: None) -> None:
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._port, self._note = port, note
        self.cookie = f"neurosim-{port}"  # a browser's cookies know no ports
        self._secret = token_urlsafe(_BYTES)
        self._token = token_urlsafe(_BYTES)

    @property
    def address(self) -> str:
        """Where to open it; good once."""
        return f"http://127.0.0.1:{self._port}/?token={self._token}"

    def is_our_host(self, host: str | None) -> bool:
        """Whether a request is to this server by its own name."""
        return host is not None and host.lower() in self._hosts

    def is_our_page(self, origin: str | None) -> bool:
        """Whether what sends a request is a page of this server."""
        scheme, _, host = (origin or "").partition("://")
        return scheme == "http" and self.is_our_host(host)

    def exchange(self, token: str) -> str | None:
        """The cookie for a token; None where it is another, or was used."""
        if not _equal(token, self._token):
            return None
        self._token = token_urlsafe(_BYTES)
        self._note(self.address)
        return self._secret

    def is_known(self, cookie: str | None) -> bool:
        """Whether somebody has the cookie."""
        return cookie is not None and _equal(cookie, self._secret)


def _equal(one: str, other: str) -> bool:
    """In a time that says nothing of where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())

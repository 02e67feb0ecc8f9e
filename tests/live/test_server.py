"""The server over real sockets: who is answered, who is not, and what tabs see of each other."""

import asyncio
import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")
client = pytest.importorskip("websockets.sync.client")
exceptions = pytest.importorskip("websockets.exceptions")

from neurosim.live import connections  # noqa: E402 - after the extra
from neurosim.live.connections import MOST_CONNECTIONS  # noqa: E402 - likewise
from neurosim.live.conversation import LONGEST_REQUEST  # noqa: E402 - likewise
from neurosim.live.server import LiveServer  # noqa: E402 - likewise
from neurosim.live.tabs import Outbox  # noqa: E402 - likewise


class Site:
    """A server in a thread, and a browser that asks it."""

    def __init__(self, session):
        self.addresses = []
        self.server = LiveServer(session, self.addresses.append)
        self.addresses.append(self.server.address)
        self.port = int(self.server.address.split(":")[2].split("/")[0])
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        self.opened = ExitStack()

    @property
    def token(self):
        return self.addresses[-1].partition("=")[2]

    def get(self, path, **headers):
        """The response to a request, its body read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest("GET", path, skip_host="host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            response.body = response.read().decode()
            return response
        finally:
            connection.close()

    def cookie(self):
        """What the token is exchanged for."""
        response = self.get(f"/?token={self.token}")
        assert response.status == 303
        return response.getheader("set-cookie").partition(";")[0]

    def tab(self, cookie, *, origin=None, host=None):
        """A socket, as a page opens it; and the first message."""
        own = f"127.0.0.1:{self.port}"
        headers = {"Cookie": cookie} if cookie else {}
        tab = client.connect(
            f"ws://{own}/live", origin=origin or f"http://{host or own}",
            additional_headers=headers, open_timeout=20, max_size=None, compression=None,
        )  # fmt: skip
        self.opened.enter_context(tab)
        return tab, json.loads(tab.recv(timeout=20))

    def close(self):
        self.opened.close()
        self.server.stop()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()


@pytest.fixture
def site(twin):
    """A server of 3,000 epochs of xor."""
    found = Site(twin("xor", 3000))
    yield found
    found.close()


@pytest.fixture(scope="module")
def door(twin):
    """One server for all who do nothing with its session: to end each takes a while."""
    found = Site(twin("xor", 8))
    yield found
    found.close()


def asked(tab, do, **fields):
    """The answer to a request; what all are told before it is passed over."""
    tab.send(json.dumps({"id": 1, "do": do, **fields}))
    while (answer := json.loads(tab.recv(timeout=20))).get("id") != 1:
        pass
    return answer


def test_it_is_bound_to_this_machine_alone_at_a_port_of_the_system_s(door, twin):
    assert door.server._socket.getsockname()[0] == "127.0.0.1"
    other = LiveServer(twin("xor", 8))
    assert other.address.partition("=")[0] != door.server.address.partition("=")[0]
    other._socket.close()


def test_a_token_is_good_once_for_a_cookie_that_no_script_reads(door):
    first = f"/?token={door.token}"
    response = door.get(first)

    assert response.status == 303
    assert response.getheader("location") == "/"
    cookie = response.getheader("set-cookie").lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert door.get(first).status == 403
    assert door.get("/", cookie=response.getheader("set-cookie").partition(";")[0]).status == 200
    assert door.get(f"/?token={door.token}").status == 303  # the next one, for another browser


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%A4"])
def test_without_the_token_there_is_a_sentence_and_no_cookie(door, query):
    response = door.get(f"/{query}")

    assert response.status == 403
    assert response.getheader("set-cookie") is None
    assert "open the" in response.body


def test_a_cookie_is_needed_for_everything(door):
    assert door.get("/assets/live.js").status == 403
    assert door.get("/", cookie=f"neurosim-{door.port}=wrong").status == 403
    with pytest.raises(exceptions.InvalidStatus, match="403"):
        door.tab(None)
    with pytest.raises(exceptions.InvalidStatus, match="403"):
        door.tab(f"neurosim-{door.port}=wrong")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}"]
)
def test_a_foreign_host_is_refused_even_with_the_cookie(door, host):
    cookie = door.cookie()

    response = door.get("/", cookie=cookie, host=host.format(port=door.port))

    assert response.status == 403
    assert "only answers its own pages" in response.body


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1"]
)
def test_a_foreign_page_is_refused_even_with_the_cookie(door, origin):
    cookie, origin = door.cookie(), origin.format(port=door.port)

    with pytest.raises(exceptions.InvalidStatus, match="403"):
        door.tab(cookie, origin=origin)
    assert door.get("/", cookie=cookie, origin=origin).status == 403


def test_no_file_but_the_page_s_own_is_handed_out(door):
    cookie = door.cookie()

    for path in ("/assets/server.py", "/assets/..%2Fserver.py", "/assets/../server.py", "/x"):
        assert door.get(path, cookie=cookie).status == 404
    response = door.get("/assets/network.js", cookie=cookie)
    assert response.status == 200
    assert response.getheader("x-content-type-options") == "nosniff"


def test_the_page_s_policy_lets_nothing_foreign_in(door):
    response = door.get("/", cookie=door.cookie())

    policy = response.getheader("content-security-policy")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert f"ws://127.0.0.1:{door.port}" in policy
    assert "unsafe" not in policy
    assert response.getheader("cache-control") == "no-store"


def test_two_tabs_see_what_either_does(site):
    cookie = site.cookie()
    (one, _), (other, _) = site.tab(cookie), site.tab(cookie)

    answer = asked(one, "step", times=3)
    told = json.loads(other.recv(timeout=20))

    assert told == {"view": answer["view"]}
    assert asked(other, "back")["view"]["place"].endswith("step 2 of 69")
    assert json.loads(one.recv(timeout=20))["view"]["place"].endswith("step 2 of 69")
    assert "error" in asked(one, "break", where="h9")
    assert asked(other, "where")["said"]  # a mistake of one is not told to the other


@pytest.mark.slow
def test_a_lost_connection_leaves_the_session_where_it_is(site):
    cookie = site.cookie()
    tab, _ = site.tab(cookie)
    asked(tab, "step", times=5)
    tab.socket.close()  # as if the cable was cut

    _, hello = site.tab(cookie)

    assert hello["view"]["place"].endswith("step 5 of 69")


def test_a_training_moves_in_all_tabs_and_any_of_them_stops_it(site):
    cookie = site.cookie()
    (one, _), (other, _) = site.tab(cookie), site.tab(cookie)

    asked(one, "continue", rate=500)
    frames = [json.loads(other.recv(timeout=20)) for _ in range(5)]
    epochs = [message["frame"]["epoch"] for message in frames if "frame" in message]
    stopped = asked(other, "pause")["view"]

    assert epochs == sorted(epochs)
    assert epochs[-1] > 0
    assert stopped["is_moving"] is False
    assert stopped["epoch"] < 3000
    assert asked(one, "where")["said"][0].startswith(stopped["place"])


@pytest.mark.slow
def test_a_ninth_tab_is_refused_in_words(site):
    cookie = site.cookie()
    tabs = [site.tab(cookie)[0] for _ in range(8)]

    with pytest.raises(exceptions.ConnectionClosed) as caught:
        site.tab(cookie)
    assert caught.value.rcvd.code == 1013
    assert caught.value.rcvd.reason == "there are 8 pages open already"
    tabs[0].close()
    site.tab(cookie)


@pytest.mark.slow
def test_a_request_that_is_too_long_or_no_text_ends_only_its_own_tab(site):
    cookie = site.cookie()
    for sent in ("x" * (LONGEST_REQUEST + 1), b"\x00"):
        tab, _ = site.tab(cookie)
        tab.send(sent)
        with pytest.raises(exceptions.ConnectionClosed) as caught:
            tab.recv(timeout=20)
        assert caught.value.rcvd.code in {1009, 1003}

    assert site.tab(cookie)[1]["view"]


@pytest.mark.slow
def test_a_fault_of_ours_is_told_and_ends_nothing(site, monkeypatch, capfd):
    tab, _ = site.tab(site.cookie())
    monkeypatch.setattr("neurosim.debugger.session.Session.explain", lambda *_: 1 / 0)

    tab.send(json.dumps({"id": 1, "do": "explain", "name": "h1"}))
    told = json.loads(tab.recv(timeout=20))

    assert told["error"].startswith("an error of neurosim")
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert asked(tab, "neuron")["view"]["place"].endswith("step 1 of 69")


@pytest.mark.slow
def test_who_asks_for_nothing_makes_room_and_is_ended(site, monkeypatch):
    monkeypatch.setattr(connections, "_PATIENCE", 1.0)
    cookie, there = site.cookie(), ("127.0.0.1", site.port)
    with ExitStack() as held:
        for _ in range(3 * MOST_CONNECTIONS):
            half = held.enter_context(socket.create_connection(there, 20))
            half.sendall(b"GET / HTTP/1.1\r\nHost: ")

        assert site.get("/", cookie=cookie).status == 200
        n_open = len(site.server._server.server_state.connections)
        with suppress(ConnectionError):
            assert half.recv(1) == b""  # the server has waited long enough

    assert n_open <= MOST_CONNECTIONS


def test_a_page_that_has_gone_while_it_is_to_be_closed_is_no_fault(door):
    class Gone:
        async def receive(self):
            return {"type": "websocket.receive", "text": "{}"}

        async def close(self, *_):
            raise RuntimeError('Cannot call "send" once a close message has been sent.')

    async def ask():
        outbox = Outbox()
        outbox.is_full = True
        return await door.server._is_answered(Gone(), outbox)

    with ThreadPoolExecutor(1) as pool:  # the thread of a browser's tests has a loop already
        assert pool.submit(asyncio.run, ask()).result() is False

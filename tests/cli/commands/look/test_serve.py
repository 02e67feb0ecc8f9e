"""``neurosim serve``: what it prints, how it ends, and what it says where it cannot begin."""

import http.client
import re
import signal
import subprocess
import sys

import pytest

from neurosim.errors import MissingExtraError
from neurosim.live.server import LiveServer

pytest.importorskip("uvicorn")


@pytest.mark.slow
def test_it_prints_an_address_that_works_and_ctrl_c_ends_it():
    running = subprocess.Popen(
        [sys.executable, "-m", "neurosim", "serve", "xor", "--set", "training.epochs=2000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        address = running.stdout.readline().strip()
        port, path = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/\?token=\S+)", address).groups()
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=30)
    finally:
        running.kill()

    assert status == 303
    assert running.returncode == 0
    assert errors.startswith("Ctrl-C ends it.\nfor another browser: http://127.0.0.1:")
    assert "Traceback" not in errors


def test_without_the_extra_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(MissingExtraError, match=r"expected pip install 'neurosim\[page\]'"):
        LiveServer(None)


def test_a_scenario_without_a_training_is_refused(neurosim):
    result = neurosim("serve", "no-such-scenario")

    assert result.code == 2

"""Sessions to talk with: a small training, and one of many epochs."""

import json

import pytest

import neurosim as ns
from neurosim.live.conversation import Conversation


class Talk:
    """Asks a conversation as a page does, and keeps what all are told meanwhile."""

    def __init__(self, session, **options):
        self.session = session
        self.conversation = Conversation(session, **options)
        self.heard = []

    def ask(self, do, **fields):
        """The answer to a request."""
        found = self.conversation.answer(json.dumps({"id": 7, "do": do, **fields}))
        answer = json.loads(found.own)
        assert answer.pop("id") == 7
        if found.others is not None:
            assert json.loads(found.others) == {"view": answer["view"]}
        return answer

    def go_on(self):
        """To the end of the move that is under way."""
        while self.conversation.is_moving:
            found = self.conversation.advance().message
            self.heard += [json.loads(found)] if found else []
        return self.heard[-1]


def session_of(name, epochs):
    """A session about so many epochs of a scenario."""
    scenario = ns.load_scenario(name)
    X, T, options = scenario.require_training(name, "debug")
    return ns.debug(scenario.network, X, T, options, epochs=epochs)


@pytest.fixture(scope="session")
def twin():
    """Another session about the same."""
    return session_of


@pytest.fixture
def opened():
    """Opens a talk about a scenario."""

    def open_(name, epochs, **options):
        return Talk(session_of(name, epochs), **options)

    return open_


@pytest.fixture
def talk(opened):
    """A talk about 8 epochs of xor."""
    return opened("xor", 8)

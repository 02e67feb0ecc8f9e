"""The tabs that look at one session: what one does, all see.

A session belongs to one thread, which does a request, or a slice of a move, at a time. Frames that
a slow tab has not taken are replaced by newer ones; a tab that takes nothing at all is left.
"""

import asyncio
import sys
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from neurosim.live.conversation import Conversation, Progress

MOST_TABS = 8
_MOST_WAITING = 100  # messages of a tab
_LONGEST_WAIT = 0.1  # seconds in which a move that waits does not look whether it was broken off
T = TypeVar("T")


class Outbox:
    """The messages that wait to be sent to a tab."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, bool]] = deque()
        self._is_there = asyncio.Event()
        self.is_full = False

    def put(self, message: str, *, is_frame: bool = False) -> None:
        """Put a message at the end; a frame takes the place of one that waits there."""
        if self.is_full:
            return
        if is_frame and self._waiting and self._waiting[-1][1]:
            self._waiting.pop()
        self._waiting.append((message, is_frame))
        self.is_full = len(self._waiting) >= _MOST_WAITING
        self._is_there.set()

    async def take(self) -> str:
        """The next message, as soon as there is one."""
        while not self._waiting:
            self._is_there.clear()
            await self._is_there.wait()
        return self._waiting.popleft()[0]


class Tabs:
    """The tabs of a conversation.

    Args:
        conversation: only the thread of the tabs works on it, from here on.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._outboxes: list[Outbox] = []
        self._thread = ThreadPoolExecutor(1, "neurosim-live")
        self._driver: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether there are as many as there may be."""
        return len(self._outboxes) >= MOST_TABS

    async def join(self) -> Outbox:
        """A new tab: it is sent the present view, and all that comes."""
        outbox = Outbox()
        self._outboxes.append(outbox)
        outbox.put(await self._in_thread(self._conversation.hello))
        return outbox

    def leave(self, outbox: Outbox) -> None:
        """A tab has gone; the session stays as it is."""
        with suppress(ValueError):
            self._outboxes.remove(outbox)

    async def ask(self, outbox: Outbox, request: str) -> None:
        """Answer a request of a tab, and tell the others what it changed."""
        try:
            answer = await self._in_thread(lambda: self._conversation.answer(request))
        except Exception as error:  # noqa: BLE001 - a fault of ours ends no server, but is reported
            outbox.put(await self._failed(error))
            return
        outbox.put(answer.own)
        if answer.others is not None:
            self._tell(answer.others, without=outbox)
        if self._conversation.is_moving and (self._driver is None or self._driver.done()):
            self._driver = asyncio.get_running_loop().create_task(self._drive())

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    # --- inside

    async def _drive(self) -> None:
        """Go on with a move until it ends, or is broken off."""
        while self._conversation.is_moving:
            try:
                progress = await self._in_thread(self._conversation.advance)
            except Exception as error:  # noqa: BLE001 - as above
                self._tell(await self._failed(error))
                return
            if progress.message is not None:
                self._tell(progress.message, is_frame=progress.is_frame)
            await self._wait(progress)

    async def _wait(self, progress: Progress) -> None:
        left = progress.wait
        while left > 0.0 and self._conversation.is_moving:
            await asyncio.sleep(min(left, _LONGEST_WAIT))
            left -= _LONGEST_WAIT

    def _tell(self, message: str, *, is_frame: bool = False, without: Outbox | None = None) -> None:
        for outbox in self._outboxes:
            if outbox is not without:
                outbox.put(message, is_frame=is_frame)

    async def _failed(self, error: Exception) -> str:
        traceback.print_exception(error, file=sys.stderr)
        return await self._in_thread(self._conversation.recover)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

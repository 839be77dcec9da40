"""The WebSocket frames that were received and not handled yet."""

from ..live.wakeup import Wakeup


class Frames:
    """A queue for one reader.

    It is much smaller than an `asyncio.Queue`, and empty for nearly all of a socket's life.
    """

    def __init__(self) -> None:
        self._frames: list[str | None] = []
        self._wakeup = Wakeup()

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: str | None) -> None:
        """Add the text of a frame, or None after the last one."""
        self._frames.append(frame)
        self._wakeup.wake()

    async def next(self) -> str | None:
        """Wait for the next frame. None after the last one."""
        while not self._frames:
            await self._wakeup.wait()
        return self._frames.pop(0)

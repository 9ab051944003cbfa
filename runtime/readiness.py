"""Ask whether a process can do its work: every check beside the others, with its own answer."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from runtime import log

CHECK_SECONDS = 2.0  # for one check

Check = Callable[[], object]
_logger = log.get(__name__)


class Readiness:
    """Runs the checks beside one another, each in a thread and never twice at once: a check that hangs stays one thread."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self._running: dict[str, asyncio.Task[object]] = {}

    async def ask(self) -> dict[str, dict[str, Any]]:
        """{name: {"ok": bool, "error"?: kind}}; the text of an error goes to the log only."""
        answers = await asyncio.gather(*(self._one(name, check) for name, check in self._checks.items()))
        return dict(zip(self._checks, answers, strict=True))

    async def _one(self, name: str, check: Check) -> dict[str, Any]:
        task = self._running.get(name)
        if task is None or task.done():
            task = self._running[name] = asyncio.create_task(asyncio.to_thread(check))
        try:
            await asyncio.wait_for(asyncio.shield(task), CHECK_SECONDS)
        except Exception as error:  # noqa: BLE001 (whatever a check raises means: not ready)
            _logger.warning("not ready", check=name, error=repr(error))
            return {"ok": False, "error": type(error).__name__}
        return {"ok": True}

"""Put each e-mail into a folder: what a machine without a mail server does, so that a demonstration can be read."""

import asyncio
import os
from pathlib import Path

from services.notify.core.mail import BadAddress, email_document
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result


class MailFolder:
    """One `.eml` file per notice, complete or absent; the same notice again replaces its file."""

    repeatable = True
    most = 50
    a_minute = None
    patience = 30.0  # seconds; a disk that takes longer has trouble of its own

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def provider(self, _address: str) -> str:
        """One provider stands behind every address."""
        return ""

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Write the file. A full or forbidden disk may be mended, so it is tried again."""
        return await asyncio.to_thread(self._write, message, address)

    async def close(self) -> None:
        """Nothing is kept."""

    def _write(self, message: Message, address: str) -> Outcome:
        try:
            document = email_document(message, sender=self._sender, recipient=address)
        except BadAddress as error:
            return Outcome(result=Result.PERMANENT, answer=str(error))
        path = self._folder / f"{message.notice_id}.eml"
        half = path.with_suffix(".half")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as error:
            return Outcome(result=Result.TEMPORARY, answer=f"{type(error).__name__} {error.strerror}")
        return Outcome(result=Result.DELIVERED, answer=f"写入 {path.name}", repeatable=True)

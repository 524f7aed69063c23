"""A real SMTP server that keeps what it is given.

It runs as a process of its own, since a test process may be patched by eventlet, and writes each
mail to a file. Recipients called `refused@…` are refused for good, `busy@…` for the time being.
"""

import asyncio
import itertools
import os
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope

REPLIES = {"refused": "550 no such mailbox", "busy": "451 try again later"}


class SmtpServer:
    """The server, and every mail it has accepted."""

    host = "127.0.0.1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        self.url = f"smtp://{self.host}:{self.port}"

    def messages(self) -> list[EmailMessage]:
        """In the order of their arrival; who it was really sent to is in X-Rcpt-To."""
        mails = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(mail.read_bytes(), policy=policy.default) for mail in mails]

    def clear(self) -> None:
        for mail in self.folder.glob("*.eml"):
            mail.unlink()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class _Keeper:
    """aiosmtpd's handler: accept, or answer as the recipient's name asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: object, _session: object, envelope: Envelope, address: str, _o: object
    ) -> str:
        refusal = REPLIES.get(address.partition("@")[0])
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        head = f"X-Rcpt-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        draft = self.folder / "draft"
        assert isinstance(envelope.content, bytes)
        draft.write_bytes(head + envelope.content)
        draft.rename(self.folder / f"{next(self.numbers):06}.eml")  # never seen half-written
        return "250 kept"


async def _serve(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    make = partial(SMTP, _Keeper(folder), enable_SMTPUTF8=True)
    server = await loop.create_server(make, SmtpServer.host, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    parent = os.getppid()
    while os.getppid() == parent:  # an orphan ends
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))

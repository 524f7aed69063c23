"""A real SMTP server that keeps what it is given.

It runs as a process of its own, since a test process may be patched by eventlet, and writes each
mail to a file. Recipients called `refused@…` are refused for good, `busy@…` for the time being. It
reads commands ahead, as most servers do, unless it is told not to.
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

from aiosmtpd.smtp import SMTP, Envelope, Session

REPLIES = {"refused": "550 no such mailbox", "busy": "451 try again later"}


class SmtpServer:
    """The server, and every mail it has accepted."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *, reads_ahead: bool = True) -> None:
        self.folder = folder
        ways = ["reads_ahead"] if reads_ahead else []
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder), *ways], stdout=subprocess.PIPE, text=True
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

    def __init__(self, folder: Path, *, reads_ahead: bool) -> None:
        self.folder, self.reads_ahead = folder, reads_ahead
        self.numbers = itertools.count(1)

    async def handle_EHLO(  # noqa: N802
        self, _server: object, session: Session, _envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        session.host_name = name
        return [*said[:-1], "250-PIPELINING", said[-1]] if self.reads_ahead else said

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


async def _serve(folder: Path, *ways: str) -> None:
    loop = asyncio.get_running_loop()
    keeper = _Keeper(folder, reads_ahead="reads_ahead" in ways)
    make = partial(SMTP, keeper, enable_SMTPUTF8=True)
    server = await loop.create_server(make, SmtpServer.host, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    parent = os.getppid()
    while os.getppid() == parent:  # an orphan ends
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), *sys.argv[2:]))

"""Handing a mail over to a server, its last word apart: what that answers is final."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from notifications.domain.codes import FailureReason
from notifications.domain.deliveries import Outcome

TIMEOUT_SECONDS = 5.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
FIRST_FINAL_CODE = 500
"""SMTP replies from here on are for good; those of 400 and more ask to try later."""
TAKEN, TAKEN_TOO, GO_ON = 250, 251, 354
Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Server:
        """From ``smtp://host:25``, ``smtp+starttls://user:password@host`` or ``smtps://…``.

        Raises ValueError where it is none of these.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                "is not an SMTP server; write smtp://host:25, smtps://user:password@host or smtp+starttls://…"
            )
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def connect(self) -> smtplib.SMTP:
        """An open connection, encrypted and signed in as the URL asks."""
        if self.scheme == "smtps":
            tls = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=tls
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if smtp.sock:  # or the last word waits until the mail before it is acknowledged
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user is not None:
                smtp.login(self.user, self.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


class Line:
    """A connection, and the mail on it that lacks its last word yet."""

    def __init__(self, server: Server) -> None:
        self._smtp = server.connect()

    def begin(self, sender: str, recipient: str, message: bytes) -> None:
        """Tell everything but the last word; the server may refuse the mail before that."""
        smtp = self._smtp
        smtp.ehlo_or_helo_if_needed()
        from_, to_ = smtplib.quoteaddr(sender), smtplib.quoteaddr(recipient)
        mail, to, data = self._ask(f"MAIL FROM:{from_}", f"RCPT TO:{to_}", "DATA")
        taken = mail[0] == TAKEN and to[0] in (TAKEN, TAKEN_TOO)
        if data[0] == GO_ON and not taken:
            self.drop()  # it takes for a mail whatever we say next
        if mail[0] != TAKEN:
            raise smtplib.SMTPSenderRefused(*mail, sender)
        if not taken:
            raise smtplib.SMTPRecipientsRefused({recipient: to})
        if data[0] != GO_ON:
            raise smtplib.SMTPDataError(*data)
        smtp.send(re.sub(rb"(?m)^\.", b"..", message))

    def _ask(self, *commands: str) -> list[Reply]:
        """The answers to all; they are asked at once where the server reads ahead (RFC 2920)."""
        smtp = self._smtp
        if not smtp.has_extn("pipelining"):
            return [smtp.docmd(command) for command in commands]
        smtp.send("".join(f"{command}\r\n" for command in commands))
        return [smtp.getreply() for _ in commands]

    def finish(self) -> None:
        """The last word: from the answer on, the mail is the server's."""
        self._smtp.send(b".\r\n")
        code, text = self._smtp.getreply()
        if code != TAKEN:
            raise smtplib.SMTPDataError(code, text)

    def clear(self) -> None:
        """Forget the mail that was refused."""
        self._smtp.rset()

    def quit(self) -> None:
        with contextlib.suppress(OSError):  # every smtplib error is one
            self._smtp.quit()
        self.drop()

    def drop(self) -> None:
        """Hang up in the middle of a word: what lacks its last word was never handed over."""
        self._smtp.close()


def outcome_of(step: Callable[[], None]) -> Outcome:
    """What the server's answer to a step means for this one letter."""
    try:
        step()
    except smtplib.SMTPRecipientsRefused as error:
        (code, _text), *_ = error.recipients.values()
        return _refused(code)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except smtplib.SMTPResponseException as error:  # refuses us, not the recipient
        return Outcome(FailureReason.UNREACHABLE, code=error.smtp_code)
    except OSError:
        return Outcome(FailureReason.UNREACHABLE)
    return Outcome()


def _refused(code: int) -> Outcome:
    if code >= FIRST_FINAL_CODE:
        return Outcome(FailureReason.REFUSED, final=True, code=code)
    return Outcome(FailureReason.BUSY, code=code)

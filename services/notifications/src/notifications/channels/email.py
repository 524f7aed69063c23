"""E-mail over SMTP.

A mailbox is out of our hands, so a mail speaks of households and volunteers by their codes; their
names are for the inbox, where the reader's rights are asked anew each time.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from markupsafe import Markup, escape

from notifications.channels import Letter, known_as
from notifications.domain.codes import ChannelCode, FailureReason, Urgency
from notifications.domain.deliveries import Outcome

TIMEOUT_SECONDS = 5.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PAGE = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="font:16px/1.6 system-ui,sans-serif;max-width:36em;margin:1em auto;color:#222">'
    '<h1 style="font-size:1.2em">{title}</h1>{body}</body></html>'
)
BUTTON = (
    '<p><a href="{href}" style="display:inline-block;padding:.6em 1.2em;border-radius:.4em;'
    'background:#b45309;color:#fff;text-decoration:none">{label}</a></p>'
)
FIRST_FINAL_CODE = 500
"""SMTP replies from here on are for good; those of 400 and more ask to try later."""


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
            if self.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user is not None:
                smtp.login(self.user, self.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


class Email:
    """One connection, opened by the first letter and kept until closed; not for several threads."""

    code = ChannelCode.EMAIL
    per_minute = 6000

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = address(*parseaddr(sender))
        self._smtp: smtplib.SMTP | None = None

    def provider(self, address: str) -> str:
        return self.code

    def send(self, letter: Letter) -> Outcome:
        try:
            message = write(letter, self._sender)
        except ValueError:
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        outcome = _outcome(lambda: self._hand_over(letter.to_address or "", message.as_bytes()))
        if outcome.reason is FailureReason.UNREACHABLE:
            self._drop()
        return outcome if outcome.reason else Outcome(message_id=message["Message-ID"])

    def close(self) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError):  # every smtplib error is one
                self._smtp.quit()
        self._drop()

    def _hand_over(self, recipient: str, message: bytes) -> None:
        if self._smtp is None:
            self._smtp = self._server.connect()
        self._smtp.sendmail(self._sender.addr_spec, recipient, message)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _outcome(hand_over: Callable[[], None]) -> Outcome:
    """What the server's answer means for this one letter."""
    try:
        hand_over()
    except smtplib.SMTPRecipientsRefused as error:
        (code, _text), *_ = error.recipients.values()
        return _refused(code)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except smtplib.SMTPNotSupportedError:  # an address that only newer servers take
        return Outcome(FailureReason.REFUSED, final=True)
    except smtplib.SMTPResponseException as error:  # refuses us, not the recipient
        return Outcome(FailureReason.UNREACHABLE, code=error.smtp_code)
    except OSError:
        return Outcome(FailureReason.UNREACHABLE)
    return Outcome()


def _refused(code: int) -> Outcome:
    if code >= FIRST_FINAL_CODE:
        return Outcome(FailureReason.REFUSED, final=True, code=code)
    return Outcome(FailureReason.BUSY, code=code)


class _AsWritten(Compat32):
    """Headers go out as they are written below, each on a line of its own.

    The library's own folding takes longer than all the rest of a letter, and its newer policies
    wrap a long link into what no mailbox can read.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("ascii")


POLICY = _AsWritten(linesep="\r\n")


def write(letter: Letter, sender: Address) -> Message:
    """The letter as a message; the same letter always has the same Message-ID.

    Raises ValueError where its recipient has no address that mail can be sent to.
    """
    to = address(letter.to_name or "", letter.to_address or "")
    message = MIMEMultipart("alternative", boundary=known_as(letter.id), policy=POLICY)
    message["From"] = formataddr((sender.display_name, sender.addr_spec))
    message["To"] = formataddr((to.display_name, to.addr_spec))
    subject = Header(letter.subject, "utf-8", header_name="Subject")
    message["Subject"] = subject.encode(linesep=POLICY.linesep)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = message_id(letter.id, sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Sunshine-Delivery"] = one_line(letter.id)
    message["X-Sunshine-Rule"] = letter.rule
    if letter.urgency is Urgency.URGENT:
        message["Importance"] = "high"
    if letter.unsubscribe:  # RFC 8058: one click, without signing in
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for text, kind in ((letter.body + "\n", "plain"), (html(letter), "html")):
        # utf-8 travels as base64, which seven-bit servers pass on unharmed
        message.attach(MIMEText(text.replace("\n", "\r\n"), kind, "utf-8", policy=POLICY))
    return message


def html(letter: Letter) -> str:
    """The same text as a page: paragraphs, and the link by which one takes it on."""
    paragraphs = "".join(
        f"<p>{escape(part).replace(chr(10), Markup('<br>'))}</p>"
        for part in letter.body.split("\n\n")
        if part.strip()
    )
    button = ""
    if letter.acknowledge:
        label = "I take this on" if letter.locale.startswith("en") else "我来处理"
        button = BUTTON.format(href=escape(letter.acknowledge), label=label)
    return PAGE.format(
        lang=escape(letter.locale), title=escape(letter.subject), body=paragraphs + button
    )


def message_id(delivery: str, domain: str) -> str:
    """Derived from the delivery, so that a mail sent twice after a crash is known as the same."""
    return f"<{known_as(delivery)}@{domain or 'localhost'}>"


def address(name: str, spec: str) -> Address:
    """A mailbox; a name never brings a line break into a header.

    Raises ValueError where ``spec`` is no address.
    """
    try:
        return Address(display_name=one_line(name), addr_spec=spec)
    except (IndexError, HeaderParseError):  # how the library says that the text is none
        raise ValueError("is no mailbox; write it as name@host") from None


def one_line(text: str) -> str:
    """Without line breaks: what others wrote begins no header of its own."""
    return " ".join(text.split())

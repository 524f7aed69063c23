"""E-mail over SMTP.

A mailbox is out of our hands, so a mail speaks of households and volunteers by their codes; their
names are for the inbox, where the reader's rights are asked anew each time.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import replace
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.policy import Compat32
from email.utils import format_datetime, formataddr, parseaddr

from markupsafe import Markup, escape

from notifications.channels import Channel, Letter, known_as
from notifications.channels.smtp import Line, Server, outcome_of
from notifications.domain.codes import ChannelCode, FailureReason, Urgency
from notifications.domain.deliveries import Outcome

PAGE = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="font:16px/1.6 system-ui,sans-serif;max-width:36em;margin:1em auto;color:#222">'
    '<h1 style="font-size:1.2em">{title}</h1>{body}</body></html>'
)
BUTTON = (
    '<p><a href="{href}" style="display:inline-block;padding:.6em 1.2em;border-radius:.4em;'
    'background:#b45309;color:#fff;text-decoration:none">{label}</a></p>'
)


class Email(Channel):
    """Connections that are opened as letters need them, and kept until closed."""

    code = ChannelCode.EMAIL
    per_minute = 6000
    lanes = 4

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = address(*parseaddr(sender))
        self._idle: list[Line] = []
        self._begun: dict[str, Line] = {}

    def provider(self, address: str) -> str:
        return self.code

    def prepare(self, letter: Letter) -> Outcome:
        """All but the last word; where it goes well, ``send`` or ``close`` follows."""
        try:
            message = write(letter, self._sender)
        except ValueError:
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        return self._step(letter, lambda: self._begin(letter, message.as_bytes()))

    def send(self, letter: Letter) -> Outcome:
        if letter.id not in self._begun:
            outcome = self.prepare(letter)
            if not outcome.sent:
                return outcome
        outcome = self._step(letter, self._begun[letter.id].finish)
        if outcome.sent:
            self._idle.append(self._begun.pop(letter.id))
        return replace(outcome, message_id=message_id(letter.id, self._sender.domain))

    def close(self) -> None:
        for line in self._begun.values():
            line.drop()
        for line in self._idle:
            line.quit()
        self._begun, self._idle = {}, []

    def _begin(self, letter: Letter, message: bytes) -> None:
        line = self._idle.pop() if self._idle else Line(self._server)
        self._begun[letter.id] = line
        line.begin(self._sender.addr_spec, letter.to_address or "", message)

    def _step(self, letter: Letter, step: Callable[[], None]) -> Outcome:
        """A line on which a letter was refused serves the next one; one that failed is dropped."""
        outcome = outcome_of(step)
        line = None if outcome.sent else self._begun.pop(letter.id, None)
        if line is None:
            return outcome
        if outcome.reason is not FailureReason.UNREACHABLE and outcome_of(line.clear).sent:
            self._idle.append(line)
        else:
            line.drop()
        return outcome


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
    message = Message(policy=POLICY)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="{known_as(letter.id)}"'
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
    message.attach(_part(letter.body + "\n", "plain"))
    message.attach(_part(html(letter), "html"))
    return message


def _part(text: str, kind: str) -> Message:
    """In base64, which seven-bit servers pass on unharmed; spelt out, since the library's own class
    for it takes as long as all the rest of a letter."""
    part = Message(policy=POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(text.replace("\n", "\r\n").encode()).decode())
    return part


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

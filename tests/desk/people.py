"""Somebody at the desk without a browser: cookies, forms, and nothing that hides what is sent."""

from __future__ import annotations

import html
import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

STRANGER = "210103008002-S01"
STRANGERS_WORD = "next-door-2026"
EDGE = "edge-of-a-part"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.text)
        return found[1] if found else ""


@dataclass
class Person:
    """``address`` is the desk's; cookies are kept as a browser keeps them."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """With this session's form token, unless the form says otherwise."""
        given = {"form_token": self.token, **form}
        return self._ask("POST", path, urlencode(given), FORM | headers)

    def sent(self, path: str, form: dict[str, str]) -> str:
        """Send a form that is accepted, and see the page that follows."""
        answer = self.post(path, form)
        assert answer.status == 303, html.unescape(answer.text)
        return html.unescape(self.get(answer.headers["Location"]).text)

    def upload(self, path: str, form: dict[str, str], field: str, content: bytes) -> Answer:
        """A form with a file, as a browser sends it."""
        parts = [
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"form_token": self.token, **form}.items()
        ]
        head = f'Content-Disposition: form-data; name="{field}"; filename="file.json"'
        body = "".join(parts).encode() + f"--{EDGE}\r\n{head}\r\n\r\n".encode() + content
        kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
        return self._ask("POST", path, body + f"\r\n--{EDGE}--\r\n".encode(), kind)

    def sign_in(self, code: str, password: str, **more: str) -> Answer:
        self.get("/desk/sign-in")
        answer = self.post("/desk/sign-in", {"code": code, "password": password, **more})
        if answer.status == 303:
            self.get("/desk/board" if code != "operator" else "/desk/parked")
        return answer

    def _ask(
        self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]
    ) -> Answer:
        host = urlsplit(self.address)
        connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=20)
        try:
            sent = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent | named)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(line).items()}
        if answer.headers.get_content_maintype() == "text":
            self.token = answer.token or self.token
        return answer

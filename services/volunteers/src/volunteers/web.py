"""The service's web face: health, metrics, and whether a certificate is valid."""

from __future__ import annotations

import time
from collections import deque

from flask import Flask, Response, request

from servicekit.web import Web, health_app
from volunteers.usecases.certificates import is_valid

TRIES, SECONDS, ADDRESSES = 30, 60.0, 10_000
PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>证明核验</title>'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="robots" content="noindex">'
    "<style>body{{font:1.1rem/1.7 system-ui,sans-serif;text-align:center;margin:18vh 1rem;"
    "color-scheme:light dark}}p:first-of-type{{font-size:2rem;font-weight:600}}</style>"
    "<h1>志愿服务记录证明核验</h1><p>{chinese}</p><p lang=en>{english}</p></html>"
)
VALID = ("有效", "This certificate is valid.")
INVALID = ("无效", "This certificate is not valid.")
SLOWER = ("查询过于频繁，请稍后再试。", "Too many checks; try again in a minute.")


class Throttle:
    """So many tries a minute for each address; codes are found by nobody, and nobody is slowed."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[float]] = {}

    def allows(self, address: str, now: float) -> bool:
        if len(self._tries) >= ADDRESSES:  # the oldest are first
            self._tries = {key: at for key, at in self._tries.items() if now - at[-1] < SECONDS}
        tries = self._tries.setdefault(address, deque(maxlen=TRIES))
        if len(tries) == TRIES and now - tries[0] < SECONDS:
            return False
        tries.append(now)
        return True


def create_app(web: Web) -> Flask:
    """``/certificates/<code>`` is public: no sign-in, and nothing but valid or not."""
    app, throttle = health_app(web), Throttle()

    @app.get("/certificates/<code>")
    def check(code: str) -> Response:
        if not throttle.allows(request.remote_addr or "", time.monotonic()):
            return _page(SLOWER, 429)
        with web.database.transaction() as session:
            return _page(VALID, 200) if is_valid(session, code.upper()) else _page(INVALID, 404)

    return app


def _page(said: tuple[str, str], status: int) -> Response:
    page = Response(PAGE.format(chinese=said[0], english=said[1]), status, content_type="text/html")
    page.headers |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    page.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return page

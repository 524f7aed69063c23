"""Providers as real HTTP servers in this process: they keep what they get and answer as told."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import eventlet
import eventlet.wsgi
from flask import Flask, Request, Response, request


@dataclass
class Provider:
    """What it was asked; ``answers`` are given in turn, then ``answer`` for ever."""

    url: str = ""
    status: int = 200
    answer: Any = field(default_factory=dict)
    seconds: float = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def handle(self, given: Request) -> Response:
        eventlet.sleep(self.seconds)
        self.asked.append(
            {
                "path": given.path,
                "query": given.args.to_dict(),
                "headers": dict(given.headers),
                "body": given.get_data(),
                "json": given.get_json(silent=True),
            }
        )
        response = Response(status=self.status)
        if isinstance(self.answer, str):
            response.set_data(self.answer)
        else:
            response = Response(_json(self.answer), self.status, content_type="application/json")
        return response


def _json(answer: Any) -> str:
    import json

    return json.dumps(answer)


@contextmanager
def provider() -> Iterator[Provider]:
    """One that listens; ended with the block."""
    made = Provider()
    app = Flask("provider")

    @app.route("/", defaults={"_path": ""}, methods=["GET", "POST"])
    @app.route("/<path:_path>", methods=["GET", "POST"])
    def take(_path: str) -> Response:
        return made.handle(request)

    socket = eventlet.listen(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    thread = eventlet.spawn(eventlet.wsgi.server, socket, app, log=io.StringIO(), debug=False)
    try:
        yield made
    finally:
        thread.kill()
        socket.close()

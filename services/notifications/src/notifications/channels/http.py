"""What the channels that speak HTTP have in common: one request, and its answer as an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from notifications.domain.codes import FailureReason
from notifications.domain.deliveries import Outcome

TIMEOUT_SECONDS = 5.0
BUSY = frozenset({408, 425, 429})
"""Answers that ask to come again later; from 500 on the provider itself is in trouble."""

Judge = Callable[[Mapping[str, Any]], Outcome]


def delivered(_answer: Mapping[str, Any]) -> Outcome:
    """For providers whose status says it all."""
    return Outcome()


class Poster:
    """Posts to a provider over connections that are kept; follows no redirect."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc that nobody configured here

    def post(self, url: str, judge: Judge, **kwargs: Any) -> Outcome:
        """What the provider's answer means; ``judge`` reads the body of a good status."""
        try:
            answer = self._session.post(
                url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **kwargs
            )
        except ValueError:  # what is no URL; requests' own errors of that kind are both
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        except (requests.RequestException, OSError):
            return Outcome(FailureReason.UNREACHABLE)
        return _by_status(answer.status_code) or judge(_body(answer))

    def close(self) -> None:
        self._session.close()


def _by_status(status: int) -> Outcome | None:
    if status in BUSY:
        return Outcome(FailureReason.BUSY, code=status)
    if status >= 500:
        return Outcome(FailureReason.UNREACHABLE, code=status)
    if not 200 <= status < 300:
        return Outcome(FailureReason.REFUSED, final=True, code=status)
    return None


def _body(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}

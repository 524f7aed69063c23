"""Commands that come twice and are done once: the second time they get the first answer.

A caller that hears nothing cannot know whether its command was done, and sends it again under the
same key. The mark that a key was used commits together with what the command did; whoever comes
with the same key meanwhile waits for that, and what fails leaves no mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.calling import KEY
from servicekit.db import answered, insert_ignore
from servicekit.errors import Conflict, Invalid
from servicekit.events import storable
from servicekit.privacy import blind_index, vault_of

LONGEST = 200


def key_of(context: Mapping[str, Any]) -> str | None:
    """The key that the caller gave its command, if it did. Raises Invalid."""
    key = context.get(KEY)
    if key is None:
        return None
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST or not storable(key):
        raise Invalid({KEY: [f"is no text of 1 to {LONGEST} characters; send a UUID, say"]})
    return key


@dataclass(frozen=True)
class Command:
    """A call under a key: of which method, by whom, with which arguments."""

    method: str
    key: str
    actor: str
    arguments: Mapping[str, Any]

    def once(self, call: Any, act: Callable[[], Any]) -> Any:
        """What ``act`` answers; where this was done before, what it answered then.

        Raises Conflict where the key belongs to another command.
        """
        session, digest = call.session, self._digest(call.session)
        row = {"method": self.method, "key": self.key, "arguments": digest, "reply": b""}
        if not insert_ignore(session, answered, [{**row, "answered_at": call.now}]):
            return self._first_answer(session, digest)
        reply = act()
        sealed = vault_of(session).seal_own(json.dumps(reply), self._place())
        session.execute(sa.update(answered).where(*self._here()).values(reply=sealed))
        return reply

    def _first_answer(self, session: Session, digest: str) -> Any:
        row = session.execute(sa.select(answered).where(*self._here())).one()
        if row.arguments != digest:
            raise Conflict(
                "this idempotency key came with other arguments, or from somebody else; "
                "make a new key for each command, and keep it only to repeat that one"
            )
        return json.loads(vault_of(session).open_own(row.reply, self._place()))

    def _digest(self, session: Session) -> str:
        """Keyed: arguments may be personal, and few enough to be guessed."""
        text = json.dumps([self.actor, self.arguments], sort_keys=True)
        return blind_index(session, "answered.arguments", text)

    def _here(self) -> tuple[Any, Any]:
        return answered.c.method == self.method, answered.c.key == self.key

    def _place(self) -> str:
        return f"answered.reply:{self.method}:{self.key}"

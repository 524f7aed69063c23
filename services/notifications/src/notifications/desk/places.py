"""Which of the visitor's communities a page shows."""

from __future__ import annotations

from flask import abort

from notifications.desk.visitor import somebody


def chosen_place(asked: str) -> str:
    """The community asked for, else the visitor's first; their rights were looked at before."""
    communities = somebody().communities
    if asked:
        if asked not in communities:
            abort(404)
        return asked
    if not communities:
        abort(404)
    return communities[0]

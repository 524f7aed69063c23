"""The desk's pages, a module per subject."""

from notifications.desk.pages import (
    absences,
    activities,
    associations,
    board,
    care,
    hours,
    inbox,
    live,
    pairings,
    parked,
    participants,
    preferences,
    projects,
    reciprocity,
    recognition,
    services,
    sessions,
    signing,
    things,
    training,
)

BLUEPRINTS = [
    module.pages
    for module in (
        *(signing, inbox, pairings, board, care, absences),
        *(
            activities,
            sessions,
            participants,
            associations,
            services,
            projects,
            things,
            reciprocity,
        ),
        *(recognition, hours, training, preferences, parked, live),
    )
]

__all__ = ["BLUEPRINTS"]

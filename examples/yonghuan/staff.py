"""The nine people who receive the notifications."""

from dataclasses import dataclass

from people import Registry, born_at_age


@dataclass(frozen=True)
class Colleague:
    """A post; `aid_kinds` empty means all four."""

    role: str
    gender: str
    aid_kinds: tuple[str, ...] = ()
    locale: str = "zh-CN"
    channels: tuple[str, ...] = ("inapp", "email")


POSTS = (
    Colleague("coordinator", "female", ("elderly",)),
    Colleague("coordinator", "male", ("disability",)),
    Colleague("coordinator", "female", ("hardship",), channels=("inapp",)),
    Colleague("coordinator", "female", ("schooling",)),
    Colleague("social_worker", "female"),
    Colleague("social_worker", "male", locale="en"),
    Colleague("school_liaison", "female"),
    Colleague("administrator", "male", channels=("inapp",)),
    Colleague("director", "female"),
)
COLUMNS = ("code", "name", "role", "email", "phone", "locale", "channels", "aid_kinds")


def rows(registry: Registry) -> list[tuple[str, ...]]:
    """The rows of staff.csv."""
    return [_row(registry, f"S{number:02d}", post) for number, post in enumerate(POSTS, start=1)]


def _row(registry: Registry, code: str, post: Colleague) -> tuple[str, ...]:
    person = registry.person(post.gender, born_at_age(registry.chance, 27, 54))
    return (
        code,
        person.name,
        post.role,
        f"{code.lower()}@example.org",
        registry.phone(),
        post.locale,
        "|".join(post.channels),
        "|".join(post.aid_kinds),
    )

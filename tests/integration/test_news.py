"""News of a commit reach everybody who looks on: in this process, and in the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import eventlet
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import news
from notifications.news import CHANNEL, News
from servicekit.db import create_engine
from waiting import eventually


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[sa.Engine]:
    url = "sqlite://" if request.param == "sqlite" else make_database("news")
    found = create_engine(url)
    yield found
    found.dispose()


def test_news_are_told_when_they_are_committed_and_not_before(engine: sa.Engine) -> None:
    heard: list[News] = []
    news.listen(engine, heard.append)
    with Session(engine) as session, session.begin():
        news.tell(session, notifications=["n1"], places=["p1"])
        news.tell(session, notifications=["n2"])
        session.execute(sa.select(1))
        assert not heard
    assert heard == [News({"n1", "n2"}, {"p1"})]


def test_what_is_rolled_back_is_not_told(engine: sa.Engine) -> None:
    heard: list[News] = []
    news.listen(engine, heard.append)
    with Session(engine) as session:
        news.tell(session, places=["p1"])
        session.execute(sa.select(1))
        session.rollback()
    with Session(engine) as session, session.begin():
        session.execute(sa.select(1))
    assert heard == []


def test_another_process_hears_it_by_the_database(make_database: Callable[[str], str]) -> None:
    url = make_database("news")
    here, there = create_engine(url), create_engine(url)
    heard: list[News] = []
    news.listen(there, heard.append)
    follower = eventlet.spawn(news.follow, there)
    try:
        eventually(lambda: _listeners(here) == 1)
        many = [f"visit-missed:210103008001-H001-N1-A1-{number}" for number in range(100)]
        with Session(here) as session, session.begin():
            news.tell(session, notifications=many, places=["p1"])
        assert heard == []  # it is the same process here, and it does not hear itself
        told = {"by": "another", "notifications": many[:40], "places": ["p1"]}
        with here.begin() as connection:
            connection.execute(sa.select(sa.func.pg_notify(CHANNEL, json.dumps(told))))
        eventually(lambda: heard == [News(set(many[:40]), {"p1"})])
    finally:
        follower.kill()
        here.dispose()
        there.dispose()


def _listeners(engine: sa.Engine) -> int:
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())

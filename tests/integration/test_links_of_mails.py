"""What one can do from a mail without signing in, over HTTP."""

import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest

from integration.test_email_delivery import CHEN, Office, office  # noqa: F401 - a fixture
from smtp import SmtpServer
from unit.notifications.happenings import COMMUNITY
from waiting import eventually

S01 = f"{COMMUNITY}-S01"


def ask(office: Office, path: str, method: str = "GET") -> tuple[int, str]:  # noqa: F811
    url = f"http://127.0.0.1:{office.port}{path}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def mail(office: Office, smtp_server: SmtpServer) -> Any:  # noqa: F811
    """A proposal, told to the coordinator by mail."""
    office.register(**CHEN)
    office.publish("pairing.proposed")
    eventually(lambda: office.inbox("S01"))
    office.call("send_due")
    return smtp_server.messages()[0]


def state(office: Office) -> str:  # noqa: F811
    return str(office.inbox("S01")[0]["state"])


def test_a_mail_is_taken_on_by_a_button_and_not_by_a_scanner(
    office: Office,  # noqa: F811
    mail: Any,
) -> None:
    page = mail.get_body(("html",)).get_content()
    path = urlsplit(re.findall(r'href="([^"]+/l/ack[^"]+)"', page)[0]).path
    status, form = ask(office, path)
    assert (status, state(office)) == (200, "open")
    assert '<form method="post">' in form
    assert ask(office, path, "POST")[0] == 200
    assert state(office) == "acknowledged"
    assert ask(office, path[:-1] + "x", "POST")[0] == 404


def test_one_click_ends_the_mail_and_leaves_the_inbox(
    office: Office,  # noqa: F811
    mail: Any,
) -> None:
    path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    assert ask(office, path, "POST")[0] == 200
    assert office.call("get_preferences", staff=S01)["channels"] == ["inapp"]
    assert len(office.inbox("S01")) == 1


def test_a_calendar_is_read_by_its_link_until_that_is_revoked(office: Office) -> None:  # noqa: F811
    office.register(**CHEN)
    feed = office.call("make_feed", acting="S01", kind="staff_week", subject=S01)
    status, text = ask(office, feed["path"])
    assert status == 200
    assert text.startswith("BEGIN:VCALENDAR")
    assert office.call("revoke_feeds", acting="S01", subject=S01) == {"revoked": 1}
    assert ask(office, feed["path"])[0] == 404
    assert ask(office, "/feeds/made-up.ics")[0] == 404


def test_a_volunteers_calendar_says_when_it_cannot_be_read(office: Office) -> None:  # noqa: F811
    office.register(**CHEN)
    subject = f"{COMMUNITY}-V001"
    feed = office.call("make_feed", acting="S01", kind="volunteer_visits", subject=subject)
    assert ask(office, feed["path"])[0] == 503  # the volunteers service is away here

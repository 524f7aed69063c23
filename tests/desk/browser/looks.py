"""Every page in both languages, both widths, light and dark: no violation, and a picture of it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

import notifications.desk
from desk.browser.conftest import COORDINATOR, Town, sign_in
from desk.town import SESSION
from sunshine import sample

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
HTMX = Path(notifications.desk.__file__).parent / "static" / "vendor" / "htmx.min.js"
VENDORED = {
    AXE: "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
    HTMX: "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
}
"""axe-core 4.14.1 (MPL-2.0) and htmx 2.0.11 (0BSD), as npm has them."""

WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 860},
    "phone": {"width": 390, "height": 844},
}
FORMS = [
    ("zh-CN", "phone", "dark"),
    ("en", "desktop", "light"),
    ("zh-CN", "desktop", "light"),
    ("en", "phone", "dark"),
]
"""Two say what can break; all of them are looked at where pictures are asked for."""

PAGES = {
    "inbox": "/desk/inbox",
    "inbox-empty": "/desk/inbox?show=urgent&kind=schooling",
    "done": "/desk/inbox?show=done",
    "notification": "/desk/notifications/{notification}",
    "pairings": "/desk/pairings",
    "pairing": "/desk/pairings/{pairing}?instead=V001",
    "board": "/desk/board",
    "care": "/desk/care",
    "absences": "/desk/absences",
    "activities": "/desk/activities",
    "activity": f"/desk/activities/all/{SESSION[:-9]}",
    "session": "/desk/activities/{session}",
    "participants": "/desk/participants",
    "associations": "/desk/associations",
    "reciprocity": "/desk/reciprocity",
    "projects": "/desk/projects",
    "project": f"/desk/projects/{sample.COMMUNITY}-J001",
    "project-draft": f"/desk/projects/{sample.COMMUNITY}-J003",
    "things": "/desk/things",
    "thing": f"/desk/things/{sample.COMMUNITY}-G001",
    "services": "/desk/services",
    "recognition": "/desk/recognition",
    "hours": f"/desk/recognition/hours/{sample.COMMUNITY}-V001",
    "training": "/desk/training",
    "preferences": "/desk/preferences",
    "not-found": "/desk/nothing",
}
FITS = (
    "document.documentElement.scrollWidth <= window.innerWidth && "
    "[...document.querySelectorAll('.card, .notice, .pair a, .cell')]"
    ".every(each => each.scrollWidth <= each.clientWidth + 1)"
)
UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
CHECK = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where the pictures go, if they are asked for: DESK_PICTURES."""
    if "DESK_PICTURES" not in os.environ:
        return None
    folder = Path(os.environ["DESK_PICTURES"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def addresses(sunny: Town) -> dict[str, str]:
    told = sunny.call("notifications", "inbox", staff=COORDINATOR, size=1)
    facts = {
        "session": SESSION,
        "pairing": sunny.open_pairings()[0]["id"],
        "notification": told["items"][0]["id"],
    }
    return {name: path.format(**facts) for name, path in PAGES.items()}


@pytest.fixture(params=FORMS if "DESK_PICTURES" in os.environ else FORMS[:2], ids="-".join)
def form(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    found: tuple[str, str, str] = request.param
    return found


@pytest.fixture
def visitor(chromium: Browser, sunny: Town, form: tuple[str, str, str]) -> Iterator[Page]:
    """Somebody with this language, this width, these colours."""
    language, width, colours = form
    scheme: Any = colours
    context = chromium.new_context(
        locale=language,
        viewport=WIDTHS[width],
        color_scheme=scheme,
        bypass_csp=True,  # axe is put into it
    )
    context.add_cookies([{"name": "language", "value": language, "url": sunny.address}])
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def test_every_page_looks_as_it_should_and_serves_everybody(
    visitor: Page,
    sunny: Town,
    addresses: dict[str, str],
    pictures: Path | None,
    form: tuple[str, str, str],
) -> None:
    found = {}
    visitor.goto(f"{sunny.address}/desk/sign-in")
    found["sign-in"] = looked_at(visitor, pictures, "sign-in", form)
    sign_in(visitor, sunny)
    for name, address in addresses.items():
        visitor.goto(sunny.address + address)
        visitor.evaluate(UNFOLD)
        found[name] = looked_at(visitor, pictures, name, form)
    assert found == dict.fromkeys(found, ([], True))


def test_the_operators_page_looks_as_it_should(
    visitor: Page, sunny: Town, pictures: Path | None, form: tuple[str, str, str]
) -> None:
    sign_in(visitor, sunny, "operator")
    visitor.goto(f"{sunny.address}/desk/parked")
    assert looked_at(visitor, pictures, "parked", form) == ([], True)


def looked_at(
    page: Page, pictures: Path | None, name: str, form: tuple[str, str, str]
) -> tuple[list[str], bool]:
    """What axe finds; and whether page and cards are no narrower than what they hold."""
    if pictures is not None:
        drawn(page, pictures / f"{name}-{'-'.join(form)}.png", WIDTHS[form[1]])
    violations = [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in page.evaluate(CHECK)
        for node in each["nodes"]
    ]
    return violations, page.evaluate(FITS)


def drawn(page: Page, file: Path, window: ViewportSize) -> None:
    """The whole page as one window: what sticks to its edges is at the edges."""
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": window["width"], "height": tall})
    page.screenshot(path=file)
    page.set_viewport_size(window)


def test_pages_speak_the_language_that_was_chosen(visitor: Page, sunny: Town) -> None:
    visitor.goto(f"{sunny.address}/desk/sign-in")
    chosen = visitor.evaluate("document.documentElement.lang")
    chinese = re.search(r"[\u4e00-\u9fff]", visitor.locator(".sign-in").inner_text())
    assert bool(chinese) == (chosen == "zh-CN")
    visitor.locator("button[name=language]").click()
    assert visitor.evaluate("document.documentElement.lang") != chosen


def test_the_colours_can_be_chosen(visitor: Page, sunny: Town) -> None:
    visitor.goto(f"{sunny.address}/desk/sign-in")
    seen = set()
    for _ in range(3):
        visitor.locator("button[name=theme]").click()
        seen.add(visitor.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"auto", "light", "dark"}


@pytest.mark.parametrize("file", VENDORED, ids=lambda file: file.name)
def test_vendored_files_are_what_they_were(file: Path) -> None:
    assert hashlib.sha256(file.read_bytes()).hexdigest() == VENDORED[file]
    assert file.with_name(f"{file.name.partition('.')[0]}.LICENSE").exists()

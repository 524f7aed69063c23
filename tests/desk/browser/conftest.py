"""A browser before the town that another process hosts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sunshine import control

COMMUNITY = "210103008001"
COORDINATOR = f"{COMMUNITY}-S01"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

expect.set_options(timeout=20_000)  # a busy machine is no failure; speed is measured elsewhere


class Town:
    """The system, as an operator's shell reaches it, and where its desk is."""

    def __init__(self) -> None:
        self.address, self.word = os.environ["TOWN"], os.environ["TOWN_WORD"]
        self.call = control.Client(Path(os.environ["TOWN_SOCKET"])).call

    def open_pairings(self) -> list[dict[str, Any]]:
        """The proposals that wait, in the order of their ids."""
        facts = {"community": COMMUNITY, "state": "proposed", "size": 500}
        items: list[dict[str, Any]] = self.call("volunteers", "find_pairings", **facts)["items"]
        return items


@pytest.fixture(scope="session")
def sunny() -> Town:
    return Town()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as driver:
        program = os.environ["TEST_CHROMIUM"]
        found = driver.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield found
        found.close()


@pytest.fixture
def page(chromium: Browser, sunny: Town) -> Iterator[Page]:
    """A browser of its own, with the sample's coordinator signed in, in Chinese."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 860})
    found = context.new_page()
    sign_in(found, sunny)
    yield found
    context.close()


def sign_in(page: Page, town: Town, code: str = COORDINATOR) -> None:
    page.goto(f"{town.address}/desk/")
    page.locator("#code").fill(code)
    page.locator("#password").fill(town.word)
    page.locator("button.main").click()
    page.wait_for_selector("nav.nav")

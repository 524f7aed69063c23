"""A coordinator's morning at the desk, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.browser.conftest import COMMUNITY, COORDINATOR, Town, sign_in

PATIENCE = 1000 if "DESK_PROMPT" in os.environ else 20_000
"""Milliseconds until the board has changed; DESK_PROMPT=1 asks for what is promised."""


def pairing_of(sunny: Town, kind: str = "elderly") -> dict[str, str]:
    """A proposal that still waits, of an aid that the coordinator S01 cares for."""
    found = [row for row in sunny.open_pairings() if row["aid_kind"] == kind]
    return found[0] if found else sunny.open_pairings()[0]


@pytest.fixture
def second(page: Page) -> Iterator[Page]:
    """Another tab of the same browser."""
    found = page.context.new_page()
    yield found
    found.close()


def test_a_proposal_is_read_and_accepted_in_one_click_and_the_board_changes_by_itself(
    page: Page, second: Page, sunny: Town
) -> None:
    row = pairing_of(sunny)
    code = row["household"].partition("-")[2]
    second.goto(f"{sunny.address}/desk/board")
    cell = second.locator(f"#cell-{code}")
    expect(cell.locator(".mark.proposed")).not_to_have_count(0)
    before = cell.locator(".mark.accepted").count()

    page.goto(f"{sunny.address}/desk/pairings")
    page.locator(f'a[href$="{row["id"]}"]').click()
    bars = page.locator(".bars tbody tr")
    expect(bars).to_have_count(7)
    expect(page.locator(".conditions li.holds")).to_have_count(14)
    page.get_by_role("button", name="接受结对").click()
    expect(page.locator("#flash")).to_contain_text("已接受")
    expect(cell.locator(".mark.accepted")).to_have_count(before + 1, timeout=PATIENCE)
    answer = sunny.call("volunteers", "get_pairing", pairing=row["id"])
    assert answer["state"] == "accepted"


def test_a_proposal_is_declined_with_a_reason_and_another_volunteer_proposed(
    page: Page, sunny: Town
) -> None:
    row = sunny.open_pairings()[-1]
    page.goto(f"{sunny.address}/desk/pairings/{row['id']}")
    page.get_by_label("谢绝原因").select_option("too_far")
    page.get_by_role("button", name="谢绝").click()
    expect(page.locator("#decision")).to_contain_text("已谢绝")
    answer = sunny.call("volunteers", "get_pairing", pairing=row["id"])
    assert (answer["state"], answer["decline_reason"]) == ("declined", "too_far")


def test_why_not_somebody_else_is_answered_on_the_page(page: Page, sunny: Town) -> None:
    page.goto(f"{sunny.address}/desk/pairings/{pairing_of(sunny)['id']}")
    ranks = [int(each) for each in page.locator(".others .rank").all_inner_texts()]
    assert ranks == sorted(ranks)
    page.locator(".others a").first.click()
    expect(page.locator("#instead .verdict.holds")).to_be_visible()
    page.get_by_label("志愿者", exact=True).fill("V001")
    page.get_by_role("button", name="查看理由").click()
    expect(page.locator("#instead .verdict")).to_contain_text("V001")
    page.get_by_label("志愿者", exact=True).fill("V999")
    page.get_by_role("button", name="查看理由").click()
    expect(page.locator("#instead .problem")).to_contain_text("does not exist")


def test_a_notification_is_taken_on_in_one_click(page: Page, sunny: Town) -> None:
    page.goto(f"{sunny.address}/desk/inbox")
    first = page.locator(".notice").first
    title = first.locator("h2").inner_text()
    key = first.locator("button").get_attribute("id") or ""
    first.get_by_role("button", name=re.compile("我来处理")).click()
    expect(page.locator(f'[id="{key}"]')).to_have_count(0)
    page.get_by_role("link", name="已处理").click()
    expect(page.locator(".notice.taken h2").filter(has_text=title).first).to_be_visible()


def test_what_is_new_appears_by_itself_and_is_said_aloud(
    page: Page, second: Page, sunny: Town
) -> None:
    for each in (page, second):  # one of the tabs listens for both
        each.goto(f"{sunny.address}/desk/inbox")
    before = page.locator(".count").inner_text()
    said = {"pairing": pairing_of(sunny)["id"], "by": "household", "reason": "no_time"}
    sunny.call("volunteers", "decline_pairing", **said)
    for each in (page, second):
        expect(each.locator("#toasts .toast").first).to_be_visible()
        expect(each.locator(".count")).not_to_have_text(before)


def test_the_keyboard_alone_is_enough(chromium: Browser, sunny: Town) -> None:
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{sunny.address}/desk/")
    expect(page.locator("input:focus")).to_have_count(1)
    page.keyboard.type(COORDINATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(sunny.word)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.nav")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    seen = set()
    for _ in range(60):  # no trap: the focus comes through the page to its first button, and shows
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id"))
        if page.evaluate("document.activeElement.matches('.notice button')"):
            break
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(style) == "solid"
    taken = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    expect(page.locator(f'[id="{taken}"]')).to_have_count(0)
    expect(page.locator(":focus")).to_have_count(1)
    context.close()


def test_without_scripts_everything_works_after_a_reload(chromium: Browser, sunny: Town) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, sunny)
    row = sunny.open_pairings()[0]
    page.goto(f"{sunny.address}/desk/pairings/{row['id']}?instead=V001")
    expect(page.locator("#instead .verdict")).to_contain_text("V001")
    page.get_by_role("button", name="接受结对").click()
    expect(page.locator("#decision")).to_contain_text("已接受")
    page.goto(f"{sunny.address}/desk/inbox")
    page.locator(".notice button").first.click()
    expect(page.locator("h1")).to_have_text("收件箱")
    context.close()


def test_a_form_is_filled_in_by_keyboard_and_says_what_is_wrong_beside_the_field(
    page: Page, sunny: Town
) -> None:
    page.goto(f"{sunny.address}/desk/activities")
    page.locator("summary", has_text="安排活动").focus()
    page.keyboard.press("Enter")
    form = page.locator('form:has(input[value="plan_activity"])')
    given = {"code": "T88", "title": "茶话会", "place": "三楼", "starts_on": "2026-12-05"}
    for name, value in {**given, "start": "14:00", "end": "13:00", "capacity": "20"}.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=kind]").select_option("talk")
    form.locator("[name=title]").press("Enter")
    expect(form.locator("[name=end]")).to_be_focused()
    expect(form.locator(".problem")).to_have_text(re.compile("先后颠倒，请对调"))
    expect(form.locator("[name=title]")).to_have_value("茶话会")
    form.locator("[name=end]").fill("15:30")
    form.locator("[name=end]").press("Enter")
    expect(page.locator("#flash")).to_contain_text("已安排")
    expect(page.locator("#list")).to_contain_text("茶话会")


def test_preferences_are_kept(page: Page, sunny: Town) -> None:
    page.goto(f"{sunny.address}/desk/preferences")
    page.get_by_label("从").fill("21:30")
    page.get_by_label("每周", exact=True).check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".flash")).to_contain_text("已保存")
    expect(page.get_by_label("从")).to_have_value("21:30")
    page.get_by_label("第一天").fill("2026-12-20")
    page.get_by_label("最后一天").fill("2026-12-24")
    page.locator("#list").get_by_label("代理人").select_option(f"{COMMUNITY}-S02")
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".absences")).to_contain_text("李博")
    page.get_by_role("button", name=re.compile("销假")).click()
    expect(page.locator(".absences")).to_have_count(0)


def test_a_calendar_is_linked_and_the_link_revoked(page: Page, sunny: Town) -> None:
    page.goto(f"{sunny.address}/desk/preferences")
    page.get_by_role("button", name="生成链接").click()
    link = page.locator("code").inner_text()
    assert page.request.get(link).text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="作废全部链接").click()
    expect(page.locator(".flash")).to_contain_text("已保存")
    assert page.request.get(link).status == 404


def test_the_page_says_when_it_is_not_live(page: Page, sunny: Town) -> None:
    page.route("**/desk/live", lambda route: route.abort())
    page.goto(f"{sunny.address}/desk/inbox")
    expect(page.locator("#line")).to_contain_text("连接已断开")
    page.unroute("**/desk/live")
    page.reload()
    expect(page.locator("#line")).to_have_text("实时更新中")

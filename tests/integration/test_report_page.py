"""The report in a real headless browser: opens from disk, says nothing on the console, and does what its keys say.

Needs the Python package ``playwright`` (for its driver, not its browsers) and a Chromium: Debian's package
``chromium``, or any that ``CHROMIUM`` names. Without them these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.cli import main
from tests.support.run_folders import a_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# Without these a Chromium tries to call home, which a closed network refuses loudly.
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIETER = ("--disable-component-update", "--disable-sync")
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=2'>"
pytest.importorskip("matplotlib", reason="the report draws with matplotlib, which is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser to drive")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    runs = [a_run(folder / name, n=120, text=f"😀{HOSTILE}", turn=turn) for name, turn in (("one", 0), ("two", 1))]
    out = folder / "report.html"
    assert main(["report", *map(str, runs), "-o", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def browser(report: Path) -> Iterator[Browser]:
    """A headless Chromium; after ``report``, whose asyncio.run would find playwright's loop running."""
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *QUIETER])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Page]:
    """The page, ready; fails where anything was said on the console or anything was asked of a network."""
    yield from open_page(browser, report)


def open_page(browser: Browser, report: Path, **context: Any) -> Iterator[Page]:
    page = browser.new_context(viewport={"width": 1300, "height": 850}, **context).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "blob:")) else said.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector("body[data-ready]")
    yield page
    assert said == []
    assert page.evaluate("window.hacked") is None
    page.context.close()


def shown(page: Page) -> int:
    """Return how many questions the list holds, as told to a screen reader."""
    return int(page.locator("#list [role=option]").first.get_attribute("aria-setsize") or 0)


def chosen(page: Page) -> str:
    """Return the question that is shown, once it is the one chosen in the list."""
    # Not wait_for_function: it evaluates text inside the page, which the page's policy forbids.
    for _ in range(200):
        shown_id = page.locator("#detail h3").first.inner_text()
        if shown_id == page.locator("#list [aria-selected=true] b").first.inner_text():
            return str(shown_id)
        page.wait_for_timeout(50)
    raise AssertionError("the chosen question was never shown")


def test_filters_narrow_the_list_and_add_up(opened: Page) -> None:
    assert shown(opened) == 120
    opened.get_by_role("button", name="wrong").click()
    assert shown(opened) == 72
    opened.get_by_role("button", name="disputed").click()
    assert shown(opened) == 24 == int(opened.locator("#toggles [data-kind=disputed] small").inner_text())
    opened.get_by_role("button", name="Clear").click()
    assert shown(opened) == 120
    opened.get_by_role("button", name="only ① right").click()
    assert shown(opened) == 24
    opened.get_by_role("button", name="Clear").click()
    opened.select_option("#select-family", "=family1")
    assert 0 < shown(opened) < 120


def test_a_question_shows_its_text_its_votes_and_where_the_answer_was_read(opened: Page) -> None:
    opened.get_by_role("button", name="split vote").click()
    assert chosen(opened) == "p1#0"  # the first that a run splits on
    detail = opened.locator("#detail")
    assert HOSTILE in detail.inner_text()
    assert detail.locator("mark").all_inner_texts()[:2] == ["答案是：B", "答案是：B"]
    assert detail.locator(".badge.key").count() == 1
    assert detail.locator(".chain").count() == 8
    assert "2 / 4" in detail.inner_text()


def test_the_keys_do_what_the_list_of_keys_says(opened: Page) -> None:
    opened.keyboard.press("j")
    assert chosen(opened) == "p0#0"
    opened.keyboard.press("j")
    opened.keyboard.press("j")
    assert chosen(opened) == "p1#0"
    opened.keyboard.press("k")
    assert chosen(opened) == "p0#1"
    opened.keyboard.press("G")
    assert chosen(opened) == "p59#1"
    opened.keyboard.press("/")
    opened.keyboard.type("p7 最前？14")
    assert shown(opened) == 1
    opened.keyboard.press("Escape")
    assert opened.evaluate("document.activeElement.id") == "list"
    opened.keyboard.press("Escape")
    assert shown(opened) == 120
    opened.keyboard.press("1")
    assert shown(opened) == 72
    opened.keyboard.press("?")
    assert opened.locator("dialog[open] dt").count() == 9
    opened.keyboard.press("Escape")
    assert opened.locator("dialog[open]").count() == 0
    opened.keyboard.press("o")
    assert opened.locator(".chain[open]").count() == 0


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(opened: Page) -> None:
    reached = []
    for _ in range(60):
        opened.keyboard.press("Tab")
        reached.append(
            opened.evaluate(
                "(() => { const e = document.activeElement; const s = getComputedStyle(e); "
                "return [e.id || e.className || e.tagName, s.outlineStyle !== 'none' && s.outlineWidth !== '0px'] })()"
            )
        )
        if reached[-1][0] == "list":
            break
    names = [name for name, _ in reached]
    assert names[0] == "skip"
    wanted = ["language", "theme", "keys", "search", "select-family", "select-sort", "reset", "list"]
    assert [name for name in names if name in wanted] == wanted
    assert all(is_visible for _, is_visible in reached)


def test_both_languages_are_complete(opened: Page) -> None:
    english = opened.locator("body").inner_text()
    assert not any(word in english for word in ("正确率", "题目", "样本", "规则"))
    opened.locator("#language").click()
    chinese = opened.locator("body").inner_text()
    for word in ("Summary", "Accuracy", "accuracy", "sample ", "wrong", "Questions", "votes", "Search"):
        assert word not in chinese, word
    assert "正确率" in chinese
    assert opened.locator("html").get_attribute("lang") == "zh"


def test_a_dark_screen_gets_dark_paper_and_the_button_turns_it_light(browser: Browser, report: Path) -> None:
    for page in open_page(browser, report, color_scheme="dark", locale="zh-CN"):
        paper = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(paper) == "rgb(17, 20, 24)"
        assert page.locator("html").get_attribute("lang") == "zh"
        page.locator("#theme").click()
        assert page.evaluate(paper) == "rgb(245, 246, 248)"


def test_paper_gets_the_charts_and_no_controls(opened: Page) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not opened.locator("#language").is_visible()
    assert not opened.locator("#questions").is_visible()
    assert opened.locator(".chart svg").first.is_visible()
    assert len(opened.pdf()) > 20_000
    opened.set_viewport_size({"width": 690, "height": 1000})
    # Charts one below the other, so that their letters can be read; no column of a table broken letter by letter.
    tops = "[...document.querySelectorAll('.chart')].map((one) => one.getBoundingClientRect().top)"
    assert len(set(opened.evaluate(tops))) == opened.locator(".chart").count()
    heights = "[...document.querySelectorAll('figure > table td:first-child')].map((one) => one.offsetHeight)"
    assert 0 < max(opened.evaluate(heights)) < 50


def test_a_phone_scrolls_up_and_down_only(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") == 390


def test_a_link_to_a_question_opens_it(browser: Browser, report: Path) -> None:
    for page in open_page(browser, report):
        page.goto(report.as_uri() + "#question=" + "p30%231")
        page.reload()
        page.wait_for_selector("body[data-opened]")
        assert chosen(page) == "p30#1"

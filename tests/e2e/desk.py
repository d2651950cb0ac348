"""Staff before a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.office import PASSWORD
from tests.harness.browser import PATIENCE_MS


class Desk:
    """The admin in Chromium, in Chinese."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        page.set_default_timeout(PATIENCE_MS)

    def signs_in(self, username: str, one_time: str) -> None:
        """With the one-time password, and a password of one's own right after."""
        page = self.page
        page.goto(f"{self.base}/admin")
        page.fill("[name=username]", username)
        page.fill("[name=password]", one_time)
        page.get_by_role("button", name="登录").click()
        page.fill("[name=old]", one_time)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("heading", name="现在谁需要帮忙")).to_be_visible()

    def goes(self, path: str) -> None:
        self.page.goto(self.base + path)

    def approves(self, name: str) -> None:
        """From the queue, where newcomers appear by themselves."""
        self.goes("/admin/residents/queue")
        self.page.get_by_role("link", name=name, exact=True).click()
        # The queue has buttons of this name too: not before the file is there.
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()
        self.page.get_by_role("button", name="通过", exact=True).click()
        expect(self.page.locator(".flashes")).not_to_be_empty()

    def finds_on_board(self, number: int) -> None:
        for view in ("", "?view=board"):
            self.goes(f"/admin/requests{view}")
            expect(self.page.get_by_role("link", name=f"R-{number}").first).to_be_visible()

    def assigns(self, number: int, worker: str) -> None:
        self.goes(f"/admin/requests/{number}")
        self.page.get_by_role("radio", name=worker).check()
        self.page.get_by_role("button", name="派单", exact=True).click()
        expect(self.page.locator(".flashes")).not_to_be_empty()

    def reads_messages_to(self, name: str) -> str:
        """The message log, searched for this name."""
        self.goes("/admin/messages")
        self.page.get_by_role("searchbox").fill(name)
        self.page.get_by_role("searchbox").press("Enter")
        self.page.wait_for_url("**q=**")
        return self.page.locator("#log").inner_text()

    def takes_step(self, act: str) -> None:
        """A step for the worker, on the request's page that is open."""
        self.page.locator(f"form:has(input[name=act][value={act}]) button").click()
        expect(self.page.locator(".flashes")).not_to_be_empty()

"""An agent's desk in a browser, as the tests use it."""

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.calls.city import City
from tests.console.people import PASSWORD

PATIENCE = 20_000


class Desk:
    """One browser window in which somebody works; `faults` are errors of its pages."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)

    @classmethod
    async def open(cls, browser: Browser, city: City) -> "Desk":
        """A fresh browser, signed in nowhere."""
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        return await cls.beside(context, city)

    @classmethod
    async def beside(cls, context: BrowserContext, city: City) -> "Desk":
        """One more window of the same browser."""
        address = f"http://127.0.0.1:{city.settings.http_port}"
        return cls(await context.new_page(), address)

    async def sign_in(self, name: str, to: str = "/") -> None:
        """Come in by the door that everybody uses."""
        await self.page.goto(self.address + to)
        await self.page.fill("#name", name)
        await self.page.fill("#password", PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(self.address + to)

    async def take_seat(self) -> None:
        """Choose the browser's phone and say that one is there."""
        await self.page.click("[data-test=use-browser]")
        await self.page.wait_for_selector("[data-line=ready]")
        if await self.page.is_visible("[data-test=sign-in]"):
            await self.page.click("[data-test=sign-in]")
        await self.seat_is("available")

    async def seat_is(self, state: str) -> None:
        """Until the desk shows this state of the seat."""
        await expect(self.page.locator("[data-test=seat]")).to_have_attribute(
            "data-state", state, timeout=PATIENCE
        )

    async def text(self, name: str) -> str:
        """What stands in one place of the page."""
        return (await self.page.locator(f"[data-test={name}]").inner_text()).strip()

    async def saved(self) -> None:
        """Until the server has every word of the form."""
        await expect(self.page.locator("[data-test=saving]")).to_have_attribute(
            "data-saving", "saved", timeout=PATIENCE
        )

    def _note(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        # What the API refuses is the pages' own business; what the policy forbids is a fault.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

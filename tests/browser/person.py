"""A person at the pages, in a browser that runs no script."""

from uuid import uuid4

from playwright.async_api import BrowserContext, Page


class Person:
    """Drives one browser, and has an account at Telnyx; `visits` counts how often an agent sent the person here."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.key = f"KEY_sandbox_{uuid4().hex}"
        self.visits = 0

    async def open(self, url: str) -> None:
        """Go where the agent sends the browser."""
        self.visits += 1
        await self.page.goto(url)

    async def press(self, button: str) -> None:
        await self.page.get_by_role("button", name=button, exact=True).click()

    async def by_key(self, url: str) -> None:
        """Link the account with an API key, changing nothing else: to use it within limits."""
        await self.open(url)
        await self.page.get_by_label("API key", exact=True).fill(self.key)
        await self.press("Connect with this key")

    async def at_telnyx(self, url: str) -> None:
        """Link the account by signing in at Telnyx."""
        await self.open(url)
        await self.press("Sign in at Telnyx")
        await self.page.get_by_label("Key of the sandbox account").fill(self.key)
        await self.press("Allow")

    async def again(self, url: str) -> None:
        """Let the agent do more with the account that it has already."""
        await self.open(url)
        await self.press("Connect with that account")

    async def to_use(self, url: str) -> None:
        """Link the account with an API key, and let the agent do all that the products do, within limits."""
        await self.open(url)
        await self.page.get_by_label("Use it,").check()
        await self.page.get_by_label("API key", exact=True).fill(self.key)
        await self.press("Connect with this key")

    async def to_look(self, url: str) -> None:
        """Link the account with an API key, and let the agent only read what is free to read."""
        await self.open(url)
        await self.page.get_by_label("Look.").check()
        await self.page.get_by_label("API key", exact=True).fill(self.key)
        await self.press("Connect with this key")

    async def only_messages(self, url: str) -> None:
        """Let the agent read messages for a month, and nothing else."""
        await self.open(url)
        await self.page.get_by_text("Products:").click()
        await self.page.get_by_label("Messaging", exact=False).first.check()
        await self.page.get_by_label("Until when").select_option("30 days")
        await self.page.get_by_label("API key", exact=True).fill(self.key)
        await self.page.keyboard.press("Enter")

    async def end_connection(self, server: str) -> None:
        """End the first connection on the account page, having proved the key there."""
        await self.page.goto(f"{server}/account")
        if await self.page.get_by_role("button", name="Show the agents").is_visible():
            await self.page.get_by_label("The API key that you linked").fill(self.key)
            await self.press("Show the agents")
        await self.page.get_by_role("button", name="End this connection").first.click()

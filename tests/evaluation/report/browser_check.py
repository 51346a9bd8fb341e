"""Looks at a report in a real browser, as its readers do: ``python -m tests.evaluation.report.browser_check FILE``.

Opens the page at desktop and phone width, light and dark; sorts, filters, searches, opens episodes by pointer, keyboard
and link; runs axe; watches for errors of the console and for requests to a network; takes screenshots. Prints what it
found as JSON; exit code 1 where something is wrong. Needs Chromium, playwright and axe-playwright-python.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "small-phone": (360, 640)}


@dataclass
class Seen:
    """What a look at a page found. ``wrong`` is empty where all is well; ``ready_s`` seconds from the start of the
    navigation until the table of episodes is there, by view; ``videos`` how many were found to play."""

    ready_s: dict[str, float] = field(default_factory=dict)
    episode_s: float = 0.0
    axe: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    videos: int = 0
    screenshots: list[str] = field(default_factory=list)


def chromium() -> str | None:
    """The path of a Chromium, None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def missing() -> str:
    """What is missing for a look, empty where nothing is."""
    if chromium() is None:
        return "there is no Chromium (set CHROMIUM to its path)"
    packages = [name for name in ("playwright", "axe_playwright_python") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(packages)}" if packages else ""


class Look:
    """Looks at one page."""

    def __init__(self, file: Path, shots: Path | None) -> None:
        self.url = file.resolve().as_uri()
        self.shots = shots
        self.seen = Seen()

    def all(self) -> Seen:
        """Look at everything."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            try:
                for size in SIZES:
                    for scheme in ("light", "dark"):
                        with self._opened(browser, size, scheme) as page:
                            self._view(page, f"{size}-{scheme}")
                with self._opened(browser, "desktop", "light") as page:
                    self._use(page)
                with self._opened(browser, "desktop", "light", javascript=False) as page:
                    self._check(page.locator("#summary").is_visible(), "without JavaScript the summary is not there")
                    self._check(page.locator("noscript p").count() == 1, "without JavaScript nothing says so")
                with self._opened(browser, "desktop", "light") as page:
                    page.emulate_media(media="print")
                    self._shot(page, "print")
            finally:
                browser.close()
        return self.seen

    @contextmanager
    def _opened(self, browser: Any, size: str, scheme: str, *, javascript: bool = True, at: str = "") -> Iterator[Any]:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=javascript,
            device_scale_factor=1 if size == "desktop" else 2,
        )
        page = context.new_page()
        page.on("dialog", lambda dialog: self._dialog(dialog))
        page.on("console", lambda message: self._console(message))
        page.on("pageerror", lambda error: self.seen.wrong.append(f"error in the page: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.goto(self.url + at)
        if javascript:
            page.wait_for_selector("html[data-ready]", state="attached")
            taken = page.evaluate("performance.getEntriesByName('ready')[0].startTime / 1000")
            self.seen.ready_s.setdefault(f"{size}-{scheme}", round(taken, 3))
        try:
            yield page
        finally:
            context.close()

    def _view(self, page: Any, name: str) -> None:
        self._fits(page, name)
        if not name.startswith("small"):
            self._axe(page, name)
        self._shot(page, name)
        page.locator(".rows tbody a").first.click()
        page.wait_for_selector("#episode article")
        self._media(page, name)
        for fold in page.locator("#episode details > summary").all()[:6]:
            fold.click()
        self._fits(page, f"{name}, an episode")
        if not name.startswith("small"):
            self._axe(page, f"{name}-episode")
        self._shot(page, f"{name}-episode")

    def _media(self, page: Any, name: str) -> None:
        """Whether pictures and videos of the opened episode can be seen."""
        states = page.evaluate(
            """async () => { const loaded = (video) => new Promise((done) => { if (video.readyState > 0) done(true);
                 video.addEventListener('loadedmetadata', () => done(true));
                 video.addEventListener('error', () => done(false));
                 setTimeout(() => done(false), 5000); });
               const dark = () => [...document.images].some((image) => !image.naturalWidth);
               for (let wait = 0; wait < 100 && dark(); wait++) await new Promise((done) => setTimeout(done, 50));
               return { images: [...document.images].map((image) => image.naturalWidth > 0),
                        videos: await Promise.all([...document.querySelectorAll('video')].map(loaded)) }; }"""
        )
        self._check(all(states["images"]), f"{name}: a picture cannot be seen")
        self._check(all(states["videos"]), f"{name}: a video cannot be seen")
        self.seen.videos += sum(states["videos"])

    def _use(self, page: Any) -> None:
        self._sorts(page)
        self._filters(page)
        self._opens(page)

    def _sorts(self, page: Any) -> None:
        button = page.locator(".rows thead button", has_text="Turns")
        button.click()
        falling = self._numbers(page, "Turns")
        self._check(falling == sorted(falling, reverse=True), f"not sorted by falling turns: {falling}")
        button.press("Enter")
        rising = self._numbers(page, "Turns")
        self._check(rising == sorted(rising), f"not sorted by rising turns: {rising}")
        self._check(page.locator("th[aria-sort=ascending]").count() == 1, "no column says that it is sorted")

    def _filters(self, page: Any) -> None:
        total = self._shown(page)
        failed = page.locator("label", has_text="Outcome").locator("select")
        names = failed.locator("option").all_text_contents()
        failed.select_option(index=len(names) - 1)
        self._check(0 < self._shown(page) <= total, "the filter by outcome shows nothing, or too much")
        failed.select_option(index=0)
        page.locator("input[type=search]").fill("zzz-nothing-is-called-so")
        page.wait_for_selector(".rows .empty")
        page.locator("input[type=search]").fill("")
        page.wait_for_selector(".rows tbody a")
        self._check(self._shown(page) == total, "after a search not all episodes come back")

    def _opens(self, page: Any) -> None:
        link = page.locator(".rows tbody a").first
        address = link.get_attribute("href")
        taken = page.evaluate(
            """async (address) => { const start = performance.now(); location.hash = address;
               while (!document.querySelector('#episode article')) await new Promise(requestAnimationFrame);
               return (performance.now() - start) / 1000; }""",
            address,
        )
        self.seen.episode_s = round(taken, 3)
        self._check(page.evaluate("document.activeElement.id") == "h-episode", "an opened episode has no focus")
        page.keyboard.press("Escape")
        page.wait_for_selector("#overview", state="visible")
        self._check(
            page.evaluate("document.activeElement.getAttribute('href')") == address, "the way back loses the focus"
        )
        page.keyboard.press("Enter")
        page.wait_for_selector("#episode article")
        page.go_back()
        page.wait_for_selector("#overview", state="visible")
        page.goto("about:blank")
        page.goto(self.url + str(address))
        page.wait_for_selector("#episode article")
        page.goto(f"{self.url}#episode={quote('no such/episode#1')}")
        page.wait_for_selector("#episode h2:has-text('No such episode')")

    def _numbers(self, page: Any, column: str) -> list[int]:
        texts = page.locator(f".rows td[data-label={column}]").all_text_contents()
        return [int(text.replace(",", "")) for text in texts]

    def _shown(self, page: Any) -> int:
        words = page.locator("[role=status]").text_content().split(" episode")[0]
        return int(words.split(" of ")[-1].replace(",", ""))

    def _fits(self, page: Any, name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self._check(wide <= 0, f"{name}: the page is {wide} pixels too wide")

    def _axe(self, page: Any, name: str) -> None:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page).response["violations"]
        self.seen.axe[name] = [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
        for one in found:
            self._check(
                one["impact"] not in ("serious", "critical"),
                f"axe, {name}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:300]}",
            )

    def _shot(self, page: Any, name: str) -> None:
        if self.shots is not None:
            self.shots.mkdir(parents=True, exist_ok=True)
            file = self.shots / f"{name}.png"
            page.screenshot(path=file, full_page=True)
            self.seen.screenshots.append(str(file))

    def _dialog(self, dialog: Any) -> None:
        self.seen.wrong.append(f"the page shows a dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.seen.wrong.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:", "about:")):
            self.seen.wrong.append(f"a request to the network: {url}")

    def _check(self, well: bool, what: str) -> None:
        if not well and what not in self.seen.wrong:
            self.seen.wrong.append(what)


def look_at(file: Path, shots: Path | None = None) -> Seen:
    """Look at a report."""
    return Look(file, shots).all()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Look at a report in a real browser.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    given = parser.parse_args()
    if why := missing():
        print(f"cannot look at the page: {why}", file=sys.stderr)
        return 2
    seen = look_at(given.file, given.shots)
    print(json.dumps(asdict(seen), indent=1))
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

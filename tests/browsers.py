"""A headless browser for tests, which reaches no host but those it is let."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cspanalysis.present import chromium

#: Milliseconds to wait for a page or an element, however busy the machine.
PATIENCE = 300_000


@contextmanager
def headless(*allowed: str) -> Iterator[Any]:
    """A Chromium by Playwright; the test skips where either is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium.browser()
    if path is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in allowed)])
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", f"--host-resolver-rules={rules}"]
        )
        for name in ("new_page", "new_context"):
            setattr(browser, name, _patient(getattr(browser, name)))
        yield browser
        browser.close()


def _patient(opened: Callable[..., Any]) -> Callable[..., Any]:
    def patiently(**options: Any) -> Any:
        page = opened(**options)
        page.set_default_timeout(PATIENCE)
        return page

    return patiently

"""A headless browser for tests, which reaches no host but those it is let."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cspanalysis.present import chromium


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
        yield browser
        browser.close()

"""The review as a tagged PDF, printed by the Chromium (or Chrome, or Edge) that is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cspanalysis.domain.errors import CspError, paragraph

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


_ELEMENT = re.compile(rb"\(node\d{8}\)")


class NoBrowser(CspError):
    """No Chromium is installed, or it did not print; the review itself is not affected."""


def browser() -> str | None:
    """Path of an installed Chromium, Chrome or Edge; None if there is none."""
    found = (shutil.which(name) for name in _NAMES)
    return next((b for b in (*found, *(p for p in _PLACES if Path(p).is_file())) if b), None)


def from_html(text: str, timeout: float = 120) -> bytes:
    """Print a page to a tagged PDF, without any network.

    `text`: a page that needs no other file. `timeout`: seconds allowed.
    """
    chromium = browser()
    if chromium is None:
        raise NoBrowser(
            "No PDF was written: it is printed by Chromium, Chrome or Edge, and none was found. "
            "Install one, or print the single-file edition from any browser."
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        page, out = Path(scratch, "review.html"), Path(scratch, "review.pdf")
        page.write_text(text, encoding="utf-8")
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={scratch}/profile",
            "--no-pdf-header-footer",
            "--export-tagged-pdf",
            "--generate-pdf-document-outline",
            "--virtual-time-budget=20000",
            f"--print-to-pdf={out}",
            page.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to start as root with it
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=timeout)
            content = out.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise NoBrowser(
                paragraph(
                    "No PDF was written: the browser did not print",
                    file=chromium,
                    do="Print the single-file edition from any browser.",
                )
            ) from error
    return _settled(content)


def _settled(content: bytes) -> bytes:
    """The same file whenever it was printed: texts of the same length keep a PDF's offsets.

    Chromium writes the clock into it, and names elements by numbers that go on from whatever the
    browser counted before.
    """
    content = re.sub(rb"/(CreationDate|ModDate) \(D:\d{14}", rb"/\1 (D:20000101000000", content)
    names = sorted(set(_ELEMENT.findall(content)))
    own = {name: b"(node%08d)" % number for number, name in enumerate(names, 1)}
    return _ELEMENT.sub(lambda found: own[found[0]], content)

"""The Chromium, Chrome or Edge that is installed: it prints pages and draws charts as pictures."""

from __future__ import annotations

import os
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
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)

_ALWAYS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Neither the page nor the browser reaches any host.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=20000",
)


class NoBrowser(CspError):
    """No Chromium is installed, or it did not do its work; what else is written is not affected."""


def browser() -> str | None:
    """Path of an installed Chromium, Chrome or Edge; None if there is none."""
    found = (shutil.which(name) for name in _NAMES)
    return next((b for b in (*found, *(p for p in _PLACES if Path(p).is_file())) if b), None)


def printed(text: str, *, what: str, instead: str, timeout: float = 600) -> bytes:
    """A page as a tagged PDF, as the browser prints it.

    `text`: a page that needs no other file. `what`, `instead`: for the message where no browser can
    do it: what was not written ('PDF'), and what to do. `timeout`: seconds allowed.
    """
    flags = ("--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        out = Path(scratch, "printed.pdf")
        _run(text, Path(scratch), [*flags, f"--print-to-pdf={out}"], what, instead, timeout)
        return out.read_bytes()


def scripted(text: str, *, what: str, instead: str, timeout: float = 600) -> str:
    """A page as its own scripts have left it.

    The arguments are those of `printed`.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        content = _run(text, Path(scratch), ["--dump-dom"], what, instead, timeout)
    return content.decode("utf-8")


def _run(
    text: str, scratch: Path, flags: list[str], what: str, instead: str, timeout: float
) -> bytes:
    chromium = browser()
    if chromium is None:
        raise NoBrowser(
            f"No {what} was written: it takes Chromium, Chrome or Edge, and none was found. "
            f"Install one, or {instead}."
        )
    page = scratch / "page.html"
    page.write_text(text, encoding="utf-8")
    command = [chromium, *_ALWAYS, f"--user-data-dir={scratch}/profile", *flags, page.as_uri()]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # Chromium refuses to start as root with it
    try:
        done = subprocess.run(command, check=True, capture_output=True, timeout=timeout)
        if any(flag.startswith("--print-to-pdf") for flag in flags):
            (scratch / "printed.pdf").stat()
    except (OSError, subprocess.SubprocessError) as error:
        raise NoBrowser(
            paragraph(
                f"No {what} was written: the browser did not do its work",
                file=chromium,
                do=f"Try again with other programs closed, or {instead}.",
            )
        ) from error
    return done.stdout

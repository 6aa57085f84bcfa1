"""`csp docs`: the pages that are made from docs/ and the docstrings (tools/site of the project)."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from cspanalysis.domain.errors import UsageError, paragraph

#: The pages' folder within the folder that JupyterLab serves.
PAGES = "documentation"


def folder() -> Path | None:
    """The folder that holds the pages: in the package (wheel) or where a checkout makes them."""
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "site", package.parent / "build" / "site"):
        if (candidate / PAGES / "index.html").is_file():
            return candidate
    return None


def first_page() -> Path:
    """The page to begin with; refused where none were made."""
    found = folder()
    if found is None:
        raise UsageError(
            paragraph(
                "the pages of the documentation are not here",
                do="In a checkout: make docs. Else install a wheel made by make wheel; the texts "
                "are in docs/ of the project.",
            )
        )
    return found / PAGES / "index.html"


def show() -> str:
    """Open the first page in a browser, where there is one; says where the page lies."""
    page = first_page()
    webbrowser.open(page.as_uri())
    return str(page)

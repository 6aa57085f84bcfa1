"""The editions of a report: for everybody, or for the partners with nothing hidden."""

from __future__ import annotations

from cspanalysis.domain.errors import UsageError, paragraph

EDITIONS = ("public", "partner")


def check(edition: str) -> None:
    """Refuses an edition that does not exist."""
    if edition not in EDITIONS:
        raise UsageError(paragraph(f"'{edition}' is no edition", allowed=", ".join(EDITIONS)))

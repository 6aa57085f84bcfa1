"""`csp published`: the reports that the record holds, and taking out one that nobody was given."""

from __future__ import annotations

from pathlib import Path

from cspanalysis.disclosure import publications
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.present import plural
from cspanalysis.workspace import workspace as workspaces


def told(workspace: Path | None, forget: str | None = None) -> str:
    """What the record of a workspace holds, a line a report.

    `forget`: a report to take out first, as it is listed.
    """
    space = workspaces.load(workspace)
    processed = space.root / "data" / "processed"
    with publications.opened(processed) as record:
        if forget is not None:
            if forget not in record.reports:
                raise UsageError(
                    paragraph(
                        f"'{forget}' is not in the record of what was published",
                        allowed=", ".join(record.reports) or "nothing: the record is empty",
                    )
                )
            record.put(forget, None)
            return (
                f"{forget} is forgotten: later reports are made as if nobody had read it. If "
                "somebody has, small counts can be worked out from both."
            )
        lines = [
            f"{name}: {plural(len(report.records), 'finding')} with protected counts "
            f"({report.area})"
            for name, report in record.reports.items()
        ]
        lines += [f"{name}: damaged, and forgotten" for name in record.damaged]
    return "\n".join(lines) or "No report with protected counts has been published."

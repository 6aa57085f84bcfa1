"""What the report's tests share: small chapter notebooks and requests to run them."""

from __future__ import annotations

import sys
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures" / "notebooks"
sys.path.insert(0, str(FIXTURES))

import make  # noqa: E402 - lies beside the notebooks it writes

from cspanalysis.report import runner  # noqa: E402

AREA = runner.Area("Tonbridge and Malling", "E07000115")


def request(folder: Path, chapters: dict | None = None, **more) -> runner.Request:
    """A request to run the made chapters (or those given) in a workspace under `folder`."""
    workspace = folder / "workspace"
    (workspace / "data" / "raw" / "police_extract").mkdir(parents=True, exist_ok=True)
    (workspace / "data" / "raw" / "police_extract" / "incidents.csv").write_text("a\n1\n")
    settings = {
        "workspace": workspace,
        "areas": (AREA,),
        "period": "2007-04/2008-03",
        "compare": "2006-04/2007-03",
        "notebooks": make.write(folder / "notebooks", chapters),
    }
    return runner.Request(**{**settings, **more})


def review_folder(request: runner.Request) -> Path:
    """Where the request's first area is written."""
    return request.folder(request.areas[0])


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder but the log and the manifest, which hold times."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in ("run.log", "manifest.json")
    }

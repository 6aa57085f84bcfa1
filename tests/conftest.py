"""Shared fixtures. Tests marked `realdata` need the reference folder beside the project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from browsers import headless
from hypothesis import HealthCheck, settings

import cspanalysis
from cspanalysis.explore.by_hand import ByHand

# No example may fail because the machine is busy: times are for benchmarks, not for tests.
settings.register_profile("csp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("csp")

PROJECT = Path(__file__).resolve().parents[1]

#: Files that take longest begin first, so that no worker is left alone with one at the end. They
#: are marked `long`: whole reviews, browsers, kernels, typed commands, hostile files. Elsewhere
#: single tests bear the mark: simulations, whole commands, searches over many examples.
LONG = (
    "golden", "docs_blocks", "report_browser", "report_runner", "report_hostile", "report_faults",
    "review_realdata", "store_faults", "disclosure_end_to_end", "explore_lab_browser",
    "stats_documents", "findings_kinds_realdata", "review_past", "town", "docs_adding_a_chapter",
    "report_bulletin", "report_places", "disclosure_neighbours", "sources_fuzz",
    "findings_today_realdata", "disclosure_folder", "disclosure_publications",
    "disclosure_county", "report_publication_faults", "report_length",
    "report_lengths", "workspace_own_notebooks", "stats_placebo_realdata",
    "findings_districts_realdata", "report_batch", "present_pictures",
    "review_extracts_cut", "wheel",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then notebooks, then files by tests: small ones fill the end."""
    rank = {f"test_{name}": number for number, name in enumerate(LONG)}
    tests = Counter(item.path for item in items)
    for item in items:
        if item.path.stem in rank:
            item.add_marker("long")
    items.sort(
        key=lambda item: (
            rank.get(item.path.stem, len(rank)), item.path.suffix == ".py", -tests[item.path],
            item.path,
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository's root, which is also the sample's workspace."""
    return PROJECT


@pytest.fixture(scope="session")
def sample_review(project: Path) -> ByHand:
    """The sample's review, opened once: what a test asks of it the next need not count again."""
    return cspanalysis.open(workspace=project)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files beside the project; the test skips where it is absent."""
    folder = PROJECT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs ../shared/data (real open data), which users do not have")
    return folder


@pytest.fixture(scope="module")
def chromium():
    """A headless browser that cannot reach any host; closed with the module that asked."""
    with headless() as browser:
        yield browser


@pytest.fixture(scope="module")
def tab(chromium):
    """A tab in which pages are opened one after the other, as a reader goes through chapters.

    Every page is a new document; what the browser has compiled of plotly.js it need not again.
    """
    tab = chromium.new_page()
    tab.asked, tab.errors = [], []
    tab.on("request", lambda r: tab.asked.append(r.url))
    tab.on("console", lambda m: tab.errors.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda e: tab.errors.append(str(e)))
    tab.on("dialog", lambda d: tab.errors.append(f"dialog {d.message}") or d.dismiss())
    return tab


@pytest.fixture(scope="session")
def axe():
    """axe-core's script, from the installed package."""
    package = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

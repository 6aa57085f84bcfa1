"""Notebooks are tests too: nbval runs some of them in a kernel and compares what they say with what
is stored; tests/test_golden.py does the same for every chapter, as a review runs it.

Charts are skipped (their text form is in the finding's Markdown, which is compared).
"""

NOT_COMPARED = (
    "application/vnd.plotly.v1+json",
    "application/vnd.cspanalysis.finding+json",
    "application/vnd.cspanalysis.rest+json",
    "application/vnd.jupyter.widget-view+json",
    "text/html",
    "image/png",
)


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += NOT_COMPARED

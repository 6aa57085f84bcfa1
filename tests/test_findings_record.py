"""The record of a finding and what a notebook shows of it."""

from cspanalysis.findings import record


def test_a_report_reads_records_and_needs_no_markdown(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    finding = record.Finding("overview.x", "overview", "What rose?", "It rose.", notes=("A note.",))
    finding._ipython_display_()
    assert "What rose?" in shown[0]["text/markdown"]
    monkeypatch.setenv(record.UNSEEN, "1")
    finding._ipython_display_()
    assert shown[1][record.MIME] == shown[0][record.MIME] and not shown[1]["text/markdown"]

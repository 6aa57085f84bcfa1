"""The analyst's text: carried over, stale, withheld, confirmed, and never markup of its own."""

import json

import pytest

from cspanalysis.domain.errors import UsageError
from cspanalysis.report import commentary, layout, markup
from cspanalysis.report.collect import Rendered, Section
from cspanalysis.workspace import init

LAST, NOW = "2024-04/2025-03", "2025-04/2026-03"
ROSE, FELL = "Shoplifting rose by 40.", "Shoplifting fell by 12."


def record(id="retail.shoplifting.change", sentence=ROSE, **more):
    return {
        "id": id, "chapter": id.split(".")[0], "title": "Did it rise?", "sentence": sentence,
        "verdict": "up", "status": "ok", "period": NOW, "compare": "", "values": {}, "sources": [],
        "rows": [], "table": {}, "notes": [], "windows": [], "parts": [], "caption": "x – y",
        "measure": "shoplifting", "unit": "offences", "method": "", "definition": "", "role": "",
        "level": "district", "polarity": "neutral", "agenda": "today", "alt": "", "tile": None,
        "has_figure": False, "lacks": "", "awaits": [],
    } | more  # fmt: skip


def chapter(*records, key="retail"):
    return Rendered(key, f"25_{key}", "Retail", blocks=tuple(Section(r) for r in records))


def reviewed(root, sentence, period=NOW, area="tonbridge-and-malling", edition=""):
    folder = root / "reports" / area / (period.replace("/", "_") + edition)
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "schema": "cspanalysis.findings/1", "period": period, "edition": edition or "public",
        "findings": [record(sentence=sentence), record("retail.none", status="not_available")],
    }  # fmt: skip
    (folder / "findings.json").write_text(json.dumps(content))
    chapters = [{"name": "retail", "begins": "retail.shoplifting.change"}]
    (folder / "manifest.json").write_text(json.dumps({"chapters": chapters}))
    return folder


@pytest.fixture
def root(tmp_path):
    init.init(tmp_path / "ws", "Tonbridge and Malling")
    return tmp_path / "ws"


def say(path, of, text):
    """Write below the quote of a heading, as an analyst does."""
    lines = path.read_text().splitlines()
    at = lines.index(f"## {of}") + 1
    while at < len(lines) and lines[at].startswith((">", "<!--")):
        at += 1
    path.write_text("\n".join([*lines[:at], "", text, *lines[at:]]) + "\n")


def shown(path, sentence, edition):
    done, notices = commentary.applied(
        [chapter(record(sentence=sentence))], commentary.read(path), edition
    )
    return done[0].records[0].get("assessment"), notices


def test_the_skeleton_holds_chapters_and_findings_in_order_with_what_they_say(root):
    reviewed(root, ROSE)
    path, told = commentary.run(root, None, None)
    assert path == root / "commentary/2025-04_2026-03.md" and "0 of 2" in told
    pieces = commentary.read(path)
    assert [*pieces] == ["retail", "retail.shoplifting.change"]
    assert all(p.sentence == ROSE and not p.text for p in pieces.values())


def test_a_text_survives_new_data_is_marked_withheld_confirmed_and_shown(root):
    reviewed(root, ROSE)
    path, _ = commentary.run(root, None, None)
    say(path, "retail.shoplifting.change", "Two shops changed how they report.")
    assert shown(path, ROSE, "public")[0]["note"] == ""
    # The next month's data say something else.
    reviewed(root, FELL)
    assert "1 were written about earlier figures" in commentary.run(root, None, None)[1]
    piece = commentary.read(path)["retail.shoplifting.change"]
    assert piece.text == "Two shops changed how they report." and piece.sentence == ROSE
    withheld, notices = shown(path, FELL, "public")
    assert withheld is None and "withheld until it is confirmed" in notices[0]
    assert shown(path, FELL, "partner")[0]["note"] == "Written about earlier figures"
    commentary.run(root, None, None, confirm=True)
    again = shown(path, FELL, "public")[0]
    assert again["note"] == "" and "Two shops" in again["html"]
    done, _ = commentary.applied([chapter(record(sentence=FELL))], commentary.read(path), "public")
    assert commentary.confirmed(done[0].records) == {
        "retail.shoplifting.change": "Two shops changed how they report."
    }


def test_last_years_text_is_carried_over_and_marked_even_where_the_sentence_is_the_same(root):
    reviewed(root, ROSE, LAST)
    path, _ = commentary.run(root, None, LAST)
    say(path, "retail", "Why: one new shopping centre.")
    reviewed(root, ROSE)
    now, told = commentary.run(root, None, NOW)
    assert now != path and "1 carried over from April 2024 to March 2025" in told
    piece = commentary.read(now)["retail"]
    assert piece.carried == LAST and piece.is_stale(ROSE)
    public, notices = commentary.applied([chapter(record())], commentary.read(now), "public")
    assert not [b for b in public[0].blocks if isinstance(b, str)] and notices
    partner, _ = commentary.applied([chapter(record())], commentary.read(now), "partner")
    assert "Written about earlier figures (April 2024 to March 2025)" in partner[0].blocks[0]
    commentary.run(root, None, NOW, confirm=True)
    assert not commentary.read(now)["retail"].carried


def test_two_areas_of_a_batch_keep_theirs_apart(root):
    reviewed(root, ROSE)
    reviewed(root, FELL, area="dover")
    own, _ = commentary.run(root, None, None)
    other, _ = commentary.run(root, "Dover", None)
    say(own, "retail.shoplifting.change", "Ours.")
    say(other, "retail.shoplifting.change", "Theirs.")
    assert other == root / "commentary/dover/2025-04_2026-03.md"
    for area, text in (("Tonbridge and Malling", "Ours."), ("Dover", "Theirs.")):
        pieces = commentary.of_review(root, area, NOW)
        assert pieces["retail.shoplifting.change"].text == text
    assert len(commentary.files(root)) == 2


def test_hostile_text_is_inert_on_the_page(root):
    reviewed(root, ROSE)
    path, _ = commentary.run(root, None, None)
    text = (
        "<script>alert(1)</script> <img src=x onerror=alert(2)> ![x](https://evil.example/a.png) "
        "[y](javascript:alert(3)) **bold** \u202egnp\n\n{{ 7 * 7 }} {% raw %}\n\n# Not a heading"
    )
    say(path, "retail.shoplifting.change", text)
    say(path, "retail", text)
    done, _ = commentary.applied([chapter(record())], commentary.read(path), "public")
    context = markup.Context("Tonbridge and Malling", NOW, contents=[("25_retail", "Retail")])
    page = markup.page(context, done[0])
    assert layout.layout(done[0]).texts and page.count("<strong>bold</strong>") == 2
    assert page.count("<b>Assessment</b>") == 2
    for evil in ("<script>alert", "<img", 'href="javascript', "\u202e", "<h1>Not"):
        assert evil not in page
    assert "{{ 7 * 7 }}" in page and "&lt;script&gt;alert(1)" in page


def test_a_page_without_any_text_has_no_assessment():
    context = markup.Context("Tonbridge and Malling", NOW, contents=[("25_retail", "Retail")])
    page = markup.page(context, chapter(record()))
    assert ROSE in page and "Assessment</b>" not in page


def test_what_has_no_place_is_told_and_never_lost(root):
    reviewed(root, ROSE)
    path, _ = commentary.run(root, None, None)
    path.write_text(path.read_text() + "\n## retail.gone\n\nOf a finding that is no more.\n")
    _, notices = commentary.applied([chapter(record())], commentary.read(path), "partner")
    assert notices == ["assessment of retail.gone not shown: this review has no such chapter or "
                       "finding"]  # fmt: skip
    commentary.run(root, None, None)
    assert commentary.read(path)["retail.gone"].text == "Of a finding that is no more."


def test_bad_files_are_told_in_a_paragraph(root):
    with pytest.raises(UsageError, match="Make one first: csp review"):
        commentary.run(root, None, None)
    path = root / "commentary/2025-04_2026-03.md"
    path.parent.mkdir()
    path.write_text("## a.b\n\nx\n\n## a.b\n\ny\n")
    with pytest.raises(UsageError, match=r"row 5: a second text on 'a\.b'"):
        commentary.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        commentary.read(path)

"""All reports of a year in one folder: nothing can be recovered of them, and each leak is found."""

from __future__ import annotations

import json
import shutil
import zipfile
from xml.sax.saxutils import escape

import pytest
from test_disclosure_publications import ELEVEN, YEAR, finding

from cspanalysis.cli import main
from cspanalysis.disclosure import audit
from cspanalysis.disclosure.audit import carriers, flat_texts

QUARTERS = ("2024-04/2024-06", "2024-07/2024-09", "2024-10/2024-12", "2025-01/2025-03")


def document(area, *records, edition="public"):
    for one in records:
        one["title"] = one["title"] if len(one["title"]) > 1 else f"What of {one['id']}?"
    return {
        "schema": "cspanalysis.findings/1", "area": {"name": area}, "period": YEAR, "compare": "",
        "edition": edition, "findings": list(records),
    }  # fmt: skip


def review(root, area, name, *records, **more):
    folder = root / area.lower() / name
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(json.dumps(document(area, *records, **more)))
    return folder


def bulletin(root, area, name, *records):
    path = root / area.lower() / f"bulletin_{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = json.dumps(document(area, *records))
    parts = "".join(
        f'<section id="{r["id"]}"><h2>{r["title"]}</h2><p>{r["sentence"]}</p></section>'
        for r in records
    )
    path.write_text(
        f'<main>{parts}</main><script type="application/json" id="findings">{told}</script>'
    )
    return path


def clusters(own, shown):
    """Clusters of two districts, and the total of one of them."""
    rows = [
        {"district": d, "cluster": c, "count": n, "status": "ok" if n else "suppressed",
         "hidden_below": 5, "symbol": "" if n else "c"}
        for (d, c), n in shown.items()
    ]  # fmt: skip
    one = finding(YEAR, 0, f"young_people.exclusions.{own.lower()}")
    return one | {"measure": "exclusions", "rows": rows, "sentence": "See the table.", "values": {}}


NEIGHBOURS = {
    ("Dover", "North"): 11, ("Dover", "South"): 9,
    ("Swale", "Town"): None, ("Swale", "Rural"): None, ("Swale", "Coast"): 12,
}  # fmt: skip


@pytest.fixture
def year(tmp_path):
    """Two neighbours' reviews of two years and a quarter's bulletins each."""
    for area in ("Dover", "Swale"):
        total = {(area, "total"): 20 if area == "Dover" else 29}
        review(
            tmp_path, area, "2024-04_2025-03",
            finding(YEAR, 263), clusters(area, NEIGHBOURS | total),
        )  # fmt: skip
        review(tmp_path, area, "2023-04_2024-03", finding("2023-04/2024-03", 240))
        for n, quarter in enumerate(QUARTERS):
            bulletin(tmp_path, area, f"q{n}", finding(quarter, 65 + (n == 3) * 3))
    return tmp_path


def planted_cluster(root):
    """The neighbour shows one of the two clusters that both hide."""
    path = root / "dover/2024-04_2025-03/findings.json"
    content = json.loads(path.read_text())
    (row,) = (r for r in content["findings"][1]["rows"] if r.get("cluster") == "Rural")
    row.update(count=14, status="ok")
    path.write_text(json.dumps(content))


def planted_window(root):
    bulletin(root, "Dover", "eleven", finding(ELEVEN, 260))


def planted_month(root):
    """A bulletin of two months of a quarter that has 65."""
    bulletin(root, "Swale", "two", finding("2024-04/2024-05", 61))


def planted_earlier_year(root):
    review(root, "Dover", "2023-05_2025-03", finding("2023-05/2025-03", 500))


def planted_small(root):
    review(root, "Dover", "small", finding("2026-01/2026-01", 3))


def planted_sentence(root):
    """A bulletin's text says what its findings hide."""
    one = finding("2026-04/2026-06", None)
    path = bulletin(root, "Dover", "said", one)
    path.write_text(path.read_text().replace("<p>It is hidden.", "<p>There were 4."))


def planted_alt(root):
    one = finding("2026-04/2026-06", None)
    path = bulletin(root, "Dover", "alt", one)
    path.write_text(path.read_text().replace("<p>It", '<img alt="A bar of 4 offences"><p>It'))


def planted_chart(root):
    one = finding("2026-04/2026-06", None)
    path = bulletin(root, "Dover", "chart", one)
    figure = json.dumps({"charts": {one["id"]: {"data": [{"x": [4]}], "layout": {}}}})
    path.write_text(
        f'{path.read_text()}<script type="application/json" id="charts">{figure}</script>'
    )


def planted_log(root):
    folder = review(root, "Dover", "log", finding("2026-04/2026-06", None))
    (folder / "run.log").write_text(
        "warning young_people.youth_violence.change counted 4 victims\n"
    )


def planted_docx(root):
    folder = review(root, "Dover", "word", finding("2026-04/2026-06", None))
    docx(folder.parent / "dover_word.docx", "What of young_people.youth_violence.change?",
         "There were 4 young victims.")  # fmt: skip


def planted_pdf(root):
    folder = review(root, "Dover", "print", finding("2026-04/2026-06", None))
    pdf(folder.parent / "dover_print.pdf", "What of young_people.youth_violence.change?",
        "There were 4 young victims.")  # fmt: skip


def docx(path, *paragraphs, table=()):
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{escape(p)}</w:t></w:r></w:p>" for p in paragraphs)
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in row)
        + "</w:tr>" for row in table
    )  # fmt: skip
    body += f"<w:tbl>{rows}</w:tbl>" if rows else ""
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", document)


def pdf(path, *lines):
    """The smallest PDF that shows lines of text."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(text)
    text += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    text += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    path.write_bytes(text)


PLANTED = [planted_cluster, planted_window, planted_month, planted_earlier_year, planted_small,
           planted_sentence, planted_alt, planted_chart, planted_log, planted_docx]  # fmt: skip


def test_the_reports_of_a_year_of_two_neighbours_pass_together(year, capsys):
    assert main(["check-disclosure", str(year)]) == 0
    assert "no protected value" in capsys.readouterr().out


@pytest.mark.parametrize("plant", PLANTED)
def test_each_planted_leak_is_found(year, plant):
    plant(year)
    assert audit.check(year) != []


def test_the_command_ends_with_4(year, capsys):
    planted_window(year)
    assert main(["check-disclosure", str(year)]) == 4
    told = capsys.readouterr().err
    assert "can be recovered" in told and "bulletin_eleven.html" in told


def test_a_pdf_is_read(year):
    pytest.importorskip("pypdf")
    planted_pdf(year)
    (one,) = audit.check(year)
    assert one.value == 4 and "dover_print.pdf" in one.where


def test_editions_of_a_review_that_is_being_written_are_looked_at_in_its_folder(year):
    folder = review(year, "Dover", "fresh", finding("2026-04/2026-06", None))
    drafts = folder / carriers.DRAFTS
    drafts.mkdir()
    title = "What of young_people.youth_violence.change?"
    docx(drafts / "review.docx", title, "There were 4 young victims.")
    pdf(drafts / "review.pdf", title, "There were 3 young victims.")
    (drafts / "review.html").write_text(
        f'<h2 id="young_people.youth_violence.change">{title}</h2><p>There were 2 of them.</p>'
    )
    found = {r.where: r.value for r in audit.check(folder, ("editions",))}
    assert found == {"review.docx": 4.0, "review.pdf": 3.0, "review.html": 2.0}
    assert audit.check(folder, ("findings", "workbook")) == []


def test_a_pdf_that_cannot_be_read_cannot_pass(year):
    (year / "dover/dover_2024-04_2025-03.pdf").write_bytes(b"%PDF-1.4 damaged")
    assert "cannot be" in str(audit.check(year)[0])


GROUP = ("Dover", "Sevenoaks", "Swale")


@pytest.mark.parametrize(
    ("counts", "may"),
    [((100, 89, 40), True), ((100, 89, 3), False), ((100, 1, 1), False), ((100, 4, 4), False),
     ((100, 2, 3), True)],
)  # fmt: skip
def test_a_group_total_that_gives_a_member_away_is_found_where_nothing_hides_it(
    tmp_path, counts, may
):
    """As with `may_show_sum` switched off: each member's review, and the total in one of them."""
    for area, count in zip(GROUP, counts, strict=True):
        own = finding(YEAR, count if count >= 5 else None, "violence.hate.change", area=area)
        review(tmp_path, area, "own", own)
    whole = finding(YEAR, sum(counts), "violence.hate.change", area="districts of the north",
                    members="; ".join(GROUP))  # fmt: skip
    review(tmp_path, "Dover", "group", whole)
    found = audit.check(tmp_path)
    assert (found == []) is may
    if not may:
        assert {r.value for r in found} <= {float(n) for n in counts if n < 5}


def test_the_partner_edition_is_published_to_nobody(year):
    review(year, "Dover", "2024-04_2025-02_partner", finding(ELEVEN, 260), edition="partner")
    assert audit.check(year) == []


def test_what_a_run_left_half_written_is_not_looked_at(year):
    shutil.copytree(year / "dover/2024-04_2025-03", year / "dover/.new-x")
    (year / "dover/.new-x/findings.json").write_text("{")
    assert audit.check(year) == []


def test_counts_made_anew_since_contradict_each_other_and_tell_nothing(year):
    """A bulletin of an earlier state of the records: 64 then, 65 now."""
    bulletin(year, "Dover", "old", finding(QUARTERS[0], 64))
    assert audit.check(year) == []


def test_scales_of_charts_and_shown_rows_in_print_are_no_leaks(tmp_path):
    folder = review(tmp_path, "Swale", "r", clusters("Swale", NEIGHBOURS))
    titles = {"young_people.exclusions.swale": "What of young_people.exclusions.swale?"}
    lines = ["What of young_people.exclusions.swale?", "0 2 4 6 8", "Swale Coast had 12."]
    docx(folder / "r.docx", *lines, table=[["Area", "Cluster", "n"], ["Swale", "Coast", "12"]])
    (one,) = flat_texts.printed(folder, titles)
    assert "0 2 4" not in one.texts[0][1] and one.tables[0][1] == ["Swale", "Coast", "12"]
    assert audit.check(tmp_path) == []
    docx(folder / "r.docx", *lines, table=[["Area", "Cluster", "n"], ["Swale", "Town", "3"]])
    assert [r.where for r in audit.check(tmp_path)] == ["swale/r/r.docx"]


def test_what_a_page_says_in_a_tables_caption_is_read_as_what_it_says_elsewhere():
    text = (
        "<section data-finding='a.b'><p>All.</p><table><caption>Of 17 here</caption>"
        "<tr><th>Area</th><td>Two <b>words</b></td></tr></table></section>"
    )
    (carried,) = carriers.page("one.html", text, {"a.b": "Title"})
    assert [words for _, words in carried.texts] == ["All.", "Of 17 here"]
    assert carried.tables == [[["Area", "Two words"]]]

"""Whatever happens to a file, a reader either says what is wrong or accounts for every row."""

import csv
import gzip
import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLE = Path(__file__).parents[1] / "data" / "raw"
CONTEXT = Context({}, {"year": 2020})


def cut(path, records=6):
    """The first records of one of the sample's files."""
    with (
        gzip.open(path, "rt", encoding="utf-8", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8", newline="") as stream
    ):
        rows = [row for row, _ in zip(csv.reader(stream), range(records), strict=False)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def contents():
    """Source, name and content of a file of each layout."""
    for source in sources.names():
        made = sorted((FIXTURES / source).glob("*.*"))
        for path in made:
            yield source, path.name, path.read_bytes()
        if not made:
            for path in sorted((SAMPLE / source).glob("*.csv*")):
                if not path.name.endswith(".toml"):
                    yield source, path.name.removesuffix(".gz"), cut(path)


FILES = {f"{source}/{name}": content for source, name, content in contents()}
#: What can be done to a file: delete, repeat or replace a stretch of it.
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 30),
        st.sampled_from(
            [b"", b",", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b";", b"9" * 40, b"x", b" ", b"-"]
        ),
    ),
    min_size=1,
    max_size=5,
)


def spoilt(content, edits):
    for where, length, put in edits:
        at = int(where * len(content))
        content = content[:at] + put + content[at + length :]
    return content


def check(source, part):
    """Either one plain refusal that names the file, or an account of every row."""
    try:
        found = sources.get(source).read(part, CONTEXT)
    except DataRefused as refused:
        assert part.file in str(refused)
        return
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    assert found.rows_kept >= 0
    listed = found.problems.table()
    set_aside = listed.filter(listed["action"] == "set aside")
    assert set_aside["row"].n_unique() == found.rows_set_aside


def test_every_reader_is_tried():
    assert {file.split("/")[0] for file in FILES} == set(sources.names())


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_no_crash_without_a_message_and_no_row_lost(file, edits, tmp_path):
    path = tmp_path / Path(file).name
    path.write_bytes(spoilt(FILES[file], edits))
    check(file.split("/")[0], Part(path, file))


@pytest.mark.parametrize("source", sources.names())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_what_is_no_table_at_all_is_refused_or_accounted_for(source, content, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    check(source, Part(path, f"{source}/a.csv"))


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, ends=st.sampled_from([".gz", ".zip"]))
def test_packed_files_whose_bytes_are_spoilt(file, edits, ends, tmp_path):
    source, _, name = file.partition("/")
    name = "2025-01-kent-street.csv" if source == "police_uk" else name
    packed = io.BytesIO()
    if ends == ".zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(name, FILES[file])
    else:
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out:
            out.write(FILES[file])
    path = tmp_path / (name + ends)
    path.write_bytes(spoilt(packed.getvalue(), edits))
    label = f"{source}/{path.name}"
    try:
        parts, _ = archive.parts(path, label, sources.get(source).strangers)
    except DataRefused as refused:
        assert label in str(refused)
        return
    try:
        for part in parts:
            check(source, part)
    finally:
        archive.close()


def workbook(content):
    """An xlsx workbook with a CSV file's cells."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("2019_20")
        for at, row in enumerate(csv.reader(io.StringIO(content.decode()))):
            sheet.write_row(at, 0, row)
    return packed.getvalue()


#: Workbooks of sources that have nothing in common with one another but the reading of sheets.
BOOKS = {
    f"{source}/book.xlsx": workbook(FILES[f"{source}/{name}"])
    for source, name in (("home_office_csp", "csp.csv"), ("asb_calls", "calls.csv"))
}


@pytest.mark.parametrize("file", BOOKS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_workbooks_whose_bytes_are_spoilt(file, edits, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(spoilt(BOOKS[file], edits))
    check(file.split("/")[0], Part(path, file))


@pytest.mark.parametrize("file", BOOKS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, inside=st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"]))
def test_workbooks_whose_sheets_are_spoilt(file, edits, inside, tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(io.BytesIO(BOOKS[file])) as book, zipfile.ZipFile(path, "w") as out:
        for name in book.namelist():
            content = book.read(name)
            out.writestr(name, spoilt(content, edits) if name == inside else content)
    check(file.split("/")[0], Part(path, file))


@pytest.mark.parametrize(
    ("was", "spoilt_to"),
    [(b'r="B2"', b'r="B99999999"'), (b'r="B2"', b'r="XFDZZ2"'), (b'r="B2"', b'r="b9000000"'),
     (b'r="B2"', b"r='ZZZZZ9999999'"), (b'<row r="2"', b'<row r="4000000000"')],
)  # fmt: skip
def test_a_stray_reference_anywhere_in_a_sheet_takes_no_memory(was, spoilt_to, tmp_path):
    """It stands before cells of ordinary places; read as it is, the sheet would not fit memory."""
    file, path = "home_office_csp/book.xlsx", tmp_path / "book.xlsx"
    with zipfile.ZipFile(io.BytesIO(BOOKS[file])) as book, zipfile.ZipFile(path, "w") as out:
        for name in book.namelist():
            content = book.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert was in content
                content = content.replace(was, spoilt_to, 1)
            out.writestr(name, content)
    with pytest.raises(DataRefused, match="stray cell"):
        sources.get("home_office_csp").read(Part(path, file), Context())


@pytest.mark.parametrize("file", BOOKS)
def test_a_workbook_without_any_sheet_is_refused(file, tmp_path):
    path, named = tmp_path / "book.xlsx", "xl/workbook.xml"
    with zipfile.ZipFile(io.BytesIO(BOOKS[file])) as book, zipfile.ZipFile(path, "w") as out:
        for name in book.namelist():
            content = book.read(name)
            if name == named:
                content, found = re.subn(rb"<sheets>.*</sheets>", b"<sheets/>", content)
                assert found
            out.writestr(name, content)
    with pytest.raises(DataRefused, match=r"book\.xlsx"):
        sources.get(file.split("/")[0]).read(Part(path, file), CONTEXT)

"""Archives that mean ill or are broken: refused or set aside, in bounded memory."""

import gzip
import io
import tracemalloc
import zipfile

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive as opening
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context

SCHEMA = Schema("t", "a table", (Column("name", "Name", essential=True), Column("size", "Size")))
GOOD = b"name,size\na,1\n"


def archive(path, members, **info):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = info.get(name, 0o644 << 16)
            out.writestr(entry, content)
    return path


@pytest.fixture(autouse=True)
def closed():
    yield
    opening.close()


@pytest.mark.parametrize(
    "name", ["/etc/a.csv", "../a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"]
)
def test_members_with_unsafe_paths_are_set_aside_and_the_rest_is_read(tmp_path, name):
    path = archive(tmp_path / "a.zip", [(name, GOOD), ("ok.csv", GOOD)])
    parts, refused = opening.parts(path, "s/a.zip")
    assert [p.member for p in parts] == ["ok.csv"]
    assert [reason for _, reason in refused] == ["its path leads out of the archive"]


def test_links_are_set_aside(tmp_path):
    link = {"link.csv": 0o120777 << 16}
    path = archive(tmp_path / "a.zip", [("link.csv", b"/etc/passwd")], **link)
    assert opening.parts(path, "s/a.zip") == ([], [("link.csv", "it is a link, not a file")])


def test_a_second_member_of_the_same_name_is_set_aside(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "a.zip", [("a.csv", GOOD), ("a.csv", GOOD)])
    parts, refused = opening.parts(path, "s/a.zip")
    assert len(parts) == len(refused) == 1


def test_other_members_are_listed_not_read(tmp_path):
    members = [
        ("a-street.csv", GOOD),
        ("a-outcomes.csv", GOOD),
        ("notes.pdf", b""),
        (".x.csv", b""),
    ]
    path = archive(tmp_path / "a.zip", members)
    parts, refused = opening.parts(path, "s/a.zip", ("-outcomes.csv",))
    assert [p.member for p in parts] == ["a-street.csv"]
    assert [name for name, _ in refused] == ["a-outcomes.csv", "notes.pdf"]


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MAX_MEMBERS", 5)
    path = archive(tmp_path / "a.zip", [(f"{i}.csv", GOOD) for i in range(6)])
    with pytest.raises(DataRefused, match="6 members"):
        opening.parts(path, "s/a.zip")


def test_a_zip_that_would_swell_is_refused_unread(tmp_path):
    path = archive(tmp_path / "a.zip", [("bomb.csv", b"\n" * 40_000_000)])
    with pytest.raises(DataRefused, match="absurdly"):
        opening.parts(path, "s/a.zip")


def test_a_gzip_that_swells_is_refused_in_bounded_memory(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", 9) as out:
        out.write(GOOD)
        for _ in range(20):
            out.write(b"x" * 10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(DataRefused, match="absurdly"):
            table.read(Part(path, "s/bomb.csv.gz"), (SCHEMA,), Context())
        assert tracemalloc.get_traced_memory()[1] < 300_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [0, 10, 60, -30])
def test_a_truncated_zip_is_refused(tmp_path, cut):
    path = archive(tmp_path / "a.zip", [("a.csv", GOOD * 50)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataRefused, match=r"a\.zip: the archive is damaged or cut short"):
        opening.parts(path, "s/a.zip")


def test_a_zip_with_a_spoilt_member_is_refused_when_it_is_read(tmp_path):
    path = archive(tmp_path / "a.zip", [("a.csv", bytes(range(256)) * 40)])
    content = bytearray(path.read_bytes())
    content[60:70] = b"0123456789"
    path.write_bytes(content)
    ((part,), _) = opening.parts(path, "s/a.zip")
    with pytest.raises(DataRefused):
        table.read(part, (SCHEMA,), Context())


def test_a_truncated_gzip_is_refused(tmp_path):
    whole = io.BytesIO()
    with gzip.GzipFile(fileobj=whole, mode="wb") as out:
        out.write(GOOD * 1000)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(whole.getvalue()[:-12])
    with pytest.raises(DataRefused, match="damaged or cut short"):
        table.read(Part(path, "s/a.csv.gz"), (SCHEMA,), Context())


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "noending", "a.json.gz"])
def test_other_kinds_of_file_are_refused(tmp_path, name):
    with pytest.raises(DataRefused, match="cannot be read"):
        opening.parts(tmp_path / name, f"s/{name}")

"""Small files read in one go give what each gives alone: the same rows, problems and accounts."""

import contextlib
import zipfile
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive, csv_blocks, inflation, police_uk
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store.corrections import Applied, Correction

FIXTURES = Path(__file__).parent / "fixtures" / "police_uk"
STREET = (FIXTURES / "street.csv").read_bytes()
OLD = (FIXTURES / "street_2011.csv").read_bytes()
LSOAS = pl.DataFrame(
    {"lsoa_code": ["E01024717"], "district_code": ["E07000115"], "district": ["Tonbridge"]}
).cast(pl.Categorical)

#: What can be wrong in one file of many.
FAULTS = {
    "none": lambda text: text,
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "CR": lambda text: text.replace(b"\n", b"\r"),
    "no last line end": lambda text: text.rstrip(b"\n"),
    "a lone CR at the end": lambda text: text.rstrip(b"\n") + b"\r",
    "byte-order mark": lambda text: b"\xef\xbb\xbf" + text,
    "a district with a comma": lambda text: text.replace(
        b"Bexley 001A", b'"Bournemouth, Christchurch and Poole 001A"'
    ),
    "an open quotation mark": lambda text: text.replace(b"Bexley", b'"Bexley', 1),
    "no month": lambda text: text.replace(b"2025-01", b"2025-13", 1),
    "a blank month": lambda text: text.replace(b"2025-01", b"", 1),
    "a blank type": lambda text: text.replace(b"Burglary", b""),
    "an unknown type": lambda text: text.replace(b"Burglary", b"Drone Nuisance"),
    "identifiers again": lambda text: text + b"\n".join(text.split(b"\n")[1:]),
    "a short row": lambda text: text + b"2025-01,Kent Police\n",
    "short and long": lambda text: text + b"a,2025-01\n" + b"x," * 21 + b"\n",
    "a blank line": lambda text: text.replace(b"\n", b"\n\n", 2),
    "NUL": lambda text: text.replace(b"Kent", b"K\0nt", 1),
    "Windows-1252": lambda text: text.replace(b"On or near ", b"On or near Caf\xe9 ", 1),
    "UTF-8": lambda text: text.replace(b"On or near ", "On or near Café ".encode(), 1),
    "semicolons": lambda text: text.replace(b",", b";"),
    "another order": lambda text: b"\n".join(
        b",".join(reversed(line.split(b","))) for line in text.split(b"\n") if line
    ),
    "a header only": lambda text: text.split(b"\n")[0] + b"\n",
    "nothing": lambda text: b"",
    "the layout of 2011": lambda text: OLD,
    "no coordinate": lambda text: text.replace(b"0.274000", b"east", 1),
    "a coordinate with a blank": lambda text: text.replace(b"0.274000", b" 0.274", 1),
    "a coordinate without end": lambda text: text.replace(b"51.195000", b"inf", 1),
}


@contextlib.contextmanager
def parts_of(folder, texts, **how):
    with zipfile.ZipFile(folder / "a.zip", "w", **how) as out:
        for number, text in enumerate(texts):
            out.writestr(f"2025-01/2025-01-force{number}-street.csv", text)
    try:
        yield archive.parts(folder / "a.zip", "police_uk/a.zip", police_uk.SOURCE.strangers)[0]
    finally:
        archive.close()


def alone(parts, context):
    """What each file gives by the careful way; None for one that is refused."""
    found = []
    for part in parts:
        try:
            found.append(police_uk.SOURCE.read(part, context()))
        except DataRefused:
            found.append(None)
    return found


def account(read):
    return read.rows_read, read.rows_kept, read.schema, read.problems.counts


def agree(parts, context=lambda: Context(lsoas=LSOAS)):
    """Read together and alone; assert that both say the same."""
    expected = alone(parts, context)
    contexts = [context() for _ in parts]
    if None in expected:
        with pytest.raises(DataRefused):
            police_uk.SOURCE.batching.read(parts, contexts)
        return
    tables, found = police_uk.SOURCE.batching.read(parts, contexts)
    assert [account(read) for read in found] == [account(read) for read in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.rows_read == one.rows_kept + one.rows_set_aside
        assert one.problems.table().equals(other.problems.table())
    for name in ("police_uk", "_counts"):
        columns = tables[name].columns
        single = pl.concat([read.tables[name] for read in expected])
        assert tables[name].schema == single.schema
        text = pl.all().exclude(pl.Float64).cast(pl.String)
        one, other = (t.with_columns(text).sort(columns) for t in (tables[name], single))
        assert one.equals(other), name
    rows = tables["police_uk"].with_columns(pl.col("district", "file").cast(pl.String))
    assert rows.equals(rows.sort("district", "file", "row", nulls_last=True))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_with_a_fault_among_others_is_read_as_alone(tmp_path, fault):
    texts = [STREET, FAULTS[fault](STREET), STREET.replace(b"aaa", b"bbb")]
    with parts_of(tmp_path, texts) as parts:
        agree(parts)


@pytest.mark.parametrize("fault", FAULTS)
def test_it_does_not_matter_which_comes_first(tmp_path, fault):
    with parts_of(tmp_path, [FAULTS[fault](STREET), STREET]) as parts:
        agree(parts)


EDITS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.floats(0, 1),
        st.integers(0, 30),
        st.sampled_from(
            [b"", b",", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b";", b"9", b" ", b"x"]
        ),
    ),
    max_size=4,
)


@pytest.mark.long
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(FAULTS)), min_size=3, max_size=3), EDITS)
def test_whatever_happens_to_files_both_ways_agree(tmp_path, faults, edits):
    texts = [FAULTS[fault](STREET) for fault in faults]
    for number, where, length, put in edits:
        at = int(where * len(texts[number]))
        texts[number] = texts[number][:at] + put + texts[number][at + length :]
    with parts_of(tmp_path, texts) as parts:
        agree(parts)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\xef\xbb\xbf"]), max_size=30).map(b"".join))
def test_line_ends_are_the_same_however_the_pieces_fall(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    wanted = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    step = inflation._STEP
    try:
        # The first piece is large enough for a byte-order mark.
        inflation._STEP = 1
        assert b"".join(inflation.pieces(Part(path, "s/a.csv"))) == wanted
    finally:
        inflation._STEP = step


@given(
    st.lists(st.sampled_from([b"a", b",", b"\n", b'"', b"\0", b"\xc3\xa9", b"a,b\n"]), max_size=40),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_what_is_plain_is_so_however_the_pieces_fall(letters, cuts):
    text = b"".join(letters)
    signs = csv_blocks.Signs(",")
    for start, end in pairwise([0, *sorted(cuts), None]):
        signs.add(text[start:end])
    assert signs.lines(2, lambda: text) == csv_blocks.lines_of(text, 2, ",")


@pytest.mark.parametrize("size", [1, 1000, 400_000])
def test_a_line_too_long_is_not_plain_however_the_pieces_fall(size):
    def lines(length):
        text = b"a,b\n" + b"x," + b"y" * (length - 2) + b"\nc,d\n"
        signs = csv_blocks.Signs(",")
        # The rows around it come sign by sign, what is long in larger pieces.
        for at in range(0, len(text), max(size, 50)):
            signs.add(text[at : at + max(size, 50)])
        return signs.lines(2, lambda: text)

    assert lines(csv_blocks.MAX_RECORD + 1) is None
    assert lines(csv_blocks.MAX_RECORD // 3) == 3


def test_a_coordinate_that_is_no_number_is_noted_and_left_blank(tmp_path):
    with parts_of(tmp_path, [FAULTS["no coordinate"](STREET), STREET]) as parts:
        tables, accounts = police_uk.SOURCE.batching.read(parts, [Context()] * 2)
    told = accounts[0].problems.table().filter(column="longitude")
    assert told["action"].to_list() == ["noted"]
    assert told["found"].str.contains("east").all()
    assert {column for column, *_ in accounts[1].problems.counts} == {"Crime ID"}
    blank = tables["police_uk"].filter(pl.col("longitude").is_null())["file"].cast(pl.String)
    assert blank.to_list().count(parts[0].label) == blank.to_list().count(parts[1].label) + 1


def test_files_without_faults_take_the_quick_way(tmp_path, monkeypatch):
    monkeypatch.setattr(police_uk, "_carefully", None)
    texts = [STREET, FAULTS["CRLF"](STREET), FAULTS["a district with a comma"](STREET)]
    for how in ({}, {"compression": zipfile.ZIP_DEFLATED}):
        with parts_of(tmp_path, texts, **how) as parts:
            _, found = police_uk.SOURCE.batching.read(parts, [Context()] * 3)
        assert [read.rows_kept for read in found] == [7, 7, 7]


def test_corrections_and_settings_take_the_careful_way(tmp_path):
    line = Correction("police_uk", "*", "", "", "offence", "Burglary", "Robbery", "why", "", "x")
    with parts_of(tmp_path, [STREET, STREET]) as parts:
        agree(parts, lambda: Context(correct=Applied((line,))))
        agree(parts, lambda: Context({"values": {"offence": {"burglary": "Robbery"}}}))


@pytest.mark.parametrize("spoil", ["content", "checksum", "cut"])
def test_a_spoilt_member_is_refused_by_name(tmp_path, spoil):
    with parts_of(tmp_path, [STREET, STREET], compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "a.zip"
        content = bytearray(path.read_bytes())
        second = content.index(b"PK\x03\x04", 10)
        if spoil == "content":
            content[second + 120 : second + 130] = b"0123456789"
        elif spoil == "checksum":
            directory = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
            content[directory + 16] ^= 0xFF
        else:
            directory = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
            content[directory + 20] -= 20
        path.write_bytes(content)
        archive.close()
        parts = archive.parts(path, "police_uk/a.zip", police_uk.SOURCE.strangers)[0]
        with pytest.raises(DataRefused, match="force1-street"):
            police_uk.SOURCE.batching.read(parts, [Context()] * 2)


def test_more_than_announced_is_not_unpacked(tmp_path):
    with parts_of(tmp_path, [b"x" * 20_000_000], compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "a.zip"
        content = bytearray(path.read_bytes())
        directory = content.index(b"PK\x01\x02")
        content[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
        path.write_bytes(content)
        archive.close()
        ((part,), _) = archive.parts(path, "police_uk/a.zip", police_uk.SOURCE.strangers)
        assert part.size == 1000
        with pytest.raises(inflation.NotPlain):
            list(inflation.pieces(part))


def test_files_of_a_month_go_together_and_other_months_do_not_matter(tmp_path, monkeypatch):
    monkeypatch.setattr(police_uk, "_BATCH", 25)
    names = ["2025-01-a", "2025-01-b", "2025-01-c", "2025-02-a", "2025-02-b"]
    folder = tmp_path / "x"
    folder.mkdir()
    parts = []
    for name in names:
        path = folder / f"{name}-street.csv"
        path.write_bytes(b"0123456789")
        parts.append(Part(path, f"police_uk/x/{path.name}"))
    packed = Part(folder / "z.csv.gz", "police_uk/x/2025-02-z-street.csv.gz")
    found = [
        [p.name[:9] for p in batch] for batch in police_uk.SOURCE.batching.batches([*parts, packed])
    ]
    assert found == [["2025-01-a", "2025-01-b"], ["2025-01-c"], ["2025-02-a", "2025-02-b"],
                     ["2025-02-z"]]  # fmt: skip
    assert (
        police_uk.SOURCE.batching.batches(parts[:3]) == police_uk.SOURCE.batching.batches(parts)[:2]
    )

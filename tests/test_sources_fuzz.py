"""Whatever happens to a file, a reader either says what is wrong or accounts for every row."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cspanalysis import sources
from cspanalysis.errors import DataRefused
from cspanalysis.sources.opening import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures"
FILES = sorted(
    path.relative_to(FIXTURES).as_posix()
    for path in FIXTURES.glob("*/*.csv")
    if path.parent.name in sources.NAMES
)
#: What can be done to a file: delete, repeat or replace a stretch of it.
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 30),
        st.sampled_from([b"", b",", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b";", b"9" * 40, b"x"]),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("file", FILES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_no_crash_without_a_message_and_no_row_lost(file, edits, tmp_path):
    content = (FIXTURES / file).read_bytes()
    for where, length, put in edits:
        at = int(where * len(content))
        content = content[:at] + put + content[at + length :]
    path = tmp_path / Path(file).name
    path.write_bytes(content)
    try:
        found = sources.get(file.split("/")[0]).read(Part(path, file), Context({}, {"year": 2020}))
    except DataRefused as refused:
        assert file in str(refused)
        return
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    assert found.rows_kept >= 0
    listed = found.problems.table()
    set_aside = listed.filter(listed["action"] == "set aside")
    assert set_aside["row"].n_unique() == found.rows_set_aside

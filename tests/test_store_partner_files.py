"""What of raw files a public report may name."""

import hashlib
import itertools

import pytest

from cspanalysis.store import partner_files


def manifest(**files):
    found = {}
    for number, (source, licence) in enumerate(files.values()):
        label = f"{source}/file{number}.csv"
        found[label] = {"source": source, "sha256": "a", "sidecar": {"licence": licence}}
    return {"files": found, "notices": []}


@pytest.mark.parametrize(
    ("licence", "is_open"),
    [
        ("Open Government Licence v3.0", True), ("OGL", True), ("MIT", True), ("CC BY 4.0", True),
        ("not stated", False), ("", False), ("for the partnership only", False),
        ("Permitted for planning", False),
    ],
)  # fmt: skip
def test_only_what_is_openly_licensed_and_of_no_protected_source_is_named(licence, is_open):
    held = manifest(a=("fires", licence), b=("marac", licence))
    assert bool(partner_files.open_files(held, {"marac"})) == is_open
    assert "marac/file1.csv" not in partner_files.open_files(held, {"marac"})


def test_remarks_name_no_partners_file_and_tell_no_protected_rows():
    held = manifest(a=("fires", "not stated"), b=("marac", ""), c=("lookups", "OGL"))
    held["notices"] = [
        "marac: 3 rows with a district that is not known",
        "marac/file1.csv: 2 rows repeat a later row and are set aside",
        "fires/file0.csv: 9 rows repeat a later row and are set aside",
        "data/raw/victims.csv is not read: files belong into data/raw/<source>/",
        "fires/file0.csv came without provenance: state publisher",
        "lookups/file2.csv holds nothing that lookups could read",
    ]
    assert partner_files.notices(held, {"marac"}) == (
        "a file of fires: 9 rows repeat a later row and are set aside",
        "lookups/file2.csv holds nothing that lookups could read",
        "4 further remarks stay with the partnership.",
    )


def test_a_sealed_digest_is_the_same_again_here_and_another_one_elsewhere(tmp_path):
    here, there = tmp_path / "a", tmp_path / "b"
    here.mkdir()
    there.mkdir()
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(5)]
    sealed = [partner_files.sealed(here, d) for d in digests]
    assert sealed == [partner_files.sealed(here, d) for d in digests]
    assert len(set(sealed)) == 5
    # Who tries every value without the secret finds none.
    guesses = {partner_files.sealed(there, d) for d in digests}
    assert not guesses & set(sealed) and not set(digests) & set(sealed)
    assert all(p.stat().st_mode & 0o077 == 0 for p in itertools.chain(here.iterdir()))

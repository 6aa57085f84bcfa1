"""Districts of one county beside each other: worked out once a run, and the same as one by one."""

import pandas as pd
import pytest
from report_helpers import contents
from test_review_peer_groups import reviewing

from cspanalysis.cli import main
from cspanalysis.domain import areas
from cspanalysis.explore import entry
from cspanalysis.review import peer_standings
from cspanalysis.stats import measures, peers
from cspanalysis.store import run_tables

KENT = areas.peers(areas.find("Dover"), "county").areas
COUNTS = {name: 8 + 3 * i for i, name in enumerate(KENT)}


@pytest.fixture
def review(tmp_path):
    return reviewing(tmp_path / "ws", "Dover", {**COUNTS, "Medway": 90}, home="Dover")


@pytest.fixture
def tables(review):
    """What the counties and forces of Kent's districts share, for as long as a test takes."""
    chosen = [areas.find(name) for name in (*KENT, "Medway")]
    places = peer_standings.shared(review.workspace, chosen)
    assert [group for _, group in places] == ["county", "force"]
    with run_tables.kept(review.store.processed):
        worked_out = [
            table
            for place in places
            for table in peer_standings.worked_out(
                review.store, review.workspace, *place, review.period
            )
        ]
        peer_standings.put(review.store, worked_out)
        yield


def forget():
    for kept in (peers.among, peers._compared, peers._drawn):
        kept.cache_clear()


def test_every_district_looks_its_ranking_up_and_reads_what_it_would_have_worked_out(
    review, tables, monkeypatch
):
    found = {}
    for is_looked_up in (True, False):
        forget()
        with monkeypatch.context() as patched:
            if is_looked_up:
                patched.setattr(peers, "among", None)  # nothing is worked out again
                patched.setattr(measures, "rates", None)
            else:
                patched.setattr(run_tables, "get", lambda *_: None)
            for name in KENT:
                own = entry.open(name, "2025-01/2025-01", workspace=review.workspace.root)
                for group in ("county", "force"):
                    found[is_looked_up, name, group] = own.peers.rate("burglary", group)
    for (is_looked_up, *rest), table in found.items():
        if is_looked_up:
            pd.testing.assert_frame_equal(table, found[(False, *rest)])
            assert table["rank_lower"].notna().all()


def test_other_figures_are_never_answered_from_what_was_worked_out(review, tables, monkeypatch):
    table = review.peer_counts("burglary", "county", review.period).table
    other = table.assign(count=table["count"].astype(float) + 1)
    # Not even if they had the same number.
    monkeypatch.setattr(peer_standings, "_key", lambda *_: _first(review))
    for asked in (table, other):
        forget()
        expected = peers.compare(asked)
        forget()
        pd.testing.assert_frame_equal(peer_standings.compare(review.store, asked), expected)


def test_districts_of_whatever_group_have_their_rates_looked_up(review, tables, monkeypatch):
    table = review.peer_counts("burglary", "county", review.period).table
    some = table.take([7, 2, 4]).assign(is_own=[False, True, False])
    lacking = some.assign(count=[None, *some["count"][1:]])
    # One unknown pair among them, and none is taken from there; nor by a number that is alike.
    other = some.assign(count=some["count"].astype(float).add([0, 0, 0.5]))
    strange = some.assign(population=some["population"] + 1)
    known = peer_standings._lookup(review.store).rates
    for asked, is_known in ((some, True), (lacking, True), (other, False), (strange, False)):
        forget()
        expected = peers.compare(asked)
        forget()
        with monkeypatch.context() as patched:
            if is_known:
                patched.setattr(measures, "rates", None)
            pd.testing.assert_frame_equal(peer_standings.compare(review.store, asked), expected)
        arrays = (asked[c].to_numpy(dtype=float) for c in ("count", "population"))
        assert (known(*arrays, 1000, 0.95) is not None) == is_known
    monkeypatch.setattr(peer_standings, "_pair", lambda count, *_: 0 * count)
    arrays = (some[c].to_numpy(dtype=float) for c in ("count", "population"))
    assert known(*arrays, 1000, 0.95) is None
    assert known(*arrays, 100, 0.95) is None and known(*arrays, 1000, 0.9) is None


def _first(review):
    return run_tables.get(review.store.processed, "peer_standings")["key"][0].as_py()


def test_another_confidence_is_another_question(review, tables):
    table = review.peer_counts("burglary", "county", review.period).table
    known = peer_standings._lookup(review.store)
    assert peers.compare(table, known=known)["lower_998"].notna().all()
    for how in ({"confidence": 0.8}, {"per": 100}, {"draws": 500}, {"seed": 1}):
        forget()
        expected = peers.compare(table, **how)
        forget()
        pd.testing.assert_frame_equal(peers.compare(table, known=known, **how), expected)


def test_a_batch_reads_as_reviews_made_one_by_one(review, tmp_path):
    asked = ["review", "--workspace", str(review.workspace.root), "--period", "2025-01/2025-01"]
    asked += ["--chapter", "10_overview", "--jobs", "2"]
    together, alone = tmp_path / "together", tmp_path / "alone"
    named = [word for name in KENT[:8] for word in ("--csp", name)]
    assert main([*asked, *named, "--out", str(together)]) == 0
    for name in KENT[2:4]:
        assert main([*asked, "--csp", name, "--out", str(alone)]) == 0
        folder = areas.slug(name)
        assert contents(alone / folder) == contents(together / folder)
    assert not list(review.store.processed.glob("*.part"))

"""Requests that survive what networks do, against a server on this machine."""

import email.utils
import gzip
import io
import random
import stat
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publishers import Fault, Server, archive

from cspanalysis.workspace.fetch import remote_file
from cspanalysis.workspace.fetch import web as fetch_web
from cspanalysis.workspace.fetch.remote_file import RangeFile, RangesRefused
from cspanalysis.workspace.fetch.web import ATTEMPTS, PublisherError, Web


@pytest.fixture
def server():
    with Server() as found:
        yield found


@pytest.fixture
def waits():
    return []


@pytest.fixture
def web(waits):
    with Web(sleep=waits.append, timeout=300) as found:
        yield found


def test_a_server_error_is_tried_again_with_growing_waits(server, web, waits):
    server.content["/x"] = b"right"
    server.misbehave("/x", Fault(500), Fault(503))
    assert web.get(f"{server.base}/x").content == b"right"
    assert waits == [1.0, 2.0]


def test_too_many_requests_waits_as_long_as_asked(server, web, waits):
    server.content["/x"] = b"right"
    server.misbehave("/x", Fault(429, {"Retry-After": "7"}))
    assert web.get(f"{server.base}/x").content == b"right"
    assert waits == [7.0]


def test_retry_after_may_be_a_date(server, web, waits):
    server.content["/x"] = b"right"
    when = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.misbehave("/x", Fault(503, {"Retry-After": when}))
    web.get(f"{server.base}/x")
    assert 20 < waits[0] <= 30


def test_a_wait_too_long_is_passed_on_to_the_user(server, web, waits):
    server.misbehave("/x", Fault(429, {"Retry-After": "3600"}))
    with pytest.raises(PublisherError, match="wait 60 minutes"):
        web.get(f"{server.base}/x")
    assert waits == []


def test_a_missing_page_is_not_tried_again(server, web, waits):
    with pytest.raises(PublisherError, match=r"404.*\[fetch\] in partnership.toml"):
        web.get(f"{server.base}/gone")
    assert server.requests("/gone") == 1


def test_trouble_that_stays_ends_in_one_paragraph(server, web, waits):
    server.content["/x"] = b"right"
    server.misbehave("/x", *[Fault(500)] * ATTEMPTS)
    with pytest.raises(PublisherError, match="500") as error:
        web.get(f"{server.base}/x")
    assert "\n" not in str(error.value)
    assert len(waits) == ATTEMPTS - 1


def test_a_silent_server_is_given_up(server):
    server.content["/x"] = b"right"
    server.misbehave("/x", *[Fault(hang=True)] * ATTEMPTS)
    with (
        Web(sleep=lambda _: None, timeout=0.05) as web,
        pytest.raises(PublisherError, match="no answer within the time"),
    ):
        web.get(f"{server.base}/x")


def test_html_in_place_of_json_is_named(server, web):
    server.content["/x"] = b"<!DOCTYPE html><html>maintenance</html>"
    with pytest.raises(PublisherError, match="HTML page came instead of JSON"):
        web.json(f"{server.base}/x")


def test_nobody_listening_is_said_plainly(web):
    with pytest.raises(PublisherError, match="cannot be reached"):
        web.get("http://127.0.0.1:9/x")


def test_a_proxy_of_the_environment_is_used(server, monkeypatch, waits):
    monkeypatch.setenv("HTTP_PROXY", server.base)
    monkeypatch.setenv("NO_PROXY", "")
    server.content["/x"] = b"through the proxy"
    with Web(sleep=waits.append, timeout=300) as web:
        assert web.get("http://publisher.invalid/x").content == b"through the proxy"


def test_a_download_cut_off_goes_on_where_it_stopped(server, web, tmp_path):
    content = bytes(range(256)) * 4000
    server.content["/big"] = content
    server.misbehave("/big", Fault(cut=700_000))
    web.download(f"{server.base}/big", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == content
    assert web.bytes == len(content)


def test_a_second_call_completes_what_the_first_could_not(server, web, tmp_path):
    content = bytes(range(256)) * 4000
    server.content["/big"] = content
    cuts = [Fault(cut=200_000)] * ATTEMPTS
    server.misbehave("/big", *cuts)
    with pytest.raises(PublisherError, match="cut off in the middle"):
        web.download(f"{server.base}/big", tmp_path / "part")
    assert (tmp_path / "part").stat().st_size == 200_000 * ATTEMPTS
    web.download(f"{server.base}/big", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == content


def test_a_changed_file_is_never_joined_to_the_half_of_the_old_one(server, web, tmp_path):
    server.content["/big"] = b"a" * 900_000
    server.misbehave("/big", *[Fault(cut=100_000)] * ATTEMPTS)
    with pytest.raises(PublisherError):
        web.download(f"{server.base}/big", tmp_path / "part")
    server.content["/big"] = b"b" * 900_000
    web.download(f"{server.base}/big", tmp_path / "part")
    assert set((tmp_path / "part").read_bytes()) == {ord("b")}


def test_members_of_an_archive_come_by_ranges(server, web):
    whole = archive(["2025-01"], noise=900_000)
    server.content["/a.zip"] = whole
    remote = RangeFile(web, f"{server.base}/a.zip")
    with zipfile.ZipFile(remote) as found:
        info = found.getinfo("2025-01/2025-01-kent-street.csv")
        remote_file.prefetch_member(remote, info)
        assert found.read(info).startswith(b"Crime ID")
    assert web.bytes < len(whole) / 4


def test_zip64_archives_are_read(server, web, monkeypatch):
    # With the limit lowered the writer ends the archive as it does past 65,535 members.
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    whole = archive(["2025-01"], noise=300_000)
    monkeypatch.undo()
    assert b"PK\x06\x06" in whole
    server.content["/a.zip"] = whole
    with zipfile.ZipFile(RangeFile(web, f"{server.base}/a.zip")) as found:
        assert found.read("2025-01/2025-01-btp-street.csv").startswith(b"Crime ID")


def test_refused_ranges_are_noticed_before_the_archive_is_transferred(server, web):
    server.content["/a.zip"] = b"x" * 3_000_000
    server.honours_ranges = False
    with pytest.raises(RangesRefused):
        RangeFile(web, f"{server.base}/a.zip")
    assert web.bytes == 0


def test_an_archive_replaced_half_way_is_not_mixed(server, web):
    server.content["/a.zip"] = archive(["2025-01"], noise=900_000)
    remote = RangeFile(web, f"{server.base}/a.zip")
    server.content["/a.zip"] = archive(["2025-02"], noise=900_000)
    with pytest.raises(PublisherError, match="replaced by a newer one"):
        remote.prefetch(0, 1000)


def test_an_address_that_leads_in_circles_is_named(server, web):
    server.misbehave("/x", *[Fault(302, {"Location": "/x"})] * 200)
    with pytest.raises(PublisherError, match="in circles"):
        web.get(f"{server.base}/x")


class Remote:
    """Answers ranges of some bytes without any network."""

    def __init__(self, content):
        self.content = content

    def get(self, url, headers, allowed):
        first, last = headers["Range"].removeprefix("bytes=").split("-")
        total = len(self.content)
        start, end = (int(first), int(last)) if first else (max(0, total - int(last)), total - 1)
        found = {"Content-Range": f"bytes {start}-{end}/{total}", "ETag": "e"}
        request = httpx.Request("GET", url)
        body = self.content[start : end + 1]
        return httpx.Response(206, headers=found, content=body, request=request)


@settings(max_examples=30, deadline=None)
@given(
    size=st.integers(1, 400_000),
    steps=st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 90_000)), max_size=8),
)
def test_a_remote_file_reads_like_the_file_itself(size, steps):
    content = random.Random(size).randbytes(size)
    remote, local = RangeFile(Remote(content), "http://x/a.zip"), io.BytesIO(content)
    for at, length in steps:
        remote.seek(min(at, size))
        local.seek(min(at, size))
        assert remote.read(length) == local.read(length)
        assert remote.tell() == local.tell()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(fetch_web, "MOST_HELD", 100_000)
    monkeypatch.setattr(fetch_web, "MOST_KEPT", 200_000)


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_a_reply_beyond_reason_is_left_before_it_fills_the_memory(server, web, small, packing):
    body = b"0" * 50_000_000
    server.content["/x"] = gzip.compress(body) if packing else body
    headers = {"Content-Encoding": packing} if packing else {}
    server.misbehave("/x", Fault(200, headers, body=server.content["/x"]))
    with pytest.raises(PublisherError, match="more comes than a publisher's file") as told:
        web.get(f"{server.base}/x")
    assert "Nothing of it was kept" in str(told.value)


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_a_file_beyond_reason_leaves_nothing_on_the_disk(server, web, small, tmp_path, packing):
    body = b"0" * 20_000_000
    body = gzip.compress(body) if packing else body
    headers = {"Content-Encoding": packing} if packing else {}
    server.content["/x"] = b""
    server.misbehave("/x", Fault(200, headers, body=body))
    with pytest.raises(PublisherError, match="more comes than a publisher's file"):
        web.download(f"{server.base}/x", tmp_path / "x.part")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip"])
def test_a_packing_that_was_not_asked_for_is_refused(server, web, packing):
    server.content["/x"] = b""
    server.misbehave("/x", *[Fault(200, {"Content-Encoding": packing}, body=b"x")] * 9)
    with pytest.raises(PublisherError, match="which was not asked for"):
        web.get(f"{server.base}/x")


def test_json_nested_beyond_reason_is_no_answer(server, web):
    server.content["/x"] = b"[" * 200_000 + b"]" * 200_000
    with pytest.raises(PublisherError, match="nested too deep"):
        web.json(f"{server.base}/x")


@pytest.mark.parametrize(
    ("asked", "where", "is_followed"),
    [
        ("https://a.gov.uk/x", "/y", True),
        ("https://a.gov.uk/x", "https://store.example.com/y", True),
        ("http://a.gov.uk/x", "https://a.gov.uk/x", True),
        ("http://a.gov.uk/x", "http://a.gov.uk/y", True),
        ("https://a.gov.uk/x", "http://a.gov.uk/x", False),
        ("http://a.gov.uk/x", "http://b.gov.uk/x", False),
        ("https://a.gov.uk/x", "https://10.0.0.1/x", False),
        ("https://a.gov.uk/x", "https://[::1]/x", False),
        ("https://a.gov.uk/x", "https://localhost/x", False),
        ("https://a.gov.uk/x", "https://files.internal/x", False),
        ("https://a.gov.uk/x", "ftp://a.gov.uk/x", False),
        ("https://a.gov.uk/x", "file:///etc/passwd", False),
    ],
)
def test_where_a_publisher_sends_on_to_is_followed_by_rule(asked, where, is_followed):
    came = []

    def answer(request):
        came.append(str(request.url))
        if len(came) == 1:
            return httpx.Response(302, headers={"Location": where})
        return httpx.Response(200, content=b"right")

    with Web(sleep=lambda _: None) as web:
        web._client._mounts, web._client._transport = {}, httpx.MockTransport(answer)
        if is_followed:
            assert web.get(asked).content == b"right"
        else:
            with pytest.raises(PublisherError, match=r"sends on to|cannot be reached") as told:
                web.get(asked)
            assert len(set(came)) == 1 and "Traceback" not in str(told.value)


def test_what_arrives_is_its_owners_alone_until_it_is_checked(server, web, tmp_path):
    server.content["/x"] = b"right"
    web.download(f"{server.base}/x", tmp_path / "x.part")
    assert stat.S_IMODE((tmp_path / "x.part").stat().st_mode) == 0o600

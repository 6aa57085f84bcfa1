"""`csp lab`: what JupyterLab is started with, and that nothing of it stays when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from cspanalysis import cli
from cspanalysis.explore import lab_server


def test_options_of_jupyterlab_are_passed_on_and_those_of_others_are_not(project, monkeypatch):
    asked = []
    monkeypatch.setattr(lab_server, "run", lambda folder, options: asked.append(options) or 0)
    given = ["lab", "--workspace", str(project), "--no-browser", "--ServerApp.port=9999"]
    assert cli.main(given) == 0
    assert asked == [["--no-browser", "--ServerApp.port=9999"]]
    assert cli.main(["audit", "--no-browser"]) == 2


@pytest.mark.parametrize("user", [0, 1000])
def test_root_is_allowed_where_there_is_no_other_user(project, monkeypatch, user):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    command = lab_server.arguments(project / "notebooks", ["--ServerApp.root_dir=/"])
    assert ("--allow-root" in command) == (user == 0)
    assert command[-1] == "--ServerApp.root_dir=/"  # the analyst's word is the last


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_the_server_ends_with_the_command(project):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cspanalysis", "lab", "--workspace", str(project),
               "--no-browser", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 300
        while not _answers(port):
            assert server.poll() is None and time.monotonic() < until
            time.sleep(0.2)
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        assert not _answers(port)
    finally:
        server.kill()


def _answers(port):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0

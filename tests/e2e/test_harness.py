"""The witnesses can tell right from wrong: each is shown a process that syncs and one that does not."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import urllib.request

import pytest

from support import config, contract, trace
from support.answers import raw
from support.collector import KINDS
from support.disk import ForgetfulDisk, fill, small_disk
from support.gateway import parse_metrics
from support.house import settings_for
from support.provider import Provider

WRITER = """
import os, socket, sys
folder, port, sync = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "sync"
log = os.open(folder + "/log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
os.fsync(log); parent = os.open(folder, os.O_RDONLY); os.fsync(parent)
for number in range(3):
    os.write(log, b"record %d\\n" % number)
    if sync: os.fdatasync(log)
    upstream = socket.create_connection(("127.0.0.1", port))
    upstream.sendall(b"POST /v1/x HTTP/1.1\\r\\nhost: a\\r\\nx-model: m%d\\r\\ncontent-length: 0\\r\\n\\r\\n" % number)
    upstream.recv(100)
os.write(log, b"tail")
os.kill(os.getpid(), 9)
"""


def write(folder, port: int, how: str, wrapper=(), env=None) -> subprocess.CompletedProcess:
    command = [*wrapper, sys.executable, "-c", WRITER, str(folder), str(port), how]
    return subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, timeout=30)


@pytest.fixture
def upstream():
    with Provider("witness") as provider:
        provider.always(raw(b"{}"))
        yield provider


@pytest.mark.parametrize("how, kept", [("sync", "record 0\nrecord 1\nrecord 2\n"), ("no", "")])
def test_a_forgetful_disk_keeps_exactly_what_was_synced(tmp_path, upstream, how, kept):
    folder = tmp_path / "journal"
    folder.mkdir()
    disk = ForgetfulDisk(tmp_path / "disk", folder)
    write(folder, upstream.port, how, env=disk.env())
    assert (folder / "log").read_text() == "record 0\nrecord 1\nrecord 2\ntail"
    assert disk.crash() == ["log"]
    assert (folder / "log").read_text() == kept


def test_a_forgetful_disk_keeps_what_was_there_and_forgets_unsynced_names(tmp_path):
    folder = tmp_path / "journal"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "old").write_text("old")
    disk = ForgetfulDisk(tmp_path / "disk", folder)
    (folder / "sub" / "new").write_text("never synced")
    assert disk.crash() == ["sub/new"]
    assert [path.name for path in (folder / "sub").iterdir()] == ["old"]


@pytest.mark.parametrize("how", ["sync", "no"])
def test_a_trace_tells_the_order(tmp_path, upstream, how):
    file, folder = tmp_path / "trace", tmp_path / "journal"
    folder.mkdir()
    write(folder, upstream.port, how, wrapper=("strace", *trace.wrapper(file)[2:]))
    calls = trace.read(file)
    for number in range(3):
        (went,) = trace.sent(calls, upstream.port, f"x-model: m{number}")
        synced = [call for call in trace.synced(calls, folder) if call.ended <= went.began]
        assert len(synced) == (3 + number if how == "sync" else 2)


def test_a_small_disk_fills_up(tmp_path):
    with small_disk(tmp_path / "disk", kilobytes=256) as folder:
        ballast = fill(folder)
        with pytest.raises(OSError):
            (folder / "more").write_bytes(bytes(100_000))
        ballast.unlink()
        (folder / "more").write_bytes(bytes(100_000))


@pytest.mark.parametrize("kind", ["logs", "metrics", "traces"])
def test_the_collector_reads_both_encodings(collector, kind):
    for body, content_type in ((b"{}", "application/json"), (KINDS[kind]().SerializeToString(), "application/x-protobuf")):
        request = urllib.request.Request(f"{collector.endpoint}/v1/{kind}", body, {"content-type": content_type})
        assert urllib.request.urlopen(request).status == 200
    assert len(collector.received(kind)) == 2 and not collector.problems


def test_the_configuration_is_toml_and_the_policy_is_complete(foreign, home, tmp_path):
    settings = settings_for(
        foreign, home, limits=config.limits(body=1, memory=2, head_seconds=3, total_seconds=4), telemetry="http://127.0.0.1:1",
        client_keys={'sk-"quoted"': "press-office"}, threads=1, upstream_ca=tmp_path / "ca.pem",
        listeners=[config.Listener(tls=(tmp_path / "a", tmp_path / "b"))],
    )  # fmt: skip
    file = config.write(settings, tmp_path / "made")
    read = tomllib.loads(file.read_text())
    assert read["listeners"][0]["tls"]["key"].endswith("b") and read["limits"]["body"] == 1
    assert tomllib.loads((tmp_path / "made" / "clients.toml").read_text())["key"][0]["name"] == "press-office"
    for policy in (tmp_path / "made" / "policy").rglob("*.policy"):
        assert "$" not in policy.read_text()


def test_metrics_are_parsed_strictly():
    text = '# HELP a_total x\n# TYPE a_total counter\na_total{action="allow",x="q\\"},"} 3\nb 1.5e3 1700000000\n'
    assert parse_metrics(text) == [("a_total", {"action": "allow", "x": 'q\\"},'}, 3.0), ("b", {}, 1500.0)]
    with pytest.raises(AssertionError):
        parse_metrics("not a sample at all {")


def test_fields_are_found_anywhere():
    record = {"kind": "decision", "situation": {"parts": [{"x": 1}, {"action": "allow"}]}}
    assert contract.find(record, "action") == "allow" and contract.find(record, "rule") is None

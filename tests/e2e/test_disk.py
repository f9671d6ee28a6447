"""A full disk under the journal: no record, so nothing leaves; and when there is room again, the gateway goes on."""

from __future__ import annotations

import json

import pytest

from support import journal
from support.answers import say
from support.contract import BUSY, find
from support.disk import fill, small_disk
from support.load import Load
from support.values import CLEAN
from support.wire import curl

BODY = json.dumps({"model": "full-000001", "messages": [{"role": "user", "content": CLEAN}]}).encode()


@pytest.fixture
def small(tmp_path):
    with small_disk(tmp_path / "disk", kilobytes=4096) as folder:
        yield folder


def ask(gateway):
    return curl(gateway.url() + "/v1/chat/completions", BODY)


def test_a_full_disk_is_503_and_nothing_leaves_until_there_is_room(small, start, foreign):
    foreign.always(say("ok"))
    gateway = start(journal=small / "journal")
    assert ask(gateway).status == 200
    ballast = fill(small)
    with Load(gateway.address(), CLEAN, run="filling") as load:  # What room the journal had kept in reserve, if any.
        load.wait_answers(300)
    foreign.reset()
    foreign.always(say("never"))

    reply = ask(gateway)

    assert reply.status == BUSY and find(json.loads(reply.body), "code")
    assert foreign.saw_nothing
    assert gateway.admin("/readyz")[0] == 503 and gateway.admin("/healthz")[0] == 200

    ballast.unlink()
    replies = [ask(gateway).status for _ in range(20)]
    assert replies[-1] == 200, "the gateway did not go on when there was room again"
    assert gateway.admin("/readyz")[0] == 200
    journal.assert_whole(gateway)


def test_on_a_disk_that_fills_up_under_load_nothing_leaves_unrecorded(small, start, foreign):
    foreign.always(say("ok"))
    gateway = start(journal=small / "journal")
    fill(small, leave=256 << 10)
    with Load(gateway.address(), CLEAN, run="fills") as load:
        load.wait_answers(1500, timeout=60)
    assert set(load.statuses) <= {200, BUSY} and not load.problems
    gateway.stop()
    (small / "ballast").unlink()
    gateway.start()  # With room again it signs what it had on disk.
    gateway.stop()
    missing = journal.unrecorded(gateway, foreign)
    assert not missing, f"{len(missing)} of {len(foreign.requests)} left without a record"
    journal.assert_whole(gateway)


def test_a_start_on_a_full_disk_says_so(small, start, foreign):
    fill(small)
    gateway = start(begin=False, journal=small / "journal")
    with pytest.raises(RuntimeError, match="(?i)space|full|journal"):
        gateway.start()
    gateway.processes.clear()


def test_a_journal_that_cannot_be_written_refuses_to_start(start, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    gateway = start(begin=False, journal=tmp_path / "file" / "journal")
    with pytest.raises(RuntimeError, match="(?i)journal"):
        gateway.start()
    gateway.processes.clear()


def test_two_gateways_do_not_share_a_journal(start):
    first = start()
    second = start(begin=False, journal=first.journal_dir)
    with pytest.raises(RuntimeError, match="(?i)journal|lock|use"):
        second.start()
    second.processes.clear()

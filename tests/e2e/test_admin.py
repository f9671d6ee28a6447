"""Health, readiness, metrics and OpenTelemetry, read by real readers."""

from __future__ import annotations

import json

import pytest

from support.answers import say
from support.contract import (
    METRIC_EXCHANGES,
    METRIC_INSPECTION_TIME,
    METRIC_REQUEST_TIME,
    METRIC_SINK_FAILURES,
    METRIC_SINK_LAG,
    METRIC_SINK_SENT,
    METRIC_TELEMETRY_LOST,
)
from support.values import CLEAN, EMAIL, HEALTH, aws_key
from support.wire import curl

CHAT = "/v1/chat/completions"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def ask(gateway, text=CLEAN, headers=()):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    return curl(gateway.url() + CHAT, body, headers)


def test_healthy_and_ready(gateway):
    assert gateway.admin("/healthz")[0] == 200
    assert gateway.admin("/readyz")[0] == 200
    assert gateway.admin("/nothing-here")[0] == 404


def test_the_admin_pages_are_not_on_the_client_listener(gateway, foreign):
    foreign.always(say("never"))
    for page in ("/metrics", "/healthz", "/readyz"):
        assert curl(gateway.url() + page).status in (403, 404)
    assert foreign.saw_nothing


def test_metrics_are_well_formed_and_count_each_outcome(gateway, foreign, home):
    def count(action: str) -> float:
        return gateway.metric(METRIC_EXCHANGES, action=action)

    before = {action: count(action) for action in ("allow", "redact", "reroute", "block")}
    foreign.always(say("ok"))
    home.always(say("ok"))
    for text in (CLEAN, f"Write to {EMAIL}", HEALTH, aws_key()):
        ask(gateway, text)
    for action, value in before.items():
        gateway.wait_metric(METRIC_EXCHANGES, value + 1, action=action)


def test_every_metric_has_help_and_type_and_few_labels(gateway, foreign):
    """Labels come from fixed sets: two hundred models make no two hundred series."""
    foreign.always(say("ok"))
    for number in range(200):
        body = json.dumps({"model": f"model-{number}", "messages": [{"role": "user", "content": CLEAN}]}).encode()
        curl(gateway.url() + CHAT, body)
    text = gateway.admin("/metrics")[1]
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert names and names == helped
    assert "model-7" not in text
    assert len(gateway.metrics()) < 2000
    assert all(name.startswith(("seawall_", "process_")) for name, _, _ in gateway.metrics())


@pytest.mark.parametrize("name", [METRIC_REQUEST_TIME, METRIC_INSPECTION_TIME])
def test_times_are_histograms_in_seconds(gateway, foreign, name):
    foreign.always(say("ok", every=1))
    before = gateway.metric(f"{name}_count")
    for _ in range(3):
        ask(gateway)
    gateway.wait_metric(f"{name}_count", before + 3)
    text = gateway.admin("/metrics")[1]
    assert f"# TYPE {name} histogram" in text and f"# HELP {name} " in text
    samples = gateway.metrics()
    buckets = [(float(labels["le"]), value) for sample, labels, value in samples if sample == f"{name}_bucket"]
    bounds, counts = zip(*buckets)
    count, total = gateway.metric(f"{name}_count"), gateway.metric(f"{name}_sum")
    assert list(bounds) == sorted(set(bounds)) and bounds[0] < 1e-4 and bounds[-1] == float("inf")
    assert list(counts) == sorted(counts) and counts[-1] <= count
    assert 0 < total < 60, "seconds, not milliseconds or microseconds"


def test_logs_metrics_and_traces_reach_a_collector(start, foreign, collector):
    gateway = start(telemetry=collector.endpoint)
    foreign.always(say("ok"))
    ask(gateway, CLEAN, [("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")])

    collector.received("traces")
    collector.received("logs")
    collector.received("metrics")
    gateway.wait_metric(METRIC_SINK_SENT, 2, sink="otlp")
    assert not collector.problems
    assert {"seawall.request_duration_seconds.bucket", "seawall.sink_lag"} <= {
        metric.name
        for message in collector.received("metrics")
        for resource in message.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    resources = [resource.resource for message in collector.received("traces") for resource in message.resource_spans]
    names = {attribute.value.string_value for resource in resources for attribute in resource.attributes if attribute.key == "service.name"}
    assert names == {"seawall"}


def test_the_clients_trace_goes_on_inside(start, foreign, collector):
    gateway = start(telemetry=collector.endpoint)
    foreign.always(say("ok"))
    ask(gateway, CLEAN, [("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")])
    ours = [span for span in collector.spans() if span.trace_id.hex() == TRACE]
    assert ours and any(span.parent_span_id.hex() == "00f067aa0ba902b7" for span in ours)


@pytest.mark.parametrize("header", ["00-zz-00f067aa0ba902b7-01", "x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "01-" + TRACE])
def test_a_broken_traceparent_is_ignored(gateway, foreign, header):
    foreign.always(say("ok"))
    assert ask(gateway, CLEAN, [("traceparent", header)]).status == 200


def test_a_dead_collector_holds_nobody_up(start, foreign):
    gateway = start(telemetry="http://127.0.0.1:9")
    foreign.always(say("ok"))
    for _ in range(50):
        assert ask(gateway).status == 200
    assert len(gateway.outcomes(50)) == 50, "the journal is the record, telemetry only tells of it"


def test_what_a_dead_collector_misses_is_counted(start, foreign):
    gateway = start(telemetry="http://127.0.0.1:9")
    foreign.always(say("ok"))
    for _ in range(20):
        ask(gateway)
    gateway.wait_metric(METRIC_SINK_FAILURES, 2, sink="otlp")
    gateway.wait_metric(METRIC_SINK_LAG, 40, timeout=90, sink="otlp")  # Two records each.
    gateway.wait_metric(METRIC_TELEMETRY_LOST, 20, signal="traces")
    gateway.wait_metric("seawall_telemetry_failures_total", 1, signal="metrics")

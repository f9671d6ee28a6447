"""Every name of the product that the suites rely on, in one place.

Command line, metrics, record fields, error fields, signals. If the product renames one, this is the only file to change
(the configuration's keys are in `config.py`).
"""

from __future__ import annotations

import signal

# --- the process ----------------------------------------------------------------------------------------------------
RELOAD_SIGNAL = signal.SIGHUP  # Read configuration and policy again.
STOP_SIGNAL = signal.SIGTERM  # Finish what is open, then end.
HAND_OVER_SIGNAL = signal.SIGQUIT  # Give the listening sockets to the process started with --upgrade, then drain.
CRASH_AT = "SEAWALL_CRASH_AT"  # Environment: end like kill -9 when this point is reached.

# --- answers of the gateway itself ----------------------------------------------------------------------------------
REFUSED = 403  # A rule says no.
UNREADABLE = 400  # Two readings, broken JSON.
BUSY = 503  # Memory budget or journal full, with Retry-After where waiting helps.
ERROR_FIELDS = ("code", "rule", "law", "remedy")  # In the error object of either dialect.
EXCHANGE_HEADER = "seawall-exchange"  # The id that joins an answer to its records.

# --- metrics --------------------------------------------------------------------------------------------------------
METRIC_EXCHANGES = "seawall_decisions_total"  # Labels: action.
METRIC_RELOADS = "seawall_policy_reloads_total"  # Labels: result = "ok" | "failed".
METRIC_SHED = "seawall_memory_refused_total"  # Requests refused because the memory for bodies was in use.
METRIC_UNRESTORED = "seawall_tokens_unrestorable_total"
METRIC_TELEMETRY_LOST = "seawall_telemetry_lost_total"  # Spans that no collector got; labels: signal.
METRIC_SINK_LAG = "seawall_sink_lag"  # Records that a collector has not taken yet; labels: sink.
METRIC_SINK_FAILURES = "seawall_sink_failures_total"  # Labels: sink.
METRIC_SINK_SENT = "seawall_sink_sent_total"  # Labels: sink.
METRIC_REQUEST_TIME = "seawall_request_duration_seconds"  # A histogram.
METRIC_INSPECTION_TIME = "seawall_inspection_duration_seconds"  # A histogram.

# --- records --------------------------------------------------------------------------------------------------------
KIND_DECISION = "decision"
KIND_OUTCOME = "outcome"
KIND_LIFECYCLE = "lifecycle"


def find(value, name: str):
    """The first value under this key anywhere inside a JSON value, or None."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find(item, name)
            if found is not None:
                return found
    return None


def kind(record: dict) -> str:
    return record["kind"]


def exchange(record: dict) -> str:
    return str(find(record, "exchange"))


def action(record: dict) -> str:
    """allow | redact | reroute | ask-justification | ask-approval | block."""
    return str(find(record, "action"))


def destination(record: dict) -> str:
    return str(find(record, "destination"))


def is_policy_incident(record: dict) -> bool:
    """A lifecycle record that says a policy could not be taken over."""
    return kind(record) == KIND_LIFECYCLE and "policy" in str(record) and "fail" in str(record).lower()

//! The projection to an OTLP log record, in the JSON encoding of OTLP 1.x.
//!
//! `log.record.uid` is the id of the record, so a collector that gets it twice can tell. The body is the record itself.

use serde_json::{Value, json};

use crate::record::{Body, Ending, Lifecycle, Record, Trace};

/// What the journal knows of an entry beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtlpContext {
    /// The epoch and index of the entry.
    pub position: (u64, u64),
    /// When it is exported, nanoseconds since 1970-01-01 UTC.
    pub observed: u64,
}

/// An entry as a `LogRecord`. An entry that is not a [`Record`] is exported all the same, under its place as id.
pub fn log_record(entry: &[u8], context: &OtlpContext) -> Value {
    let (epoch, index) = context.position;
    let record = Record::parse(entry);
    let id = record.as_ref().map_or_else(|| format!("journal-{epoch}-{index}"), |r| r.id.clone());
    let mut attributes = vec![
        text("log.record.uid", &id),
        number("seawall.journal.epoch", epoch),
        number("seawall.journal.index", index),
    ];
    let mut log = json!({
        "timeUnixNano": record.as_ref().map_or(context.observed, |r| r.time).to_string(),
        "observedTimeUnixNano": context.observed.to_string(),
        "body": { "stringValue": String::from_utf8_lossy(entry) },
    });
    let (severity, word, event) = record.as_ref().map_or((9, "INFO", "seawall.journal"), severity);
    if let Some(record) = &record {
        attributes.push(text("seawall.node", &record.node));
        describe(record, &mut attributes);
        if let Some(trace) = trace_of(record) {
            log["traceId"] = json!(trace.trace);
            log["spanId"] = json!(trace.span);
        }
    }
    log["severityNumber"] = json!(severity);
    log["severityText"] = json!(word);
    log["eventName"] = json!(event);
    log["attributes"] = Value::Array(attributes);
    log
}

fn describe(record: &Record, attributes: &mut Vec<Value>) {
    match &record.body {
        Body::Decision(d) => {
            attributes.push(text("seawall.exchange", &d.exchange));
            attributes.push(text("seawall.decision.action", &d.action));
            attributes.push(text("seawall.destination", &d.candidate.destination));
            attributes.push(number("seawall.findings", d.findings.total()));
            if let Some(rule) = d.rules.first() {
                attributes.push(text("security_rule.name", &rule.id));
            }
        }
        Body::Outcome(o) => {
            attributes.push(text("seawall.exchange", &o.exchange));
            attributes.push(text("seawall.outcome", o.ending.name()));
            attributes.push(number("http.response.status_code", u64::from(o.status)));
            if let Some(said) = &o.contradicted {
                attributes.push(text("seawall.place.contradicted", said));
            }
        }
        Body::Lifecycle(_) => {}
    }
}

/// Severity number and text of the OpenTelemetry log data model, and the event name.
fn severity(record: &Record) -> (u8, &'static str, &'static str) {
    const INFO: (u8, &str) = (9, "INFO");
    const WARN: (u8, &str) = (13, "WARN");
    const ERROR: (u8, &str) = (17, "ERROR");
    let ((number, word), event) = match &record.body {
        Body::Decision(d) => match d.action.as_str() {
            "allow" => (INFO, "seawall.decision"),
            _ => (WARN, "seawall.decision"),
        },
        Body::Outcome(o) if o.contradicted.is_some() => (ERROR, "seawall.outcome"),
        Body::Outcome(o) => match o.ending {
            Ending::Complete | Ending::ClientAbort | Ending::Shutdown => (INFO, "seawall.outcome"),
            Ending::Panic | Ending::Unrecorded => (ERROR, "seawall.outcome"),
            _ => (WARN, "seawall.outcome"),
        },
        Body::Lifecycle(
            Lifecycle::PolicyReloadFailed { .. }
            | Lifecycle::ReloadFailed { .. }
            | Lifecycle::BundleRefused { .. }
            | Lifecycle::CountingFailed { .. }
            | Lifecycle::PolicyExpired { .. },
        ) => (ERROR, "seawall.lifecycle"),
        Body::Lifecycle(Lifecycle::TornTailRepaired { .. } | Lifecycle::PolicyExpires { .. }) => {
            (WARN, "seawall.lifecycle")
        }
        Body::Lifecycle(_) => (INFO, "seawall.lifecycle"),
    };
    (number, word, event)
}

fn trace_of(record: &Record) -> Option<&Trace> {
    match &record.body {
        Body::Decision(decision) => decision.trace.as_ref(),
        Body::Outcome(outcome) => outcome.trace.as_ref(),
        Body::Lifecycle(_) => None,
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// OTLP's JSON writes 64-bit integers as strings.
fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_a_log_record() {
        let event = Lifecycle::Stop { reason: "upgrade".into() };
        let record = Record::new("01JD", 123, "n1", "b1", Body::Lifecycle(event));
        let context = OtlpContext { position: (2, 7), observed: 456 };
        let log = log_record(&record.to_line(), &context);
        assert_eq!(log["timeUnixNano"], "123");
        assert_eq!(log["observedTimeUnixNano"], "456");
        assert_eq!(log["eventName"], "seawall.lifecycle");
        assert_eq!(log["attributes"][0], text("log.record.uid", "01JD"));
        assert_eq!(log["attributes"][2], number("seawall.journal.index", 7));
    }

    #[test]
    fn what_is_no_record_goes_out_under_its_place() {
        let context = OtlpContext { position: (1, 0), observed: 5 };
        let log = log_record(br#"{"schema":"seawall.epoch/1"}"#, &context);
        assert_eq!(log["attributes"][0], text("log.record.uid", "journal-1-0"));
        assert_eq!(log["body"]["stringValue"], r#"{"schema":"seawall.epoch/1"}"#);
    }
}

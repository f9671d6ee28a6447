//! The tour: one request for each outcome. All persons and numbers are made up.

/// What is told to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It goes out as it is.
    Passes,
    /// Tokens go out, values come back.
    Redacted,
    /// The domestic model answers.
    Rerouted,
    /// The gateway refuses with this code.
    Refused(&'static str),
}

/// One request.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) path: &'static str,
    pub(super) body: &'static str,
    pub(super) told: Told,
}

pub(super) const SCENES: [Scene; 6] = [
    Scene {
        title: "A clean question goes to the provider, byte for byte",
        path: "/v1/chat/completions",
        body: r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Explain what a seawall is for, in one sentence."}]}"#,
        told: Told::Passes,
    },
    Scene {
        title: "Personal data leaves as tokens, and is back in the streamed answer",
        path: "/v1/chat/completions",
        body: r#"{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Draft a reply to anna.berg@example.org; the refund goes to IBAN DE89 3704 0044 0532 0130 00."}]}"#,
        told: Told::Redacted,
    },
    Scene {
        title: "Health data is answered at home, although the client speaks to a foreign model",
        path: "/v1/messages",
        body: r#"{"model":"claude-sonnet-4-5","max_tokens":200,"messages":[{"role":"user","content":"Summarise for the file: the patient was diagnosed with ICD-10 E11.9 (type 2 diabetes) and started on metformin."}]}"#,
        told: Told::Rerouted,
    },
    Scene {
        title: "A key in the prompt stays here",
        path: "/v1/chat/completions",
        body: concat!(
            r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Why does this fail? aws_access_key_id = AKIA"#,
            r#"QYLPMN5HHHFPZAM2 region = eu-central-1"}]}"#
        ),
        told: Told::Refused("blocked"),
    },
    Scene {
        title: "What may be a marked document waits until the security officer has looked at it",
        path: "/v1/messages",
        body: r#"{"model":"claude-sonnet-4-5","max_tokens":200,"messages":[{"role":"user","content":"Translate the note headed NATO UNCLASSIFIED into French."}]}"#,
        told: Told::Refused("needs-approval"),
    },
    Scene {
        title: "A request that can be read in two ways is not read in either",
        path: "/v1/chat/completions",
        body: r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}],"messages":[{"role":"user","content":"Something else"}]}"#,
        told: Told::Refused("duplicate-key"),
    },
];

#[cfg(test)]
mod tests {
    use super::SCENES;

    #[test]
    fn no_outcome_is_told_twice() {
        for (at, scene) in SCENES.iter().enumerate() {
            assert!(
                !SCENES[..at].iter().any(|earlier| earlier.told == scene.told),
                "{}",
                scene.title
            );
        }
    }
}

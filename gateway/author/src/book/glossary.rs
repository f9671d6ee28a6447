//! The words that a policy uses, for whoever reads it for the first time.

/// Words and what they mean, in the order of the alphabet.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("alert soc", "Whoever watches over the gateway is told, beside whatever else happens."),
    (
        "allow",
        "What the condition names may be sent as it is. It says nothing about what the condition does not name.",
    ),
    ("ask approval", "Nothing is sent until a person in the named role has agreed."),
    ("ask justification", "Nothing is sent until the sender has said why it is needed."),
    (
        "attestation",
        "Something that a destination has shown, for a time: a contract, a certificate, a report.",
    ),
    ("block", "Nothing is sent."),
    (
        "class",
        "A legal idea of data, such as personal or health. Detectors find what belongs to it.",
    ),
    (
        "confirmed, likely, possible",
        "How sure the finding of data is. Where nothing is said, likely is meant.",
    ),
    (
        "destination",
        "Where a request can go: an operator, the law that binds it, and the places where it processes, stores and holds keys.",
    ),
    ("exception", "Suspends one rule, for a reason, until a day. It cannot touch an invariant."),
    ("group", "Countries and zones under one name. Membership can begin and end on a day."),
    (
        "invariant",
        "Holds whatever rules and exceptions say: it is proved before the policy is used and checked again on each request.",
    ),
    (
        "leaves",
        "The operator's law, or a place of processing, storage or keys, is outside, or is not known.",
    ),
    (
        "mask, remove, token",
        "How redact takes something out: its kind is left, nothing is left, or a stand-in that is put back in the answer.",
    ),
    ("mode monitor", "The rule is counted and does nothing yet."),
    ("nothing", "No class of data was found."),
    ("opaque", "Content that is no text by its nature: pictures, sound, some files."),
    (
        "place is …",
        "What the evidence makes of the place a destination claims: refuted, unprovable, declared, consistent or proven.",
    ),
    ("pool", "Destinations that stand in for one another."),
    ("redact", "What the rule names is taken out; the rest is sent."),
    (
        "reroute",
        "The request goes to a destination of the pool instead, and is decided again for it.",
    ),
    (
        "stays in",
        "The operator's law and every place of processing, storage and keys are inside, and are known.",
    ),
    ("tier", "How much say the state has over a destination: must-control, allied, market."),
    ("unclassed", "What was found and belongs to no class of this policy."),
    ("unread", "Content that should be readable and was not."),
];

/// What decides between rules, in three sentences.
pub(super) const READING: [&str; 3] = [
    "A request is sent only if every class of data in it is allowed by a rule that surely holds, or taken out by one.",
    "Of all rules that hold the strictest decides: allow, redact, reroute, ask justification, ask approval, block. The order in which they are written means nothing.",
    "What is not known restricts and never permits.",
];

//! What each block and each of its lines may say, as one table: the JSON twin and its schema are made from it.
//!
//! The resolver reads the same lines into the model. Conditions and actions are taken from its own tables, so what it
//! learns to read there the twin can say; for the lines of blocks a test holds the two against each other.
//!
//! # Notation
//! `word` stands as it is; `a|b` is one of these words; `NAME` in capitals is something that the author writes;
//! `[…]` may be left out; `(…)` may be written and means nothing; `X, …` is a list; `<A | B>, …` a list of such items;
//! ` | ` separates whole forms. `TEXT` stands in quotes; `WORDS` goes to the end of the line, with quotes or without;
//! `WHO` is one word or a quoted text; `COMPANY` goes to the word behind it.

mod usage;

use std::sync::LazyLock;

pub(crate) use usage::{Atom, Form, Segment, Usage, Variant};

use crate::resolve::{ACTIONS, conditions};

/// A kind of block.
pub(crate) struct Kind {
    pub(crate) word: &'static str,
    /// What follows the name in the head.
    pub(crate) head: Usage,
    pub(crate) lines: Vec<LineKind>,
}

/// A line of a block.
pub(crate) struct LineKind {
    pub(crate) key: &'static str,
    pub(crate) says: Says,
}

/// What a line says.
pub(crate) enum Says {
    /// What follows the key.
    Usage(Usage),
    /// One of many sentences, and one more on each `and` below it.
    Chain(&'static Usage),
}

/// A kind of block as it is written down: word, head, lines.
type Written = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const LAW: (&str, &str) = ("law", "WORDS");
const SOURCE: (&str, &str) = ("source", "WORDS");
const OWNER: (&str, &str) = ("owner", "WORDS");
const REVIEW: (&str, &str) = ("review", "DAY [by WHO]");
const BECAUSE: (&str, &str) = ("because", "WORDS");
const FROM: (&str, &str) = ("from", "DAY | DAY until DAY");
const UNTIL: (&str, &str) = ("until", "DAY");
const PLACES: &str = "COUNTRY, … | COUNTRY, … from DAY [until DAY] | COUNTRY, … until DAY";
const CALLER: [(&str, &str); 8] = [
    ("clients", "<key NAME | network NAME | SPIFFE>, …"),
    ("purposes", "PURPOSE, …"),
    ("bases", "BASIS, …"),
    ("sector", "SECTOR, …"),
    ("criticality", "CRITICALITY, …"),
    LAW,
    OWNER,
    REVIEW,
];
const MEMBER: &str = "COUNTRY [from DAY] [until DAY] [where the destination has ATTESTATION, …] \
[except CLASS, …] [TEXT] [verify TEXT]";

/// Lines stand in the order in which they are read aloud. A chain names its sentences in capitals.
const KINDS: [Written; 23] = [
    (
        "policy",
        "",
        &[
            OWNER,
            BECAUSE,
            ("default", "block"),
            ("clock", "ZONE"),
            ("packs", "PACK, …"),
            ("mode", "observe until DAY"),
            LAW,
            REVIEW,
        ],
    ),
    ("pack", "", &[("needs", "PACK, …"), LAW, SOURCE, OWNER, REVIEW]),
    (
        "class",
        "",
        &[
            ("kind", "special-category|identifier of CLASS"),
            ("detect", "DETECTOR, …"),
            ("redaction", "suffices [no]"),
            LAW,
            SOURCE,
            OWNER,
            REVIEW,
        ],
    ),
    (
        "group",
        "",
        &[
            ("countries", PLACES),
            ("country", MEMBER),
            ("includes", PLACES),
            ("zones", PLACES),
            ("without", "COUNTRY, …"),
            LAW,
            SOURCE,
            OWNER,
            REVIEW,
        ],
    ),
    ("zone", "[within COUNTRY]", &[LAW, SOURCE, OWNER, REVIEW]),
    ("territory", "of COUNTRY", &[LAW, SOURCE, OWNER, REVIEW]),
    (
        "counter",
        "",
        &[
            ("counts", "CLASS, …"),
            ("about", "residents of COUNTRY, …"),
            ("since", "1 January"),
            ("within", "twelve months"),
            ("bands", "NUMBER, …"),
            ("share", "NUMBER"),
            LAW,
            SOURCE,
            OWNER,
            REVIEW,
        ],
    ),
    ("agency", "", &CALLER),
    ("department", "of AGENCY", &CALLER),
    ("application", "of DEPARTMENT", &CALLER),
    ("role", "", &[("people", "WORDS"), LAW, OWNER, REVIEW]),
    ("people", "", &[LAW, SOURCE, OWNER, REVIEW]),
    ("purpose", "", &[LAW, SOURCE, OWNER, REVIEW]),
    ("basis", "", &[LAW, SOURCE, OWNER, REVIEW]),
    ("sector", "", &[LAW, SOURCE, OWNER, REVIEW]),
    ("criticality", "", &[LAW, SOURCE, OWNER, REVIEW]),
    (
        "destination",
        "",
        &[
            ("url", "URL"),
            ("speaks", "openai-chat|anthropic-messages"),
            ("model", "WORDS"),
            ("operator", "COMPANY answers to COUNTRY, …"),
            ("seat", "in COUNTRY, …"),
            ("owned", "from COUNTRY, …"),
            ("processed", "in COUNTRY, …"),
            ("stored", "in COUNTRY, …"),
            ("keys", "held in COUNTRY, …"),
            ("zone", "ZONE"),
            ("tier", "must-control|allied|market"),
            ("attests", "ATTESTATION [from DAY] [until DAY]"),
            ("pins", "FIELD to WORDS"),
            ("echoes", "FIELD as WORDS"),
            ("inventory", "WORDS"),
            ("credential", "client|gateway"),
            ("reports", "WORDS"),
            LAW,
            OWNER,
            REVIEW,
        ],
    ),
    ("pool", "", &[("members", "DESTINATION, …"), ("choose", "first healthy"), LAW, OWNER, REVIEW]),
    (
        "rule",
        "",
        &[
            ("when", "CONDITIONS"),
            ("then", "ACTIONS"),
            LAW,
            SOURCE,
            OWNER,
            BECAUSE,
            ("remedy", "WORDS"),
            FROM,
            UNTIL,
            ("mode", "monitor until DAY"),
            REVIEW,
            ("verify", "TEXT"),
        ],
    ),
    (
        "exception",
        "",
        &[
            ("to", "rule RULE"),
            ("when", "CONDITIONS"),
            BECAUSE,
            OWNER,
            ("granted", "DAY by WHO"),
            FROM,
            UNTIL,
            LAW,
        ],
    ),
    ("invariant", "", &[("when", "CONDITIONS"), ("then", "DEMANDS"), LAW, SOURCE, OWNER, REVIEW]),
    (
        "confirmation",
        "",
        &[
            ("of", "group GROUP country COUNTRY | rule RULE"),
            ("by", "WHO on DAY"),
            UNTIL,
            BECAUSE,
            LAW,
            OWNER,
            REVIEW,
        ],
    ),
    ("test", "", &[("given", "GIVEN"), ("on", "DAY"), ("expect", "EXPECTED"), LAW, OWNER]),
];

/// What an invariant demands.
const DEMANDS: [&str; 3] =
    ["it must never be sent", "it must always alert soc", "it must only go to pool POOL"];

/// What a test may say of its situation.
const GIVEN: [&str; 23] = [
    "data (includes) nothing",
    "data (includes) <[possible|likely|confirmed] CLASS>, …",
    "text TEXT",
    "(it is) about (residents of) COUNTRY, …",
    "(it comes) from anonymous",
    "(it comes) from agency|department|application NAME",
    "(it goes) to (destination) DESTINATION",
    "(the) place (is) proven|consistent|declared|unprovable|refuted|unknown",
    "(the) evidence says COUNTRY, …",
    "(the) evidence COUNTRY, …",
    "the operation is chat|count-tokens|list-models|embeddings|images|speech|transcription|moderation|files|batches|training",
    "it carries text|image|audio|video|file|embedding|unknown, …",
    "(it comes) from people PEOPLE, …",
    "not from people PEOPLE, …",
    "the counter COUNTER is at|below NUMBER",
    "the purpose is PURPOSE",
    "the legal basis is BASIS",
    "the language is LANGUAGE, …",
    "it has NUMBER B|KB|MB|GB",
    "it is sent at HH:MM",
    "it is a request",
    "it is an answer",
    "a|an request|answer",
];

/// What a test may expect.
const EXPECTED: [&str; 9] = [
    "allow [by RULE]",
    "block [by RULE]",
    "redact [by RULE]",
    "redact [possible|likely|confirmed] CLASS, … [as token|mask|remove] [by RULE]",
    "reroute [to POOL] [by RULE]",
    "ask [justification] [by RULE]",
    "ask approval [of ROLE] [by RULE]",
    "alert soc [low|high|critical]",
    "no alert",
];

/// All kinds of blocks.
pub(crate) fn kinds() -> &'static [Kind] {
    static ALL: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        let line =
            |(key, says): &(&'static str, &'static str)| LineKind { key, says: says_of(says) };
        let kind = |(word, head, lines): &Written| Kind {
            word,
            head: Usage::of(&[*head], false),
            lines: lines.iter().map(line).collect(),
        };
        KINDS.iter().map(kind).collect()
    });
    &ALL
}

/// One kind of block.
pub(crate) fn kind(word: &str) -> Option<&'static Kind> {
    kinds().iter().find(|kind| kind.word == word)
}

/// Whether a line of a block holds a text that its author writes as he likes.
pub(crate) fn is_free(kind: &str, key: &str) -> bool {
    let line = self::kind(kind).and_then(|kind| kind.lines.iter().find(|line| line.key == key));
    line.is_some_and(|line| match &line.says {
        Says::Usage(usage) => usage.forms.iter().all(|form| {
            matches!(form.segments.as_slice(), [Segment { value: Some(Atom::Free), .. }])
        }),
        Says::Chain(_) => false,
    })
}

fn says_of(says: &str) -> Says {
    static CONDITIONS: LazyLock<Usage> = LazyLock::new(|| {
        let all: Vec<String> = conditions().collect();
        Usage::of(&all.iter().map(String::as_str).collect::<Vec<_>>(), true)
    });
    static OTHERS: LazyLock<[Usage; 4]> = LazyLock::new(|| {
        [&ACTIONS[..], &DEMANDS, &GIVEN, &EXPECTED].map(|forms| Usage::of(forms, true))
    });
    let [actions, demands, given, expected] = &*OTHERS;
    match says {
        "CONDITIONS" => Says::Chain(&CONDITIONS),
        "ACTIONS" => Says::Chain(actions),
        "DEMANDS" => Says::Chain(demands),
        "GIVEN" => Says::Chain(given),
        "EXPECTED" => Says::Chain(expected),
        plain => Says::Usage(Usage::of(&[plain], false)),
    }
}

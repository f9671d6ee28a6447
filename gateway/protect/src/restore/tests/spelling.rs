//! How models write a token, and what is none.

use std::borrow::Cow;

use super::{check, vault};

#[test]
fn exact_tokens() {
    check("[EMAIL-7F3K9Q2MXA]", "Ann");
    check("To [EMAIL-7F3K9Q2MXA], cc [NATIONALID-0B1R8S6TVW].", "To Ann, cc two \"words\".");
    check("[EMAIL-7F3K9Q2MXA][EMAIL-7F3K9Q2MXA]", "AnnAnn");
    check("x[EMAIL-7F3K9Q2MXA]y", "xAnny");
}

#[test]
fn case_and_misread_digits() {
    check("[email-7f3k9q2mxa]", "Ann");
    check("[Email-7f3K9q2MxA]", "Ann");
    check(
        "[NATIONALID-OBIR8S6TVW] [NATIONALID-oBlR8S6TVW] [NATIONALID-obLr8s6tvw]",
        [r#"two "words""#; 3].join(" ").as_str(),
    );
}

#[test]
fn hyphens() {
    for hyphen in [
        "_", " ", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{a0}", "", ": ",
        " - ", "\\_", "\\-",
    ] {
        check(&format!("a [EMAIL{hyphen}7F3K9Q2MXA] b"), "a Ann b");
        check(&format!("a EMAIL{hyphen}7F3K9Q2MXA b"), "a Ann b");
    }
    check("[NATIONAL ID-0B1R8S6TVW]", "two \"words\"");
    check("[National_ID_0B1R8S6TVW]", "two \"words\"");
    check("[EMAIL-7F3K9 Q2MXA] and [EMAIL-7F3K-9Q2M-XA]", "Ann and Ann");
}

#[test]
fn brackets() {
    check("EMAIL-7F3K9Q2MXA", "Ann");
    check("[EMAIL-7F3K9Q2MXA", "Ann");
    check("EMAIL-7F3K9Q2MXA]", "Ann");
    check("[[EMAIL-7F3K9Q2MXA]]", "[Ann]");
    check("【EMAIL-7F3K9Q2MXA】［EMAIL-7F3K9Q2MXA］", "AnnAnn");
    check(r"\[EMAIL-7F3K9Q2MXA\]", "Ann");
    check(r"\[EMAIL\_7F3K9Q2MXA\]", "Ann");
    check("[ EMAIL-7F3K9Q2MXA ]", "Ann");
    check("[see EMAIL-7F3K9Q2MXA] EMAIL-7F3K9Q2MXA]", "[see Ann] Ann");
    check("(EMAIL-7F3K9Q2MXA)", "(Ann)");
    check("請聯絡EMAIL-7F3K9Q2MXA先生", "請聯絡Ann先生");
    check("Call 7F3K9Q2MXA now, not [7F3K9Q2MXA].", "Call Ann now, not Ann.");
}

#[test]
fn what_stands_around_stays() {
    check("**[EMAIL-7F3K9Q2MXA]** `EMAIL-7F3K9Q2MXA` *[EMAIL-7F3K9Q2MXA*", "**Ann** `Ann` *Ann*");
    check("[[EMAIL-7F3K9Q2MXA]](mailto:[EMAIL-7F3K9Q2MXA])", "[Ann](mailto:Ann)");
    check(r"C:\[EMAIL-7F3K9Q2MXA]\x", r"C:\Ann\x");
    check(r"\\[EMAIL-7F3K9Q2MXA]", r"\\Ann");
    check("EMAIL EMAIL-7F3K9Q2MXA 12", "EMAIL Ann 12");
    check("report_EMAIL-7F3K9Q2MXA_v2.pdf", "report_Ann_v2.pdf");
}

#[test]
fn what_is_no_token_of_this_vault_stays() {
    for text in [
        "",
        "plain",
        "[EMAIL]",
        "[EMAIL-]",
        "[EMAIL-7F3K9Q2MX]",
        "[EMAIL-7F3K9Q2MXAB]",
        "xEMAIL-7F3K9Q2MXAy",
        "EMAIL-7F3K9Q2MXA2",
        "8F3K9Q2MXA7F3K9Q2MXA",
        "EMAIL-    7F3K9Q2MX",
        "[EMAIL-7 F 3 K 9 Q 2 M X A]",
        "[ [ \\ \\[ 【",
        "EMAIL",
        "\\",
    ] {
        check(text, text);
        assert!(matches!(vault().restore(text).text, Cow::Borrowed(_)), "{text}");
    }
}

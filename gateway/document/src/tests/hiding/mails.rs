//! Places of mails that most programs pass over.

use super::super::silence::{SECRET, hides};
use super::super::*;
use super::TOP;

fn parts(inside: &str) -> String {
    format!("{TOP}Content-Type: multipart/mixed; boundary=b\r\n\r\n{inside}")
}

#[test]
fn mails_are_told_between_their_parts_and_in_all_headers() {
    let one = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    for (name, mail) in [
        ("preamble", parts(&format!("SECRET\r\n{one}--b--\r\n"))),
        ("epilogue", parts(&format!("{one}--b--\r\nSECRET\r\n"))),
        ("behind a boundary", parts(&format!("--b SECRET\r\n\r\nx\r\n{one}--b--\r\n"))),
        ("behind the last boundary", parts(&format!("{one}--b-- SECRET\r\n"))),
        (
            "inner preamble",
            parts("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\nSECRET\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n"),
        ),
        (
            "inner epilogue",
            parts("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\nSECRET\r\n--b--\r\n"),
        ),
        (
            "epilogue of a mail in the mail",
            parts(&format!(
                "--b\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--b--\r\n",
                parts("--c\r\n\r\nx\r\n--c--\r\nSECRET\r\n").replace("boundary=b", "boundary=c")
            )),
        ),
        (
            "status",
            parts(
                "--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; SECRET\r\n--b--\r\n",
            ),
        ),
        (
            "headers of a mail that was returned",
            parts("--b\r\nContent-Type: text/rfc822-headers\r\n\r\nTo: SECRET\r\n--b--\r\n"),
        ),
        ("signature", format!("DKIM-Signature: v=1; i=SECRET; b=abc\r\n{TOP}\r\nx")),
        (
            "version",
            "From: a@example.com\r\nTo: b@example.com\r\nDate: x\r\nMIME-Version: 1.0 (SECRET)\r\n\r\nx".to_owned(),
        ),
        ("encoding", format!("{TOP}Content-Transfer-Encoding: 8bit (SECRET)\r\n\r\nx")),
        ("encoding that is none", format!("{TOP}Content-Transfer-Encoding: SECRET\r\n\r\nx")),
        ("unknown header", format!("{TOP}X-Foo: SECRET\r\n\r\nx")),
        ("name of a header", format!("{TOP}SECRET: x\r\n\r\nx")),
        (
            "route",
            format!(
                "Received: from x (SECRET) by y; Fri, 20 Nov 2026 10:00:00 +0100\r\n{TOP}\r\nx"
            ),
        ),
        ("list", format!("List-Unsubscribe: <mailto:SECRET> (SECRET)\r\n{TOP}\r\nx")),
        ("comment in an address", format!("{TOP}Cc: Bo <bo@example.com> (SECRET)\r\n\r\nx")),
        ("group", format!("{TOP}Cc: SECRET : bo@example.com;\r\n\r\nx")),
        (
            "date",
            "From: a@example.com\r\nTo: b@example.com\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100 (SECRET)\r\n\r\nx".to_owned(),
        ),
        ("identity", format!("{TOP}Message-ID: <x@example.com> (SECRET)\r\n\r\nx")),
        ("references", format!("{TOP}References: <x@example.com> SECRET\r\n\r\nx")),
        (
            "disposition",
            parts(
                "--b\r\nContent-Disposition: attachment; filename=\"SECRET\"; x=\"y\"\r\n\r\nx\r\n--b--\r\n",
            ),
        ),
        ("a line that is no header", format!("{TOP}SECRET\r\n\r\nx")),
        (
            "encoded parameter",
            parts(
                "--b\r\nContent-Disposition: attachment; filename*=utf-8''jane.roe%40example.org\r\n\r\nx\r\n--b--\r\n",
            ),
        ),
        (
            "behind base64",
            parts(
                "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\neHg=\r\n\r\nSECRET\r\n--b--\r\n",
            ),
        ),
        (
            "base64 in two",
            parts(
                "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\neHg=amFuZS5yb2VAZXhhbXBsZS5vcmc=\r\n--b--\r\n",
            ),
        ),
        (
            "soft line breaks",
            parts(
                "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\njane.roe=40exam= \r\nple.org\r\n--b--\r\n",
            ),
        ),
        (
            "envelope",
            format!("From SECRET Fri Nov 20 10:00:00 2026\n{}\nx\n", TOP.replace('\r', "")),
        ),
        ("no boundary", format!("{TOP}Content-Type: multipart/mixed\r\n\r\nSECRET")),
        ("headers alone", format!("{TOP}Subject: SECRET")),
    ] {
        let mail = mail.replace("SECRET", SECRET);
        assert_eq!(open("", mail.as_bytes()).kind, crate::Kind::Mail, "{name}");
        hides(name, mail.as_bytes());
    }
    let whole =
        parts(&format!("This is a message with multiple parts in MIME format.\r\n{one}--b--\r\n"));
    assert!(open("", whole.as_bytes()).unread.is_empty());
    let wide: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(format!("{TOP}Subject: {SECRET}\r\n\r\nx").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    hides("two bytes for each character", &wide);
}

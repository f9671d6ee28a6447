//! Plain text in its encodings, tables of values, HTML, RTF and mail.

use super::*;
use crate::Kind;

#[test]
fn text_is_decoded_by_mark_and_by_guess() {
    let wide: Vec<u8> =
        "Größe über alles gemessen".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> =
        [b"\xfe\xff".to_vec(), "Größe".encode_utf16().flat_map(u16::to_be_bytes).collect()]
            .concat();
    for (bytes, expect) in [
        ("Größe".as_bytes().to_vec(), "Größe"),
        (b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe".to_vec(), "Größe"),
        (marked, "Größe"),
        (wide, "Größe über alles gemessen"),
        (
            b"Die Gr\xf6\xdfe der H\xe4user in K\xf6ln ist f\xfcr uns sch\xf6n".to_vec(),
            "Die Größe der Häuser in Köln ist für uns schön",
        ),
        (b"\xff\xfe\0\0A\0\0\0\xe9\0\0\0".to_vec(), "Aé"),
    ] {
        let document = open("a.txt", &bytes);
        assert_eq!(told(&document), [format!("content  [] {expect}")]);
        assert!(document.unread.is_empty());
    }
}

#[test]
fn a_declared_set_is_believed_where_the_bytes_allow() {
    let hints = Hints { name: "", media_type: "text/plain; charset=\"windows-1251\"" };
    let document = read(b"\xcf\xf0\xe8\xe2\xe5\xf2", &hints, &Limits::default());
    tells(&document, Role::Content, "", "Привет");
}

#[test]
fn what_is_no_text_is_unread_and_gleaned() {
    let mut bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
    bytes.extend(b"\0\0account of Erika Mustermann\0\0");
    let document = open("a.bin", &bytes);
    assert_eq!(document.kind, Kind::Unknown);
    misses(&document, "", Why::Unsupported);
    tells(&document, Role::Content, "readable characters", "account of Erika Mustermann");
}

#[test]
fn rows_stand_behind_their_headings() {
    let document = open("staff.csv", b"Name;Number;Note\nAnna;\"12;3\";x\n\nBo;45;\n");
    assert_eq!(document.kind, Kind::Csv);
    assert_eq!(
        told(&document),
        [
            "content row 1 [] Name|Number|Note",
            "content row 2 [] Name: Anna|Number: 12;3|Note: x",
            "content row 3 [] Name: Bo|Number: 45"
        ]
    );
    let row = document.texts.get(1).unwrap();
    assert_eq!(row.place_at(row.text.find("12;3").unwrap()), "row 2, column 2");
}

#[test]
fn a_table_needs_no_name() {
    let rows = "id\tname\tphone\n1\tA\t+46 1\n2\tB\t+46 2\n3\tC\t+46 3\n";
    assert_eq!(open("", rows.as_bytes()).kind, Kind::Csv);
    assert_eq!(
        open("", b"Dear all, we met, and we talked.\nThen, later, we left.\n").kind,
        Kind::Text
    );
}

#[test]
fn html_is_read_with_what_it_hides() {
    let page = br#"<!DOCTYPE html><html><head><title>Tit</title><meta name="author" content="Eva"></head><body>
        <p>num<b>ber</b> 12&amp;3</p><img alt="a face"><div style="display: none">secret <div>deep</div> end</div><p>after
        <!-- left here --><script>let a = "in script";</script><table><tr><td>x</td><td>y</td></tr></table></body></html>"#;
    let document = open("", page);
    assert_eq!(document.kind, Kind::Html);
    tells(&document, Role::Content, "", "number 12&3\n");
    tells(&document, Role::Content, "", "x\ty");
    tells(&document, Role::Metadata, "", "a face");
    tells(&document, Role::Metadata, "", "Eva");
    tells(&document, Role::Metadata, "", "left here");
    tells(&document, Role::Metadata, "", "in script");
    let hidden = document.texts.iter().find(|piece| piece.label == "hidden text").unwrap();
    assert!(
        hidden.text.contains("secret")
            && hidden.text.contains("deep")
            && hidden.text.contains("end")
    );
    assert!(!hidden.text.contains("after"));
}

#[test]
fn rtf_is_read_with_what_it_hides() {
    let file = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author Eva}}Gr\'f6\'dfe \u1055?\u1088?{\v hid}{\deleted gone}\par two{\*\unknown opt}{\pict 00ff}}";
    let document = open("a.rtf", file);
    assert_eq!(document.kind, Kind::Rtf);
    tells(&document, Role::Content, "", "Größe Пр\ntwo");
    tells(&document, Role::Metadata, "", "hid");
    tells(&document, Role::Metadata, "", "gone");
    tells(&document, Role::Metadata, "", "Eva");
    misses(&document, "picture", Why::Unsupported);
    misses(&open("", br"{\rtf1 open"), "", Why::Broken);
}

const MAIL: &str = "From: =?utf-8?q?Erika_M=C3=BCller?= <erika@example.org>\r\nTo: b@example.org\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\
    Date: Fri, 20 Nov 2026 10:00:00 +0100\r\nmsip_labels: MSIP_Label_1_Name=Secret\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    num=\r\nber =C3=A9\r\n--b\r\nContent-Type: text/csv; name=\"list.csv\"\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    TmFtZSxDb2RlCkFubmEsMTIK\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@example.org\r\nSubject: inner\r\nDate: x\r\n\r\ninner body\r\n--b--\r\n";

#[test]
fn mails_are_read_with_their_attachments() {
    let document = open("", MAIL.as_bytes());
    assert_eq!(document.kind, Kind::Mail, "{:#?}", told(&document));
    tells(&document, Role::Content, "header from", "Erika Müller <erika@example.org>");
    tells(&document, Role::Content, "header subject", "Grüße");
    tells(&document, Role::Label, "header msip_labels", "Secret");
    tells(&document, Role::Content, "body", "number é");
    tells(&document, Role::Content, "attachment 1: list.csv, row 2", "Name: Anna\nCode: 12");
    tells(&document, Role::Content, "attachment 2, body", "inner body");
    tells(&document, Role::Content, "attachment 2, header subject", "inner");
    assert!(document.unread.is_empty(), "{:?}", unread(&document));
}

#[test]
fn an_encrypted_mail_is_unread() {
    let mail = "From: a@example.org\nTo: b@example.org\nDate: x\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CAMIACAQAxggE=\n";
    misses(&open("", mail.as_bytes()), "body", Why::Encrypted);
}

#[test]
fn a_mailbox_is_each_of_its_mails() {
    let one = "From a@example.org Fri Nov 20 10:00:00 2026\nFrom: a@example.org\nSubject: one\nDate: x\n\nfirst\n\n";
    let two = "From b@example.org Fri Nov 20 10:00:00 2026\nFrom: b@example.org\nSubject: two\nDate: x\n\nsecond\n";
    let document = open("", format!("{one}{two}").as_bytes());
    tells(&document, Role::Content, "mail 1, body", "first");
    tells(&document, Role::Content, "mail 2, body", "second");
}

#[test]
fn pictures_are_unread_and_their_words_are_told() {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let text = b"Author\0Erika Mustermann";
    png.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    png.extend(b"tEXt");
    png.extend(text);
    png.extend([0; 4]);
    let document = open("a.png", &png);
    tells(&document, Role::Metadata, "", "Erika Mustermann");
    misses(&document, "picture", Why::Unsupported);
}

//! Marks within a value do not split it, in pages and in XML; and what was read once as a container is not read again.

use super::super::build::*;
use super::super::*;

fn page(body: &str) -> Vec<String> {
    told(&open("", format!("<!DOCTYPE html><html><body>{body}").as_bytes()))
}

#[test]
fn elements_of_a_line_do_not_split_a_value() {
    for name in
        ["label", "nobr", "tt", "time", "data", "var", "samp", "output", "del", "acronym", "tspan"]
    {
        let body = format!("card 45<{name}>39</{name}>1488<wbr>0343<{name}>6467</{name}>.");
        assert_eq!(page(&body).first().unwrap(), "content  [] card 4539148803436467.", "{name}");
    }
    assert_eq!(page("one<br>two<br/>three")[0], "content  [] one|two|three");
    assert_eq!(page("a<rp>(</rp>b")[0], "content  [] a(b");
}

#[test]
fn values_of_fields_are_told_where_they_show() {
    let fields: String =
        ["4539", "1488", "0343", "6467"].map(|part| format!("<input value=\"{part}\">")).concat();
    assert_eq!(page(&format!("card {fields}"))[0], "content  [] card 4539 1488 0343 6467");
    let boxes: String = "4539".chars().map(|part| format!("<input value={part}>")).collect();
    assert_eq!(page(&boxes)[0], "content  [] 4539");
    let told = page("x<input type=hidden value=abc><input type=checkbox value=def>y");
    assert_eq!(told[0], "content  [] xy");
    assert!(told.concat().contains("abc") && told.concat().contains("def"), "{told:?}");
}

#[test]
fn marks_within_a_value_of_xml_do_not_split_it() {
    for inside in [
        "4539<![CDATA[14880343]]>6467",
        "4539<!--x-->1488<?pi?>03436467",
        "&#52;&#x35;39148803436467",
        "<tspan x='1'>4539</tspan><tspan x='2'>1488</tspan><tspan>0343</tspan><tspan>6467</tspan>",
        "\n  <tspan>4539148803436</tspan>\n  <tspan>467</tspan>\n",
    ] {
        let xml = format!("<?xml version=\"1.0\"?><r><text>{inside}</text><b>other</b></r>");
        let document = open("a.xml", xml.as_bytes());
        let joined: Vec<_> = document
            .texts
            .iter()
            .filter(|piece| piece.label == "joined")
            .map(|piece| piece.text.replace(' ', ""))
            .collect();
        assert_eq!(joined, ["4539148803436467\n"], "{inside}: {:#?}", told(&document));
        // The same in a part of a package that no reader knows, and in a drawing within a page.
        let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
        let file = zip(&[types, ("word/charts/chart1.xml", xml.as_bytes())]);
        assert!(
            told(&open("", &file)).concat().replace([' ', '|'], "").contains("4539148803436467")
        );
    }
}

#[test]
fn values_that_stand_in_pieces_side_by_side_are_joined() {
    let xml = "<?xml version=\"1.0\"?><r><card><p>4539</p><p>1488</p>\n<p>0343</p><p>6467</p></card><row><id>1</id><age>33</age></row><n>Erika</n></r>";
    let document = open("a.xml", xml.as_bytes());
    tells(&document, Role::Content, "", "4539 1488 0343 6467");
    assert!(!told(&document).concat().contains("1 33"));
    let signs = "<svg xmlns='x'><text x='1'>4</text><text x='2'>5</text><text x='3'>3</text></svg>";
    tells(&open("a.svg", signs.as_bytes()), Role::Content, "", "453");
    let plain = open("a.xml", b"<?xml version=\"1.0\"?><r><a>whole</a><a>values here</a></r>");
    assert_eq!(plain.texts.len(), 1, "{:#?}", told(&plain));
}

#[test]
fn an_archive_in_a_tar_is_read_once() {
    let one = zip(&[("x.txt", b"first text")]);
    let two = zip(&[("y.txt", b"second text")]);
    let tarred = tar(&[("a.zip", &one), ("b.zip", &two)]);
    for (name, bytes) in [
        ("a.tar", tarred.clone()),
        ("a.tar.gz", gzip(&tarred)),
        ("a.tar.zst", zstd::stream::encode_all(tarred.as_slice(), 3).unwrap()),
        ("one.tar", tar(&[("b.zip", &two)])),
    ] {
        let document = open(name, &bytes);
        assert!(document.unread.is_empty(), "{name}: {:?}", unread(&document));
        let times =
            document.texts.iter().filter(|piece| piece.text.contains("second text")).count();
        assert_eq!(times, 1, "{name}: {:#?}", told(&document));
    }
    // One that stands behind the end is told, and read.
    for outer in [tarred, gzip(b"packed text")] {
        let document = open("a.tar", &[outer, zip(&[("z.txt", b"third text")])].concat());
        misses(&document, "bytes behind the end", Why::Broken);
        assert!(told(&document).concat().contains("third text"), "{:#?}", told(&document));
    }
}

#[test]
fn a_bomb_has_nothing_behind_its_end() {
    let bomb = gzip(&vec![0; 2 << 20]);
    let limits = Limits { unpacked_bytes: 1 << 20, ratio: 2000, ..Limits::default() };
    let document = read(&bomb, &Hints::default(), &limits);
    assert!(unread(&document).contains(&"too-large ".to_owned()), "{:?}", unread(&document));
    assert!(!unread(&document).concat().contains("behind"), "{:?}", unread(&document));
}

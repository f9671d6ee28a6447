//! Rows of tables within texts are lines, and their cells stand between tabs.

use super::super::build::*;
use super::super::*;

fn html(body: &str) -> Document {
    open("", format!("<!DOCTYPE html><html><body>{body}").as_bytes())
}

fn seen(document: &Document) -> String {
    let content = document.texts.iter().filter(|piece| piece.role == Role::Content);
    content.map(|piece| piece.text.as_str()).collect()
}

#[test]
fn rows_of_a_page_are_lines() {
    for table in [
        "<table><tr><th>Name</th><th>SSN</th></tr><tr><td>Max</td><td>601142087</td></tr></table>",
        "<table><tr><th>Name<th>SSN<tr><td>Max<td>601142087</table>",
        "<table>\n <thead>\n <tr>\n  <th>Name</th>\n  <th><b>SSN</b></th>\n </tr></thead>\n<tbody>\n <tr>\n  <td>\n   Max</td><td><p>601142087</p></td>\n </tr></tbody></table>",
    ] {
        assert_eq!(seen(&html(table)).trim(), "Name\tSSN\nMax\t601142087", "{table}");
    }
    let gaps = "a<table><tr><td></td><td>x<br>y</td></tr><tr><td>one<p>two</td></tr></table>b";
    assert_eq!(seen(&html(gaps)), "a\n\tx y\none\ntwo\nb\n");
}

#[test]
fn tables_within_cells_keep_their_rows() {
    let table = "<table><tr><td><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td><td>e</td></tr></table>";
    assert_eq!(seen(&html(table)).trim(), "a\tb\nc\td\ne");
    let deep = format!("{}x", "<table><tr><td>".repeat(50_000));
    assert!(seen(&html(&deep)).contains('x'));
}

#[test]
fn hidden_cells_are_told_as_hidden() {
    let table = "<table><tr><td>a</td><td hidden>x</td></tr><tr style='display:none'><td>y</td></tr><tr><td>b</td><td>c</td></tr></table>";
    let document = html(table);
    assert_eq!(seen(&document).trim(), "a\nb\tc");
    tells(&document, Role::Metadata, "", "x");
    tells(&document, Role::Metadata, "", "y");
}

#[test]
fn rows_of_documents_and_slides_are_lines() {
    let table = |prefix: &str, cells: &[&str]| {
        let cell = |text: &&str| {
            let paragraphs: String = text
                .split('|')
                .map(|line| format!("<{prefix}:p><{prefix}:r><{prefix}:t>{line}</{prefix}:t></{prefix}:r></{prefix}:p>"))
                .collect();
            format!("<{prefix}:tc>{paragraphs}</{prefix}:tc>")
        };
        let row = |cells: &[&str]| {
            format!("<{prefix}:tr>{}</{prefix}:tr>", cells.iter().map(cell).collect::<String>())
        };
        let rows: String = cells.chunks(3).map(row).collect();
        format!(
            "<x><{prefix}:p><{prefix}:r><{prefix}:t>top</{prefix}:t></{prefix}:r></{prefix}:p><{prefix}:tbl>{rows}</{prefix}:tbl></x>"
        )
    };
    let cells = ["Name", "Code", "Passwort", "", "a|b", "Xy7#kQ9z!pL2", "Eva", "", "c"];
    let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
    let shown = "top\nName\tCode\tPasswort\n\ta b\tXy7#kQ9z!pL2\nEva\t\tc\n";
    for (name, prefix) in [("word/document.xml", "w"), ("ppt/slides/slide1.xml", "a")] {
        let file = zip(&[types, (name, table(prefix, &cells).as_bytes())]);
        tells(&open("", &file), Role::Content, name, shown);
    }
}

#[test]
fn rows_of_open_documents_are_lines() {
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let row = |cells: [&str; 2]| {
        format!("<table:table-row>{}</table:table-row>", cells.map(cell).concat())
    };
    let text = format!(
        "<o><office:text><text:p>top</text:p><table:table>{}{}</table:table><text:p>end</text:p></office:text></o>",
        row(["Name", "SSN"]),
        row(["Max", "601142087"])
    );
    let mime: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.text");
    let document = open("", &zip(&[mime, ("content.xml", text.as_bytes())]));
    tells(&document, Role::Content, "", "top\nName\tSSN\nMax\t601142087\nend\n");
}

//! HTML and RTF: what stands in tags and in groups that programs keep for themselves.

use super::super::build::*;
use super::super::{Why, misses, open, told};
use super::{SECRET, speaks};
#[test]
fn html_is_told_with_all_that_stands_in_tags() {
    for (name, inside) in [
        ("unknown attribute", "<p ssn=\"jane.roe@example.org\">x</p>"),
        ("source of a picture", "<img src='https://x.example/?m=jane.roe@example.org'>x"),
        ("name of an element", "write to <jane.roe@example.org>"),
        ("name of an attribute", "<p jane.roe@example.org>x</p>"),
        ("end tag", "<p>x</p to='jane.roe@example.org'>"),
        ("an attribute twice", "<p a='b' a='jane.roe@example.org'>x</p>"),
        ("a tag that does not end", "x<p a='jane.roe@example.org'"),
        ("character references", "<p a='jane.roe&#64;example.org'>x</p>"),
    ] {
        speaks(name, format!("<html><body>{inside}").as_bytes());
    }
    for doctype in ["html PUBLIC '-//jane.roe@example.org'", "html SYSTEM 'a' jane.roe@example.org"]
    {
        speaks("doctype", format!("<!DOCTYPE {doctype}><html><body>x").as_bytes());
    }
}

#[test]
fn a_value_that_comes_often_is_told_once() {
    let page = format!("<html>{}", "<p style='margin: 0'>x</p>".repeat(50));
    let document = open("", page.as_bytes());
    let styles: usize =
        document.texts.iter().map(|piece| piece.text.matches("margin").count()).sum();
    assert_eq!(styles, 1, "{:#?}", told(&document));
}

#[test]
fn rtf_is_told_with_what_programs_keep() {
    for inside in [
        "{\\*\\generator SECRET}",
        "{\\stylesheet SECRET}",
        "{\\fonttbl SECRET}",
        "{\\*\\datastore SECRET}",
        "{\\*\\themedata SECRET}",
        "\\uc16\\u32 jane.roe@example\\uc4\\u46 .org",
    ] {
        let file = format!("{{\\rtf1 x{}}}", inside.replace("SECRET", SECRET));
        let document = open("", file.as_bytes());
        let all: String = document.texts.iter().map(|piece| piece.text.as_str()).collect();
        assert!(all.contains("jane.roe@example"), "{inside}: {:#?}", told(&document));
    }
    let theme: String = zip(&[("theme.xml", format!("<a>{SECRET}</a>").as_bytes())])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    speaks("theme", format!("{{\\rtf1 x{{\\*\\themedata {theme}}}}}").as_bytes());
    misses(&open("", b"{\\rtf1 x\\bin4 abcd}"), "binary data", Why::Unsupported);
}

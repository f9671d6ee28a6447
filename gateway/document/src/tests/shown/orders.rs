//! Pages whose glyphs and fields are drawn in another order than they are read.

use super::super::build::*;
use super::super::*;

const HELVETICA: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

fn drawn(pieces: &[(f64, f64, &str)]) -> Vec<String> {
    let mut content = String::new();
    for (x, y, text) in pieces {
        content.push_str(&format!("BT /F1 12 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n"));
    }
    told(&open("", &page(content.as_bytes(), HELVETICA, &[])))
}

#[test]
fn glyphs_that_are_drawn_in_any_order_are_told_as_they_stand() {
    let pieces = [
        (114.0, 700.0, "0343"),
        (50.0, 700.0, "4539"),
        (146.0, 700.0, "6467"),
        (82.0, 700.0, "1488"),
    ];
    assert_eq!(
        drawn(&pieces)[1],
        "content page 1 [in the order of its places] 4539 1488 0343 6467"
    );
    let pairs = ["67", "64", "43", "03", "88", "14", "39", "45"];
    let backwards: Vec<(f64, f64, &str)> = (0..8)
        .rev()
        .zip(pairs)
        .map(|(at, pair)| (50.0 + 13.4 * f64::from(at), 700.0, pair))
        .collect();
    assert!(drawn(&backwards).concat().contains("4539148803436467"), "{:?}", drawn(&backwards));
    // Two lines that are drawn by turns.
    let turns =
        [(50.0, 700.0, "4539"), (50.0, 680.0, "ab"), (82.0, 700.0, "1488"), (64.0, 680.0, "cd")];
    assert!(drawn(&turns).concat().contains("4539 1488|ab"), "{:?}", drawn(&turns));
}

#[test]
fn pages_in_the_usual_order_are_told_once() {
    let columns = [
        (50.0, 700.0, "left one"),
        (50.0, 686.0, "left two"),
        (300.0, 700.0, "right one"),
        (300.0, 686.0, "right two"),
    ];
    assert_eq!(drawn(&columns).len(), 1, "{:?}", drawn(&columns));
    // Bold letters that are drawn twice.
    let bold = [(50.0, 700.0, "bold"), (50.3, 700.0, "bold"), (80.0, 700.0, "next")];
    assert_eq!(drawn(&bold).len(), 1, "{:?}", drawn(&bold));
    // An accent that is drawn before its letter, and a note above the line.
    let accent = [
        (50.0, 700.0, "na"),
        (64.5, 700.0, "\\250"),
        (63.3, 700.0, "u"),
        (70.0, 704.0, "1"),
        (77.0, 700.0, "x"),
    ];
    assert_eq!(drawn(&accent).len(), 1, "{:?}", drawn(&accent));
    let upwards = [(50.0, 686.0, "second"), (50.0, 700.0, "first")];
    assert_eq!(drawn(&upwards).len(), 1, "{:?}", drawn(&upwards));
}

#[test]
fn turned_pages_are_put_in_order_too() {
    let mut content = String::new();
    for (y, text) in [(364.0, "0343"), (300.0, "4539"), (396.0, "6467"), (332.0, "1488")] {
        content.push_str(&format!("BT /F1 12 Tf 0 1 -1 0 300 {y} Tm ({text}) Tj ET\n"));
    }
    let document = open("", &page(content.as_bytes(), HELVETICA, &[]));
    tells(&document, Role::Content, "page 1", "4539 1488 0343 6467");
}

#[test]
fn fields_side_by_side_are_told_as_one() {
    let field = |x: usize, width: usize, value: &str| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (k{x}) /V ({value}) /Rect [{x} 600 {} 620] >>",
            x + width
        )
        .into_bytes()
    };
    let fields = |all: &[(usize, usize, &str)]| {
        let objects: Vec<Vec<u8>> =
            all.iter().map(|(x, width, value)| field(*x, *width, value)).collect();
        let numbers: String = (6..6 + all.len()).map(|number| format!("{number} 0 R ")).collect();
        let annotations = format!("/Annots [{numbers}]");
        told(&open("", &page_with(b"", HELVETICA, &annotations, "", &objects))).concat()
    };
    let groups = [(170, 50, "0343"), (50, 50, "4539"), (230, 50, "6467"), (110, 50, "1488")];
    assert!(fields(&groups).contains("4539 1488 0343 6467"));
    let comb: Vec<(usize, usize, &str)> = ["D", "E", "8", "9", "3", "7", "0", "4"]
        .into_iter()
        .enumerate()
        .map(|(at, sign)| (50 + 20 * at, 18, sign))
        .collect();
    assert!(fields(&comb).contains("DE893704"));
    assert!(!fields(&[(50, 50, "Max"), (300, 50, "12")]).contains("Max 12"));
}

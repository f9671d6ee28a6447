//! Writes what stands in a file: a line of JSON for each text and for each place that was not read.
//!
//! `cargo run --release -p document --example texts FILE [MEDIA TYPE]`

#![expect(clippy::print_stdout, reason = "an example that prints")]
#![expect(clippy::disallowed_methods, reason = "reads the file it is given")]

use document::{Hints, Limits, read};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("", String::as_str);
    let media_type = arguments.get(1).map_or("", String::as_str);
    let bytes = std::fs::read(name)?;
    let document = read(&bytes, &Hints { name, media_type }, &Limits::default());
    println!("{{\"kind\":{}}}", quoted(document.kind.name()));
    for piece in &document.texts {
        println!(
            "{{\"role\":{},\"place\":{},\"label\":{},\"text\":{}}}",
            quoted(piece.role.name()),
            quoted(&piece.place),
            quoted(&piece.label),
            quoted(&piece.text)
        );
    }
    for unread in &document.unread {
        println!(
            "{{\"unread\":{},\"place\":{}}}",
            quoted(unread.why.name()),
            quoted(&unread.place)
        );
    }
    Ok(())
}

/// A string of JSON.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

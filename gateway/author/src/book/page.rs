//! Headings, paragraphs, lists and tables, and how HTML and Markdown write them.

use std::fmt::Write as _;

/// A whole book.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) title: String,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    /// Depth from 2, words, and what links point at.
    Heading(u8, String, String),
    Paragraph(String),
    /// A sentence of the policy itself.
    Quote(String),
    List(Vec<String>),
    Table(Vec<&'static str>, Vec<Vec<String>>),
}

impl Page {
    pub(super) fn chapter(&mut self, words: &str) {
        self.heading(2, words, &format!("chapter-{words}"));
    }

    /// The part of a chapter that is about one block.
    pub(super) fn block(&mut self, kind: &str, name: &str) {
        self.heading(3, name, &format!("{kind}-{name}"));
    }

    fn heading(&mut self, depth: u8, words: &str, anchor: &str) {
        let anchor = anchor.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '.', "-");
        self.pieces.push(Piece::Heading(depth, words.to_owned(), anchor));
    }

    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.pieces.push(Piece::Paragraph(words.into()));
    }

    /// Nothing if there is no sentence.
    pub(super) fn quote(&mut self, words: &str) {
        if !words.is_empty() {
            self.pieces.push(Piece::Quote(words.to_owned()));
        }
    }

    pub(super) fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.pieces.push(Piece::List(items));
        }
    }

    /// Nothing if there are no rows.
    pub(super) fn table(&mut self, heads: &[&'static str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.pieces.push(Piece::Table(heads.to_vec(), rows));
        }
    }

    pub(super) fn html(&self) -> String {
        let title = escape(&self.title);
        let mut text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<nav>\n<ul>\n"
        );
        for piece in &self.pieces {
            if let Piece::Heading(depth, words, anchor) = piece {
                let (words, anchor) = (escape(words), escape(anchor));
                let _ =
                    writeln!(text, "<li class=\"d{depth}\"><a href=\"#{anchor}\">{words}</a></li>");
            }
        }
        text.push_str("</ul>\n</nav>\n");
        self.pieces.iter().for_each(|piece| piece.html(&mut text));
        text.push_str("</body>\n</html>\n");
        text
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n", mark(&self.title));
        self.pieces.iter().for_each(|piece| piece.markdown(&mut text));
        text
    }
}

impl Piece {
    fn html(&self, text: &mut String) {
        let _ = match self {
            Piece::Heading(depth, words, anchor) => {
                let (words, anchor) = (escape(words), escape(anchor));
                writeln!(text, "<h{depth} id=\"{anchor}\">{words}</h{depth}>")
            }
            Piece::Paragraph(words) => writeln!(text, "<p>{}</p>", escape(words)),
            Piece::Quote(words) => writeln!(text, "<blockquote>{}</blockquote>", escape(words)),
            Piece::List(items) => {
                let item = |item: &String| format!("<li>{}</li>\n", escape(item));
                writeln!(text, "<ul>\n{}</ul>", items.iter().map(item).collect::<String>())
            }
            Piece::Table(heads, rows) => {
                let head = |head: &&str| format!("<th>{}</th>", escape(head));
                let cell = |cell: &String| format!("<td>{}</td>", escape(cell));
                let row = |row: &Vec<String>| {
                    format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>())
                };
                writeln!(
                    text,
                    "<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>",
                    heads.iter().map(head).collect::<String>(),
                    rows.iter().map(row).collect::<String>()
                )
            }
        };
    }

    fn markdown(&self, text: &mut String) {
        let _ = match self {
            Piece::Heading(depth, words, _) => {
                writeln!(text, "\n{} {}", "#".repeat(usize::from(*depth)), mark(words))
            }
            Piece::Paragraph(words) => writeln!(text, "\n{}", mark(words)),
            Piece::Quote(words) => writeln!(text, "\n> {}", mark(words)),
            Piece::List(items) => {
                let item = |item: &String| format!("- {}\n", mark(item));
                write!(text, "\n{}", items.iter().map(item).collect::<String>())
            }
            Piece::Table(heads, rows) => {
                let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
                let heads_row = row(heads.iter().map(|head| mark(head)).collect());
                let rule = row(heads.iter().map(|_| "---".to_owned()).collect());
                let cells =
                    |cells: &Vec<String>| row(cells.iter().map(|cell| mark(cell)).collect());
                write!(text, "\n{heads_row}{rule}{}", rows.iter().map(cells).collect::<String>())
            }
        };
    }
}

/// A policy is text of its authors: none of it is markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The same for Markdown; a line break would end a row of a table.
pub(crate) fn mark(text: &str) -> String {
    let marks = |c: char| "\\`*_[]<>#|!&~".contains(c);
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().flat_map(|c| marks(c).then_some('\\').into_iter().chain([c])).collect()
}

const STYLE: &str = "\
body { font: 16px/1.5 Georgia, serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
h1, h2, h3, th, nav { font-family: system-ui, sans-serif }
h2 { border-bottom: 2px solid #111; margin-top: 3rem }
h3 { margin-bottom: .3rem }
blockquote { margin: .3rem 0 .8rem; padding-left: .8rem; border-left: 4px solid #888; font-size: 1.1em }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem }
th, td { border: 1px solid #999; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #eee }
nav ul { columns: 3; list-style: none; padding: 0; font-size: .9em }
nav .d2 { font-weight: bold; margin-top: .4rem }
nav .d3 { padding-left: 1rem; overflow-wrap: anywhere }
@media print {
  body { font-size: 10.5pt; max-width: none; margin: 0 }
  h2 { break-before: page }
  h3 { break-after: avoid }
  tr, blockquote { break-inside: avoid }
  a { color: inherit; text-decoration: none }
}
";

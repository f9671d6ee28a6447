//! Formulas of nothing but texts: what they give, for files whose cells were never worked out.

/// The text that a formula puts together of quoted texts with `&` or `CONCATENATE`, or `None` if it does more, or nothing.
pub(super) fn text(formula: &str) -> Option<String> {
    let (mut out, mut parts, mut rest) = (String::new(), 0_usize, formula.trim());
    rest = rest.strip_prefix('=').unwrap_or(rest);
    while let Some((before, from)) = rest.split_once('"') {
        joins(before)?;
        let (text, behind) = quoted(from)?;
        out.push_str(&text);
        parts += 1;
        rest = behind;
    }
    joins(rest)?;
    (parts > 1).then_some(out)
}

/// A quoted text to its end, and what follows; a mark within it is written twice.
fn quoted(from: &str) -> Option<(String, &str)> {
    let (mut text, mut rest) = (String::new(), from);
    loop {
        let (part, behind) = rest.split_once('"')?;
        text.push_str(part);
        let Some(more) = behind.strip_prefix('"') else { return Some((text, behind)) };
        text.push('"');
        rest = more;
    }
}

/// Whether what stands between two texts does no more than to join them.
fn joins(between: &str) -> Option<()> {
    let words = between.split(|c: char| c.is_whitespace() || "&(),;".contains(c));
    let known = ["", "CONCATENATE", "CONCAT", "_xlfn.CONCAT"];
    words.into_iter().all(|word| known.contains(&word)).then_some(())
}

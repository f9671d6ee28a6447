//! JUnit XML, as build servers read it.

use std::io::{self, Write};

use policy::{Proof, TestResult, Verdict};

use super::report::Remark;

/// One case and, if it failed, why.
pub(super) struct Case {
    name: String,
    file: Option<(String, usize)>,
    failure: Option<(String, String)>,
}

impl Case {
    /// A test block.
    pub(super) fn of_test(result: &TestResult) -> Self {
        let failure =
            (!result.passed).then(|| ("expected otherwise".to_owned(), result.failures.join("\n")));
        Self { name: result.name.clone(), file: Some((result.file.clone(), result.line)), failure }
    }

    /// An invariant.
    pub(super) fn of_proof(proof: &Proof) -> Self {
        let is_violated = matches!(proof.verdict, Verdict::Violated { .. });
        let failure = is_violated.then(|| ("violated".to_owned(), proof.to_string()));
        Self { name: proof.invariant.clone(), file: None, failure }
    }

    /// What somebody should look at, as a failure.
    pub(super) fn of_remark(remark: &Remark) -> Self {
        let place = remark.place.as_ref();
        let (line, column) = place.map_or((0, 0), |place| place.start);
        let at = place.map_or(String::new(), |place| format!(" {}:{line}:{column}", place.file));
        Self {
            name: format!("{}{at}", remark.id),
            file: place.map(|place| (place.file.clone(), line)),
            failure: Some((remark.id.to_owned(), remark.message.clone())),
        }
    }
}

/// Writes suites of cases; a suite without cases is left out.
pub(super) fn write(suites: &[(&str, Vec<Case>)], out: &mut impl Write) -> io::Result<()> {
    let failed = |cases: &[Case]| cases.iter().filter(|case| case.failure.is_some()).count();
    let all: usize = suites.iter().map(|(_, cases)| cases.len()).sum();
    let failures: usize = suites.iter().map(|(_, cases)| failed(cases)).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"seawall rules\" tests=\"{all}\" failures=\"{failures}\">")?;
    for (name, cases) in suites.iter().filter(|(_, cases)| !cases.is_empty()) {
        let (count, failures) = (cases.len(), failed(cases));
        writeln!(out, "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failures}\">")?;
        for case in cases {
            case.write(name, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

impl Case {
    fn write(&self, suite: &str, out: &mut impl Write) -> io::Result<()> {
        write!(out, "    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&self.name))?;
        if let Some((file, line)) = &self.file {
            write!(out, " file=\"{}\" line=\"{line}\"", escaped(file))?;
        }
        let Some((kind, told)) = &self.failure else { return writeln!(out, "/>") };
        let (kind, told) = (escaped(kind), escaped(told));
        writeln!(
            out,
            ">\n      <failure type=\"{kind}\" message=\"{kind}\">{told}</failure>\n    </testcase>"
        )
    }
}

/// Text for XML 1.0; characters that it does not have become a mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

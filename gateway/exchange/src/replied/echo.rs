//! What an answer says of the place where it was made.

use policy::Echo;

use super::Replied;

/// The longest value that is told; what is longer, or no plain word, is no name of a place.
const TOLD: usize = 32;

impl Replied {
    /// Reads what a whole answer, or the data of an event, says of its place. What says nothing contradicts nothing: only some operations
    /// and models tell.
    pub(super) fn heed(&mut self, data: &[u8]) {
        if self.summary.contradicted.is_none() {
            let mut echoes = self.destination().echoes.iter();
            self.summary.contradicted = echoes.find_map(|echo| denied(echo, data));
        }
    }
}

/// The field, and what it says, if that is another place.
fn denied(echo: &Echo, data: &[u8]) -> Option<String> {
    let said = dialect::fields_at(data, &echo.field);
    let agrees = |said: &str| {
        said == "null" || echo.values.iter().any(|value| value.eq_ignore_ascii_case(said))
    };
    let other = said.iter().find(|said| !agrees(said))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let told = if other.len() <= TOLD && other.chars().all(is_plain) { other } else { "(unnamed)" };
    Some(format!("{}: {told}", echo.field.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expect: Option<&str>) {
        let field = vec!["usage".to_owned(), "inference_geo".to_owned()];
        let echo = Echo { field, values: vec!["us".to_owned(), "us-gov".to_owned()] };
        assert_eq!(denied(&echo, body.as_bytes()).as_deref(), expect, "{body}");
    }

    #[test]
    fn another_place_is_a_contradiction() {
        check(r#"{"usage":{"inference_geo":"us"}}"#, None);
        check(r#"{"usage":{"inference_geo":"US"}}"#, None);
        check(r#"{"usage":{"inference_geo":"global"}}"#, Some("usage.inference_geo: global"));
        check(r#"{"message":{"usage":{"inference_geo":"eu"}}}"#, Some("usage.inference_geo: eu"));
        check(r#"{"usage":{"inference_geo":""}}"#, Some("usage.inference_geo: "));
        check(
            r#"{"usage":{"inference_geo":"anna at home"}}"#,
            Some("usage.inference_geo: (unnamed)"),
        );
    }

    #[test]
    fn what_says_nothing_contradicts_nothing() {
        check(r#"{"usage":{"inference_geo":null}}"#, None);
        check(r#"{"usage":{"tokens":3}}"#, None);
        check("[DONE]", None);
    }
}

//! What a chunk adds to the answer: thoughts, text, refusals and tool calls.

use super::ToAnthropic;
use super::blocks::Prose;
use crate::translate::Untranslatable;
use crate::translate::reply::thought;
use crate::translate::value::{Fields, Value};

impl ToAnthropic {
    pub(super) fn delta(
        &mut self,
        mut delta: Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        self.thoughts(&mut delta, out)?;
        self.content(&mut delta, out)?;
        self.tool_calls(&mut delta, lost)?;
        delta.ignore(&["role"]);
        delta.rest(lost);
        self.pump(false, out);
        self.within_bounds()
    }

    fn thoughts(&mut self, delta: &mut Fields, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        let (named, short) = (delta.text("reasoning_content")?, delta.text("reasoning")?);
        let thoughts = if named.is_empty() { short } else { named };
        if !thoughts.is_empty() {
            // OpenRouter says the same once more, in pieces.
            delta.ignore(&["reasoning_details"]);
        }
        self.prose(Prose::Thinking, &thoughts, out)
    }

    fn content(&mut self, delta: &mut Fields, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        let at = delta.at("content");
        match delta.take("content") {
            Some(Value::String(text)) => self.prose(Prose::Text, &text, out)?,
            Some(parts @ Value::Array(_)) => self.parts(parts, &at, out)?,
            None => {}
            Some(_) => {
                return Err(Untranslatable::new(
                    at,
                    "neither a string nor a list of parts",
                    "cut the stream",
                ));
            }
        }
        let refusal = delta.text("refusal")?;
        self.refused |= !refusal.is_empty();
        self.prose(Prose::Text, &refusal, out)
    }

    /// A list of content, as Mistral sends it.
    fn parts(&mut self, parts: Value, path: &str, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        for part in parts.items() {
            match part.str_of("type") {
                "text" => self.prose(Prose::Text, part.str_of("text"), out)?,
                "thinking" => {
                    let text = thought(part.get("thinking").cloned().unwrap_or(Value::Null));
                    self.prose(Prose::Thinking, &text, out)?;
                }
                _ => {
                    let why = "a kind of content that the client's dialect does not have";
                    return Err(Untranslatable::new(path, why, "cut the stream"));
                }
            }
        }
        Ok(())
    }
}

//! Fields by which the customers of an operator choose where it processes, and by which it tells them.

use super::Reader;
use crate::Diagnostic;
use crate::diagnostic::At;
use crate::info::{Echo, ModelName};
use crate::syntax::{Block, Cursor, Line, Shape, Token};

/// What a destination says of such fields.
#[derive(Default)]
pub(super) struct Controls {
    /// Fields of requests, each with the value that is set.
    pub(super) pins: Vec<(String, String)>,
    /// Models of which the name says the place.
    pub(super) models: Vec<ModelName>,
    /// Fields of answers.
    pub(super) echoes: Vec<Echo>,
}

/// Fields of bodies that say what is asked for; nothing may be put in their place.
const CARRIERS: [&str; 7] =
    ["messages", "system", "prompt", "input", "tools", "tool_choice", "stream"];

/// How deep within an answer a field may stand.
const DEPTH: usize = 4;

impl Reader<'_, '_> {
    /// `FIELD to VALUE`, or `model to NAME, …`
    pub(super) fn pin(&mut self, cursor: &mut Cursor<'_, '_>, controls: &mut Controls) {
        let Some(field) = cursor.name("a field of the body", self.problems) else { return };
        if CARRIERS.contains(&field.text) {
            self.problems.push(
                Diagnostic::error("P008", &cursor.at(field), "this field is not about a place")
                    .label("it carries what is sent, or says how")
                    .help("name the field by which the operator lets its customers choose where data is processed"),
            );
        }
        // A name with a dot would be set as it stands, and the operator would read another field.
        if !is_plain(field.text) {
            let help = "only fields at the top of the body can be pinned, not fields within others";
            self.no_field(&cursor.at(field), "this is no field of the body itself", help);
        }
        let known = controls.pins.iter().any(|(known, _)| known == field.text);
        if known || field.text == "model" && !controls.models.is_empty() {
            self.again(&cursor.at(field), "this field is pinned twice");
        }
        if cursor.demand(&["to"], self.problems).is_none() {
            return;
        }
        if field.text == "model" {
            let names = cursor.list("the name of a model", &[], self.problems);
            let models = names.iter().filter_map(|name| self.model_name(name, &cursor.at(name)));
            controls.models = models.collect();
        } else {
            let value = self.free(cursor);
            controls.pins.push((field.text.to_owned(), value));
        }
    }

    /// `FIELD as VALUE, …`, or one value of several words as a text.
    pub(super) fn echo(&mut self, cursor: &mut Cursor<'_, '_>, controls: &mut Controls) {
        let Some(field) = cursor.name("a field of the answer", self.problems) else { return };
        let path: Vec<String> = field.text.split('.').map(str::to_owned).collect();
        if path.len() > DEPTH || !path.iter().all(|name| is_plain(name)) {
            let help = "write the names of the objects around it and its own with dots between, up to four, as in usage.inference_geo";
            self.no_field(&cursor.at(field), "this is no field of an answer", help);
        }
        if controls.echoes.iter().any(|known| known.field == path) {
            self.again(&cursor.at(field), "this field is told of twice");
        }
        if cursor.demand(&["as"], self.problems).is_some() {
            let values = match cursor.take(Shape::Text) {
                Some(text) => vec![text.sentence()],
                None => {
                    let words = cursor.list("what the answer says", &[], self.problems);
                    words.iter().map(|token| token.text.to_owned()).collect()
                }
            };
            controls.echoes.push(Echo { field: path, values });
        }
    }

    /// What is rerouted here is given this model, so it must be one that is taken.
    pub(super) fn own_model(
        &mut self,
        block: &Block<'_>,
        model: Option<&str>,
        controls: &Controls,
    ) {
        let taken = |name| controls.models.iter().any(|known| known.names(name));
        let Some(name) = model.filter(|name| !controls.models.is_empty() && !taken(name)) else {
            return;
        };
        let line = block.lines.iter().find(|line| line.key().text == "model");
        let Some(at) = line.map(Line::at) else { return };
        let message = format!("`{name}` is none of the models that are pinned");
        self.problems.push(
            Diagnostic::error("P008", &at, message)
                .label("what is rerouted here would be refused")
                .help("name a model that `pins model to …` takes, or pin this one too"),
        );
    }

    /// A name, or one with a star at its begin or end for whatever stands there.
    fn model_name(&mut self, token: &Token<'_>, at: &At) -> Option<ModelName> {
        let name = ModelName::parse(token.text);
        if name.is_none() {
            self.problems.push(
                Diagnostic::error("P008", at, "this is no name of models")
                    .label("a star stands for the rest of a name, once, at its begin or its end")
                    .help("write it as in eu.* or *:provider, or name one model"),
            );
        }
        name
    }

    fn no_field(&mut self, at: &At, message: &'static str, help: &'static str) {
        let label = "letters, digits, `_` and `-` are expected";
        self.problems.push(Diagnostic::error("P008", at, message).label(label).help(help));
    }

    fn again(&mut self, at: &At, message: &'static str) {
        self.problems.push(
            Diagnostic::error("P004", at, message)
                .label("one line says all")
                .help("remove one of the two lines"),
        );
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

//! What an editor asks, and what answers it.

use lsp_types::{
    CodeActionParams, CodeLensParams, CompletionParams, CompletionResponse,
    DocumentFormattingParams, DocumentSymbolParams, FoldingRangeParams, GotoDefinitionParams,
    HoverParams, Position, ReferenceParams, RenameParams, TextDocumentPositionParams, Url,
    WorkspaceSymbolParams,
};
use policy::Mention;
use serde::Serialize;
use serde_json::Value;

use super::{Answer, Server, Shelf, read, refused, to_json};
use crate::desk::{Desk, Reading};
use crate::{complete, hover, lens, names, problems, symbols};

impl<S: Shelf> Server<S> {
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Answer {
        match method {
            "textDocument/completion" => self.completion(&read(params)?),
            "textDocument/hover" => {
                let params: HoverParams = read(params)?;
                self.word(&params.text_document_position_params, |desk, reading, word| {
                    to_json(hover::of(desk, reading, word))
                })
            }
            "textDocument/definition" => {
                let params: GotoDefinitionParams = read(params)?;
                self.word(&params.text_document_position_params, |_, reading, word| {
                    to_json(names::definition(reading, word))
                })
            }
            "textDocument/references" => {
                let params: ReferenceParams = read(params)?;
                let declared = params.context.include_declaration;
                self.word(&params.text_document_position, |_, reading, word| {
                    to_json(names::references(reading, word, declared))
                })
            }
            "textDocument/prepareRename" => {
                let params: TextDocumentPositionParams = read(params)?;
                self.word(&params, |_, reading, word| {
                    to_json(names::prepare(reading, word).map_err(|why| refused(-32803, why))?)
                })
            }
            "textDocument/rename" => self.rename(&read(params)?),
            "workspace/symbol" => self.symbols(&read(params)?),
            method => self.ask_of_file(method, params),
        }
    }

    /// Questions about a whole file.
    fn ask_of_file(&mut self, method: &str, params: Value) -> Answer {
        match method {
            "textDocument/documentSymbol" => {
                let params: DocumentSymbolParams = read(params)?;
                self.file(&params.text_document.uri, symbols::of_file)
            }
            "textDocument/foldingRange" => {
                let params: FoldingRangeParams = read(params)?;
                self.file(&params.text_document.uri, symbols::folds)
            }
            "textDocument/formatting" => {
                let params: DocumentFormattingParams = read(params)?;
                self.file(&params.text_document.uri, problems::formatted)
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = read(params)?;
                self.file(&params.text_document.uri, |reading, path| {
                    problems::mends(reading, path, params.range)
                })
            }
            "textDocument/codeLens" => {
                let params: CodeLensParams = read(params)?;
                self.file(&params.text_document.uri, lens::of)
            }
            unknown => Err(refused(-32601, format!("`{unknown}` is not offered"))),
        }
    }

    /// The desk of a file with everything read.
    fn at_desk(&mut self, uri: &Url) -> Option<(&Desk, &Reading, String)> {
        let (folder, path) = self.place(uri)?;
        let now = self.shelf.now();
        let desk = self.desk(&folder);
        desk.reading(now);
        let reading = desk.read()?;
        Some((desk, reading, path))
    }

    fn file<T: Serialize>(&mut self, uri: &Url, of: impl FnOnce(&Reading, &str) -> T) -> Answer {
        match self.at_desk(uri) {
            Some((_, reading, path)) => to_json(of(reading, &path)),
            None => Ok(Value::Null),
        }
    }

    /// Answers about the word at a place; nothing where no name stands.
    fn word(
        &mut self,
        place: &TextDocumentPositionParams,
        of: impl FnOnce(&Desk, &Reading, &Mention) -> Answer,
    ) -> Answer {
        let Some((desk, reading, path)) = self.at_desk(&place.text_document.uri) else {
            return Ok(Value::Null);
        };
        match byte(reading, &path, place.position) {
            Some((file, byte)) => match names::at(reading, file, byte) {
                Some(word) => of(desk, reading, &word),
                None => Ok(Value::Null),
            },
            None => Ok(Value::Null),
        }
    }

    fn completion(&mut self, params: &CompletionParams) -> Answer {
        let place = &params.text_document_position;
        let Some((desk, reading, path)) = self.at_desk(&place.text_document.uri) else {
            return Ok(Value::Null);
        };
        let Some((_, byte)) = byte(reading, &path, place.position) else { return Ok(Value::Null) };
        let items = complete::at(desk, reading, &path, byte);
        to_json(CompletionResponse::Array(items))
    }

    fn rename(&mut self, params: &RenameParams) -> Answer {
        self.word(&params.text_document_position, |desk, reading, word| {
            let edit = names::rename(reading, &desk.catalogue(), word, &params.new_name);
            to_json(edit.map_err(|why| refused(-32803, why))?)
        })
    }

    fn symbols(&mut self, params: &WorkspaceSymbolParams) -> Answer {
        let now = self.shelf.now();
        let desks = self.desks.values_mut();
        let found = desks.flat_map(|desk| symbols::matching(desk.reading(now), &params.query));
        to_json(found.collect::<Vec<_>>())
    }
}

fn byte(reading: &Reading, path: &str, place: Position) -> Option<(usize, usize)> {
    let (file, _) = reading.file(path)?;
    Some((file, reading.lines(file).byte(place)))
}

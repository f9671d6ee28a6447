//! The language server without its wires: methods in, answers out.
//!
//! Whatever comes in is answered or refused; nothing that a client sends ends the server. The prover is asked when a file is opened or
//! saved, and when its author pauses; everything else at once.

mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, InitializeParams, PublishDiagnosticsParams, Url,
};
use policy::Source;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::desk::{Desk, Detector};
use crate::{names, problems, text};

/// What the outer world hands in.
pub trait Shelf {
    /// The policy folder that a file belongs to; `roots` are the folders that the editor has open. `None` if it belongs to none.
    fn folder_of(&self, roots: &[PathBuf], file: &Path) -> Option<PathBuf>;
    /// What is in a policy folder. What cannot be read is left out.
    fn read(&self, folder: &Path) -> Folder;
    /// Seconds since 1970-01-01 UTC.
    fn now(&self) -> i64;
}

/// A policy folder as it is on disk.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its files, each with its absolute path.
    pub sources: Vec<Source>,
    /// Packs that a policy may name.
    pub packs: Vec<Source>,
    /// What its classes may name under `detect`.
    pub detectors: Vec<Detector>,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A code of JSON-RPC or of the protocol.
    pub code: i32,
    /// Why, for the person at the editor.
    pub message: String,
}

type Answer = Result<Value, Refused>;

/// The state of one session with an editor.
pub struct Server<S> {
    shelf: S,
    roots: Vec<PathBuf>,
    desks: BTreeMap<PathBuf, Desk>,
    /// Open files and the desks they lie on.
    open: BTreeMap<Url, PathBuf>,
    /// Open files that lie on none.
    strays: BTreeSet<Url>,
    /// Desks of which the editor is to be told anew, and whether the prover is to be asked.
    stale: BTreeMap<PathBuf, bool>,
    /// Desks on which something was changed since the prover was asked.
    unproven: BTreeSet<PathBuf>,
    /// Whether the editor asks for lenses anew when it is told to.
    refreshes: bool,
    /// Whether the prover has answered since it was told to.
    proved: bool,
    /// How often it was told to.
    refreshed: u64,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
}

impl<S: Shelf> Server<S> {
    /// A server that nobody has spoken to.
    pub fn new(shelf: S) -> Server<S> {
        Server {
            shelf,
            roots: Vec::new(),
            desks: BTreeMap::new(),
            open: BTreeMap::new(),
            strays: BTreeSet::new(),
            stale: BTreeMap::new(),
            unproven: BTreeSet::new(),
            refreshes: false,
            proved: false,
            refreshed: 0,
            stage: Stage::New,
        }
    }

    /// Whether the client has asked it to shut down.
    pub fn is_shut_down(&self) -> bool {
        self.stage == Stage::ShutDown
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Why there is no answer: an unknown method, parameters that are none, a session that has not begun or is over.
    pub fn request(&mut self, method: &str, params: Value) -> Answer {
        match (self.stage, method) {
            (Stage::New, "initialize") => self.initialize(read(params)?),
            (Stage::New, _) => Err(refused(-32002, "the session begins with `initialize`")),
            (Stage::ShutDown, _) => Err(refused(-32600, "the session is over")),
            (Stage::Running, "initialize") => Err(refused(-32600, "the session has begun already")),
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, method) => self.ask(method, params),
        }
    }

    fn initialize(&mut self, params: InitializeParams) -> Answer {
        let workspace = params.capabilities.workspace.and_then(|workspace| workspace.code_lens);
        self.refreshes = workspace.and_then(|lens| lens.refresh_support).unwrap_or_default();
        let folders = params.workspace_folders.into_iter().flatten().map(|folder| folder.uri);
        #[expect(deprecated, reason = "older editors give only this")]
        let roots = folders.chain(params.root_uri);
        self.roots = roots.filter_map(|uri| uri.to_file_path().ok()).collect();
        self.stage = Stage::Running;
        Ok(json!({
            "serverInfo": { "name": "seawall", "version": env!("CARGO_PKG_VERSION") },
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": { "openClose": true, "change": 2, "save": true },
                "completionProvider": { "triggerCharacters": [" "] },
                "hoverProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "documentSymbolProvider": true,
                "workspaceSymbolProvider": true,
                "renameProvider": { "prepareProvider": true },
                "foldingRangeProvider": true,
                "documentFormattingProvider": true,
                "codeActionProvider": { "codeActionKinds": ["quickfix"] },
                "codeLensProvider": { "resolveProvider": false },
            },
        }))
    }

    /// Takes in what a client tells. What it tells wrongly is passed over: there is nobody to answer.
    pub fn notify(&mut self, method: &str, params: Value) {
        if self.stage != Stage::Running {
            return;
        }
        match method {
            "textDocument/didOpen" => with(params, |it| self.did_open(it)),
            "textDocument/didChange" => with(params, |it| self.did_change(it)),
            "textDocument/didSave" => with(params, |it: DidSaveTextDocumentParams| {
                let folder = self.open.get(&it.text_document.uri).cloned();
                self.stale.extend(folder.map(|folder| (folder, true)));
            }),
            "textDocument/didClose" => with(params, |it| self.did_close(it)),
            "workspace/didChangeWatchedFiles" => self.reread(),
            _ => {}
        }
    }

    fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some((folder, path)) = self.place(&document.uri) else {
            self.strays.insert(document.uri);
            return;
        };
        self.desk(&folder).open(&path, document.text);
        self.open.insert(document.uri, folder.clone());
        self.stale.insert(folder, true);
    }

    fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri;
        let Some(folder) = self.open.get(&uri).cloned() else { return };
        let Some(path) = path_of(&uri) else { return };
        if let Some(shown) = self.desk(&folder).shown(&path) {
            text::change(shown, params.content_changes);
        }
        self.stale.entry(folder.clone()).or_insert(false);
        self.unproven.insert(folder);
    }

    fn did_close(&mut self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        self.strays.remove(&uri);
        if let (Some(folder), Some(path)) = (self.open.remove(&uri), path_of(&uri)) {
            self.desk(&folder).close(&path);
            self.reread();
        }
    }

    /// Files have changed on disk.
    fn reread(&mut self) {
        for (folder, desk) in &mut self.desks {
            desk.set_disk(self.shelf.read(folder).sources);
            self.stale.insert(folder.clone(), true);
        }
    }

    /// Whether something was changed since the prover was asked.
    pub fn is_unproven(&self) -> bool {
        !self.unproven.is_empty()
    }

    /// The author pauses: with the next [`Server::publish`] the prover is asked of what was changed.
    pub fn pause(&mut self) {
        self.stale.extend(std::mem::take(&mut self.unproven).into_iter().map(|desk| (desk, true)));
    }

    /// That the editor is to ask for its lenses anew, because the prover has answered: how often it was told so, this time included.
    pub fn takes_lenses(&mut self) -> Option<u64> {
        let proved = std::mem::take(&mut self.proved);
        self.refreshed += u64::from(proved && self.refreshes);
        (proved && self.refreshes).then_some(self.refreshed)
    }

    /// What the editor is to be shown since it was last asked; of each file all that is wrong with it.
    pub fn publish(&mut self) -> Vec<PublishDiagnosticsParams> {
        let now = self.shelf.now();
        let mut told = Vec::new();
        for (folder, prove) in std::mem::take(&mut self.stale) {
            let Some(desk) = self.desks.get_mut(&folder) else { continue };
            let mut files: BTreeSet<String> = std::mem::take(&mut desk.told).into_iter().collect();
            let oversized: Vec<String> =
                desk.oversized().into_iter().map(ToOwned::to_owned).collect();
            if prove {
                self.unproven.remove(&folder);
                self.proved = true;
            }
            let reading = if prove { desk.prove(now) } else { desk.reading(now) };
            files.extend(reading.sources.iter().map(|source| source.path.clone()));
            files.extend(oversized.iter().cloned());
            for path in &files {
                let Some(uri) = names::url(path) else { continue };
                let found = match oversized.contains(path) {
                    true => vec![problems::oversized()],
                    false => problems::of(reading, path),
                };
                told.push(PublishDiagnosticsParams::new(uri, found, None));
            }
            desk.told = files.into_iter().collect();
        }
        let stray = |uri| PublishDiagnosticsParams::new(uri, vec![problems::stray()], None);
        told.extend(std::mem::take(&mut self.strays).into_iter().map(stray));
        told
    }

    /// The folder of a file, and the file as the compiler names it.
    fn place(&self, uri: &Url) -> Option<(PathBuf, String)> {
        let path = uri.to_file_path().ok()?;
        let folder = match self.open.get(uri) {
            Some(folder) => folder.clone(),
            None => self.shelf.folder_of(&self.roots, &path)?,
        };
        Some((folder, path.display().to_string()))
    }

    fn desk(&mut self, folder: &Path) -> &mut Desk {
        let shelf = &self.shelf;
        self.desks.entry(folder.to_owned()).or_insert_with(|| {
            let Folder { sources, packs, detectors } = shelf.read(folder);
            Desk::new(sources, packs, detectors)
        })
    }
}

fn path_of(uri: &Url) -> Option<String> {
    uri.to_file_path().ok().map(|path| path.display().to_string())
}

fn with<T: DeserializeOwned>(params: Value, take: impl FnOnce(T)) {
    if let Ok(params) = serde_json::from_value(params) {
        take(params);
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|why| refused(-32602, why.to_string()))
}

fn to_json(answer: impl Serialize) -> Answer {
    serde_json::to_value(answer).map_err(|why| refused(-32603, why.to_string()))
}

fn refused(code: i32, message: impl Into<String>) -> Refused {
    Refused { code, message: message.into() }
}

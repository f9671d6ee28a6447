// Starts `seawall rules lsp` and connects the editor with it. All knowledge of the language is there.
'use strict';

const { workspace } = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

let client;

function activate() {
  const settings = workspace.getConfiguration('seawall');
  const server = {
    command: settings.get('program'),
    args: settings.get('arguments'),
    transport: TransportKind.stdio,
  };
  client = new LanguageClient('seawall', 'Seawall policy', server, {
    documentSelector: [{ scheme: 'file', language: 'seawall-policy' }],
    synchronize: { fileEvents: workspace.createFileSystemWatcher('**/*.policy') },
  });
  return client.start();
}

function deactivate() {
  return client ? client.stop() : undefined;
}

module.exports = { activate, deactivate };

//! What replaces a finding, and how it is put back.
//!
//! | method | what leaves | can be put back |
//! |---|---|---|
//! | [`Method::Remove`] | nothing | no |
//! | [`Method::Mask`] | `[NATIONALID]`: the class, and neither the value nor its length | no |
//! | [`Method::Token`] | `[NATIONALID-7F3K9Q2MXA]`: the class and a keyed code of the value | by the [`Vault`] of the exchange |
//!
//! A token is a pseudonym. Its code is HMAC-SHA256 of the value under a key for one [`Scope`], so that the same value
//! has the same token in every turn and on every node without anything stored, while another tenant, destination,
//! application or period sees another code that cannot be linked to the first. A number has one token however it is grouped,
//! and comes back as it stood first. The vault holds which code stands for which value; it lives as long as the exchange and is
//! wiped at its end.
//!
//! ```
//! use protect::{Method, Scope, Seen, Target, Tokeniser, Vault, replacement};
//!
//! let scope = Scope { tenant: "ministry", destination: "openai-eu", application: "helpdesk", period: "2026-11" };
//! let tokeniser = Tokeniser::new(&[7; 32], &scope);
//! let mut vault = Vault::default();
//! let token = replacement(Method::Token, "email", "ann@example.org", &tokeniser, &mut vault);
//! assert!(token.starts_with("[EMAIL-"));
//!
//! // The model has its own ideas of how to write that.
//! let answer = format!("Write to **{}**.", token.to_lowercase().replace('-', "\u{2011}"));
//! let found = vault.find(&Seen::new(Target::Plain), &answer, true);
//! assert_eq!(found.hits[0].with, "ann@example.org");
//! ```
//!
//! Within the address of a page, which a client might fetch, no value is put back.
//!
//! A streamed answer is restored as it comes; see [`Vault::find`]. A value is escaped for where it is put: see [`Nest`].

mod code;
mod grouping;
mod heads;
mod nest;
mod replace;
mod restore;
mod seen;
mod shape;
mod source;
mod token;
mod tokeniser;
mod url;
mod vault;

pub use grouping::{GROUPED, groups};
pub use nest::Nest;
pub use replace::{Method, mask, replacement};
pub use restore::{Hit, Passed, Tokens};
pub use seen::{HOLD_MAX, Seen};
pub use shape::tokens_in;
pub use source::Target;
pub use tokeniser::{Scope, Tokeniser};
pub use vault::Vault;

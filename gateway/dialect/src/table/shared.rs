//! What means the same in both dialects.

use super::Treatment::{Flag, Free, Model, Refused, Text, Use, Words};
use super::Who::{Always, Speaker};
use super::{Flag as Switch, Row, Treatment};
use crate::part::Role;

pub(super) const SAID: Treatment = Text { who: Speaker, flows: true };
pub(super) const SETTING: Treatment = Text { who: Always(Role::Setting), flows: false };
/// One of several stop sequences: a value may be split over them.
pub(super) const STOP: Treatment = Text { who: Always(Role::Setting), flows: true };
pub(super) const DEFINITION: Treatment = Text { who: Always(Role::Definition), flows: false };
pub(super) const TOOL: Treatment = Text { who: Always(Role::Tool), flows: false };
pub(super) const SETTINGS: Treatment = Free(Always(Role::Setting));
pub(super) const SWITCH: Treatment = Words(&[]);

/// The settings with exactly one reading, and the places from which a compatible provider takes others.
pub(super) const ONE_READING: &[Row] = &[
    Row("model", Model),
    Row("stream", Flag(Switch::Stream)),
    Row("store", Flag(Switch::Store)),
    Row("", Use(NO_OTHER)),
    Row("models", Refused),
    Row("fallbacks", Refused),
    Row("fallback_models", Refused),
    Row("extra_body", SETTINGS),
    Row("extra_body", Use(NO_OTHER)),
    Row("litellm_params", SETTINGS),
    Row("litellm_params", Use(NO_OTHER)),
];

const NO_OTHER: &[Row] = &[Row("~model", Refused), Row("~stream", Refused), Row("~store", Refused)];

/// What `cache_control` holds.
pub(super) const CACHE: &[Row] =
    &[Row("type", Words(&["ephemeral"])), Row("ttl", Words(&["5m", "1h"]))];

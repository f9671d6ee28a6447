//! Stores that are broken off, mirrors that lie.

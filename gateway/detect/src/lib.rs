//! Text in, findings out: what is sensitive in a text, and where.

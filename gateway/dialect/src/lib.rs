//! AI wire formats: the parts of text in a body, edits in place, event streams, translation.

//! What replaces a finding, and how it is put back.

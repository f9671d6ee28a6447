//! The outside world of the data plane: listeners, sessions, the upstream engine.

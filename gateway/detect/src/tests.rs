//! The engine against its oracle, its cuts and its promises.

//! The durable, verifiable record on disk.

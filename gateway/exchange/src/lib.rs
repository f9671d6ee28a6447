//! The life of one request, as stages.

//! The record of an exchange and its projections.

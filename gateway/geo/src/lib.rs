//! Countries, zones and addresses: where a place is, and on what evidence.

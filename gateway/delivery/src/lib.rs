//! How policy bundles come to a gateway and stay with it: the sources that they are fetched from, and the store on its disk.
//!
//! Nothing is believed here. What a source gives is bytes, bounded before they are read; whether they are a policy is the verdict of
//! `bundle`, over exactly these bytes, with the root and the state of the store. So a mirror that lies can hold a new policy back, which
//! the expiry of the old one answers, and can do nothing else.
//!
//! Reading order: `fault` (what is told) → `delivered` (a bundle with what belongs to it) → `store` (the disk) → `source` (which
//! kinds there are) → `folder`, `web`, `mirror`, `s3`, `oci` → `pace` (when to ask again).
//!
//! Invariants:
//! - Nothing is read beyond the bound of its kind, and no request outlasts its deadline.
//! - No redirect is followed, and credentials go to the origin that they were configured for and to no other.
//! - The store holds one whole policy at every moment: what a crash interrupts is found as it was before or as it was to be.
//! - Messages name files, hosts and figures, never credentials or what a server sent.

mod delivered;
mod fault;
mod folder;
mod mirror;
mod oci;
mod pace;
mod s3;
mod source;
mod store;
#[cfg(test)]
mod tests;
mod web;

pub use delivered::{Delivery, REQUIRED_FILE, SignedFile};
pub use fault::Fault;
pub use folder::{read_bundle, read_signed};
pub use mirror::LATEST;
pub use pace::Pace;
pub use source::{Access, Fetched, Source, Wanted};
pub use store::{Kept, Locked, POINTS, Store};

//! A bundle with all that came with it, unverified.

use bundle::{Refused, Signed, Trust, Verified};

/// What the statement of the required invariants is called beside a bundle.
pub const REQUIRED_FILE: &str = "required.json";

/// A file and the signature files beside it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SignedFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// The `.minisig` files, in any order.
    pub signatures: Vec<Vec<u8>>,
}

impl std::fmt::Debug for SignedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (bytes, count) = (self.bytes.len(), self.signatures.len());
        write!(f, "SignedFile({bytes} bytes, {count} signatures)")
    }
}

impl SignedFile {
    /// Lends it to what verifies.
    pub fn lend<T>(&self, verdict: impl FnOnce(&Signed<'_>) -> T) -> T {
        let signatures: Vec<&[u8]> = self.signatures.iter().map(Vec::as_slice).collect();
        verdict(&Signed { bytes: &self.bytes, signatures: &signatures })
    }
}

/// A bundle as it came: nothing of it was believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The bundle.
    pub bundle: SignedFile,
    /// The statement of the required invariants, if there was one.
    pub required: Option<SignedFile>,
}

impl Delivery {
    /// The verdict of [`bundle::install`]: whether it may be taken as new.
    ///
    /// # Errors
    /// Why not: all that can be known at once.
    pub fn install(&self, trust: &Trust<'_>) -> Result<Verified, Vec<Refused>> {
        self.judge(|bundle, required| bundle::install(bundle, required, trust))
    }

    /// The verdict of [`bundle::open`]: whether it is the one that was installed.
    ///
    /// # Errors
    /// Why not: all that can be known at once.
    pub fn open(&self, trust: &Trust<'_>) -> Result<Verified, Vec<Refused>> {
        self.judge(|bundle, required| bundle::open(bundle, required, trust))
    }

    fn judge<T>(&self, verdict: impl FnOnce(&Signed<'_>, Option<&Signed<'_>>) -> T) -> T {
        self.bundle.lend(|bundle| match &self.required {
            Some(statement) => statement.lend(|statement| verdict(bundle, Some(statement))),
            None => verdict(bundle, None),
        })
    }
}

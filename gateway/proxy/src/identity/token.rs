//! Identity tokens of callers: JSON web tokens (RFC 7519) that the agency's identity provider signed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::signatures;

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

/// The longest name of a person and of a group that is read, in bytes.
const NAME: usize = 256;

/// The most groups that are read of one token.
const GROUPS: usize = 2_048;

/// The identity provider that is believed, and how its tokens are read.
#[derive(Clone)]
pub struct Trusted {
    /// Lower-case name of the header that carries the token.
    pub header: String,
    /// What `iss` has to be.
    pub issuer: String,
    /// What `aud` has to hold.
    pub audience: String,
    /// The claim that names the person.
    pub person: String,
    /// The claim that lists the groups.
    pub groups: String,
    /// By list of the policy: the groups whose members are on it.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    /// The provider's public keys.
    pub keys: Keys,
}

/// The provider's public keys: an id if it has one, the algorithms it is for, the key.
#[derive(Clone)]
pub struct Keys(Vec<(Option<String>, Vec<Algorithm>, DecodingKey)>);

/// Whom a token speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bearer {
    /// The person's name; absent if the token names none.
    pub person: Option<String>,
    groups: BTreeSet<String>,
}

/// Why a token is not believed. Says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is no signed token, came twice, or asks for what is not understood.
    Form,
    /// No key of the provider made this signature.
    Signature,
    /// It was issued by someone else.
    Issuer,
    /// It is for someone else.
    Audience,
    /// It is not valid any more.
    Expired,
    /// It is not valid yet.
    Early,
    /// A claim that is read has another form than it should.
    Claims,
}

impl Unfit {
    /// What is wrong, for the caller.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Form => {
                "The identity token is no JSON web token with one signature, or came twice."
            }
            Self::Signature => {
                "The signature of the identity token was made by no key of the identity provider."
            }
            Self::Issuer => {
                "The identity token was issued by someone else than the agency's identity provider."
            }
            Self::Audience => "The identity token is for someone else than this gateway.",
            Self::Expired => "The identity token is not valid any more.",
            Self::Early => "The identity token is not valid yet.",
            Self::Claims => {
                "The identity token names person, groups or times in another form than is read."
            }
        }
    }
}

impl Keys {
    /// Reads a set of public keys (RFC 7517 §5). Keys that are not for signatures, or of a kind that is not read, are left out: RSA, P-256,
    /// P-384 and Ed25519 are read.
    ///
    /// # Errors
    /// Why it cannot be used, for the operator: it is no set, has a secret key, or none that is read.
    pub fn read(text: &str) -> Result<Self, String> {
        let expected = "expected the identity provider's key set, {\"keys\": [{\"kty\": …}, …]}, as its jwks_uri gives it";
        let set: JwkSet =
            serde_json::from_str(text).map_err(|error| format!("{expected} ({error})"))?;
        let is_secret = |key: &Jwk| matches!(key.algorithm, AlgorithmParameters::OctetKey(_));
        if let Some(at) = set.keys.iter().position(is_secret) {
            return Err(format!(
                "keys[{at}] is a secret key, and who has it can sign; have the provider sign with a private key, and give its public one"
            ));
        }
        let signs = |key: &&Jwk| {
            key.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature)
        };
        let keys: Vec<_> = set.keys.iter().filter(signs).filter_map(public_key).collect();
        if keys.is_empty() {
            return Err(format!("there is no key that signatures can be verified by; {expected}"));
        }
        Ok(Self(keys))
    }
}

/// A key with its id and the algorithms that it is for, if it is of a kind that is read.
fn public_key(key: &Jwk) -> Option<(Option<String>, Vec<Algorithm>, DecodingKey)> {
    let read = DecodingKey::from_jwk(key).ok()?;
    let named = key.common.key_algorithm.map(|name| name.to_string());
    let is_for = |one: &Algorithm| named.as_ref().is_none_or(|name| format!("{one:?}") == *name);
    let mut algorithms = Validation::new_for_family(read.family()).algorithms;
    algorithms.retain(is_for);
    (!algorithms.is_empty()).then(|| (key.common.key_id.clone(), algorithms, read))
}

impl Trusted {
    /// Believes tokens of this issuer for this audience, signed by one of these keys.
    #[must_use]
    pub fn new(header: &str, issuer: &str, audience: &str, keys: Keys) -> Self {
        signatures::install();
        Self {
            header: header.to_ascii_lowercase(),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            person: "sub".to_owned(),
            groups: "groups".to_owned(),
            lists: BTreeMap::new(),
            keys,
        }
    }

    /// Whom the token in these headers (lower-case names) speaks for; `None` if there is none. `now` is in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// Why it is not believed. A token that is not believed is not as if there were none: its sender meant to be known.
    pub fn bearer<'h>(
        &self,
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        now: i64,
    ) -> Result<Option<Bearer>, Unfit> {
        let mut carried = headers.filter(|(name, _)| *name == self.header);
        let Some((_, value)) = carried.next() else { return Ok(None) };
        if carried.next().is_some() {
            return Err(Unfit::Form);
        }
        self.read(token_in(value), now).map(Some)
    }

    fn read(&self, token: &str, now: i64) -> Result<Bearer, Unfit> {
        let claims = self.verified(token)?;
        let time = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(|at| Some(at as i64)).ok_or(Unfit::Claims),
        };
        // A token that never ends is none: nobody could take it back.
        if time("exp")?.ok_or(Unfit::Claims)?.saturating_add(LEEWAY) <= now {
            return Err(Unfit::Expired);
        }
        if time("nbf")?.is_some_and(|begin| begin.saturating_sub(LEEWAY) > now) {
            return Err(Unfit::Early);
        }
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Unfit::Issuer);
        }
        if !names(claims.get("aud"))?.contains(&self.audience) {
            return Err(Unfit::Audience);
        }
        let person = match claims.get(&self.person) {
            None => None,
            Some(Value::String(name)) if fits(name) => Some(name.clone()),
            Some(_) => return Err(Unfit::Claims),
        };
        Ok(Bearer { person, groups: names(claims.get(&self.groups))? })
    }

    /// The claims, if a key of the provider has signed them.
    fn verified(&self, token: &str) -> Result<Map<String, Value>, Unfit> {
        let header = decode_header(token).map_err(|_| Unfit::Form)?;
        if header.crit.is_some() {
            return Err(Unfit::Form);
        }
        let fits = |id: &Option<String>| match (&header.kid, id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        for (_, algorithms, key) in self.keys.0.iter().filter(|(id, ..)| fits(id)) {
            // Times, issuer and audience are looked at by this gateway's own clock and in its own words.
            let mut validation = Validation::new_for_family(key.family());
            validation.algorithms.clone_from(algorithms);
            validation.validate_exp = false;
            validation.validate_aud = false;
            validation.required_spec_claims.clear();
            if let Ok(read) = decode::<Map<String, Value>>(token, key, &validation) {
                return Ok(read.claims);
            }
        }
        Err(Unfit::Signature)
    }

    /// All lists that the provider keeps, each with whether this bearer is on it. Without a token nobody knows.
    pub(super) fn lists(&self, bearer: Option<&Bearer>) -> Vec<(String, bool)> {
        let Some(bearer) = bearer else { return Vec::new() };
        let is_on = |groups: &BTreeSet<String>| !groups.is_disjoint(&bearer.groups);
        self.lists.iter().map(|(list, groups)| (list.clone(), is_on(groups))).collect()
    }
}

/// The token of a header's value, with or without a scheme before it.
fn token_in(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => value,
    }
}

/// A claim with one name or many; some providers write one as a text of its own.
fn names(claim: Option<&Value>) -> Result<BTreeSet<String>, Unfit> {
    match claim {
        None | Some(Value::Null) => Ok(BTreeSet::new()),
        Some(Value::String(name)) if fits(name) => Ok(BTreeSet::from([name.clone()])),
        Some(Value::Array(all)) if all.len() <= GROUPS => {
            let name = |value: &Value| value.as_str().filter(|name| fits(name)).map(str::to_owned);
            all.iter().map(|value| name(value).ok_or(Unfit::Claims)).collect()
        }
        Some(_) => Err(Unfit::Claims),
    }
}

fn fits(name: &str) -> bool {
    !name.is_empty() && name.len() <= NAME && !name.chars().any(char::is_control)
}

impl fmt::Debug for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trusted({}, {} keys)", self.issuer, self.keys.0.len())
    }
}

#[cfg(test)]
mod tests;

//! The named checks of rule files: what makes a number more than a shape.
//!
//! A check sees the value without separators, upper case ([`Compact`]), or as it stands. It is a pure function and says
//! yes, no, or yes for the first so many bytes (a value that ran on into the next word).

mod arithmetic;
mod date;
mod national;
mod network;
mod payment;
mod secret;

use arithmetic::{luhn, mod97, verhoeff};

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Letters and digits only, upper case.
    Compact(fn(&[u8]) -> bool),
    /// The value as it stands.
    Raw(fn(&str) -> bool),
    /// The value as it stands; returns how many bytes belong to it.
    Trim(fn(&str) -> Option<usize>),
}

/// A check by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    /// As written in rule files.
    pub(crate) name: &'static str,
    kind: Kind,
}

const fn compact(name: &'static str, test: fn(&[u8]) -> bool) -> Check {
    Check { name, kind: Kind::Compact(test) }
}

const fn raw(name: &'static str, test: fn(&str) -> bool) -> Check {
    Check { name, kind: Kind::Raw(test) }
}

const fn trim(name: &'static str, test: fn(&str) -> Option<usize>) -> Check {
    Check { name, kind: Kind::Trim(test) }
}

/// All checks an author can name.
pub(crate) const ALL: &[Check] = &[
    compact("luhn", luhn),
    compact("verhoeff", verhoeff),
    compact("mod97", mod97),
    compact("at_svnr", national::at_svnr),
    compact("au_medicare", national::au_medicare),
    compact("au_tfn", national::au_tfn),
    compact("be_nn", national::be_nn),
    compact("bg_egn", national::bg_egn),
    compact("br_cnpj", national::br_cnpj),
    compact("br_cpf", national::br_cpf),
    compact("ca_sin", national::ca_sin),
    compact("ch_ahv", national::ch_ahv),
    compact("cl_rut", national::cl_rut),
    compact("cn_ric", national::cn_ric),
    compact("cz_rc", national::cz_rc),
    compact("de_idnr", national::de_idnr),
    compact("de_rvnr", national::de_rvnr),
    compact("de_document", national::de_document),
    compact("dk_cpr", national::dk_cpr),
    compact("ee_ik", national::ee_ik),
    compact("es_nif", national::es_nif),
    compact("fi_hetu", national::fi_hetu),
    compact("fr_nir", national::fr_nir),
    compact("gb_nhs", national::gb_nhs),
    compact("gr_amka", national::gr_amka),
    compact("hk_id", national::hk_id),
    compact("hr_oib", national::hr_oib),
    compact("id_nik", national::id_nik),
    compact("ie_pps", national::ie_pps),
    compact("il_id", national::il_id),
    compact("in_aadhaar", national::in_aadhaar),
    compact("it_cf", national::it_cf),
    compact("jp_my_number", national::jp_my_number),
    compact("kr_rrn", national::kr_rrn),
    compact("mx_curp", national::mx_curp),
    compact("my_nric", national::my_nric),
    compact("nl_bsn", national::nl_bsn),
    compact("no_fnr", national::no_fnr),
    compact("nz_ird", national::nz_ird),
    compact("pl_pesel", national::pl_pesel),
    compact("pt_nif", national::pt_nif),
    compact("ro_cnp", national::ro_cnp),
    compact("ru_snils", national::ru_snils),
    compact("se_personnummer", national::se_personnummer),
    compact("sg_nric", national::sg_nric),
    compact("si_emso", national::si_emso),
    compact("th_pin", national::th_pin),
    compact("tr_tckn", national::tr_tckn),
    compact("tw_id", national::tw_id),
    compact("us_itin", national::us_itin),
    compact("us_npi", national::us_npi),
    compact("us_routing", national::us_routing),
    compact("us_ssn", national::us_ssn),
    compact("za_id", national::za_id),
    trim("iban", payment::iban),
    trim("card", payment::card),
    raw("date", date::written),
    raw("e164", network::e164),
    raw("email", network::email),
    raw("ipv4", network::ipv4),
    raw("ipv6", network::ipv6),
    raw("mac", network::mac),
    raw("imei", network::imei),
    raw("jwt", secret::jwt),
    trim("jwk", secret::jwk),
    raw("token", secret::token),
    raw("named_key", secret::named_key),
    trim("service_key", secret::service_key),
    raw("hex_secret", secret::hex_secret),
    raw("header_secret", secret::header_secret),
    raw("secret_value", secret::secret_value),
    raw("bearer_token", secret::bearer_token),
    raw("basic_pair", secret::basic_pair),
    raw("password", secret::password),
    raw("env_password", secret::env_password),
    trim("command_password", secret::command_password),
    trim("user_pair", secret::user_pair),
    trim("url_password", secret::url_password),
    raw("connection_password", secret::connection_password),
    trim("kubernetes_secret", secret::kubernetes_secret),
];

/// A check's verdict on a value of `n` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The value stands, up to this many bytes.
    Holds(usize),
    /// It does not.
    Fails,
}

/// Longest value, without separators, that a [`Kind::Compact`] check sees.
const COMPACT: usize = 64;

impl Check {
    pub(crate) fn named(name: &str) -> Option<Check> {
        ALL.iter().find(|c| c.name == name).copied()
    }

    /// Judges a value.
    pub(crate) fn judge(&self, value: &str) -> Verdict {
        let all = |yes: bool| if yes { Verdict::Holds(value.len()) } else { Verdict::Fails };
        match self.kind {
            Kind::Raw(test) => all(test(value)),
            Kind::Trim(test) => test(value).map_or(Verdict::Fails, Verdict::Holds),
            Kind::Compact(test) => {
                let mut kept = [0u8; COMPACT];
                let mut n = 0;
                for b in value.bytes().filter(u8::is_ascii_alphanumeric) {
                    let Some(place) = kept.get_mut(n) else { return Verdict::Fails };
                    *place = b.to_ascii_uppercase();
                    n += 1;
                }
                all(test(kept.get(..n).unwrap_or_default()))
            }
        }
    }
}

#[cfg(test)]
mod tests;

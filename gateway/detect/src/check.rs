//! The named checks of rule files: what makes a number more than a shape.
//!
//! A check sees the value without separators, upper case ([`Compact`]), or as it stands. It is a pure function and says
//! yes, no, or yes for the first so many bytes (a value that ran on into the next word).

mod arithmetic;
mod crypto;
mod date;
mod health;
mod keccak;
mod month;
mod national;
mod network;
mod payment;
mod phone;
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
    raw("card_other", payment::card_other),
    raw("bic", payment::bic),
    compact("clabe", payment::clabe),
    compact("cbu", payment::cbu),
    raw("bitcoin", crypto::bitcoin),
    raw("altcoin", crypto::altcoin),
    raw("tron", crypto::tron),
    raw("ripple", crypto::ripple),
    raw("solana", crypto::solana),
    raw("monero", crypto::monero),
    raw("ethereum", crypto::ethereum),
    raw("ethereum_plain", crypto::ethereum_plain),
    raw("segwit", crypto::segwit),
    raw("cashaddr", crypto::cashaddr),
    raw("stellar", crypto::stellar),
    raw("date", date::written),
    raw("date_words", date::in_words),
    trim("age", date::age),
    raw("age_field", date::age_field),
    raw("sctid", health::sctid),
    raw("loinc", health::loinc),
    raw("lab_value", health::lab_value),
    raw("phone", phone::international),
    raw("phone_loose", phone::loose),
    raw("au_phone", phone::national::<61, b'0'>),
    raw("br_phone", phone::national::<55, b'0'>),
    raw("cn_phone", phone::national::<86, b'0'>),
    raw("de_phone", phone::national::<49, b'0'>),
    raw("es_phone", phone::national::<34, 0>),
    raw("fr_phone", phone::national::<33, b'0'>),
    raw("gb_phone", phone::national::<44, b'0'>),
    raw("id_phone", phone::national::<62, b'0'>),
    raw("in_phone", phone::national::<91, b'0'>),
    raw("it_phone", phone::national::<39, 0>),
    raw("jp_phone", phone::national::<81, b'0'>),
    raw("kr_phone", phone::national::<82, b'0'>),
    raw("nl_phone", phone::national::<31, b'0'>),
    raw("ph_phone", phone::national::<63, b'0'>),
    raw("pl_phone", phone::national::<48, 0>),
    raw("ru_phone", phone::national::<7, b'8'>),
    raw("th_phone", phone::national::<66, b'0'>),
    raw("tr_phone", phone::national::<90, b'0'>),
    raw("email", network::email),
    raw("email_idn", network::email_idn),
    raw("ipv4", network::ipv4),
    raw("ipv4_special", network::ipv4_special),
    raw("ipv6", network::ipv6),
    raw("ipv6_special", network::ipv6_special),
    raw("mac", network::mac),
    raw("mac_dotted", network::mac_dotted),
    raw("imei", network::imei),
    raw("imsi", network::imsi),
    raw("iccid", network::iccid),
    raw("uuid", network::uuid),
    raw("coordinates", network::coordinates),
    raw("jwt", secret::jwt),
    raw("connection_password", secret::connection_password),
    raw("entropy", secret::entropy),
    raw("bearer_token", secret::bearer_token),
    raw("secret_value", secret::secret_value),
    raw("password", secret::password),
    raw("url_password", secret::url_password),
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

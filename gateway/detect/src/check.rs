//! The named checks of rule files: what makes a number more than a shape.
//!
//! A check sees the value without separators, upper case ([`Compact`]), or as it stands. It is a pure function and says
//! yes, no, or yes for some bytes of it (a value that ran on into the next word, or a label before it).

mod account;
mod arithmetic;
mod crypto;
mod date;
mod health;
mod keccak;
mod mailbox;
mod month;
mod name;
mod national;
mod network;
mod payment;
mod phone;
mod secret;
mod small;

use std::ops::Range;

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
    /// As above, where a label before the value is no part of it.
    Within(fn(&str) -> Option<Range<usize>>),
}

/// A check by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    /// As written in rule files.
    pub(crate) name: &'static str,
    /// Its place in [`ALL`].
    pub(crate) number: usize,
    kind: Kind,
}

const fn compact(name: &'static str, test: fn(&[u8]) -> bool) -> Check {
    Check { name, number: 0, kind: Kind::Compact(test) }
}

const fn raw(name: &'static str, test: fn(&str) -> bool) -> Check {
    Check { name, number: 0, kind: Kind::Raw(test) }
}

const fn trim(name: &'static str, test: fn(&str) -> Option<usize>) -> Check {
    Check { name, number: 0, kind: Kind::Trim(test) }
}

/// All checks an author can name.
pub(crate) const ALL: &[Check] = &[
    compact("luhn", luhn),
    compact("verhoeff", verhoeff),
    compact("mod97", mod97),
    compact("ad_nrt", national::ad_nrt),
    compact("ae_id", national::ae_id),
    compact("al_nid", national::al_nid),
    compact("ar_cuit", national::ar_cuit),
    compact("at_svnr", national::at_svnr),
    compact("at_tin", national::at_tin),
    compact("at_uid", national::at_uid),
    compact("au_abn", national::au_abn),
    compact("au_acn", national::au_acn),
    compact("au_ihi", national::au_ihi),
    compact("au_medicare", national::au_medicare),
    compact("au_tfn", national::au_tfn),
    compact("az_voen", national::az_voen),
    compact("ba_jmbg", national::ba_jmbg),
    compact("bd_nid", national::bd_nid),
    compact("be_eid", national::be_eid),
    compact("be_nn", national::be_nn),
    compact("bg_egn", national::bg_egn),
    compact("bg_lnch", national::bg_lnch),
    compact("bh_cpr", national::bh_cpr),
    compact("br_cnh", national::br_cnh),
    compact("br_cnpj", national::br_cnpj),
    compact("br_cns", national::br_cns),
    compact("br_cpf", national::br_cpf),
    compact("br_pis", national::br_pis),
    compact("br_titulo", national::br_titulo),
    compact("by_personal", national::by_personal),
    compact("by_unp", national::by_unp),
    compact("ca_bc_phn", national::ca_bc_phn),
    compact("ca_on_hcn", national::ca_on_hcn),
    compact("ca_qc_ramq", national::ca_qc_ramq),
    compact("ca_sin", national::ca_sin),
    compact("ch_ahv", national::ch_ahv),
    compact("ch_uid", national::ch_uid),
    compact("cl_rut", national::cl_rut),
    compact("cn_ric", national::cn_ric),
    compact("co_nit", national::co_nit),
    compact("cr_cpf", national::cr_cpf),
    compact("cu_ni", national::cu_ni),
    compact("cy_tic", national::cy_tic),
    compact("cz_ico", national::cz_ico),
    compact("cz_rc", national::cz_rc),
    compact("de_document", national::de_document),
    compact("de_idnr", national::de_idnr),
    compact("de_kvnr", national::de_kvnr),
    compact("de_lanr", national::de_lanr),
    compact("de_rvnr", national::de_rvnr),
    compact("de_vat", national::de_vat),
    compact("dk_cpr", national::dk_cpr),
    compact("dk_cvr", national::dk_cvr),
    compact("do_cedula", national::do_cedula),
    compact("do_rnc", national::do_rnc),
    compact("ec_ci", national::ec_ci),
    compact("ec_ruc", national::ec_ruc),
    compact("ee_ik", national::ee_ik),
    compact("eg_nid", national::eg_nid),
    compact("es_cif", national::es_cif),
    compact("es_nif", national::es_nif),
    compact("es_nuss", national::es_nuss),
    raw("fi_hetu", national::fi_hetu),
    Check {
        name: "fi_hetu_behind_word",
        number: 0,
        kind: Kind::Within(national::fi_hetu_behind_word),
    },
    compact("fi_ytunnus", national::fi_ytunnus),
    compact("fo_ptal", national::fo_ptal),
    compact("fr_nir", national::fr_nir),
    compact("fr_rpps", national::fr_rpps),
    compact("fr_siren", national::fr_siren),
    compact("fr_spi", national::fr_spi),
    compact("gb_chi", national::gb_chi),
    compact("gb_driver", national::gb_driver),
    compact("gb_nhs", national::gb_nhs),
    compact("gb_nino", national::gb_nino),
    compact("gb_upn", national::gb_upn),
    compact("gb_utr", national::gb_utr),
    compact("gh_tin", national::gh_tin),
    compact("gr_afm", national::gr_afm),
    compact("gr_amka", national::gr_amka),
    compact("gt_cui", national::gt_cui),
    compact("gt_nit", national::gt_nit),
    compact("hk_id", national::hk_id),
    compact("hr_jmbg", national::hr_jmbg),
    compact("hr_oib", national::hr_oib),
    compact("hu_personal", national::hu_personal),
    compact("hu_taj", national::hu_taj),
    compact("hu_tax", national::hu_tax),
    compact("id_nik", national::id_nik),
    compact("id_npwp", national::id_npwp),
    compact("ie_pps", national::ie_pps),
    compact("il_id", national::il_id),
    compact("in_aadhaar", national::in_aadhaar),
    compact("in_epic", national::in_epic),
    compact("in_gstin", national::in_gstin),
    compact("in_vid", national::in_vid),
    compact("ir_nid", national::ir_nid),
    compact("is_kennitala", national::is_kennitala),
    compact("it_cf", national::it_cf),
    compact("it_iva", national::it_iva),
    compact("jp_licence", national::jp_licence),
    compact("jp_my_number", national::jp_my_number),
    compact("kr_brn", national::kr_brn),
    compact("kr_licence", national::kr_licence),
    compact("kr_rrn", national::kr_rrn),
    compact("kr_rrn_dated", national::kr_rrn_dated),
    compact("kr_rrn_alone", national::kr_rrn_alone),
    compact("kw_civil", national::kw_civil),
    compact("kz_iin", national::kz_iin),
    compact("lk_nic", national::lk_nic),
    compact("lt_asmens", national::lt_asmens),
    compact("lu_matricule", national::lu_matricule),
    compact("lv_pk", national::lv_pk),
    compact("md_idnp", national::md_idnp),
    compact("me_jmbg", national::me_jmbg),
    compact("me_pib", national::me_pib),
    compact("mk_edb", national::mk_edb),
    compact("mk_embg", national::mk_embg),
    compact("mo_bir", national::mo_bir),
    compact("mt_vat", national::mt_vat),
    compact("mu_nid", national::mu_nid),
    compact("mx_curp", national::mx_curp),
    compact("mx_elector", national::mx_elector),
    compact("mx_nss", national::mx_nss),
    compact("mx_rfc", national::mx_rfc),
    compact("my_nric", national::my_nric),
    compact("mz_nuit", national::mz_nuit),
    compact("ng_nin", national::ng_nin),
    compact("nl_bsn", national::nl_bsn),
    compact("nl_onderwijsnummer", national::nl_onderwijsnummer),
    compact("no_fnr", national::no_fnr),
    compact("no_orgnr", national::no_orgnr),
    compact("nz_ird", national::nz_ird),
    compact("nz_nhi", national::nz_nhi),
    compact("pe_cui", national::pe_cui),
    compact("pe_ruc", national::pe_ruc),
    compact("pk_cnic", national::pk_cnic),
    compact("pl_id_card", national::pl_id_card),
    compact("pl_nip", national::pl_nip),
    compact("pl_passport", national::pl_passport),
    compact("pl_pesel", national::pl_pesel),
    compact("pl_regon", national::pl_regon),
    compact("pt_cc", national::pt_cc),
    compact("pt_nif", national::pt_nif),
    compact("pt_niss", national::pt_niss),
    compact("py_ruc", national::py_ruc),
    compact("qa_qid", national::qa_qid),
    compact("ro_cnp", national::ro_cnp),
    compact("ro_cui", national::ro_cui),
    compact("rs_jmbg", national::rs_jmbg),
    compact("rs_pib", national::rs_pib),
    compact("ru_inn", national::ru_inn),
    compact("ru_snils", national::ru_snils),
    compact("rw_nid", national::rw_nid),
    compact("sa_id", national::sa_id),
    compact("se_orgnr", national::se_orgnr),
    compact("se_personnummer", national::se_personnummer),
    compact("sg_nric", national::sg_nric),
    compact("sg_uen", national::sg_uen),
    compact("si_davcna", national::si_davcna),
    compact("si_emso", national::si_emso),
    compact("sv_dui", national::sv_dui),
    compact("sv_nit", national::sv_nit),
    compact("th_pin", national::th_pin),
    compact("tr_tckn", national::tr_tckn),
    compact("tr_vkn", national::tr_vkn),
    compact("tw_arc", national::tw_arc),
    compact("tw_id", national::tw_id),
    compact("tz_nida", national::tz_nida),
    compact("ua_rntrc", national::ua_rntrc),
    compact("ua_unzr", national::ua_unzr),
    compact("us_atin", national::us_atin),
    compact("us_dea", national::us_dea),
    compact("us_ein", national::us_ein),
    compact("us_itin", national::us_itin),
    compact("us_npi", national::us_npi),
    compact("us_routing", national::us_routing),
    compact("us_ssn", national::us_ssn),
    compact("uy_ci", national::uy_ci),
    compact("uy_rut", national::uy_rut),
    compact("uz_pinfl", national::uz_pinfl),
    compact("ve_rif", national::ve_rif),
    compact("vn_cccd", national::vn_cccd),
    compact("vn_mst", national::vn_mst),
    compact("za_id", national::za_id),
    compact("za_tin", national::za_tin),
    trim("iban", payment::iban),
    trim("card", payment::card),
    raw("card_other", payment::card_other),
    raw("bic", payment::bic),
    compact("clabe", payment::clabe),
    compact("cbu", payment::cbu),
    compact("pl_nrb", account::pl_nrb),
    compact("account97", account::account97),
    raw("rs_account", account::rs_account),
    compact("rib97", account::rib97),
    raw("cz_account", account::cz_account),
    compact("hu_account", account::hu_account),
    compact("es_ccc", account::es_ccc),
    compact("fr_rib", account::fr_rib),
    compact("it_bban", account::it_bban),
    compact("no_account", account::no_account),
    compact("hr_account", account::hr_account),
    compact("be_account", account::be_account),
    raw("ch_post", account::ch_post),
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
    raw("not_zero", arithmetic::not_zero),
    compact("not_counted", arithmetic::not_counted),
    raw("titled_name", name::titled_name),
    Check { name: "labelled_name", number: 0, kind: Kind::Within(name::labelled) },
    Check { name: "field_name", number: 0, kind: Kind::Within(name::field) },
    Check { name: "known_name", number: 0, kind: Kind::Within(name::known) },
    raw("phone", phone::international),
    raw("phone_loose", phone::loose),
    raw("nanp", phone::north_american),
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
    raw("email", mailbox::email),
    raw("email_idn", mailbox::email_idn),
    raw("ipv4", network::ipv4),
    raw("ipv4_private", network::ipv4_private),
    raw("ipv4_constant", network::ipv4_constant),
    raw("ipv4_block", network::ipv4_block),
    raw("ipv6", network::ipv6),
    raw("ipv6_private", network::ipv6_private),
    raw("ipv6_constant", network::ipv6_constant),
    raw("ipv6_block", network::ipv6_block),
    raw("mac", network::mac),
    Check { name: "mac_dotted", number: 0, kind: Kind::Within(network::mac_dotted) },
    raw("imei", network::imei),
    raw("imsi", network::imsi),
    raw("iccid", network::iccid),
    raw("uuid", network::uuid),
    raw("coordinates", network::coordinates),
    raw("jwt", secret::jwt),
    trim("jwk", secret::jwk),
    raw("token", secret::token),
    raw("atlassian_token", secret::atlassian_token),
    raw("named_key", secret::named_key),
    trim("service_key", secret::service_key),
    raw("hex_secret", secret::hex_secret),
    raw("header_secret", secret::header_secret),
    raw("secret_value", secret::secret_value),
    raw("key_word", secret::key_word),
    raw("bearer_token", secret::bearer_token),
    raw("basic_pair", secret::basic_pair),
    raw("password", secret::password),
    raw("said_password", secret::said_password),
    raw("env_password", secret::env_password),
    trim("laid_out_password", secret::laid_out_password),
    trim("chosen_password", secret::chosen_password),
    trim("field_password", secret::field_password),
    trim("seed_phrase", secret::seed_phrase),
    raw("rsa_xml", secret::rsa_xml),
    trim("command_password", secret::command_password),
    trim("net_use", secret::net_use),
    raw("pin_code", secret::pin_code),
    trim("user_pair", secret::user_pair),
    trim("url_password", secret::url_password),
    raw("connection_password", secret::connection_password),
    trim("kubernetes_secret", secret::kubernetes_secret),
];

/// A check's verdict on a value of `n` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// These bytes of it are the value.
    Holds(Range<usize>),
    /// It does not.
    Fails,
}

/// Longest value, without separators, that a [`Kind::Compact`] check sees.
const COMPACT: usize = 64;

impl Check {
    /// Whether all of the value belongs to it if it holds.
    pub(crate) fn takes_all(self) -> bool {
        matches!(self.kind, Kind::Compact(_) | Kind::Raw(_))
    }

    pub(crate) fn named(name: &str) -> Option<Check> {
        let number = ALL.iter().position(|c| c.name == name)?;
        ALL.get(number).map(|check| Check { number, ..*check })
    }

    /// Judges a value.
    pub(crate) fn judge(&self, value: &str) -> Verdict {
        let all = |yes: bool| if yes { Verdict::Holds(0..value.len()) } else { Verdict::Fails };
        match self.kind {
            Kind::Raw(test) => all(test(value)),
            Kind::Trim(test) => test(value).map_or(Verdict::Fails, |end| Verdict::Holds(0..end)),
            Kind::Within(test) => test(value).map_or(Verdict::Fails, Verdict::Holds),
            Kind::Compact(test) if is_compact(value) => all(test(value.as_bytes())),
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

/// Whether a value has no separators and no small letters.
fn is_compact(value: &str) -> bool {
    value.len() <= COMPACT && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests;

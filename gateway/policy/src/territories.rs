//! Which codes of ISO 3166-1 stand for territories of another country: a policy cannot make a territory of what is none.

use crate::Country;

/// Each country, and its territories that have a code of their own (ISO 3166-1; the crown dependencies, which are no part of the
/// United Kingdom, are given with it, since it answers for them).
const TERRITORIES: [(&str, &str); 10] = [
    ("AU", "CC CX HM NF"),
    ("CN", "HK MO"),
    ("DK", "FO GL"),
    ("FI", "AX"),
    ("FR", "BL GF GP MF MQ NC PF PM RE TF WF YT"),
    ("GB", "AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG"),
    ("NL", "AW BQ CW SX"),
    ("NO", "BV SJ"),
    ("NZ", "CK NU TK"),
    ("US", "AS GU MP PR UM VI"),
];

/// Whether a code may be declared a territory of a country: it is one, or a code whose meaning ISO leaves to its users.
pub(crate) fn may_belong(territory: Country, country: Country) -> bool {
    let listed = |codes: &str| codes.split(' ').any(|code| code == territory.as_str());
    territory.is_user_assigned()
        || TERRITORIES.iter().any(|(of, codes)| *of == country.as_str() && listed(codes))
}

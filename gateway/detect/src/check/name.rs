//! Names of people beside a title or a label.

mod given;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use super::small::Small;

/// Offices, and what stands beside them, in small letters. No common family names: a judge may be called Richter.
const OFFICES: &[&str] = &[
    "general",
    "executive",
    "prime",
    "vice",
    "adjunto",
    "adjunta",
    "ejecutivo",
    "ejecutiva",
    "générale",
    "général",
    "generale",
    "geral",
    "director",
    "directora",
    "direktor",
    "direktorin",
    "directeur",
    "directrice",
    "direttore",
    "direttrice",
    "diretor",
    "diretora",
    "president",
    "presidente",
    "presidenta",
    "président",
    "présidente",
    "präsident",
    "präsidentin",
    "chairman",
    "chairwoman",
    "speaker",
    "secretary",
    "secretario",
    "secretaria",
    "minister",
    "ministerin",
    "ministro",
    "ministra",
    "ministre",
    "ambassador",
    "embajador",
    "embajadora",
    "senator",
    "senador",
    "senadora",
    "rector",
    "rectora",
    "decano",
    "decana",
    "gerente",
    "alcalde",
    "alcaldesa",
    "juez",
    "jueza",
    "fiscal",
    "prefeito",
    "prefeita",
    "sindaco",
    "procureur",
    "rapporteur",
    "bürgermeister",
    "bürgermeisterin",
    "oberbürgermeister",
    "oberbürgermeisterin",
];

/// Whether someone is named behind the title: not where only an office is (`Señor Director General`).
pub(super) fn titled_name(value: &str) -> bool {
    let words = value.split([' ', '-']).skip(1).filter(|word| !word.ends_with('.'));
    let is_office = |word: &str| OFFICES.contains(&&*Small::of(word));
    words.clone().next().is_none() || words.into_iter().any(|word| !is_office(word))
}

/// What stands behind a label of a form and is no name, in small letters: types, answers that are none, words of forms and of sentences.
const NO_NAMES: &str = "\
a account address age all an and anonymous any are as attribute author be birth bitte boolean brak by can char click client code \
column company contact corp country customer data database date default description desconocido display document doe each edit element \
email employee empty english enter entity enum every example false field file filter first firstname for form format from full \
gmbh group guest has her his host id if in inc inconnu index info input inserire insert integer invalid is it item job kein \
keine key label last lastname leer length limited list local ltd max maximum message min minimum missing model must my n/a \
name names needs new nil no none not null number object obligatoire obrigatório of only option optional or order organisation \
organization oui overview page parameter password patient people person pflichtfeld phone please private product profile project \
property public read record redacted ref reference remote report request required requerido response role schema search see \
select server service session set should show siehe sort source status str string sub summary surname system table tbd test text \
that the their this timestamp title todo token total true type unbekannt und undefined unique unknown update url use user username \
value values varchar variable version view voir vorname was where which will with write your is_null charfield textfield valeur archivo artículo bezeichnung datei dateiname dienst empresa entreprise ficheiro \
fichier firma logiciel machine marque nazwa objet plik prodotto producto produit produkt produto programme projekt projet proyecto \
server serveur servicio serviço société utilisateur utente usuario usuário benutzer firma firmy commune pays ville produktu plik \
http https www windows linux microsoft google";

fn listed(words: &'static str, set: &'static OnceLock<HashSet<&'static str>>, word: &str) -> bool {
    set.get_or_init(|| words.split_ascii_whitespace().collect()).contains(word)
}

fn is_no_name(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    listed(NO_NAMES, &WORDS, word)
}

/// Whether it is a common given name, or two that are joined.
fn is_given(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    Small::of(word).split('-').all(|part| listed(given::GIVEN, &WORDS, part))
}

/// What may stand between the words of a name in small letters.
const PARTICLES: &[&str] = &[
    "von", "van", "zu", "zur", "zum", "vom", "der", "den", "de", "del", "della", "di", "da", "das",
    "do", "dos", "du", "des", "la", "le", "los", "las", "y", "e", "i", "ter", "ten", "te", "af",
    "av", "bin", "ibn", "bint", "al", "el", "ben",
];

/// The name behind the label of a form: `Patient: Jane Sample`.
pub(super) fn labelled(text: &str) -> Option<Range<usize>> {
    named(text).filter(|name| !name.is_code).map(|name| name.span)
}

/// The name in a field of a record: as above, but what stands unquoted in a line of code is none (`lastName: Name;`).
pub(super) fn field(text: &str) -> Option<Range<usize>> {
    named(text)
        .filter(|name| !name.is_code && (name.quoted || name.ends_line))
        .map(|name| name.span)
}

/// Behind a label that things have as well as people: two words, one of them a common given name.
pub(super) fn known(text: &str) -> Option<Range<usize>> {
    named(text).filter(|name| !name.is_code && name.words > 1 && name.given).map(|name| name.span)
}

/// Words that are written as those of a name are.
struct Named {
    span: Range<usize>,
    words: usize,
    /// One of them is a common given name.
    given: bool,
    quoted: bool,
    /// Nothing, or another field, stands behind it on its line.
    ends_line: bool,
    /// What follows is no end of a name: a call, a path, a longer sentence in quotes.
    is_code: bool,
}

/// The words of a name behind the first colon or equals sign; in a vCard behind that of `N:`, where semicolons part them.
fn named(text: &str) -> Option<Named> {
    let card = text.find("\nN:").map(|at| at + 2);
    let sign = card.or_else(|| text.find([':', '=', '：']))?;
    let rest = text.get(sign..)?;
    let rest = rest.trim_start_matches([':', '=', '：', '>', ' ', '\t', '\\', '"', '\'', '`']);
    let from = text.len() - rest.len();
    let quoted = text.get(sign..from)?.contains(['"', '\'', '`']);
    let (mut at, mut end, mut words, mut given) = (0, 0, 0, false);
    while words < 6 {
        let tail = rest.get(at..)?;
        let word = tail.get(..tail.find(|c| !is_letter(c)).unwrap_or(tail.len()))?;
        let bare = word.trim_end_matches(['\'', '’', '-']);
        let core = bare.trim_end_matches('.');
        let lower = Small::of(core);
        if is_name(bare) && !is_no_name(&lower) {
            words += 1;
            given |= is_given(&lower);
            // `J.` and `Dr.` go on, the last word of a sentence does not.
            let short = core.chars().count() < 5;
            end = at + if short && words < 3 { bare.len() } else { core.len() };
            if bare.len() > core.len() && !short {
                break;
            }
        } else if !PARTICLES.contains(&&*lower) {
            break;
        }
        let behind = rest.get(at + word.len()..)?;
        let gap = match behind {
            _ if behind.starts_with(", ") && words == 1 => 2,
            _ if behind.starts_with(' ') || card.is_some() && behind.starts_with(';') => 1,
            _ if behind.starts_with('\u{3000}') => 3,
            _ => break,
        };
        at += word.len() + gap;
    }
    let next = rest.get(end..)?.trim_start_matches('\\').chars().next();
    let after = rest.get(end + 1..).unwrap_or("");
    let closed = matches!(next, Some('"' | '\'' | '`'));
    let signs = "([{<_=/@$%+*0123456789";
    let is_code = next.is_some_and(|next| signs.contains(next))
        || quoted && !closed
        || next == Some('.') && after.starts_with(char::is_alphanumeric)
        || next == Some(' ') && after.starts_with(['(', '=', '{', '<', '|', '&', '+', '?']);
    let ends_line = matches!(next, None | Some('\n' | '\r' | '|' | '\t'));
    let span = from..from + end;
    (words > 0).then_some(Named { span, words, given, quoted, ends_line, is_code })
}

/// Letters, the marks that belong to them in scripts that have such, and what joins the parts of a name.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\'' | '’' | '-' | '.' | '\u{200C}' | '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}' | '\u{064B}'..='\u{0652}')
        || ('\u{0900}'..='\u{0EFF}').contains(&c)
            && !matches!(c, '\u{0964}' | '\u{0965}' | '\u{0E3F}' | '\u{0E4F}' | '\u{0E5A}')
}

/// Whether a word is written as one of a name: a capital and small letters, or capitals throughout, or a script that has none; `McCoy`,
/// `O’Neill`, `Anne-Marie`, `J.`
fn is_name(word: &str) -> bool {
    let core = word.trim_end_matches('.');
    let cased = core.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    let letters = core.chars().filter(|c| c.is_alphabetic()).count();
    let initials = word.ends_with('.') && core.split('.').all(|part| part.chars().count() == 1);
    let part = |part: &str| {
        let rest = ["Mc", "Mac", "De", "Di", "La", "Le", "Van", "Fitz"]
            .iter()
            .find_map(|p| part.strip_prefix(p));
        let small = |s: &str| {
            let mut chars = s.chars();
            chars.next().is_some_and(char::is_uppercase) && chars.all(|c| !c.is_uppercase())
        };
        small(part)
            || rest.is_some_and(small)
            || part.chars().count() > 1 && part.chars().all(|c| !c.is_lowercase())
    };
    if !cased {
        return letters > 1;
    }
    let parts = core.split(['-', '\'', '’']);
    let named = parts.clone().any(|p| p.chars().next().is_some_and(char::is_uppercase) && part(p));
    let fits = parts.into_iter().all(|p| {
        part(p) || p.chars().count() < 4 && p.chars().all(char::is_lowercase) && !p.is_empty()
    });
    letters < 30 && (initials || letters > 1 && named && fits && !core.contains('.'))
}

//! Addresses of mailboxes, and those that nobody stands behind.

/// User parts that no person stands behind.
const NOBODY: &[&str] = &[
    "git",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "alerts",
    "bounce",
    "bounces",
    "mailer-daemon",
    "notifications",
    // Those who run networks and servers (RFC 2142 sections 4 and 5); the mailboxes of businesses in section 3 may be one person's.
    "abuse",
    "hostmaster",
    "noc",
    "postmaster",
    "usenet",
    "uucp",
    "webmaster",
    // Names that stand for any name (RFC 3092).
    "bar",
    "baz",
    "foo",
    "foobar",
    "qux",
    // A word for an address or for anybody in its place.
    "beispiel",
    "ejemplo",
    "email",
    "esempio",
    "example",
    "exemple",
    "exemplo",
    "name",
    "somebody",
    "someone",
    "username",
    "voorbeeld",
    "your-email",
    "your.email",
    "your.name",
    "your_email",
    "your_name",
    "youremail",
    "yourname",
];

/// The word for a family name, where an organisation says how it makes its addresses: `vorname.nachname@…`.
const FAMILY_NAMES: &[&str] = &[
    "achternaam",
    "apellido",
    "cognome",
    "efternamn",
    "efternavn",
    "etternavn",
    "lastname",
    "nachname",
    "nazwisko",
    "prijmeni",
    "sobrenome",
    "sukunimi",
    "surname",
];

/// Domains that stand for any other.
const PLACEHOLDERS: &[&str] = &[
    "email.com",
    "domain.com",
    "yourdomain.com",
    "your-domain.com",
    "host.com",
    "foo.com",
    "bar.com",
];

/// RFC 5321 lengths, no empty labels, a top-level domain that is not a file ending. An underscore before the user is emphasis.
pub(super) fn email(value: &str) -> bool {
    let Some((user, host)) = value.rsplit_once('@') else { return false };
    let fine_user = !user.is_empty()
        && user.len() <= 64
        && !user.starts_with(['.', '_'])
        && !user.ends_with('.')
        && !user.contains("..");
    let label =
        |l: &str| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-');
    let top = host.rsplit('.').next().unwrap_or("");
    let file = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "json", "html", "go", "service",
        "target", "local", "tld", "invalid",
    ];
    // The user part of a web address is written with escapes, and `www` is a web server.
    let escaped = user.as_bytes().windows(3).any(|w| {
        w.first() == Some(&b'%')
            && w.get(1..).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    let web = escaped || host.get(..4).is_some_and(|h| h.eq_ignore_ascii_case("www."));
    // Accounts that nobody stands behind, also where a first name's place stands before it.
    let last = user.rsplit(['.', '_']).next().unwrap_or(user);
    let template = |n: &str| FAMILY_NAMES.iter().any(|f| n.eq_ignore_ascii_case(f));
    let nobody = NOBODY.iter().any(|n| user.eq_ignore_ascii_case(n))
        || template(last)
        || PLACEHOLDERS.iter().any(|d| host.eq_ignore_ascii_case(d));
    fine_user
        && !nobody
        && !web
        && host.len() <= 253
        && host.split('.').all(label)
        && !file.iter().any(|f| top.eq_ignore_ascii_case(f))
}

/// An address in a domain with letters beyond ASCII.
pub(super) fn email_idn(value: &str) -> bool {
    !value.is_ascii() && email(value)
}

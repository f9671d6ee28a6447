//! Passwords and keys with which a command, an address or a connection string logs in.

use super::chance::{bits, is_placeholder, kinds, of_words};
use super::password::is_no_password;
use crate::check::small::Small;

/// The password that ends a connection string or a command.
pub(in crate::check) fn connection_password(text: &str) -> bool {
    let secret = text.rsplit_once(['=', ' ', ':', '>']).map_or("", |(_, secret)| secret);
    let secret = secret.trim_matches(['"', '\'', '{', '}']);
    secret.len() >= 4
        && kinds(secret) >= 2
        && !is_placeholder(secret)
        && !is_no_password(secret)
        && !secret.starts_with(['$', '%', '<', '['])
        && !text.contains("{{")
}

/// The password of `scheme://user:password@host`; ends with the host.
pub(in crate::check) fn url_password(text: &str) -> Option<usize> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '\\', '`']).next()?;
    let (user_part, after) = authority.rsplit_once('@')?;
    let host =
        after.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let host = host.count();
    let (user, secret) = user_part.split_once(':')?;
    let known = ["password", "pass", "passwd", "pwd", "secret", "token", "foo", "bar", "pw", "p"];
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '@' | '-');
    let holds = host > 0
        && secret.len() >= 3
        && !secret.contains(':')
        && user.chars().all(plain)
        && !is_placeholder(secret)
        && !known.iter().any(|k| secret.eq_ignore_ascii_case(k))
        && !secret.starts_with(['$', '{', '<', '%', ':', '[', '*']);
    let end = scheme.len() + 3 + user_part.len() + 1 + host;
    holds.then(|| {
        end - after.get(..host).map_or(0, |h| h.len() - h.trim_end_matches(['.', '-', '_']).len())
    })
}

/// The value of the flag for a password in a command line; ends with it.
pub(in crate::check) fn command_password(text: &str) -> Option<usize> {
    let flags = [" -p ", " --password ", " --password=", " /pass:", " /p:", " -w ", " -a ", " -p"];
    let found = flags.iter().find_map(|flag| text.find(flag).map(|at| at + flag.len()))?;
    let rest = text.get(found..)?;
    let word = rest.trim_start_matches(['"', '\'']).split([' ', '"', '\'', '`', ')']).next()?;
    let quote = rest.len() - rest.trim_start_matches(['"', '\'']).len();
    let strong = word.len() >= 6 && kinds(word) >= 3 && bits(word) >= 2.5;
    let plain =
        !word.contains(['$', '{', '<', '%', '(', ':', '/', '=', ';']) && !is_placeholder(word);
    (strong && plain && !is_no_password(word)).then_some(found + quote + word.len())
}

/// The password of `net use … /user:NAME PASSWORD`, or of `net use … PASSWORD /user:NAME`; ends with the last of them.
pub(in crate::check) fn net_use(text: &str) -> Option<usize> {
    let lower = Small::ascii(text);
    let at = lower.find(" /user:").or_else(|| lower.find(" /u:"))?;
    let (before, after) = text.split_at_checked(at)?;
    let mut words = after.split([' ', '\t']).filter(|word| !word.is_empty());
    let user = words.next()?;
    let fits = |word: &&str| {
        (4..=64).contains(&word.len())
            && kinds(word) >= 2
            && !word.starts_with(['/', '%', '$', '<', '*', '\\'])
            && !word.ends_with(':')
            && !is_placeholder(word)
            && !is_no_password(word)
    };
    if let Some(word) = words.next().filter(fits) {
        return Some(
            text.find(user)? + user.len() + after.split_once(user)?.1.find(word)? + word.len(),
        );
    }
    let last = before.split([' ', '\t']).next_back().filter(fits);
    last.filter(|_| before.contains("\\\\")).map(|_| at + 1 + user.len())
}

/// `user:password` after `-u` or `--user` of a command; ends with it.
pub(in crate::check) fn user_pair(text: &str) -> Option<usize> {
    let flags = [" -u ", " -u", "-user ", "-user="];
    let from = flags.iter().find_map(|flag| text.find(flag).map(|at| at + flag.len()))?;
    let rest = text.get(from..)?;
    let bare = rest.trim_start_matches([' ', '"', '\'']);
    let pair = bare.split(['"', '\'', ' ', '\n', '\r', '\\', '`', ')']).next()?;
    let (user, secret) = pair.split_once(':')?;
    let marks = ['$', '{', '<', '%', '[', '*', '/'];
    let named = !user.is_empty() || kinds(secret) >= 3;
    let plain = !secret.starts_with(marks) && !user.starts_with(marks) && named;
    let known = ["test", "user", "username", "admin"].contains(&secret);
    let digits = secret.bytes().all(|b| b.is_ascii_digit());
    let holds = plain && !known && !digits && secret.len() >= 4 && secret != user;
    // Some services take a key for the user, and no password.
    let key = secret.is_empty() && user.len() >= 12 && kinds(user) >= 3 && !of_words(user);
    let secret = if key { user } else { secret };
    let holds = (holds || key && plain) && !is_placeholder(secret) && !is_no_password(secret);
    holds.then(|| from + rest.len() - bare.len() + pair.trim_end_matches(['.', ',', ';']).len())
}

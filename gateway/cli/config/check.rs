//! What is wrong with a configuration beyond its form: values out of bounds and names that stand for nothing.

use proxy::config::Time;

use super::super::holding_files;
use super::{Config, Route};

/// Collects problems with their places.
struct Findings<'c> {
    config: &'c Config,
    problems: Vec<String>,
}

impl Findings<'_> {
    fn add(&mut self, key: &str, what: impl std::fmt::Display) {
        self.problems.extend(self.config.places.problem(key, what));
    }
}

impl Config {
    /// Every value out of bounds and every name that stands for nothing, without what only follows from a key that could
    /// not be read.
    pub(crate) fn check(&self) -> Vec<String> {
        let mut found = Findings { config: self, problems: Vec::new() };
        for problem in self.proxy().check() {
            // What is compared with a default that nobody meant is no problem.
            if problem.key != "limits.memory" || !self.places.is_lost("limits.body") {
                found.add(&problem.key, problem.message);
            }
        }
        self.check_listeners(&mut found);
        for (at, route) in self.routes.iter().enumerate() {
            self.check_route(at, route, &mut found);
        }
        for (at, network) in self.identity.networks.iter().enumerate() {
            if let Err(problem) = network.cidr.parse::<geo::Prefix>() {
                found.add(&format!("identity.networks[{at}].cidr"), problem);
            }
        }
        self.check_token(&mut found);
        self.check_names(&mut found);
        self.check_holdings(&mut found);
        self.check_bundle(&mut found);
        self.check_census(&mut found);
        self.check_bounds(&mut found);
        found.problems
    }

    fn check_listeners(&self, found: &mut Findings<'_>) {
        let routes_are_known = !self.places.lacks_items("routes");
        for (at, listener) in self.listeners.iter().enumerate() {
            let leads =
                |route: &Route| route.listener.as_ref().is_none_or(|name| *name == listener.name);
            let again = self.listeners.iter().take(at).any(|other| other.name == listener.name);
            if routes_are_known && !again && !self.routes.iter().any(leads) {
                let name = &listener.name;
                found.add(
                    &format!("listeners[{at}].name"),
                    format!("`{name}` has no route; add a [[routes]] with a destination"),
                );
            }
        }
        for name in self.journal.listeners.keys() {
            self.check_listener(&format!("journal.listeners.{name}"), name, found);
        }
        if self.listeners.iter().any(|listener| listener.address == self.admin.address) {
            found.add("admin.address", "is a listener's, too; give it its own");
        }
    }

    /// Whether a name is that of a listener.
    fn check_listener(&self, key: &str, name: &str, found: &mut Findings<'_>) {
        let known = || self.listeners.iter().map(|listener| listener.name.as_str());
        if !self.places.lacks("listeners", "name") && !known().any(|known| known == name) {
            let meant = policy::nearest(name, known())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            found.add(key, format!("there is no listener called `{name}`{meant}"));
        }
    }

    fn check_route(&self, at: usize, route: &Route, found: &mut Findings<'_>) {
        if let Some(name) = &route.listener {
            self.check_listener(&format!("routes[{at}].listener"), name, found);
        }
        if let Some(prefix) = &route.prefix
            && (!prefix.starts_with('/') || prefix.ends_with('/'))
        {
            let what = "must start with `/` and not end with one, such as `/openai`";
            found.add(&format!("routes[{at}].prefix"), what);
        }
        if let Some(dialect) = &route.dialect
            && dialect::Dialect::named(dialect).is_none()
        {
            let what =
                format!("`{dialect}` is not a dialect; use openai-chat or anthropic-messages");
            found.add(&format!("routes[{at}].dialect"), what);
        }
    }

    /// Names that are written into records, checkpoints and lines of output.
    fn check_names(&self, found: &mut Findings<'_>) {
        let mut check = |key: &str, name: &str, most: usize| {
            let fits = (1..=most).contains(&name.len())
                && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
            if !fits {
                let what =
                    format!("expected 1 to {most} bytes without spaces, control characters or `+`");
                found.add(key, what);
            }
        };
        check("identity.node", self.node(), 100);
        if let Some(origin) = &self.journal.origin {
            check("journal.origin", origin, 180);
        }
        for (at, listener) in self.listeners.iter().enumerate() {
            check(&format!("listeners[{at}].name"), &listener.name, 100);
        }
        for (at, network) in self.identity.networks.iter().enumerate() {
            check(&format!("identity.networks[{at}].name"), &network.name, 100);
        }
    }

    /// The header of tokens, and lists that two keep.
    fn check_token(&self, found: &mut Findings<'_>) {
        let Some(token) = &self.identity.token else { return };
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if token.header.is_empty() || !token.header.bytes().all(is_sign) {
            found.add("identity.token.header", "expected the name of a header".to_owned());
        }
        for (key, value) in [
            ("issuer", &token.issuer),
            ("audience", &token.audience),
            ("person", &token.person),
            ("groups", &token.groups),
        ] {
            if value.is_empty() {
                let what = "is empty; a token that has none would be one of anybody's".to_owned();
                found.add(&format!("identity.token.{key}"), what);
            }
        }
        for (list, groups) in &token.people {
            let key = format!("identity.token.people.{list}");
            if self.identity.people.contains_key(list) {
                let what = "is in a file too, by identity.people; keep one of the two".to_owned();
                found.add(&key, what);
            }
            if groups.iter().any(String::is_empty) || groups.is_empty() {
                found.add(&key, "expected the groups whose members are on it".to_owned());
            }
        }
    }

    /// Names that policies refer to.
    fn check_holdings(&self, found: &mut Findings<'_>) {
        for (at, own) in self.holdings.iter().enumerate() {
            let key = format!("holdings[{at}].name");
            if !holding_files::is_name(&own.name) {
                found.add(&key, holding_files::NAME);
            } else if self.holdings.iter().take(at).any(|other| other.name == own.name) {
                found.add(
                    &key,
                    format!("`{}` is the name of another, too; name each once", own.name),
                );
            }
        }
    }

    /// What a bundle brings must not come from elsewhere, too: then it would not be what was signed.
    fn check_bundle(&self, found: &mut Findings<'_>) {
        let policy = &self.policy;
        let Some(bundle) = &policy.bundle else { return };
        let beside = [
            ("policy.folder", policy.folder.is_some()),
            ("policy.detectors", policy.detectors.is_some()),
            ("policy.allowed", !policy.allowed.is_empty()),
            ("policy.embedded_detectors", !policy.embedded_detectors),
        ];
        for (key, _) in beside.into_iter().filter(|(_, given)| *given) {
            found.add(key, "is not taken beside policy.bundle, which brings all that was signed; remove one of them");
        }
        let times = [
            ("policy.bundle.every", bundle.every, Time::seconds(1), Time::seconds(604_800)),
            ("policy.bundle.deadline", bundle.deadline, Time::millis(10), Time::seconds(3600)),
        ];
        for (key, time, least, most) in times {
            if time < least || time > most {
                found.add(key, format!("is {time}; allowed is {least} to {most}"));
            }
        }
    }

    /// What verifies a journal knows no other files, and a desk clears what it does not know.
    fn check_census(&self, found: &mut Findings<'_>) {
        let Some(folder) = &self.census.folder else { return };
        let others = [("journal.folder", &self.journal.folder), ("asks.folder", &self.desk())];
        for (key, other) in others {
            if folder.starts_with(other) || other.starts_with(folder) {
                let what = format!("lies in {key} or around it; give it a folder of its own");
                found.add("census.folder", what);
            }
        }
    }

    fn check_bounds(&self, found: &mut Findings<'_>) {
        let counts = [
            ("judgement.fuel_per_byte", self.judgement.fuel_per_byte, 1, 1_000_000),
            ("judgement.fuel_base", self.judgement.fuel_base, 1000, 1_000_000_000_000),
            ("judgement.answer", self.judgement.answer, 64 << 10, 1 << 30),
            ("journal.max_bytes", self.journal.max_bytes, 1 << 20, u64::MAX),
        ];
        for (key, value, least, most) in counts {
            if !(least..=most).contains(&value) {
                found.add(key, format!("is {value}; allowed is {least} to {most}"));
            }
        }
        if self.journal.append_deadline.get().is_zero() {
            found.add("journal.append_deadline", "must be longer than zero");
        }
        let checkpoint = self.journal.checkpoint;
        if checkpoint < Time::millis(10) || checkpoint > Time::seconds(60) {
            found.add("journal.checkpoint", format!("is {checkpoint}; allowed is 10ms to 1min"));
        }
        let is_collector = |base: &String| {
            let uri = base.parse::<http::Uri>().ok();
            uri.is_some_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
            })
        };
        if self.telemetry.otlp.as_ref().is_some_and(|base| !is_collector(base)) {
            found.add("telemetry.otlp", "expected a base URL such as http://127.0.0.1:4318");
        }
    }
}

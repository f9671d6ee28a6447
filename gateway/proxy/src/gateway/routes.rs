//! From a listener and a path to the destination that was asked for.

use dialect::Dialect;

/// One way from a listener to a destination of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The listener's name; `None`: every listener.
    pub listener: Option<String>,
    /// Path prefix that selects the route and is taken off; starts with `/`, does not end with one.
    pub prefix: Option<String>,
    /// The dialect that selects it; `None`: every dialect.
    pub dialect: Option<Dialect>,
    /// The destination's name in the policy.
    pub destination: String,
}

/// All routes of a node, longest prefix first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(Vec<Route>);

/// What was chosen for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The destination's name in the policy.
    pub destination: String,
    /// The path without the route's prefix.
    pub path: String,
}

impl Routes {
    /// Of routes with equally long prefixes the earlier wins.
    #[must_use]
    pub fn new(mut routes: Vec<Route>) -> Self {
        routes.sort_by_key(|route| std::cmp::Reverse(route.prefix.as_ref().map_or(0, String::len)));
        Self(routes)
    }

    /// The first route that fits. A path in no known dialect goes where the first route without regard to dialect
    /// leads, to be judged as unread content there.
    #[must_use]
    pub fn choose(&self, listener: &str, method: &str, path: &str) -> Option<Chosen> {
        let fits = |route: &&Route, any_dialect: bool| {
            let Some(rest) = rest_of(path, route.prefix.as_deref()) else { return false };
            let (dialect, _) = dialect::recognise(method, rest);
            let spoken = any_dialect && dialect == Dialect::Unknown
                || route.dialect.is_none_or(|d| d == dialect);
            spoken && route.listener.as_deref().is_none_or(|name| name == listener)
        };
        let route = self
            .0
            .iter()
            .find(|route| fits(route, false))
            .or_else(|| self.0.iter().find(|route| fits(route, true)))?;
        let path = rest_of(path, route.prefix.as_deref())?.to_owned();
        Some(Chosen { destination: route.destination.clone(), path })
    }
}

/// The path after a prefix that ends where a segment ends.
fn rest_of<'p>(path: &'p str, prefix: Option<&str>) -> Option<&'p str> {
    let Some(prefix) = prefix else { return Some(path) };
    path.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(prefix: Option<&str>, dialect: Option<Dialect>, destination: &str) -> Route {
        Route {
            listener: None,
            prefix: prefix.map(str::to_owned),
            dialect,
            destination: destination.to_owned(),
        }
    }

    fn routes() -> Routes {
        Routes::new(vec![
            route(None, Some(Dialect::OpenAiChat), "openai"),
            route(None, Some(Dialect::AnthropicMessages), "anthropic"),
            route(Some("/home"), None, "domestic"),
        ])
    }

    fn check(path: &str, destination: &str, rest: &str) {
        let chosen = routes().choose("main", "POST", path);
        assert_eq!(chosen, Some(Chosen { destination: destination.into(), path: rest.into() }));
    }

    #[test]
    fn the_dialect_selects() {
        check("/v1/chat/completions", "openai", "/v1/chat/completions");
        check("/v1/messages", "anthropic", "/v1/messages");
    }

    #[test]
    fn the_longest_prefix_selects_first() {
        check("/home/v1/messages", "domestic", "/v1/messages");
        check("/homely/v1/messages", "openai", "/homely/v1/messages");
    }

    #[test]
    fn an_unknown_path_is_still_judged() {
        check("/v1/unheard-of", "openai", "/v1/unheard-of");
    }
}

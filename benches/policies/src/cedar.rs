//! Cedar: one policy a rule, `permit` or `forbid`; it tells the policies that decided.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression,
};

use crate::Engine;
use crate::rules::{Case, Rule, Rules, Where};

struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

pub fn engine(rules: &Rules, cases: &[Case]) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    let mut policies = PolicySet::new();
    for (number, rule) in rules.list.iter().enumerate() {
        let id = PolicyId::new(format!("r{number}"));
        policies.add(Policy::parse(Some(id), text(rules, rule))?)?;
    }
    let requests = cases.iter().map(request).collect::<Result<_, _>>()?;
    Ok(Box::new(Cedar {
        authorizer: Authorizer::new(),
        policies,
        entities: Entities::empty(),
        requests,
    }))
}

fn text(rules: &Rules, rule: &Rule) -> String {
    let effect = if rule.block { "forbid" } else { "permit" };
    let [first, second] = rule.classes;
    let quoted = |names: Vec<String>| {
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    };
    let more = match &rule.whereabouts {
        Where::Group(group) => {
            let countries = rules.groups[*group].iter().map(|code| (*code).to_owned());
            format!("[{}].contains(context.subject)", quoted(countries.collect()))
        }
        Where::Destinations(named) => {
            format!(
                "[{}].contains(context.destination)",
                quoted(named.map(|t| format!("t{t}")).to_vec())
            )
        }
        Where::Department(department) => format!("context.department == \"d{department}\""),
    };
    format!(
        "{effect}(principal, action, resource) when {{ context.classes.containsAny([\"c{first}\", \"c{second}\"]) && {more} }};"
    )
}

fn request(case: &Case) -> Result<Request, Box<dyn Error>> {
    let text = RestrictedExpression::new_string;
    let classes = case.classes.iter().map(|class| text(format!("c{class}")));
    let pairs = HashMap::from([
        ("classes".to_owned(), RestrictedExpression::new_set(classes)),
        ("subject".to_owned(), text(case.subject.to_owned())),
        ("destination".to_owned(), text(format!("t{}", case.destination))),
        ("department".to_owned(), text(format!("d{}", case.department))),
    ]);
    let [who, what, on] =
        ["User::\"u\"", "Action::\"send\"", "Model::\"m\""].map(EntityUid::from_str);
    Ok(Request::new(who?, what?, on?, Context::from_pairs(pairs)?, None)?)
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "cedar-policy 4.14.1"
    }

    fn tells_deciding_rules_only(&self) -> bool {
        true
    }

    fn matching(&mut self, case: usize) -> BTreeSet<usize> {
        let answer =
            self.authorizer.is_authorized(&self.requests[case], &self.policies, &self.entities);
        let numbers = answer.diagnostics().reason().map(|id| id.to_string()[1..].parse());
        numbers.filter_map(Result::ok).collect()
    }

    fn decide(&mut self, case: usize) -> usize {
        let answer =
            self.authorizer.is_authorized(&self.requests[case], &self.policies, &self.entities);
        answer.diagnostics().reason().count()
    }
}

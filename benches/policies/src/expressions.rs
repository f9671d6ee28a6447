//! CEL: one expression a rule, all of them evaluated; lists of names, as YAML with CEL would hold them.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use crate::Engine;
use crate::rules::{Case, Rule, Rules, Where};

struct Expressions {
    programs: Vec<Program>,
    contexts: Vec<Context<'static, 'static>>,
}

pub fn engine(rules: &Rules, cases: &[Case]) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    let env = Arc::new(Env::stdlib());
    let compile =
        |rule: &Rule| env.compile(&text(rules, rule)).map_err(|error| format!("{error:?}"));
    let programs = rules.list.iter().map(compile).collect::<Result<_, _>>()?;
    let contexts = cases.iter().map(|case| context(&env, case)).collect();
    Ok(Box::new(Expressions { programs, contexts }))
}

fn text(rules: &Rules, rule: &Rule) -> String {
    let [first, second] = rule.classes;
    let quoted = |names: Vec<String>| {
        names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
    };
    let more = match &rule.whereabouts {
        Where::Group(group) => {
            let countries = rules.groups[*group].iter().map(|code| (*code).to_owned());
            format!("subject in [{}]", quoted(countries.collect()))
        }
        Where::Destinations(named) => {
            format!("destination in [{}]", quoted(named.map(|t| format!("t{t}")).to_vec()))
        }
        Where::Department(department) => format!("department == 'd{department}'"),
    };
    format!("('c{first}' in classes || 'c{second}' in classes) && {more}")
}

fn context(env: &Arc<Env>, case: &Case) -> Context<'static, 'static> {
    let text = |text: String| Value::String(Arc::new(text));
    let mut context = Context::with_env(env.clone());
    let classes = case.classes.iter().map(|class| text(format!("c{class}"))).collect();
    context.add_variable_from_value("classes", Value::List(Arc::new(classes)));
    context.add_variable_from_value("subject", text(case.subject.to_owned()));
    context.add_variable_from_value("destination", text(format!("t{}", case.destination)));
    context.add_variable_from_value("department", text(format!("d{}", case.department)));
    context
}

impl Expressions {
    fn each(&self, case: usize) -> impl Iterator<Item = usize> {
        let context = &self.contexts[case];
        let holds =
            move |program: &Program| matches!(program.execute(context), Ok(Value::Bool(true)));
        let numbered = self.programs.iter().enumerate();
        numbered.filter(move |(_, program)| holds(program)).map(|(number, _)| number)
    }
}

impl Engine for Expressions {
    fn name(&self) -> &'static str {
        "cel 0.15.0"
    }

    fn matching(&mut self, case: usize) -> BTreeSet<usize> {
        self.each(case).collect()
    }

    fn decide(&mut self, case: usize) -> usize {
        self.each(case).count()
    }
}

//! Rego, by the virtual machine of regorus: one partial rule a rule, all collected in a set.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Parser, Value};

use crate::Engine;
use crate::rules::{Case, Rules, Where};

const ENTRY: &str = "data.bench.matching";

struct Rego {
    machine: RegoVM,
    inputs: Vec<Value>,
}

pub fn engine(rules: &Rules, cases: &[Case]) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    let mut parser = Parser::new();
    parser.add_policy("bench.rego".to_owned(), text(rules))?;
    let compiled = parser.compile_with_entrypoint(&ENTRY.into())?;
    let mut machine = RegoVM::new();
    // A thousand rules take more than the limit that is set for the code of strangers.
    machine.set_max_instructions(10_000_000);
    machine.load_program(Compiler::compile_from_policy(&compiled, &[ENTRY])?);
    let inputs =
        cases.iter().map(|case| Value::from_json_str(&input(case))).collect::<Result<_, _>>()?;
    Ok(Box::new(Rego { machine, inputs }))
}

fn text(rules: &Rules) -> String {
    let mut text = String::from("package bench\nimport rego.v1\n");
    for (number, countries) in rules.groups.iter().enumerate() {
        let _ = writeln!(text, "g{number} := {countries:?}").map(|()| ());
    }
    // Sets, in which membership is looked up.
    text = text.replace(":= [", ":= {").replace("]\n", "}\n");
    for (number, rule) in rules.list.iter().enumerate() {
        let [first, second] = rule.classes;
        let more = match &rule.whereabouts {
            Where::Group(group) => format!("input.subject in g{group}"),
            Where::Destinations([one, other]) => {
                format!("input.destination in {{\"t{one}\", \"t{other}\"}}")
            }
            Where::Department(department) => format!("input.department == \"d{department}\""),
        };
        let _ = writeln!(
            text,
            "matching contains {number} if {{\n  some class in input.classes\n  class in {{\"c{first}\", \"c{second}\"}}\n  {more}\n}}"
        );
    }
    text
}

fn input(case: &Case) -> String {
    let classes: Vec<String> = case.classes.iter().map(|class| format!("\"c{class}\"")).collect();
    format!(
        "{{\"classes\": [{}], \"subject\": \"{}\", \"destination\": \"t{}\", \"department\": \"d{}\"}}",
        classes.join(", "),
        case.subject,
        case.destination,
        case.department
    )
}

impl Rego {
    fn run(&mut self, case: usize) -> Value {
        self.machine.set_input(self.inputs[case].clone());
        self.machine.execute().unwrap_or(Value::Undefined)
    }
}

impl Engine for Rego {
    fn name(&self) -> &'static str {
        "regorus 0.14.1"
    }

    fn matching(&mut self, case: usize) -> BTreeSet<usize> {
        let found = self.run(case);
        let set = found.as_set().ok();
        let numbers = set.into_iter().flat_map(|set| set.iter());
        numbers.filter_map(|number| number.as_u64().ok()).map(|number| number as usize).collect()
    }

    fn decide(&mut self, case: usize) -> usize {
        self.run(case).as_set().map_or(0, |set| set.len())
    }
}

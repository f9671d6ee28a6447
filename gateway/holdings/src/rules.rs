//! What an author says about holdings, in TOML: names, options, columns, and which of them must stand together.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::scratch::Level;

/// Most columns of records; a set of them fits into 16 bits.
pub(crate) const MAX_COLUMNS: usize = 16;
const MAX_RULES: usize = 64;
/// Farthest that values of a rule may stand apart, in bytes.
const MAX_WITHIN: u32 = 4096;
/// Most records that may share a value with a list of them.
const MAX_SHARED: u32 = 65_536;
const MAX_NAME: usize = 100;

/// How the case of a term counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Case {
    /// Any case is meant.
    #[default]
    Ignore,
    /// Only the case that is written.
    Exact,
    /// Terms in capitals only as they are written, all others in any case: `IT` is not `it`.
    Capitals,
}

/// How accents and vowel points count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Diacritics {
    /// `Müller` is also `Muller`.
    #[default]
    Ignore,
    /// Only as written; composed and decomposed letters are still the same.
    Keep,
}

/// Rules of a dictionary: `name`, `case` (`ignore`, `exact`, `capitals`), `diacritics` (`ignore`, `keep`), `level`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DictionaryRules {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) case: Case,
    #[serde(default)]
    pub(crate) diacritics: Diacritics,
    #[serde(default)]
    pub(crate) level: Level,
}

/// What a column holds; decides how its values are brought into one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ColumnKind {
    /// Names of people and places: words, in any case, with or without accents.
    #[serde(rename = "name")]
    Name,
    /// Numbers of accounts, cards, cases, with letters or without; spaces, dots, dashes and slashes do not count.
    #[serde(rename = "number")]
    Number,
    /// E-mail addresses, in any case.
    #[serde(rename = "e-mail")]
    Email,
    /// Days, in any of the usual forms.
    #[serde(rename = "date")]
    Date,
    /// Other words, such as an address: like a name, but of four letters and digits at least.
    #[serde(rename = "free")]
    Free,
}

/// In which order the source writes the numbers of a date. Texts are read in every order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    #[default]
    Ymd,
    Dmy,
    Mdy,
}

/// A column of records.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    #[serde(default)]
    pub(crate) order: Order,
}

/// Which columns of one record must stand together: all of `all`, and `least` of `of`, within so many bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordRule {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) all: Vec<String>,
    #[serde(default)]
    pub(crate) least: u32,
    #[serde(default)]
    pub(crate) of: Vec<String>,
    #[serde(default = "two_hundred")]
    pub(crate) within: u32,
    #[serde(default = "confirmed")]
    pub(crate) level: Level,
}

fn two_hundred() -> u32 {
    200
}

fn confirmed() -> Level {
    Level::Confirmed
}

fn most_shared() -> u32 {
    1024
}

/// Rules of records: `name`, `most_shared`, `[[column]]`, `[[rule]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRules {
    pub(crate) name: String,
    /// Above so many records a value is common: it counts only beside one that is not.
    #[serde(default = "most_shared")]
    pub(crate) most_shared: u32,
    #[serde(rename = "column")]
    pub(crate) columns: Vec<Column>,
    #[serde(rename = "rule")]
    pub(crate) rules: Vec<RecordRule>,
}

/// Rules of documents: `name`, and `boilerplate`, texts whose passages are nothing special.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRules {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) boilerplate: Vec<String>,
}

impl DictionaryRules {
    /// The name in the file that is built.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the rules of a dictionary.
    ///
    /// # Errors
    /// What is wrong and where; `file` is the name that stands in the message.
    pub fn parse(file: &str, text: &str) -> Result<DictionaryRules, Problem> {
        named(file, parse(file, text)?, |rules: &DictionaryRules| &rules.name)
    }

    /// The rules without a file: case and accents do not count.
    #[must_use]
    pub fn named(name: &str) -> DictionaryRules {
        DictionaryRules {
            name: name.to_owned(),
            case: Case::default(),
            diacritics: Diacritics::default(),
            level: Level::default(),
        }
    }
}

impl DocumentRules {
    /// The name in the file that is built.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the rules of documents.
    ///
    /// # Errors
    /// What is wrong and where; `file` is the name that stands in the message.
    pub fn parse(file: &str, text: &str) -> Result<DocumentRules, Problem> {
        named(file, parse(file, text)?, |rules: &DocumentRules| &rules.name)
    }

    /// The rules without a file: no boilerplate.
    #[must_use]
    pub fn named(name: &str) -> DocumentRules {
        DocumentRules { name: name.to_owned(), boilerplate: Vec::new() }
    }

    /// Paths of the texts whose passages are to be subtracted, as written.
    #[must_use]
    pub fn boilerplate(&self) -> &[String] {
        &self.boilerplate
    }
}

impl RecordRules {
    /// The name in the file that is built.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the rules of records.
    ///
    /// # Errors
    /// All that is wrong; `file` is the name that stands in the message.
    pub fn parse(file: &str, text: &str) -> Result<RecordRules, Problem> {
        let rules: RecordRules = parse(file, text)?;
        let mut problems: Vec<String> = name_problem(file, &rules.name).into_iter().collect();
        let mut say = |problem: String| problems.push(format!("{file}: {problem}"));
        if rules.columns.is_empty() || rules.columns.len() > MAX_COLUMNS {
            say(format!(
                "there must be 1 to {MAX_COLUMNS} [[column]], and there are {}",
                rules.columns.len()
            ));
        }
        if rules.rules.is_empty() || rules.rules.len() > MAX_RULES {
            say(format!(
                "there must be 1 to {MAX_RULES} [[rule]], and there are {}",
                rules.rules.len()
            ));
        }
        if !(1..=MAX_SHARED).contains(&rules.most_shared) {
            say(format!("most_shared must be 1 to {MAX_SHARED}"));
        }
        for (at, column) in rules.columns.iter().enumerate() {
            if rules.columns.iter().take(at).any(|other| other.name == column.name) {
                say(format!("column `{}` stands twice; name each once", column.name));
            }
        }
        for rule in &rules.rules {
            rule.problems(&rules.columns).into_iter().for_each(&mut say);
        }
        Problem::none_of(problems)?;
        Ok(rules)
    }

    /// The names of the columns, in the order in which rows are handed in.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }
}

impl RecordRule {
    fn problems(&self, columns: &[Column]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut say = |what: String| problems.push(format!("rule `{}`: {what}", self.id));
        for name in self.all.iter().chain(&self.of) {
            if !columns.iter().any(|column| column.name == *name) {
                say(format!("there is no column `{name}`; name one of [[column]]"));
            }
        }
        if self.all.is_empty() && self.least == 0 {
            say("it asks for nothing; give `all`, or `least` and `of`".to_owned());
        }
        if self.least as usize > self.of.len() || (self.least == 0 && !self.of.is_empty()) {
            say(format!("`least` must be 1 to {}, the number of columns in `of`", self.of.len()));
        }
        if !(1..=MAX_WITHIN).contains(&self.within) {
            say(format!("`within` must be 1 to {MAX_WITHIN} bytes"));
        }
        if self.id.is_empty() || self.id.len() > MAX_NAME {
            say(format!("an id has 1 to {MAX_NAME} bytes"));
        }
        problems
    }

    /// The columns of `all` and of `of`, as sets.
    pub(crate) fn sets(&self, columns: &[Column]) -> (u16, u16) {
        let set = |names: &[String]| {
            columns
                .iter()
                .take(MAX_COLUMNS)
                .enumerate()
                .filter(|(_, column)| names.contains(&column.name))
                .fold(0, |set, (at, _)| set | 1 << at)
        };
        (set(&self.all), set(&self.of))
    }
}

/// Rules whose name is all that can be wrong with them.
fn named<T>(file: &str, rules: T, name: fn(&T) -> &String) -> Result<T, Problem> {
    Problem::none_of(name_problem(file, name(&rules)).into_iter().collect())?;
    Ok(rules)
}

fn name_problem(file: &str, name: &str) -> Option<String> {
    let good = !name.is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    (!good).then(|| {
        format!("{file}: `name` must have 1 to {MAX_NAME} bytes and no control characters")
    })
}

fn parse<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Problem::one(format!("{file}:{line}:{column}: {}", error.message()))
    })
}

//! What is known about each answer of an operation: the confidence, its source, and differences from the real service.
//! Read from the vendors' `fidelity/*.toml` on first use. Knows no vendor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How much is known about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One of the five seed pages says it.
    Stated,
    /// A recording of a real server shows it.
    Observed,
    /// Another page of the vendor, its published source or its client says it.
    Documented,
    /// Concluded from what is published; the reason is in `docs/sources.md`.
    Inferred,
    /// Nothing published settles it.
    Assumed,
}

impl Confidence {
    /// Every one, highest first.
    pub const ALL: [Self; 5] = [Self::Stated, Self::Observed, Self::Documented, Self::Inferred, Self::Assumed];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

/// One answer that an operation can give: a row of the fidelity table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The situation, in snake case; a reply carries it, so that a fixture can prove the row.
    pub name: String,
    /// The HTTP status.
    pub status: u16,
    /// The confidence.
    pub confidence: Confidence,
    /// A heading of `docs/sources.md`.
    pub source: String,
    /// The step of a recording that shows it, as `story:step`; an observed answer has one, and no other has.
    pub recorded: Option<String>,
    /// What happens, in words.
    pub text: String,
}

/// What is known of one operation.
#[derive(Debug)]
pub struct OperationFidelity {
    /// The resource in whose file it is.
    pub resource: &'static str,
    /// The HTTP statuses that the vendor publishes for it.
    pub published: Vec<u16>,
    /// What is deliberately different from the real service.
    pub differences: Vec<String>,
    /// What it can answer, by status.
    pub answers: Vec<Answer>,
}

impl OperationFidelity {
    /// The row of that situation.
    pub fn answer(&self, name: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.name == name)
    }
}

/// What is known of a vendor's answers.
#[derive(Debug)]
pub struct Fidelity {
    /// What is deliberately different from the real service, whatever the operation.
    pub differences: Vec<String>,
    /// The answers that any call can get, whatever its operation.
    pub any: Vec<Answer>,
    operations: BTreeMap<String, OperationFidelity>,
}

/// The file with the answers to any call, and with the rows that operations share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    differences: Vec<String>,
    any: BTreeMap<String, Row>,
    #[serde(default)]
    shared: BTreeMap<String, Row>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Row {
    status: u16,
    confidence: Confidence,
    source: String,
    recorded: Option<String>,
    text: String,
}

/// One operation in the file of its resource.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    published: Vec<u16>,
    #[serde(default)]
    differences: Vec<String>,
    #[serde(default)]
    answers: BTreeMap<String, Row>,
    #[serde(default)]
    shared: BTreeMap<String, SharedRow>,
}

/// A row of the common file, as an operation has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedRow {
    confidence: Option<Confidence>,
    source: Option<String>,
    recorded: Option<String>,
}

impl Fidelity {
    /// Reads a vendor's files: the common one, and one per resource with the resource's name.
    ///
    /// # Errors
    /// The file and what is wrong in it.
    pub fn read(common: &str, resources: &[(&'static str, &str)]) -> Result<Self, String> {
        let common: Common = toml::from_str(common).map_err(|error| format!("common.toml: {error}"))?;
        let mut operations = BTreeMap::new();
        for (resource, text) in resources {
            let entries: BTreeMap<String, Entry> =
                toml::from_str(text).map_err(|error| format!("{resource}.toml: {error}"))?;
            for (name, entry) in entries {
                let wrong = |what: String| format!("{resource}.toml: {name}: {what}");
                let operation = entry.resolve(resource, &common.shared).map_err(wrong)?;
                if operations.insert(name.clone(), operation).is_some() {
                    return Err(format!("{resource}.toml: duplicate operation {name}"));
                }
            }
        }
        let any = answers(common.any).map_err(|what| format!("common.toml: any: {what}"))?;
        Ok(Self { differences: common.differences, any, operations })
    }

    /// What is known of the operation of that name.
    pub fn operation(&self, name: &str) -> Option<&OperationFidelity> {
        self.operations.get(name)
    }

    /// Every operation about which something is known, by name.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &OperationFidelity)> {
        self.operations.iter().map(|(name, operation)| (name.as_str(), operation))
    }

    /// The row of that situation among those that any call can get.
    pub fn any(&self, name: &str) -> Option<&Answer> {
        self.any.iter().find(|answer| answer.name == name)
    }
}

impl Entry {
    fn resolve(self, resource: &'static str, common: &BTreeMap<String, Row>) -> Result<OperationFidelity, String> {
        let mut rows = self.answers;
        for (name, own) in self.shared {
            let mut row = common.get(&name).cloned().ok_or_else(|| format!("no shared row {name}"))?;
            row.confidence = own.confidence.unwrap_or(row.confidence);
            row.source = own.source.unwrap_or(row.source);
            row.recorded = own.recorded;
            if rows.insert(name.clone(), row).is_some() {
                return Err(format!("duplicate answer {name}"));
            }
        }
        let Self { published, differences, .. } = self;
        Ok(OperationFidelity { resource, published, differences, answers: answers(rows)? })
    }
}

/// The rows as answers, by status and then by name. Whoever says that a row was observed says where.
fn answers(rows: BTreeMap<String, Row>) -> Result<Vec<Answer>, String> {
    let answer = |(name, row): (String, Row)| {
        let Row { status, confidence, source, recorded, text } = row;
        match (confidence, &recorded) {
            (Confidence::Observed, None) => Err(format!("{name} is observed, but names no recorded step")),
            (Confidence::Observed, Some(_)) | (_, None) => {
                Ok(Answer { name, status, confidence, source, recorded, text })
            }
            (_, Some(step)) => Err(format!("{name} is recorded in {step}, but not observed")),
        }
    };
    let mut answers = rows.into_iter().map(answer).collect::<Result<Vec<_>, _>>()?;
    answers.sort_by_key(|answer| answer.status);
    Ok(answers)
}

/// A vendor's fidelity files, read at first use: `fidelity!["users", "groups"]` beside the folder `fidelity/`.
macro_rules! fidelity {
    ($($resource:literal),+ $(,)?) => {
        std::sync::LazyLock::new(|| {
            let resources = [$(($resource, include_str!(concat!("fidelity/", $resource, ".toml")))),+];
            $crate::fidelity::Fidelity::read(include_str!("fidelity/common.toml"), &resources)
                .expect("a test reads the files of every vendor")
        })
    };
}

pub(crate) use fidelity;

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: &str = r#"
differences = ["no mail"]
[any.wrong_method]
status = 405
confidence = "assumed"
source = "a"
text = "another method"
[shared.unknown_key]
status = 401
confidence = "documented"
source = "b"
text = "an unknown key"
"#;

    #[test]
    fn an_operation_has_its_own_answers_and_the_shared_ones_as_it_says() {
        let users = r#"
[get_user]
published = [200, 401]
[get_user.shared]
unknown_key = { confidence = "stated" }
[get_user.answers.found]
status = 200
confidence = "observed"
source = "c"
recorded = "story:get"
text = "the user"
"#;
        let fidelity = Fidelity::read(COMMON, &[("users", users)]).unwrap();
        let get = fidelity.operation("get_user").unwrap();
        assert_eq!(get.answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 401]);
        let unknown = get.answer("unknown_key").unwrap();
        assert_eq!((unknown.confidence, &*unknown.source, &*unknown.text), (Confidence::Stated, "b", "an unknown key"));
        assert_eq!(get.answer("found").unwrap().recorded.as_deref(), Some("story:get"));
        assert_eq!(fidelity.any("wrong_method").unwrap().status, 405);
        assert!(fidelity.operation("make_user").is_none());
    }

    #[test]
    fn what_does_not_fit_names_its_file() {
        for (users, error) in [
            ("[a]\npublished = []\nmore = 1", "users.toml: TOML parse error"),
            ("[a]\npublished = []\n[a.shared]\nnone = {}", "users.toml: a: no shared row none"),
            ("a = 1", "users.toml: "),
            (
                "[a]\npublished = []\n[a.shared]\nunknown_key = { confidence = \"observed\" }",
                "users.toml: a: unknown_key is observed, but names no recorded step",
            ),
            (
                "[a]\npublished = []\n[a.shared]\nunknown_key = { recorded = \"story:key\" }",
                "users.toml: a: unknown_key is recorded in story:key, but not observed",
            ),
        ] {
            let found = Fidelity::read(COMMON, &[("users", users)]).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
        let twice = [("one", "[a]\npublished = []"), ("two", "[a]\npublished = []")];
        assert_eq!(Fidelity::read(COMMON, &twice).unwrap_err(), "two.toml: duplicate operation a");
    }
}

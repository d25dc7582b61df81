//! Selects calls, in the same way for fault rules, the journal, verification and the library. Knows no vendor.

mod check;
mod input;
mod sent;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::protocol::credential::Credential;
use crate::secrets;

pub use input::{Finished, MatchInput, Protocol, RefusedBy};
pub use sent::Sent;

use sent::Named;

/// Selects calls. A member that is not set matches anything, so a new selection matches every call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct CallMatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "check::status")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    query: Named,
    #[serde(skip_serializing_if = "Named::is_empty")]
    headers: Named,
    #[serde(skip_serializing_if = "Map::is_empty")]
    body: Map<String, Value>,
}

impl CallMatch {
    /// All calls.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of one operation, such as `disable_user`: its name is the same on every protocol.
    pub fn operation(name: &str) -> Self {
        Self { operation: Some(name.to_owned()), ..Self::default() }
    }

    /// Only those of that vendor, such as `zitadel`.
    pub fn vendor(mut self, name: &str) -> Self {
        self.vendor = Some(name.to_owned());
        self
    }

    /// Only those with that method, whatever its case.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only those with that path. The query is compared only if `path` has one. A `*` at the end matches any rest.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Only those about that user, by the vendor's id.
    pub fn user(mut self, id: &str) -> Self {
        self.user = Some(id.to_owned());
        self
    }

    /// Only those with that credential, with or without the name of a world.
    pub fn credential(mut self, credential: &str) -> Self {
        self.credential = Some(credential.to_owned());
        self
    }

    /// Only those made over `http/1.1`, `http/2`, `grpc`, `grpc-web` or `connect`. A rule cannot ask for it.
    pub fn protocol(mut self, protocol: &str) -> Self {
        self.protocol = Some(protocol.to_owned());
        self
    }

    /// Only those with that status, such as `404`, or a class such as `4xx`. A rule cannot ask for it.
    pub fn status(mut self, status: impl ToString) -> Self {
        self.status = Some(status.to_string());
        self
    }

    /// Only those that were refused by the `vendor`, by a `fault`, or by `fauxidp`. A rule cannot ask for it.
    pub fn refused_by(mut self, who: &str) -> Self {
        self.refused_by = Some(who.to_owned());
        self
    }

    /// Only those with a higher number. A rule cannot ask for it.
    pub fn after(mut self, n: u64) -> Self {
        self.after = Some(n);
        self
    }

    /// Only those with that parameter in the query. A `*` at the end matches any rest. A rule cannot ask for it.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Only those with that header. A `*` at the end matches any rest. A rule cannot ask for it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Only those whose JSON body has that member, or whose form has that field. Of an object only the given members
    /// are compared. A rule cannot ask for it.
    pub fn body(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body.insert(name.to_owned(), value.into());
        self
    }
}

/// The members that are compared, in the order in which differences are reported.
#[derive(Debug, Clone, Copy)]
enum Member {
    Vendor,
    Operation,
    Method,
    Protocol,
    User,
    RefusedBy,
    Path,
    Credential,
    Status,
    After,
    Query,
    Headers,
    Body,
}

impl Member {
    const ALL: [Self; 13] = [
        Self::Vendor,
        Self::Operation,
        Self::Method,
        Self::Protocol,
        Self::User,
        Self::RefusedBy,
        Self::Path,
        Self::Credential,
        Self::Status,
        Self::After,
        Self::Query,
        Self::Headers,
        Self::Body,
    ];
}

impl CallMatch {
    /// Whether a call matches.
    pub fn matches(&self, call: &MatchInput<'_>) -> bool {
        Member::ALL.iter().all(|member| self.fits(*member, call))
    }

    /// How a call differs from this selection, in words.
    pub fn differences(&self, call: &MatchInput<'_>) -> Vec<String> {
        let different = Member::ALL.iter().filter(|member| !self.fits(**member, call));
        different.map(|member| self.difference(*member, call)).collect()
    }

    /// The vendor, if only one is selected.
    pub fn asked_vendor(&self) -> Option<&str> {
        self.vendor.as_deref()
    }

    /// The operation, if only one is selected.
    pub fn asked_operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The method, if only one is selected.
    pub fn asked_method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The path without its query, if only one is selected; with a `*` at the end, if it has one there.
    pub fn asked_path(&self) -> Option<&str> {
        self.path.as_deref().map(|path| path.split('?').next().unwrap_or(path))
    }

    /// The credential, if only one is selected.
    pub fn asked_credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }

    /// The user, if only one is selected.
    pub fn asked_user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    fn fits(&self, member: Member, call: &MatchInput<'_>) -> bool {
        let is =
            |asked: &Option<String>, found: Option<&str>| asked.as_deref().is_none_or(|asked| found == Some(asked));
        let finished = call.finished.as_ref();
        match member {
            Member::Vendor => is(&self.vendor, call.vendor),
            Member::Operation => is(&self.operation, call.operation),
            Member::Method => self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(call.method)),
            Member::Protocol => is(&self.protocol, call.protocol()),
            Member::User => is(&self.user, call.user_id),
            Member::RefusedBy => is(&self.refused_by, call.refused_by()),
            Member::Path => self.path.as_deref().is_none_or(|path| is_path(path, call)),
            Member::Credential => self.credential.as_deref().is_none_or(|asked| call.credentials.contain(asked)),
            Member::Status => self.status.as_deref().is_none_or(|asked| {
                finished.and_then(|finished| finished.status).is_some_and(|status| is_status(asked, status))
            }),
            Member::After => self.after.is_none_or(|after| finished.is_some_and(|finished| finished.n > after)),
            Member::Query => self.query.is_empty() || sent::query(&self.query, call.query).is_empty(),
            Member::Headers => self.headers.is_empty() || sent::headers(&self.headers, call.sent).is_empty(),
            Member::Body => self.body.is_empty() || sent::body(&self.body, call.sent).is_empty(),
        }
    }

    /// How a call differs in one member that is set.
    fn difference(&self, member: Member, call: &MatchInput<'_>) -> String {
        let differs = |name: &str, found: Option<&str>, asked: &Option<String>| {
            let asked = asked.as_deref().unwrap_or_default();
            match found {
                Some(found) => format!("{name} is {found}, not {asked}"),
                None => format!("{name} is missing, expected {asked}"),
            }
        };
        match member {
            Member::Vendor => differs("vendor", call.vendor, &self.vendor),
            Member::Operation => differs("operation", call.operation, &self.operation),
            Member::Method => {
                let asked = self.method.as_ref().map(|method| method.to_ascii_uppercase());
                differs("method", Some(call.method), &asked)
            }
            Member::Protocol => differs("protocol", call.protocol(), &self.protocol),
            Member::User => differs("user", call.user_id, &self.user),
            Member::RefusedBy => differs("refused_by", call.refused_by(), &self.refused_by),
            Member::Path => differs("path", Some(&call.shown_path()), &self.path),
            Member::Credential => {
                let (found, asked) = (call.credentials.first().map(|found| found.show()), self.shown_credential());
                match found {
                    Some(found) if Some(&found) == asked.as_ref() => {
                        format!("credential is a different one that also starts with {found}")
                    }
                    found => differs("credential", found.as_deref(), &asked),
                }
            }
            Member::Status => {
                let found = call.finished.as_ref().and_then(|finished| finished.status);
                differs("status", found.map(|found| found.to_string()).as_deref(), &self.status)
            }
            Member::After => format!("number is not above {}", self.after.unwrap_or_default()),
            Member::Query => sent::query(&self.query, call.query).join("; "),
            Member::Headers => sent::headers(&self.headers, call.sent).join("; "),
            Member::Body => sent::body(&self.body, call.sent).join("; "),
        }
    }

    /// The selection as the end of a sentence about calls.
    pub fn words(&self) -> String {
        let credential = self.shown_credential();
        let members = [
            ("vendor", &self.vendor),
            ("operation", &self.operation),
            ("method", &self.method),
            ("path", &self.path),
            ("protocol", &self.protocol),
            ("user", &self.user),
            ("credential", &credential),
            ("status", &self.status),
            ("refused_by", &self.refused_by),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
        let mut words: Vec<_> = members.collect();
        words.extend(self.after.map(|after| format!("number above {after}")));
        words.extend(sent::words("query", &self.query));
        words.extend(sent::words("header", &self.headers));
        if !self.body.is_empty() {
            words.push(format!("body {}", secrets::value(&Value::Object(self.body.clone()))));
        }
        match words.is_empty() {
            true => String::new(),
            false => format!(" with {}", words.join(", ")),
        }
    }

    /// The credential as the journal would show it.
    fn shown_credential(&self) -> Option<String> {
        self.credential.as_ref().map(|credential| match credential.ends_with('…') {
            true => credential.clone(),
            false => Credential::of(credential).show(),
        })
    }
}

/// Whether a call has that path. If `asked` has a query, it is compared with the path and query that the journal shows.
fn is_path(asked: &str, call: &MatchInput<'_>) -> bool {
    let found = match asked.contains('?') {
        true => Cow::Owned(call.shown_path()),
        false => Cow::Borrowed(call.path),
    };
    is_text(asked, &found)
}

/// Whether a text is as asked. A `*` at the end matches any rest.
fn is_text(asked: &str, found: &str) -> bool {
    match asked.strip_suffix('*') {
        Some(start) => found.starts_with(start),
        None => found == asked,
    }
}

/// Whether a status equals `asked`, such as `404`, or is in that class, such as `4xx`.
fn is_status(asked: &str, status: u16) -> bool {
    match asked.strip_suffix("xx") {
        Some(class) => class.parse() == Ok(status / 100),
        None => asked.parse() == Ok(status),
    }
}

#[cfg(test)]
mod tests;

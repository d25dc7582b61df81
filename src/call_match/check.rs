//! Refuses values that no call can have. A typo would otherwise look like a call that was never made. Knows no vendor.

use http::Method;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{CallMatch, Protocol, RefusedBy, sent};
use crate::similar::{most_similar, shown};

/// How many of the nearest names are listed.
const MAX_NEAREST: usize = 5;

impl CallMatch {
    /// Refuses names that are not among these vendors and their operations.
    ///
    /// # Errors
    /// The unknown name, and the known names closest to it.
    pub fn check<'n>(
        &self,
        vendors: &[&'n str],
        operations: impl Iterator<Item = (&'n str, &'n str)>,
    ) -> Result<(), String> {
        known("vendor", self.vendor.as_deref(), vendors.iter().copied())?;
        let own = |owner: &str| self.vendor.as_deref().is_none_or(|vendor| vendor == owner);
        let operations = operations.filter(|(owner, _)| own(owner)).map(|(_, operation)| operation);
        known("operation", self.operation.as_deref(), operations)?;
        known("protocol", self.protocol.as_deref(), Protocol::NAMES.into_iter())?;
        known("refused_by", self.refused_by.as_deref(), RefusedBy::ALL.into_iter().map(RefusedBy::as_str))?;
        if let Some(method) = self.method.as_ref().filter(|method| Method::from_bytes(method.as_bytes()).is_err()) {
            return Err(format!("{:?} is not an HTTP method", shown(method)));
        }
        sent::check_headers(&self.headers)?;
        match self.path.as_ref().filter(|path| !path.starts_with('/')) {
            Some(path) => Err(format!("the path {:?} must start with a slash", shown(path))),
            None => Ok(()),
        }
    }

    /// Refuses members that are known only once a call is over.
    ///
    /// # Errors
    /// The member that a rule cannot ask for.
    pub fn check_rule(&self) -> Result<(), String> {
        let members = [
            ("protocol", self.protocol.is_some()),
            ("status", self.status.is_some()),
            ("refused_by", self.refused_by.is_some()),
            ("after", self.after.is_some()),
            ("query", !self.query.is_empty()),
            ("headers", !self.headers.is_empty()),
            ("body", !self.body.is_empty()),
        ];
        match members.iter().find(|(_, is_asked)| *is_asked) {
            Some((member, _)) => Err(format!("a rule cannot match by {member}; only a journal search can")),
            None => Ok(()),
        }
    }
}

/// Checks that a name is known; otherwise lists the known names closest to it.
fn known<'n>(member: &str, name: Option<&str>, all: impl Iterator<Item = &'n str>) -> Result<(), String> {
    let Some(name) = name else { return Ok(()) };
    let all: Vec<_> = all.collect();
    if all.contains(&name) {
        return Ok(());
    }
    let nearest = most_similar(name, all, MAX_NEAREST).join(", ");
    Err(format!("unknown {member} {:?}; the closest matches are {nearest}", shown(name)))
}

/// Reads a status, such as 404 or `"404"`, or a class, such as `"4xx"`.
pub(super) fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_status = match text.strip_suffix("xx") {
        Some(class) => matches!(class, "1" | "2" | "3" | "4" | "5"),
        None => text.parse().is_ok_and(|status: u16| (100..600).contains(&status)),
    };
    match is_status {
        true => Ok(Some(text)),
        false => Err(D::Error::invalid_value(Unexpected::Other(&text), &"a status such as 404 or \"4xx\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(calls: &CallMatch) -> Result<(), String> {
        let operations = [("acme", "disable_user"), ("acme", "enable_user"), ("zeta", "lock_user")];
        calls.check(&["acme", "zeta"], operations.into_iter())
    }

    #[test]
    fn what_no_call_can_have_is_refused() {
        for (calls, error) in [
            (CallMatch::all().vendor("acm"), r#"unknown vendor "acm"; the closest matches are acme, zeta"#),
            (
                CallMatch::operation("disable_usr"),
                r#"unknown operation "disable_usr"; the closest matches are disable_user, enable_user, lock_user"#,
            ),
            (
                CallMatch::operation("disable_user").vendor("zeta"),
                r#"unknown operation "disable_user"; the closest matches are lock_user"#,
            ),
            (CallMatch::all().protocol("http"), r#"unknown protocol "http"; the closest matches are http/2, grpc, "#),
            (CallMatch::all().refused_by("me"), r#"unknown refused_by "me"; the closest matches are "#),
            (CallMatch::all().method("G T"), r#""G T" is not an HTTP method"#),
            (CallMatch::all().path("api/*"), r#"the path "api/*" must start with a slash"#),
        ] {
            let found = check(&calls).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
        let long = "x".repeat(1 << 20);
        assert!(check(&CallMatch::operation(&long)).unwrap_err().len() < 300);
        let fits = CallMatch::operation("lock_user").vendor("zeta").method("get").path("/*").protocol("grpc");
        assert_eq!(check(&fits.refused_by("fauxidp").status("4xx").after(1)), Ok(()));
    }

    #[test]
    fn a_rule_asks_for_nothing_that_comes_later() {
        for calls in [
            CallMatch::all().protocol("grpc"),
            CallMatch::all().status(404),
            CallMatch::all().refused_by("fault"),
            CallMatch::all().after(1),
        ] {
            assert!(calls.check_rule().unwrap_err().starts_with("a rule cannot match by "), "{calls:?}");
        }
        let calls = CallMatch::operation("a").vendor("b").method("c").path("/d").user("e").credential("f");
        assert_eq!(calls.check_rule(), Ok(()));
    }

    #[test]
    fn a_status_is_a_number_or_a_class() {
        for (json, status) in [
            ("404", Some("404")),
            (r#""404""#, Some("404")),
            (r#""4xx""#, Some("4xx")),
            ("99", None),
            ("600", None),
            (r#""6xx""#, None),
            (r#""xx""#, None),
            (r#""ok""#, None),
            ("null", None),
        ] {
            let read: Result<CallMatch, _> = serde_json::from_str(&format!("{{\"status\":{json}}}"));
            match status {
                Some(status) => assert_eq!(read.unwrap(), CallMatch::all().status(status)),
                None => assert!(read.unwrap_err().to_string().contains("expected a status such as 404"), "{json}"),
            }
        }
    }
}

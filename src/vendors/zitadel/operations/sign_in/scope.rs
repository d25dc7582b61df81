//! The scopes that ZITADEL knows, and what they ask for. Knows no user.

use super::super::super::auth::API_PROJECT;

/// The scopes that are whole words.
const WORDS: [&str; 9] =
    ["openid", "profile", "email", "phone", "address", "offline_access", PROJECTS_ROLES, METADATA, RESOURCE_OWNER];

/// The same, of releases that have groups.
const GROUPS: [&str; 2] = ["groups", "urn:zitadel:iam:user:groups"];

/// The starts of the others.
const STARTS: [&str; 6] =
    [PROJECT_ROLE, PROJECT, DOMAIN, ORGANIZATION, "urn:zitadel:iam:org:roles:id:", "urn:zitadel:iam:org:idp:id:"];

pub const METADATA: &str = "urn:zitadel:iam:user:metadata";
pub const RESOURCE_OWNER: &str = "urn:zitadel:iam:user:resourceowner";
pub const PROJECTS_ROLES: &str = "urn:zitadel:iam:org:projects:roles";
pub const PROJECT_ROLE: &str = "urn:zitadel:iam:org:project:role:";
pub const DOMAIN: &str = "urn:zitadel:iam:org:domain:primary:";
pub const ORGANIZATION: &str = "urn:zitadel:iam:org:id:";

/// The scope that asks for a project's audience is this, the project's id, and [`AUDIENCE_END`].
const PROJECT: &str = "urn:zitadel:iam:org:project:id:";
const AUDIENCE_END: &str = ":aud";

/// The most scopes that are granted: some are looked up one by one.
const MAX_SCOPES: usize = 1_000;

/// The scopes of a token, with a blank between them. Unknown ones were dropped.
#[derive(Debug, Clone, Copy)]
pub struct Scopes<'s>(pub &'s str);

/// The known ones of the scopes that were asked for; `None` if nothing was.
pub fn granted(asked: &str, has_groups: bool) -> Option<String> {
    let known = |scope: &&str| {
        WORDS.contains(scope)
            || has_groups && GROUPS.contains(scope)
            || STARTS.iter().any(|start| scope.starts_with(start))
    };
    let mut asked = asked.split_whitespace().peekable();
    asked.peek()?;
    Some(asked.filter(known).take(MAX_SCOPES).collect::<Vec<_>>().join(" "))
}

/// The scopes without those that name an organisation by id or by primary domain, unless it is this one.
pub fn in_organization(scope: &str, id: &str, domain: &str) -> String {
    let is_own = |scope: &&str| {
        scope.strip_prefix(ORGANIZATION).is_none_or(|named| named == id)
            && scope.strip_prefix(DOMAIN).is_none_or(|named| named == domain)
    };
    Scopes(scope).all().filter(is_own).collect::<Vec<_>>().join(" ")
}

impl<'s> Scopes<'s> {
    fn all(self) -> impl Iterator<Item = &'s str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Whether one of them names an organisation.
    pub fn name_organizations(self) -> bool {
        self.all().any(|scope| scope.starts_with(ORGANIZATION) || scope.starts_with(DOMAIN))
    }

    /// Whether that scope is among them.
    pub fn has(self, wanted: &str) -> bool {
        self.all().any(|scope| scope == wanted)
    }

    /// What follows that start in each scope that has it.
    pub fn after(self, start: &'static str) -> impl Iterator<Item = &'s str> {
        self.all().filter_map(move |scope| scope.strip_prefix(start))
    }

    /// The projects whose audience is asked for.
    pub fn audience(self) -> impl Iterator<Item = &'s str> {
        let projects = self.after(PROJECT).filter_map(|project| project.strip_suffix(AUDIENCE_END));
        projects.map(|project| if project == "zitadel" { API_PROJECT } else { project })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_dropped_and_none_is_none() {
        let project = "urn:zitadel:iam:org:project:id:zitadel:aud";
        let scope = granted(&format!("openid nonsense  {project} urn:zitadel:iam:nothing"), true).unwrap();
        assert_eq!(scope, format!("openid {project}"));
        assert_eq!(Scopes(&scope).audience().collect::<Vec<_>>(), [API_PROJECT]);
        assert!(Scopes(&scope).has("openid") && !Scopes(&scope).has("open"));
        assert_eq!(granted("nonsense", true).as_deref(), Some(""));
        assert_eq!(granted(" ", true), None);
        assert_eq!(granted("openid groups", true).as_deref(), Some("openid groups"));
        assert_eq!(granted("openid groups", false).as_deref(), Some("openid"));
        assert_eq!(Scopes("").after(ORGANIZATION).count(), 0);
    }

    #[test]
    fn other_organizations_are_dropped() {
        let own = format!("{ORGANIZATION}1 {DOMAIN}a.example");
        let asked = format!("openid {ORGANIZATION}2 {own} {DOMAIN}b.example profile");
        assert_eq!(in_organization(&asked, "1", "a.example"), format!("openid {own} profile"));
        assert_eq!(in_organization(&own, "2", "b.example"), "");
    }
}

//! Where ZITADEL's credential stands, which count, and what their users may do.

pub(super) mod keys;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hashbrown::HashMap;
use http::header::{AUTHORIZATION, HeaderName};
use jiff::Timestamp;

use super::Zitadel;
use super::error::Error;
use super::proto::zitadel::object::v2::{Organization as Asked, organization::Org};
use super::record::{Door, Membership, User};
use crate::directory::Record;
use crate::protocol::Call;

/// The project that stands for the vendor's own API: a token counts there only if it is among its audience.
pub(super) const API_PROJECT: &str = "69629023906488336";

/// The organisation that a call wants to work in.
static ORGANISATION: HeaderName = HeaderName::from_static("x-zitadel-orgid");

/// How many bytes of an issued token stand in front of its user's id.
pub(super) const SECRET_BYTES: usize = 24;

/// Whose tokens there are at birth, and which organisations exist.
#[derive(Debug)]
pub(super) struct Access {
    /// The seed's tokens to user ids. Whether a token still lives, its user's record says.
    tokens: HashMap<String, String>,
    organizations: Vec<Organization>,
    first_owner: String,
    /// What a client needs to sign in for the first machine that has a key, and the first that has a secret.
    pub(super) sign_in: SignIn,
}

/// How clients sign in for machines.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    /// A key's id, the private key and the user's id.
    pub(super) key: Option<(String, String, String)>,
    /// A client's id and secret.
    pub(super) client: Option<(String, String)>,
}

impl SignIn {
    /// These ways, and for those that lack the other's.
    pub(super) fn or(self, other: Self) -> Self {
        Self { key: self.key.or(other.key), client: self.client.or(other.client) }
    }
}

/// An organisation.
#[derive(Debug)]
pub(super) struct Organization {
    pub(super) id: String,
    /// Its primary domain.
    pub(super) domain: String,
}

/// A permission on users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    /// `user.read`
    Read,
    /// `user.write`
    Write,
    /// `user.delete`
    Delete,
}

/// Who calls, and when: all that a call writes has one time.
#[derive(Debug)]
pub(super) struct Caller {
    user: User,
    at: Timestamp,
}

impl Access {
    /// The tokens of these users.
    pub(super) fn new(users: &[User], organizations: Vec<Organization>, sign_in: SignIn) -> Self {
        let tokens = |user: &User| -> Vec<String> {
            let tokens = user.secrets.iter().flat_map(|secrets| &secrets.tokens);
            tokens.map(|token| token.value.clone()).collect()
        };
        let is_owner = |user: &&User| {
            user.profile.memberships.iter().any(|m| m.organization.is_none() && m.allows(Permission::Delete))
        };
        Self {
            first_owner: users.iter().filter(is_owner).flat_map(tokens).next().unwrap_or_default(),
            tokens: users
                .iter()
                .flat_map(|user| tokens(user).into_iter().map(|token| (token, user.key().to_owned())))
                .collect(),
            organizations,
            sign_in,
        }
    }

    /// A token that may do everything; empty if there is none.
    pub(super) fn first_owner(&self) -> &str {
        &self.first_owner
    }

    /// Whether there is such an organisation.
    pub(super) fn has_organization(&self, id: &str) -> bool {
        self.organizations.iter().any(|organization| organization.id == id)
    }

    /// The organisation to work in: the one that a message asks for, else the one that the call names, else the caller's.
    pub(super) fn organization_of(&self, asked: Option<&Asked>, call: &Call, caller: &Caller) -> Result<String, Error> {
        match asked.and_then(|asked| asked.org.as_ref()) {
            Some(Org::OrgId(id)) => Ok(id.clone()),
            Some(Org::OrgDomain(domain)) => {
                let found = self.organizations.iter().find(|organization| organization.domain == *domain);
                found.map(|organization| organization.id.clone()).ok_or(Error::OrganizationUnknown)
            }
            None => Ok(match call.header(&ORGANISATION) {
                Some(id) if !id.is_empty() => id.to_owned(),
                _ => caller.user.profile.resource_owner.to_string(),
            }),
        }
    }
}

/// Finds the caller by the token, then checks the organisation that the call wants to work in.
pub(super) fn authenticate(state: &Zitadel, call: &Call) -> Result<Caller, Error> {
    let header = call.header(&AUTHORIZATION).filter(|header| !header.is_empty());
    // One scheme, in this spelling, and one space.
    let token = header.ok_or(Error::AuthHeaderMissing)?.strip_prefix("Bearer ").ok_or(Error::InvalidAuthHeader)?;
    if token.contains(' ') && token.contains("Bearer ") {
        return Err(Error::InvalidAuthHeader);
    }
    let bearer = bearer(state, token, call.at).filter(Bearer::reaches_api).ok_or(Error::InvalidToken)?;
    if !bearer.user.may_enter(Door::Api) {
        return Err(Error::InvalidToken);
    }
    match call.header(&ORGANISATION) {
        Some(id) if !id.is_empty() && !state.access.has_organization(id) => Err(Error::OrganizationUnknown),
        _ => Ok(Caller { user: bearer.user, at: call.at }),
    }
}

/// Who holds a token that lives, and what it is good for.
pub(super) struct Bearer {
    pub(super) user: User,
    /// What the token endpoint gave it; `None` for a personal access token, which reaches everything.
    pub(super) access: Option<super::record::Access>,
}

impl Bearer {
    fn reaches_api(&self) -> bool {
        self.access.as_ref().is_none_or(|access| access.audience.iter().any(|audience| audience == API_PROJECT))
    }
}

/// Who holds that token, if it lives then. Which doors its user may use is another question.
pub(super) fn bearer(state: &Zitadel, token: &str, at: Timestamp) -> Option<Bearer> {
    let (user, id): (_, Cow<'_, str>) = match token.contains('.') {
        true => {
            let (user_id, id) = keys::read_access(&state.signer(), token)?;
            (state.users.get(&user_id)?, id.into())
        }
        false => (holder(state, token)?, token.into()),
    };
    let secrets = user.secrets.as_ref()?;
    if secrets.token(&id, at).is_some() {
        return Some(Bearer { user, access: None });
    }
    let access = secrets.access(&id, at)?.clone();
    Some(Bearer { user, access: Some(access) })
}

/// Whose an opaque token is: one of the seed's, or one that names its user.
fn holder(state: &Zitadel, token: &str) -> Option<User> {
    if let Some(user_id) = state.access.tokens.get(token) {
        return state.users.get(user_id);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    state.users.get(std::str::from_utf8(bytes.get(SECRET_BYTES..)?).ok()?)
}

impl Caller {
    /// When they call.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether the caller is that user.
    pub(super) fn is(&self, user: &User) -> bool {
        self.user.key() == user.key()
    }

    /// Checks the permission that an operation asks for before it looks at anything.
    pub(super) fn check_endpoint(&self, permission: Permission, organization: &str) -> Result<(), Error> {
        self.check(permission, organization).map_err(|error| match error {
            Error::PermissionDenied => Error::EndpointDenied,
            other => other,
        })
    }

    /// Checks a permission in one organisation: by a role there or in the instance.
    pub(super) fn check(&self, permission: Permission, organization: &str) -> Result<(), Error> {
        let mut memberships =
            self.user.profile.memberships.iter().filter(|membership| membership.reaches(organization)).peekable();
        if memberships.peek().is_none() {
            return Err(Error::MembershipNotFound);
        }
        match memberships.any(|membership| membership.allows(permission)) {
            true => Ok(()),
            false => Err(Error::PermissionDenied),
        }
    }
}

impl Membership {
    fn reaches(&self, organization: &str) -> bool {
        self.organization.as_deref().is_none_or(|own| own == organization)
    }

    fn allows(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| match role.as_str() {
            "IAM_OWNER" | "IAM_ORG_MANAGER" | "IAM_USER_MANAGER" | "ORG_OWNER" | "ORG_USER_MANAGER" => true,
            "IAM_LOGIN_CLIENT" => permission != Permission::Delete,
            // Inferred from the names (zitadel-roles): the sheet of roles lists only those that write.
            "IAM_OWNER_VIEWER" | "ORG_OWNER_VIEWER" => permission == Permission::Read,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_it_says() {
        for (role, read, write, delete) in [
            ("IAM_OWNER", true, true, true),
            ("ORG_USER_MANAGER", true, true, true),
            ("IAM_LOGIN_CLIENT", true, true, false),
            ("IAM_OWNER_VIEWER", true, false, false),
            ("ORG_PROJECT_CREATOR", false, false, false),
        ] {
            let membership = Membership { organization: None, roles: vec![role.to_owned()] };
            assert_eq!(membership.allows(Permission::Read), read, "{role}");
            assert_eq!(membership.allows(Permission::Write), write, "{role}");
            assert_eq!(membership.allows(Permission::Delete), delete, "{role}");
        }
    }
}

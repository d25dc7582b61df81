//! Where ZITADEL's credential is sent, which credentials are accepted, and which permissions a call needs.

pub(super) mod keys;
pub(super) mod permit;
pub(super) mod session;
pub(super) mod tokens;

use http::header::{AUTHORIZATION, HeaderName};
use jiff::Timestamp;
use serde_json::Value;

use super::error::Error;
use super::record::{AccessToken, Door, Permission, Token, User};
use super::state::Zitadel;
use crate::context::{DEFAULT_WORLD, WORLD_CLAIM};
use crate::directory::Record;
use crate::protocol::Call;

use keys::Signer;

/// The project of the vendor's own API, which accepts a token only if this project is in its audience.
pub(super) const API_PROJECT: &str = "69629023906488336";

/// The header that names the organisation of a call.
static ORGANISATION: HeaderName = HeaderName::from_static("x-zitadel-orgid");

/// The caller, and the time of the call: everything that a call writes has the same time.
#[derive(Debug)]
pub(super) struct Caller {
    user: User,
    at: Timestamp,
    /// The organisation of the call, if it names one.
    organization: Option<String>,
}

/// Who calls, and in which organisation.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    pub(super) organization: String,
}

/// How a message names an organisation.
pub(super) enum OrganizationName {
    Id(String),
    /// By its primary domain.
    Domain(String),
}

/// Finds the caller by the token, then checks the organisation that the call wants to work in.
pub(super) fn authenticate(zitadel: &Zitadel, call: &Call) -> Result<Caller, Error> {
    let header = call.header(&AUTHORIZATION).filter(|header| !header.is_empty());
    // One scheme, in this spelling, and one space.
    let token = header.ok_or(Error::AuthHeaderMissing)?.strip_prefix("Bearer ").ok_or(Error::InvalidAuthHeader)?;
    if token.contains(' ') && token.contains("Bearer ") {
        return Err(Error::InvalidAuthHeader);
    }
    let user = match bearer(zitadel, token, call.at) {
        Some(bearer) => Some(bearer).filter(Bearer::reaches_api).ok_or(Error::InvalidToken)?.user,
        None => session::holder(zitadel, token, call.at).ok_or(Error::InvalidToken)??,
    };
    if !user.may_enter(Door::Api) {
        return Err(Error::InvalidToken);
    }
    let organization = call.header(&ORGANISATION).filter(|id| !id.is_empty());
    if organization.is_some_and(|id| !zitadel.knows_organization(id)) {
        return Err(Error::OrganizationUnknown);
    }
    Ok(Caller { user, at: call.at, organization: organization.map(str::to_owned) })
}

/// What signs the tokens of this world.
pub(super) fn signer(zitadel: &Zitadel) -> Signer {
    let [signer, _] = signers(zitadel);
    signer
}

/// The keys of this world: the one that signs, and the next one.
pub(super) fn signers(zitadel: &Zitadel) -> [Signer; 2] {
    Signer::pair(zitadel.instance.signing_keys, &zitadel.context.ids)
}

/// What a JWT claims that this world's ZITADEL signed, whatever its age.
pub(super) fn own_claims(zitadel: &Zitadel, token: &str) -> Option<Value> {
    let claims = signers(zitadel).iter().find_map(|signer| signer.read(token))?;
    (claims[WORLD_CLAIM].as_str().unwrap_or(DEFAULT_WORLD) == &*zitadel.context.world).then_some(claims)
}

/// The organisation to work in: the one that a message names, else the one that the call names, else the caller's.
pub(super) fn organization(
    zitadel: &Zitadel,
    named: Option<&OrganizationName>,
    caller: &Caller,
) -> Result<String, Error> {
    match named {
        Some(OrganizationName::Id(id)) if !zitadel.knows_organization(id) => Err(Error::OrganizationUnknown),
        Some(OrganizationName::Id(id)) => Ok(id.clone()),
        Some(OrganizationName::Domain(domain)) => {
            let found = zitadel.organization_of_domain(domain);
            found.map(|organization| organization.id.to_string()).ok_or(Error::OrganizationUnknown)
        }
        None => Ok(caller.organization.clone().unwrap_or_else(|| caller.user.profile.resource_owner.to_string())),
    }
}

/// Checks that the caller may write in that organisation, for an operation that asks so before it looks at anything.
pub(super) fn admit_writer(zitadel: &Zitadel, named: Option<&OrganizationName>, caller: &Caller) -> Result<(), Error> {
    let organization = organization(zitadel, named, caller)?;
    caller.check(Permission::Write, &organization).map_err(|error| match error {
        Error::PermissionDenied => Error::EndpointDenied,
        other => other,
    })
}

/// The holder of a valid token, and the token.
pub(super) struct Bearer {
    pub(super) user: User,
    pub(super) token: HeldToken,
}

/// A token that lives.
pub(super) enum HeldToken {
    /// A personal one, which reaches everything.
    Personal(Token),
    /// One of the token endpoint.
    Access(AccessToken),
}

impl Bearer {
    fn reaches_api(&self) -> bool {
        match &self.token {
            HeldToken::Personal(_) => true,
            HeldToken::Access(access) => access.audience.iter().any(|audience| audience == API_PROJECT),
        }
    }
}

/// Who holds that token, if it lives then. Which doors its user may use is another question.
pub(super) fn bearer(zitadel: &Zitadel, token: &str, at: Timestamp) -> Option<Bearer> {
    let seeded = zitadel.instance.holder(token).map(|user_id| (String::new(), user_id.to_owned()));
    let (id, user_id) = match seeded {
        Some(seeded) => seeded,
        None => tokens::open(&signer(zitadel), &zitadel.context.ids, token)?,
    };
    let user = zitadel.state.users.get(&user_id)?;
    let secrets = user.secrets.as_ref()?;
    let personal = || secrets.token(token, at).cloned().map(HeldToken::Personal);
    let access = || secrets.access(&id, at).cloned().map(HeldToken::Access);
    let token = personal().or_else(access)?;
    Some(Bearer { user, token })
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

    /// Checks a permission in one organisation: by a role there or in the instance.
    pub(super) fn check(&self, permission: Permission, organization: &str) -> Result<(), Error> {
        self.check_in(permission, Some(organization), None)
    }

    /// Checks a permission in an organisation, or in a project of it; without one, in the instance.
    pub(super) fn check_in(
        &self,
        permission: Permission,
        organization: Option<&str>,
        project: Option<&str>,
    ) -> Result<(), Error> {
        permit::judge(&self.user.profile.memberships, permission, organization, project)
            .map_err(permit::Refused::in_operation)
    }

    /// Checks the same before the call is looked at.
    pub(super) fn admit(&self, permission: Permission, organization: &str, project: Option<&str>) -> Result<(), Error> {
        permit::judge(&self.user.profile.memberships, permission, Some(organization), project)
            .map_err(permit::Refused::at_the_gate)
    }

    /// The caller.
    pub(super) fn user(&self) -> &User {
        &self.user
    }
}

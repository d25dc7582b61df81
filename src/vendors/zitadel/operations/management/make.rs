//! Making users in ZITADEL's first API. A human without a verified e-mail and a password is initial.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::state::Zitadel;
use super::super::objects::Receipt;
use super::super::people::create::{self, NewHuman, NewMachine, NewUser};
use super::super::write::Written;
use super::factors::PasswordlessLink;
use super::{addresses, factors, receipt};

/// A human to be made.
pub struct MakeHuman {
    pub username: String,
    pub human: NewHuman,
    /// Whether it is imported: then it may have a hash, and an e-mail of an initial one does not count as verified.
    pub is_imported: bool,
    /// Whether a link is made by which the human sets up signing in without a password.
    pub is_passwordless: bool,
}

/// A machine to be made.
pub struct MakeMachine {
    pub user_id: Option<String>,
    pub username: String,
    pub machine: NewMachine,
}

/// A human that was made.
pub struct MadeHuman {
    pub user_id: String,
    pub receipt: Receipt,
    pub link: Option<PasswordlessLink>,
}

/// Makes a human.
pub fn add_human_user(zitadel: &Zitadel, mut input: MakeHuman, visitor: &Visitor) -> Result<MadeHuman, Error> {
    if let Some(email) = &mut input.human.email {
        addresses::check_email(&email.address)?;
        if input.is_imported {
            email.address = email.address.trim().to_owned();
        }
    }
    let birth = create::Birth { is_imported: input.is_imported, is_passwordless: input.is_passwordless };
    let made = create::make_human(zitadel, &visitor.organization, input.username, input.human, birth, &visitor.caller);
    let made = made.map_err(|error| match error {
        Error::IdentityProviderUnknown => ManagementError::IdentityProviderUnknown.into(),
        other => other,
    })?;
    let user_id = made.user.profile.user_id.clone();
    let link = input.is_passwordless.then(|| factors::link(zitadel, receipt(&made), &user_id, visitor));
    Ok(MadeHuman { user_id, receipt: receipt(&made), link })
}

/// Makes a machine.
pub(in super::super::super) fn add_machine_user(
    zitadel: &Zitadel,
    input: MakeMachine,
    visitor: &Visitor,
) -> Result<(String, Receipt), Error> {
    let input = create::CreateUser {
        user_id: input.user_id,
        organization: visitor.organization.clone(),
        username: input.username,
        metadata: Vec::new(),
        kind: Some(NewUser::Machine(input.machine)),
    };
    let written: Written = create::create_user(zitadel, input, &visitor.caller)?;
    Ok((written.user.profile.user_id.clone(), receipt(&written)))
}

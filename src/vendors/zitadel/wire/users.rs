//! ZITADEL's users as reading and the lifecycle show them.

use buffa::{EnumValue, MessageField};

use super::generated::zitadel::object::v2::{Details, ListDetails};
use super::proto;
use super::time::{optional, set};
use crate::vendors::zitadel::operations::users::UsersFound;
use crate::vendors::zitadel::operations::write::Written;
use crate::vendors::zitadel::record::{Gender, Human, Kind, Machine, Position, User, UserState};

/// Responses that show only the user's details.
macro_rules! shows_details {
    ($($response:ident)*) => {
        $(impl From<Written> for proto::$response {
            fn from(written: Written) -> Self {
                Self { details: details(&written) }
            }
        })*
    };
}

shows_details! {
    DeactivateUserResponse
    ReactivateUserResponse
    LockUserResponse
    UnlockUserResponse
    DeleteUserResponse
    SetPasswordResponse
}

impl From<User> for proto::GetUserByIDResponse {
    fn from(found: User) -> Self {
        Self { details: shown_details(&found), user: MessageField::some(user(&found)) }
    }
}

impl From<UsersFound> for proto::ListUsersResponse {
    fn from(found: UsersFound) -> Self {
        Self {
            details: MessageField::some(ListDetails {
                total_result: if found.users.is_empty() { 0 } else { found.total as u64 },
                timestamp: optional(found.last_event),
                ..ListDetails::default()
            }),
            result: found.users.iter().map(user).collect(),
            ..Self::default()
        }
    }
}

/// The details of a user after a command: all four members, as the seed prints them.
pub(super) fn details(written: &Written) -> MessageField<Details, buffa::Inline<Details>> {
    details_at(&written.user, written.position)
}

/// The details of a user as reading shows them.
fn shown_details(user: &User) -> MessageField<Details, buffa::Inline<Details>> {
    details_at(user, user.history.shown())
}

fn details_at(user: &User, position: Position) -> MessageField<Details, buffa::Inline<Details>> {
    MessageField::some(Details {
        sequence: position.sequence,
        change_date: set(position.change_date),
        resource_owner: (&user.profile.resource_owner).into(),
        creation_date: set(user.profile.creation_date),
    })
}

/// A user as reading it shows.
pub(super) fn user(user: &User) -> proto::User {
    let profile = &user.profile;
    proto::User {
        user_id: (&profile.user_id).into(),
        details: shown_details(user),
        state: EnumValue::Known(match user.state {
            UserState::Active => proto::UserState::Active,
            UserState::Inactive => proto::UserState::Inactive,
            UserState::Locked => proto::UserState::Locked,
            UserState::Initial => proto::UserState::Initial,
        }),
        username: (&profile.username).into(),
        login_names: profile.login_names.iter().map(Into::into).collect(),
        preferred_login_name: (&profile.preferred_login_name).into(),
        r#type: Some(match &profile.kind {
            Kind::Human(human) => human_user(human).into(),
            Kind::Machine(machine) => machine_user(machine).into(),
        }),
    }
}

fn human_user(human: &Human) -> proto::HumanUser {
    let profile = &human.profile;
    proto::HumanUser {
        profile: MessageField::some(proto::HumanProfile {
            given_name: (&profile.given_name).into(),
            family_name: (&profile.family_name).into(),
            nick_name: Some((&profile.nick_name).into()),
            display_name: Some((&profile.display_name).into()),
            preferred_language: Some((&*profile.preferred_language).into()),
            gender: Some(EnumValue::Known(match profile.gender {
                Gender::Unspecified => proto::Gender::Unspecified,
                Gender::Female => proto::Gender::Female,
                Gender::Male => proto::Gender::Male,
                Gender::Diverse => proto::Gender::Diverse,
            })),
            avatar_url: (&profile.avatar_url).into(),
        }),
        email: MessageField::some(proto::HumanEmail {
            email: (&human.email.address.email).into(),
            is_verified: human.email.is_verified,
        }),
        phone: MessageField::some(proto::HumanPhone {
            phone: (&human.phone.address.phone).into(),
            is_verified: human.phone.is_verified,
        }),
        password_change_required: human.password_change_required,
        password_changed: optional(human.password_changed),
        mfa_init_skipped: optional(human.mfa_init_skipped),
        ..proto::HumanUser::default()
    }
}

fn machine_user(machine: &Machine) -> proto::MachineUser {
    let jwt = machine.access_token_type.is_some();
    proto::MachineUser {
        name: (&machine.name).into(),
        description: (&machine.description).into(),
        has_secret: machine.has_secret,
        access_token_type: EnumValue::Known(if jwt {
            proto::AccessTokenType::Jwt
        } else {
            proto::AccessTokenType::Bearer
        }),
    }
}

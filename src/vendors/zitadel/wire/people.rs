//! ZITADEL's messages that make and change users.

use buffa::EnumValue;

use super::generated::zitadel::object::v2::organization::Org;
use super::time::set;
use super::users::details;
use super::{passwords, proto};
use crate::vendors::zitadel::auth::OrganizationName;
use crate::vendors::zitadel::operations::metadata::Entry;
use crate::vendors::zitadel::operations::people::create::{AddHumanUser, CreateUser, NewHuman, NewMachine, NewUser};
use crate::vendors::zitadel::operations::people::update::{
    HumanChanges, MachineChanges, PhoneChange, UpdateUser, UserChanges,
};
use crate::vendors::zitadel::operations::people::{Address, Names};
use crate::vendors::zitadel::operations::write::Written;
use crate::vendors::zitadel::record::{Gender, JwtTokens};

impl From<proto::CreateUserRequest> for CreateUser {
    fn from(request: proto::CreateUserRequest) -> Self {
        use proto::create_user_request::UserType;
        let kind = request.user_type.map(|kind| match kind {
            UserType::Human(human) => NewUser::Human(Box::new((*human).into())),
            UserType::Machine(machine) => NewUser::Machine(NewMachine {
                name: machine.name,
                description: machine.description.unwrap_or_default(),
                access_token_type: token_type(&machine.access_token_type),
            }),
        });
        Self {
            user_id: request.user_id,
            organization: request.organization_id,
            username: request.username.unwrap_or_default(),
            metadata: request.metadata.into_iter().map(Entry::from).collect(),
            kind,
        }
    }
}

impl From<proto::create_user_request::Human> for NewHuman {
    fn from(human: proto::create_user_request::Human) -> Self {
        use proto::create_user_request::human::PasswordType;
        let password = human.password_type.map(|password| match password {
            PasswordType::Password(password) => (*password).into(),
            PasswordType::HashedPassword(hashed) => (*hashed).into(),
        });
        Self {
            names: names(human.profile.into_option()),
            email: human.email.into_option().map(Address::from),
            phone: human.phone.into_option().map(Address::from),
            password,
            totp_secret: human.totp_secret,
            has_links: !human.idp_links.is_empty(),
            metadata: human.metadata.into_iter().map(Entry::from).collect(),
        }
    }
}

impl From<proto::AddHumanUserRequest> for AddHumanUser {
    fn from(request: proto::AddHumanUserRequest) -> Self {
        use proto::add_human_user_request::PasswordType;
        let organization = organization(&request);
        let password = request.password_type.map(|password| match password {
            PasswordType::Password(password) => (*password).into(),
            PasswordType::HashedPassword(hashed) => (*hashed).into(),
        });
        let human = NewHuman {
            names: names(request.profile.into_option()),
            email: request.email.into_option().map(Address::from),
            phone: request.phone.into_option().map(Address::from),
            password,
            totp_secret: request.totp_secret,
            has_links: !request.idp_links.is_empty(),
            metadata: request.metadata.into_iter().map(Entry::from).collect(),
        };
        Self { user_id: request.user_id, organization, username: request.username.unwrap_or_default(), human }
    }
}

/// The organisation that the message names.
pub(in super::super) fn organization(request: &proto::AddHumanUserRequest) -> Option<OrganizationName> {
    Some(match request.organization.as_option()?.org.as_ref()? {
        Org::OrgId(id) => OrganizationName::Id(id.clone()),
        Org::OrgDomain(domain) => OrganizationName::Domain(domain.clone()),
    })
}

impl From<proto::UpdateUserRequest> for UpdateUser {
    fn from(request: proto::UpdateUserRequest) -> Self {
        use proto::update_user_request::UserType;
        let kind = request.user_type.map(|kind| match kind {
            UserType::Human(human) => UserChanges::Human(Box::new((*human).into())),
            UserType::Machine(machine) => UserChanges::Machine(MachineChanges {
                name: machine.name,
                description: machine.description,
                access_token_type: machine.access_token_type.as_ref().map(token_type),
            }),
        });
        let metadata = request.metadata.into_iter().map(Entry::from).collect();
        Self { user_id: request.user_id, username: request.username, kind, metadata }
    }
}

impl From<proto::update_user_request::Human> for HumanChanges {
    fn from(human: proto::update_user_request::Human) -> Self {
        Self {
            names: human.profile.into_option().map(|profile| Names {
                given_name: profile.given_name,
                family_name: profile.family_name,
                nick_name: profile.nick_name,
                display_name: profile.display_name,
                preferred_language: profile.preferred_language,
                gender: profile.gender.as_ref().map(gender),
            }),
            email: human.email.into_option().map(Address::from),
            phone: human.phone.into_option().map(|phone| match phone.phone.is_empty() {
                true => PhoneChange::Remove { is_verifying: phone.verification.is_some() },
                false => PhoneChange::Set(phone.into()),
            }),
            password: human.password.into_option().and_then(passwords::changed),
        }
    }
}

/// The older way: a profile that is given replaces the names.
impl From<proto::UpdateHumanUserRequest> for UpdateUser {
    fn from(request: proto::UpdateHumanUserRequest) -> Self {
        let changes = HumanChanges {
            names: request.profile.into_option().map(|profile| names(Some(profile))),
            email: request.email.into_option().map(Address::from),
            phone: request.phone.into_option().map(|phone| PhoneChange::Set(phone.into())),
            password: request.password.into_option().and_then(passwords::changed),
        };
        let kind = Some(UserChanges::Human(Box::new(changes)));
        Self { user_id: request.user_id, username: request.username, kind, metadata: Vec::new() }
    }
}

fn names(profile: Option<proto::SetHumanProfile>) -> Names {
    profile.map_or_else(Names::default, |profile| Names {
        given_name: Some(profile.given_name),
        family_name: Some(profile.family_name),
        nick_name: profile.nick_name,
        display_name: profile.display_name,
        preferred_language: profile.preferred_language,
        gender: profile.gender.as_ref().map(gender),
    })
}

fn gender(gender: &EnumValue<proto::Gender>) -> Gender {
    match gender {
        EnumValue::Known(proto::Gender::Female) => Gender::Female,
        EnumValue::Known(proto::Gender::Male) => Gender::Male,
        EnumValue::Known(proto::Gender::Diverse) => Gender::Diverse,
        EnumValue::Known(proto::Gender::Unspecified) | EnumValue::Unknown(_) => Gender::Unspecified,
    }
}

fn token_type(kind: &EnumValue<proto::AccessTokenType>) -> Option<JwtTokens> {
    matches!(kind, EnumValue::Known(proto::AccessTokenType::Jwt)).then_some(JwtTokens::Jwt)
}

impl From<Written> for proto::CreateUserResponse {
    fn from(written: Written) -> Self {
        Self {
            id: written.user.profile.user_id.clone(),
            creation_date: set(written.user.profile.creation_date),
            email_code: written.email_code,
            phone_code: written.phone_code,
        }
    }
}

impl From<Written> for proto::AddHumanUserResponse {
    fn from(written: Written) -> Self {
        Self {
            user_id: written.user.profile.user_id.clone(),
            details: details(&written),
            email_code: written.email_code,
            phone_code: written.phone_code,
        }
    }
}

impl From<Written> for proto::UpdateUserResponse {
    fn from(written: Written) -> Self {
        Self {
            change_date: set(written.position.change_date),
            email_code: written.email_code,
            phone_code: written.phone_code,
        }
    }
}

impl From<Written> for proto::UpdateHumanUserResponse {
    fn from(written: Written) -> Self {
        Self { details: details(&written), email_code: written.email_code, phone_code: written.phone_code }
    }
}

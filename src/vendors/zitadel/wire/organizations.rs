//! ZITADEL's messages about organisations.

use serde_json::{Value, json};

use super::described::Described;
use super::message::RequestMessage;
use super::objects::{created, time};
use super::proto;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::organizations::{AddOrganization, Added, Admin, AdminUser};

/// The organisation that the message asks for.
///
/// # Errors
/// A rule of a human in it is broken.
pub(in super::super) fn add_organization(message: &Described) -> Result<AddOrganization, Error> {
    let admins: Vec<Value> = message.read("admins");
    let admins: Result<_, _> = admins.into_iter().enumerate().map(|(index, given)| admin(index, given)).collect();
    let id = ["organizationId", "orgId"].into_iter().map(|name| message.text(name)).find(|id| !id.is_empty());
    Ok(AddOrganization { id: id.map(str::to_owned), name: message.text("name").to_owned(), admins: admins? })
}

fn admin(index: usize, mut given: Value) -> Result<Admin, Error> {
    let roles = given["roles"].take();
    let roles = serde_json::from_value(roles).unwrap_or_default();
    let human = given["human"].take();
    let user = match (given["userId"].as_str(), human) {
        (Some(id), _) => Some(AdminUser::Existing(id.to_owned())),
        (None, Value::Null) => None,
        (None, human) => {
            let human: proto::AddHumanUserRequest = serde_json::from_value(human).unwrap_or_default();
            human.validate().map_err(|error| match error {
                Error::Invalid(cause) => Error::Invalid(format!(
                    "invalid AddOrganizationRequest.Admins[{index}]: embedded message failed validation | caused by: \
                     invalid AddOrganizationRequest_Admin.Human: embedded message failed validation | caused by: \
                     {cause}"
                )),
                other => other,
            })?;
            Some(AdminUser::New(Box::new(human.into())))
        }
    };
    Ok(Admin { user, roles })
}

/// The answer of the newer API.
pub(in super::super) fn added(added: &Added) -> Value {
    let receipt = &added.receipt;
    let admins = added.admins.iter().map(|written| {
        json!({
            "userId": written.user.profile.user_id, "emailCode": written.email_code, "phoneCode": written.phone_code,
        })
    });
    json!({
        "details": {
            "sequence": receipt.sequence, "changeDate": time(receipt.at), "resourceOwner": *receipt.resource_owner,
        },
        "organizationId": *added.id,
        "createdAdmins": admins.collect::<Vec<_>>(),
    })
}

/// The answer of the first API.
pub(in super::super) fn added_own(added: &Added) -> Value {
    json!({ "id": *added.id, "details": created(&added.receipt) })
}

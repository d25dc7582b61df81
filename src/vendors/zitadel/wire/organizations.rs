//! ZITADEL's messages about organisations.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::Described;
use super::listing::{Table, first_page, id, newer_page, no_special, older_page, text, word};
use super::message::RequestMessage;
use super::objects::{created, read, time};
use super::proto;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::listing::{Condition, Search};
use crate::vendors::zitadel::operations::metadata::Entry;
use crate::vendors::zitadel::operations::organization_domains::{DomainField, Named};
use crate::vendors::zitadel::operations::organization_lists::OrganizationField;
use crate::vendors::zitadel::operations::organization_metadata::{Listed, MetadataField};
use crate::vendors::zitadel::operations::organizations::{AddOrganization, Added, Admin, AdminUser};
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::record::{Details, Domain, Metadata, Organization, OrganizationState};

/// The organisation that the message asks for.
///
/// # Errors
/// A rule of a human in it is broken.
pub(in super::super) fn add_organization(message: &Described) -> Result<AddOrganization, Error> {
    let admins: Vec<Value> = message.read("admins");
    let admins: Result<_, _> = admins.into_iter().enumerate().map(|(index, given)| admin(index, given)).collect();
    let id = ["organizationId", "orgId", "id"].into_iter().map(|name| message.text(name)).find(|id| !id.is_empty());
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

/// The answer of v2beta, which names the administrators that were there already, too.
pub(in super::super) fn created_v2beta(added: &Added, assigned: &[String]) -> Value {
    let created = added.admins.iter().map(|written| {
        json!({ "createdAdmin": {
            "userId": written.user.profile.user_id, "emailCode": written.email_code, "phoneCode": written.phone_code,
        }})
    });
    let assigned = assigned.iter().map(|id| json!({ "assignedAdmin": { "userId": id } }));
    json!({
        "creationDate": time(added.receipt.at), "id": *added.id,
        "organizationAdmins": created.chain(assigned).collect::<Vec<_>>(),
    })
}

/// The answer of the first API.
pub(in super::super) fn added_own(added: &Added) -> Value {
    json!({ "id": *added.id, "details": created(&added.receipt) })
}

/// What organisations are searched by, in all APIs.
const ORGANIZATIONS: Table<OrganizationField> = Table {
    queries: &[
        text("nameQuery", "name", OrganizationField::Name),
        text("domainQuery", "domain", OrganizationField::Domain),
        word("stateQuery", "state", OrganizationField::State),
        id("idQuery", "id", OrganizationField::Id),
        text("nameFilter", "name", OrganizationField::Name),
        text("domainFilter", "domain", OrganizationField::Domain),
        word("stateFilter", "state", OrganizationField::State),
        id("idFilter", "id", OrganizationField::Id),
    ],
    columns: &[
        ("_NAME_NAME", OrganizationField::Name),
        ("_STATE", OrganizationField::State),
        ("_CREATION_DATE", OrganizationField::Created),
    ],
};

/// The search of a message of the older lists, where one organisation is the default.
pub(in super::super) fn list_organizations(message: &Described, default: &Arc<str>) -> Search<OrganizationField> {
    ORGANIZATIONS.older(message, &|name, _| match name {
        "defaultQuery" => Some(Condition::is(OrganizationField::Id, default)),
        _ => None,
    })
}

/// The search of a message of v2beta.
pub(in super::super) fn list_organizations_v2beta(message: &Described) -> Search<OrganizationField> {
    ORGANIZATIONS.search(message, ["filter", "pagination"], &no_special)
}

/// The answer of v2.
pub(in super::super) fn organizations(page: &Page<Organization>, now: Timestamp) -> Value {
    older_page(page, now, |organization| {
        let details = read(&organization.row, &organization.id);
        let state = state("ORGANIZATION_STATE", organization.state);
        json!({
            "id": *organization.id, "details": details, "state": state, "name": *organization.name,
            "primaryDomain": organization.primary_domain(),
        })
    })
}

/// The answer of v2beta.
pub(in super::super) fn organizations_v2beta(page: &Page<Organization>) -> Value {
    newer_page(page, "organizations", |organization| {
        json!({
            "id": *organization.id,
            "creationDate": time(organization.row.creation_date),
            "changedDate": time(organization.row.change_date),
            "state": state("ORG_STATE", organization.state),
            "name": *organization.name,
            "primaryDomain": organization.primary_domain(),
        })
    })
}

/// The answer of the first APIs.
pub(in super::super) fn first_organizations(page: &Page<Organization>, now: Timestamp) -> Value {
    first_page(page, now, |organization| org(organization, &organization.row))
}

/// The answer of the first APIs about one organisation; `all` shows every event of it, else only those of lists.
pub(in super::super) fn one_org(organization: &Organization, all: bool) -> Value {
    json!({ "org": org(organization, if all { &organization.events } else { &organization.row }) })
}

fn org(organization: &Organization, details: &Details) -> Value {
    json!({
        "id": *organization.id,
        "details": read(details, &organization.id),
        "state": match organization.state {
            OrganizationState::Removed => Value::Null, // it is shown without one
            other => state("ORG_STATE", other).into(),
        },
        "name": *organization.name,
        "primaryDomain": organization.primary_domain(),
    })
}

fn state(start: &str, state: OrganizationState) -> String {
    let word = match state {
        OrganizationState::Active => "ACTIVE",
        OrganizationState::Inactive => "INACTIVE",
        OrganizationState::Removed => "REMOVED",
    };
    format!("{start}_{word}")
}

/// The domain that a message of the newer APIs names.
pub(in super::super) fn domain(message: &Described) -> Named<'_> {
    Named { organization: message.text("organizationId"), domain: message.text("domain") }
}

const DOMAINS: Table<DomainField> = Table {
    queries: &[
        text("domainFilter", "domain", DomainField::Name),
        text("domainNameFilter", "name", DomainField::Name),
        text("domainNameQuery", "name", DomainField::Name),
    ],
    columns: &[("_NAME_NAME", DomainField::Name), ("_CREATION_DATE", DomainField::Created)],
};

/// The search of a message of the newer APIs.
pub(in super::super) fn list_domains(message: &Described) -> Search<DomainField> {
    DOMAINS.newer(message, &no_special)
}

/// The search of a message of the first API.
pub(in super::super) fn list_own_domains(message: &Described) -> Search<DomainField> {
    DOMAINS.older(message, &no_special)
}

/// The answer of the newer APIs, where a domain is under that name.
pub(in super::super) fn domains(page: &Page<Domain>, organization: &str, name: &str) -> Value {
    newer_page(page, "domains", |domain| {
        json!({
            "organizationId": organization, name: domain.name,
            "isVerified": domain.is_verified, "isPrimary": domain.is_primary,
        })
    })
}

/// The answer of the first API.
pub(in super::super) fn own_domains(page: &Page<Domain>, organization: &str, now: Timestamp) -> Value {
    first_page(page, now, |domain| {
        json!({
            "orgId": organization,
            "details": read(&domain.details, organization),
            "domainName": domain.name,
            "isVerified": domain.is_verified,
            "isPrimary": domain.is_primary,
        })
    })
}

/// The entries of a message.
pub(in super::super) fn entries(message: &Described) -> Vec<Entry> {
    let entries: Vec<Value> = message.read("metadata");
    entries.iter().map(|entry| self::entry(entry["key"].as_str().unwrap_or_default(), &entry["value"])).collect()
}

/// An entry, whose value is in base64.
pub(in super::super) fn entry(key: &str, value: &Value) -> Entry {
    let value = value.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
    Entry { key: key.to_owned(), value }
}

const METADATA: Table<MetadataField> = Table {
    queries: &[text("keyFilter", "key", MetadataField::Key), text("keyQuery", "key", MetadataField::Key)],
    columns: &[],
};

/// The search of a message, with these names for its queries and its page.
pub(in super::super) fn list_metadata(message: &Described, names: [&str; 2]) -> Search<MetadataField> {
    METADATA.search(message, names, &no_special)
}

/// The answer of the newer APIs.
pub(in super::super) fn metadata(page: &Page<Listed>) -> Value {
    newer_page(page, "metadata", |Listed { entry, .. }| {
        json!({
            "creationDate": time(entry.created), "changeDate": time(entry.changed),
            "key": entry.key, "value": STANDARD.encode(&entry.value),
        })
    })
}

/// The answer of the first API.
pub(in super::super) fn own_metadata(page: &Page<Listed>, organization: &str, now: Timestamp) -> Value {
    first_page(page, now, |Listed { entry, .. }| own_entry(entry, organization))
}

/// An entry in the first API.
pub(in super::super) fn own_entry(entry: &Metadata, organization: &str) -> Value {
    let details = json!({
        "sequence": entry.sequence,
        "creationDate": time(entry.created),
        "changeDate": time(entry.changed),
        "resourceOwner": organization,
    });
    json!({ "details": details, "key": entry.key, "value": STANDARD.encode(&entry.value) })
}

/// The organisation, and its first member, that a message of the admin API asks for.
///
/// # Errors
/// A rule of the human is broken.
pub(in super::super) fn set_up_org(message: &Described) -> Result<AddOrganization, Error> {
    let org: Value = message.read("org");
    let human: Value = message.read("human");
    let (profile, email, phone) = (&human["profile"], &human["email"], &human["phone"]);
    let verification = |contact: &Value, member: &str| match contact[member].as_bool() {
        Some(true) => json!({ "isVerified": true }),
        _ => json!({ "sendCode": {} }),
    };
    let with = |address: &Value, name: &str, how: Value| {
        let mut contact = json!({ name: address });
        contact.as_object_mut().expect("an object").extend(how.as_object().cloned().unwrap_or_default());
        contact
    };
    let mut newer = json!({
        "username": human["userName"],
        "profile": {
            "givenName": profile["firstName"],
            "familyName": profile["lastName"],
            "nickName": profile["nickName"],
            "displayName": profile["displayName"],
            "preferredLanguage": profile["preferredLanguage"],
            "gender": profile["gender"],
        },
        "email": with(&email["email"], "email", verification(email, "isEmailVerified")),
    });
    if let Some(number) = phone["phone"].as_str() {
        newer["phone"] = with(&number.into(), "phone", verification(phone, "isPhoneVerified"));
    }
    if let Some(password) = human["password"].as_str().filter(|password| !password.is_empty()) {
        newer["password"] = json!({ "password": password, "changeRequired": true });
    }
    let admin = json!({ "human": without_nulls(newer), "roles": message.read::<Value>("roles") });
    Ok(AddOrganization {
        id: None,
        name: org["name"].as_str().unwrap_or_default().to_owned(),
        admins: vec![admin_of(admin)?],
    })
}

fn admin_of(given: Value) -> Result<Admin, Error> {
    let mut given = given;
    if given["roles"].is_null() {
        given["roles"] = json!([]);
    }
    admin(0, given)
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(|member| *member = without_nulls(member.take()));
    }
    value
}

/// The answer of the admin API.
pub(in super::super) fn set_up(added: &Added) -> Value {
    let user = added.admins.first().map(|written| &*written.user.profile.user_id);
    json!({ "details": created(&added.receipt), "orgId": *added.id, "userId": user })
}

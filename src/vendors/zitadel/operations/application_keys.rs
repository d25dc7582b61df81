//! The keys of ZITADEL's applications.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::json;

use super::super::auth::Caller;
use super::super::auth::keys;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Application, Key, Occurrence};
use super::super::state::Zitadel;
use super::applications::{Named, change};
use super::listing::{Cell, Limit, Row, Search};
use super::objects::Receipt;
use super::paging::Page;
use super::write::new_id;

/// A new key of an application.
pub struct NewKey {
    pub id: String,
    /// The file with which its holder signs in.
    pub file: String,
    pub receipt: Receipt,
}

/// The number of the one type that keys have.
const JSON: u8 = 1;

/// Makes an application a key.
pub fn add_app_key(zitadel: &Zitadel, named: &Named<'_>, expires: Timestamp, caller: &Caller) -> Result<NewKey, Error> {
    let now = caller.at();
    let mut ids = zitadel.context.ids.reserve();
    let ((id, file), receipt) =
        change(zitadel, named, ObjectError::ApplicationMissing, caller, |application, events| {
            if !application.config.has_keys() {
                return Err(ObjectError::NoKeyNeeded.into());
            }
            if expires <= now {
                return Err(ObjectError::KeyExpired.into());
            }
            (named.permit)(application)?;
            let pem = zitadel.context.keys.next().map_err(|_| Error::KeysExhausted)?.pem();
            let public = keys::public_of_private(&pem).expect("the pool's keys are RSA keys");
            let id = new_id(&mut ids, now);
            let file = keys::application_file(&id, &pem, &application.id, &application.client_id);
            let said = json!({
                "applicationId": *application.id,
                "clientId": *application.client_id,
                "keyId": id,
                "type": JSON,
                "expirationDate": expires,
            });
            application.keys.push(Key { id: id.clone(), public, created: now, expires, sequence: events.sequence });
            // The same kind for APIs, as at the vendor.
            Ok(((id, file), Occurrence::saying("project.application.oidc.key.added", said)))
        })?;
    ids.commit();
    Ok(NewKey { id, file, receipt })
}

/// Removes a key of an application.
pub fn remove_app_key(zitadel: &Zitadel, named: &Named<'_>, key: &str, caller: &Caller) -> Result<Receipt, Error> {
    let removed = change(zitadel, named, ObjectError::KeyNotFound, caller, |application, _| {
        if !application.keys.iter().any(|own| own.id == key) {
            return Err(ObjectError::KeyNotFound.into());
        }
        (named.permit)(application)?;
        application.keys.retain(|own| own.id != key);
        Ok(((), Occurrence::saying("project.application.oidc.key.removed", json!({ "keyId": key }))))
    });
    removed.map(|((), receipt)| receipt)
}

/// A key, and whose it is.
pub struct Listed<'a> {
    pub key: Cow<'a, Key>,
    pub application: Cow<'a, Application>,
}

impl Listed<'_> {
    fn into_owned(self) -> Listed<'static> {
        Listed { key: Cow::Owned(self.key.into_owned()), application: Cow::Owned(self.application.into_owned()) }
    }
}

/// What keys are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum KeyField {
    Id,
    Application,
    Project,
    Organization,
    Created,
    Expires,
}

impl Row for Listed<'_> {
    type Field = KeyField;

    fn value(&self, field: KeyField) -> Cell<'_> {
        match field {
            KeyField::Id => Cell::Text(&self.key.id),
            KeyField::Application => Cell::Text(&self.application.id),
            KeyField::Project => Cell::Text(&self.application.project_id),
            KeyField::Organization => Cell::Text(&self.application.resource_owner),
            KeyField::Created => Cell::Time(self.key.created),
            KeyField::Expires => Cell::Time(self.key.expires),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key.id.cmp(&other.key.id)
    }
}

/// The key of that id, of whatever application.
pub fn get_key(
    zitadel: &Zitadel,
    id: &str,
    permit: impl Fn(&Application) -> Result<(), Error>,
) -> Result<Listed<'static>, Error> {
    let applications = zitadel.state.applications.snapshot();
    let found = applications.iter().find_map(|application| {
        let key = application.keys.iter().find(|key| key.id == id)?;
        Some(Listed { key: Cow::Borrowed(key), application: Cow::Borrowed(application) })
    });
    let found = found.ok_or(ObjectError::KeyUnknown)?;
    permit(&found.application)?;
    Ok(found.into_owned())
}

/// Keys of applications that fit. What the caller may not see is only counted.
pub fn list_keys(
    zitadel: &Zitadel,
    search: Search<KeyField>,
    limit: Limit,
    fits: impl Fn(&Application) -> bool,
    is_visible: impl Fn(&Application) -> bool,
) -> Result<Page<Listed<'static>>, Error> {
    let applications = zitadel.state.applications.snapshot();
    let rows = applications.iter().filter(|application| fits(application)).flat_map(|application| {
        let keys = application.keys.iter();
        keys.map(move |key| Listed { key: Cow::Borrowed(key), application: Cow::Borrowed(application) })
    });
    Ok(search.find(rows, limit)?.showing(|listed| is_visible(&listed.application)).map(Listed::into_owned))
}

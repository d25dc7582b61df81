//! What others write down about ZITADEL's organisations.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Log, Metadata, Occurrence, Organization};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::metadata::Entry;
use super::objects::Receipt;
use super::organizations::change_known;
use super::paging::Page;
use crate::bounded::MAX_USER;

/// Sets entries, each over one of the same key; an empty value removes the entry. Each is an event, also an equal one.
pub fn set_metadata(
    zitadel: &Zitadel,
    organization: &str,
    entries: Vec<Entry>,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    if entries.is_empty() {
        return Err(ObjectError::NoMetadata("META-9mm2d").into());
    }
    let now = caller.at();
    change(zitadel, organization, permit, caller, |organization, log| {
        for Entry { key, value } in entries {
            let set = match value.is_empty() {
                true => Occurrence::saying("org.metadata.removed", json!({ "key": key })),
                false => {
                    Occurrence::saying("org.metadata.set", json!({ "key": key, "value": STANDARD.encode(&value) }))
                }
            };
            organization.write(log, set);
            let known = organization.metadata.iter().position(|own| own.key == key);
            match known {
                Some(position) if value.is_empty() => _ = organization.metadata.remove(position),
                None if value.is_empty() => {}
                Some(position) => {
                    let own = &mut organization.metadata[position];
                    (own.value, own.changed, own.sequence) = (value, now, organization.events.sequence);
                }
                None => {
                    let sequence = organization.events.sequence;
                    organization.metadata.push(Metadata {
                        key,
                        value,
                        created: now,
                        changed: now,
                        sequence,
                        command: sequence,
                    });
                }
            }
        }
        let size = organization.metadata.iter().map(|entry| entry.key.len() + entry.value.len()).sum::<usize>();
        if size > MAX_USER { Err(Error::MetadataTooLarge) } else { Ok(()) }
    })
}

/// Removes entries, all of them or none; `unknown` is the refusal where one is not there.
pub fn remove_metadata(
    zitadel: &Zitadel,
    organization: &str,
    keys: &[String],
    unknown: ObjectError,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    if keys.is_empty() {
        return Err(ObjectError::NoMetadata("META-9mw2d").into());
    }
    change(zitadel, organization, permit, caller, |organization, log| {
        for key in keys {
            let known = organization.metadata.iter().position(|own| own.key == *key);
            organization.metadata.remove(known.ok_or(unknown)?);
            organization.write(log, Occurrence::saying("org.metadata.removed", json!({ "key": key })));
        }
        Ok(())
    })
}

fn change(
    zitadel: &Zitadel,
    organization: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
    change: impl FnOnce(&mut Organization, &mut Log) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let words = (|| Error::OrganizationMissing, ObjectError::OrganizationTaken);
    permit()?;
    change_known(zitadel, organization, words, caller, change)
}

/// The entry of that key.
pub fn get_metadata(zitadel: &Zitadel, organization: &str, key: &str) -> Result<Metadata, Error> {
    let organization = zitadel.organization(organization);
    let entry = organization.and_then(|one| one.metadata.into_iter().find(|entry| entry.key == key));
    entry.ok_or(ObjectError::MetadataNotFound("QUERY-Rph32").into())
}

/// What entries are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum MetadataField {
    Key,
}

/// An entry of a list in that order. Those that nothing else orders come by their keys, in either order.
pub struct Listed {
    is_ascending: bool,
    pub entry: Metadata,
}

impl Row for Listed {
    type Field = MetadataField;

    fn value(&self, field: MetadataField) -> Cell<'_> {
        match field {
            MetadataField::Key => Cell::Text(&self.entry.key),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        let by_key = self.entry.key.cmp(&other.entry.key);
        if self.is_ascending { by_key } else { by_key.reverse() }
    }
}

/// The entries of an organisation; of one that is not there, none.
pub fn list_metadata(
    zitadel: &Zitadel,
    organization: &str,
    search: Search<MetadataField>,
) -> Result<Page<Listed>, Error> {
    let entries = zitadel.organization(organization).map(|organization| organization.metadata).unwrap_or_default();
    let is_ascending = search.paging.ascending;
    let entries = entries.into_iter().map(|entry| Listed { is_ascending, entry });
    search.find(entries, Limit::Unbounded)
}

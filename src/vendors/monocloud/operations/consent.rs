//! Consent: whether a user has to be asked what an application may have, and what the user decides.

use std::sync::Arc;

use super::authorize::Checked;
use super::scopes::{IDENTITY_SCOPES, OFFLINE_ACCESS};
use crate::directory::DirectoryError;
use crate::oidc::page::ConsentScope;
use crate::vendors::monocloud::record::{Application, Consent, ConsentAlias, RememberConsent};
use crate::vendors::monocloud::state::{MonoCloud, new_uuid};

/// Whether a user has to be asked before a request is answered. An application that only enables consent asks when a
/// request does.
pub(in super::super) fn needs_consent(
    monocloud: &MonoCloud,
    application: &Application,
    checked: &Checked,
    user_id: &str,
) -> bool {
    if !application.enable_consent {
        return false;
    }
    if checked.prompts_for("consent") {
        return true;
    }
    let is_offline = checked.scopes.iter().any(|scope| scope == OFFLINE_ACCESS);
    application.require_consent
        && (application.remember_consent == RememberConsent::Never
            || (is_offline && application.always_require_consent_for_offline_access)
            || !find(monocloud, user_id, &application.id)
                .is_some_and(|consent| consent.covers(&checked.scopes, monocloud.now())))
}

fn find(monocloud: &MonoCloud, user_id: &str, client_id: &str) -> Option<Arc<Consent>> {
    let alias = ConsentAlias { user_id: user_id.to_owned(), client_id: client_id.to_owned() };
    monocloud.state.consents.find(&alias)
}

/// What a request asks for, as people read it.
pub(in super::super) fn consent_scopes(monocloud: &MonoCloud, checked: &Checked) -> Vec<ConsentScope> {
    let apis = monocloud.state.api_resources.snapshot();
    let scope = |name: &String| {
        let own = apis.iter().flat_map(|api| &api.fauxidp.scopes).find(|own| own.name == *name);
        let built_in = built_in(name);
        let title = own.and_then(|own| own.display_name.clone()).or(built_in.map(str::to_owned));
        ConsentScope {
            name: name.clone(),
            title: title.unwrap_or_else(|| name.clone()),
            description: own.and_then(|own| own.description.clone()),
            is_required: name == IDENTITY_SCOPES[0] || own.is_some_and(|own| own.required),
            is_emphasized: own.is_some_and(|own| own.emphasize),
        }
    };
    checked.scopes.iter().map(scope).collect()
}

/// What the scopes that every tenant has stand for. The vendor's texts are not published (assumed, monocloud-a43).
fn built_in(name: &str) -> Option<&'static str> {
    Some(match name {
        "openid" => "Your user id",
        "profile" => "Your profile: name, picture and the like",
        "email" => "Your e-mail address",
        "phone" => "Your phone number",
        "address" => "Your postal address",
        "groups" => "The groups that you are in",
        OFFLINE_ACCESS => "Access while you are away",
        _ => return None,
    })
}

/// What a user decided on the page.
#[derive(Debug)]
pub(in super::super) struct Decided<'a> {
    /// The scopes whose boxes are checked.
    pub(in super::super) picked: Vec<&'a str>,
    /// Whether not to ask again.
    pub(in super::super) remember: bool,
}

/// Notes that a user allowed what a request asks for, or a part of it. Returns the request for what is allowed; `None`
/// if nothing is.
pub(in super::super) fn allow(
    monocloud: &MonoCloud,
    application: &Application,
    mut checked: Checked,
    user_id: &str,
    decided: &Decided<'_>,
) -> Option<Checked> {
    let is_allowed = |scope: &ConsentScope| {
        !application.show_consent_scope_selection || scope.is_required || decided.picked.contains(&&*scope.name)
    };
    let scopes = consent_scopes(monocloud, &checked).into_iter().filter(is_allowed);
    let allowed: Vec<String> = scopes.map(|scope| scope.name).collect();
    if allowed.is_empty() {
        return None;
    }
    let remembers = match application.remember_consent {
        RememberConsent::Never => false,
        RememberConsent::Always => true,
        RememberConsent::UserSelected => decided.remember,
    };
    // What is not to be remembered takes the place of what was.
    let kept = if remembers { &*allowed } else { &[] };
    keep(monocloud, application, user_id, &checked.scopes, kept);
    checked.scopes = allowed;
    Some(checked)
}

/// How often a decision meets others at once before it is given up.
const TRIES: usize = 10;

/// Keeps what a user decided about these scopes.
fn keep(monocloud: &MonoCloud, application: &Application, user_id: &str, asked: &[String], allowed: &[String]) {
    let (now, lifetime) = (monocloud.now(), application.consent_lifetime);
    let consents = &monocloud.state.consents;
    // Of several decisions at once one makes the record, and the others change it.
    for _ in 0..TRIES {
        if let Some(consent) = find(monocloud, user_id, &application.id) {
            let is_over = |consent: &Arc<Consent>| if consent.living(now).is_none() { Ok(()) } else { Err(()) };
            if consents.remove(&consent.id, is_over).is_ok() {
                continue; // what has ended is made anew
            }
            let decide = |consent: &mut Arc<Consent>| {
                Arc::make_mut(consent).decide(asked, allowed, lifetime, now);
                Ok::<_, std::convert::Infallible>(())
            };
            if consents.update(&consent.id, decide).is_err() {
                continue; // it was taken back meanwhile
            }
            let _ = consents.remove(&consent.id, is_over);
            return;
        }
        if allowed.is_empty() {
            return;
        }
        let mut ids = monocloud.context.ids.reserve();
        let id = new_uuid(&mut ids).to_string();
        let (user_id, client_id) = (user_id.to_owned(), application.id.clone());
        let mut consent = Consent { id: id.clone(), user_id, client_id, creation_time: now, scopes: Vec::new() };
        consent.decide(asked, allowed, lifetime, now);
        match consents.insert(&id, || Ok::<_, std::convert::Infallible>(Arc::new(consent))) {
            Ok(_) => return ids.commit(),
            Err(DirectoryError::Taken(_) | DirectoryError::Exists | DirectoryError::Absent) => {}
            Err(DirectoryError::Refused(never)) => match never {},
        }
    }
}

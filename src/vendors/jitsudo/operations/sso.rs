//! Signing in at a tenant's identity provider: which one that is, and what a redeemed code is good for here.

use super::super::auth::{Caller, Door, IssuedToken, may_enter};
use super::super::error::{Error, ProviderError};
use super::super::record::{Address, NewOidcConfig, OidcConfig, Tenant, uuid};
use super::super::state::Jitsudo;
use super::{log_action, mfa};
use crate::directory::DirectoryError;
use crate::oidc::issuer::in_world;
use crate::oidc::relying_party::{Person, Question, Redemption, RedemptionError, Stage, Step};
use crate::outcome::{OutboundError, OutboundReply};

/// A code that came back from a provider.
pub(in super::super) struct Callback {
    pub(in super::super) code: String,
    pub(in super::super) redirect_uri: String,
    /// Names the tenant, where several have a provider.
    pub(in super::super) state: Option<String>,
}

/// What comes next of a callback.
pub(in super::super) enum Progress {
    /// A question to the provider of that tenant.
    Ask(Box<Question>, Box<Tenant>),
    /// The user is in.
    Done(IssuedToken),
}

/// Sets the provider of the caller's tenant.
pub(in super::super) fn upsert_oidc_config(
    jitsudo: &Jitsudo,
    caller: &Caller,
    new: NewOidcConfig,
) -> Result<OidcConfig, Error> {
    jitsudo.access.admin(caller)?;
    let (configs, tenant, now) = (&jitsudo.state.oidc_configs, caller.tenant(), caller.at());
    let key = OidcConfig::key_of(tenant);
    let done = loop {
        let replaced = configs.update(&key, |config| {
            config.replace(new.clone(), now);
            Ok::<_, Error>(config.clone())
        });
        match replaced {
            Ok(config) => break config,
            Err(DirectoryError::Refused(error)) => return Err(error),
            Err(DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_)) => {}
        }
        // Of two concurrent calls the second finds the first one's.
        if let Ok(config) = configs.insert(&key, || Ok::<_, Error>(OidcConfig::new(tenant, new.clone(), now))) {
            break config;
        }
    };
    log_action(jitsudo, now, tenant, caller.actor(), "oidc_config.upsert", ("oidc_config", key.into()));
    Ok(done)
}

/// How the people of a tenant sign in.
pub(in super::super) fn methods(jitsudo: &Jitsudo, tenant: &Tenant) -> Vec<String> {
    let mut methods = tenant.auth_methods.clone();
    let has_provider = jitsudo.state.oidc_configs.get(&OidcConfig::key_of(tenant.id)).is_some();
    if has_provider && !methods.iter().any(|method| method == "oidc") {
        methods.push("oidc".to_owned());
    }
    methods
}

/// Begins to redeem a code at the provider of the tenant that the state names. `site` is this server as it was called.
pub(in super::super) fn auth_callback(jitsudo: &Jitsudo, callback: Callback, site: &str) -> Result<Progress, Error> {
    let (tenant, config) = provider(jitsudo, callback.state.as_deref())?;
    let issuer = match config.issuer_url.strip_prefix('/') {
        None => config.issuer_url,
        Some(path) => {
            let issuer = format!("{}/{path}", in_world(site, &jitsudo.context.world));
            issuer.trim_end_matches('/').to_owned()
        }
    };
    let redemption = Redemption {
        issuer,
        client_id: config.client_id,
        client_secret: config.client_secret,
        // It lost its world on the way in.
        code: jitsudo.context.tag_with_world(callback.code),
        redirect_uri: callback.redirect_uri,
    };
    progress(jitsudo, redemption.begin(), tenant)
}

/// Goes on with what the provider answered.
pub(in super::super) fn resume_callback(
    jitsudo: &Jitsudo,
    tenant: Tenant,
    stage: Stage,
    answer: Result<OutboundReply, OutboundError>,
) -> Result<Progress, Error> {
    let step = stage.resume(answer, jitsudo.context.clock.now().as_second()).map_err(|error| match error {
        RedemptionError::Provider(reason) => ProviderError::Unavailable(reason),
        RedemptionError::Code => ProviderError::CodeRefused,
        RedemptionError::Token(reason) => ProviderError::IdTokenRejected(reason),
    })?;
    progress(jitsudo, step, tenant)
}

fn progress(jitsudo: &Jitsudo, step: Step, tenant: Tenant) -> Result<Progress, Error> {
    match step {
        Step::Ask(question) => Ok(Progress::Ask(question, Box::new(tenant))),
        Step::Done(person) => let_in(jitsudo, &tenant, &person).map(Progress::Done),
    }
}

/// The tenant that a state names, by slug, id or domain, alone or before a colon, and its provider. Without one, the
/// only tenant that has a provider.
fn provider(jitsudo: &Jitsudo, state: Option<&str>) -> Result<(Tenant, OidcConfig), Error> {
    let name = state.map(|state| state.split(':').next().unwrap_or(state));
    let is_named = |tenant: &&Tenant| {
        name.is_some_and(|name| {
            let is_domain = || tenant.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name));
            tenant.slug == name || uuid(name.as_bytes()) == Some(tenant.id) || is_domain()
        })
    };
    let of = |tenant: &Tenant| {
        let config = jitsudo.state.oidc_configs.get(&OidcConfig::key_of(tenant.id))?;
        Some((tenant.clone(), config))
    };
    let tenants = jitsudo.access.tenants();
    if let Some(named) = tenants.iter().find(is_named) {
        return Ok(of(named).ok_or(ProviderError::Unknown)?);
    }
    // A state that only the client understands names nobody.
    let mut all = tenants.iter().filter_map(of);
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(ProviderError::Unknown.into()),
    }
}

/// A token for the user whom a provider vouches for. Nobody is made who is not there, and a suspended user gets the
/// answer of one who is not.
fn let_in(jitsudo: &Jitsudo, tenant: &Tenant, person: &Person) -> Result<IssuedToken, Error> {
    let email = person.email.as_deref().ok_or(ProviderError::IdTokenRejected("email"))?;
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    if !tenant.domains.iter().any(|own| own.eq_ignore_ascii_case(domain)) {
        return Err(Error::Forbidden("foreign_domain"));
    }
    if !person.is_email_verified {
        return Err(Error::Forbidden("email_not_verified"));
    }
    let user = jitsudo.state.users.find(&Address::new(tenant.id, email)).ok_or(ProviderError::UnknownPerson)?;
    match may_enter(&user, Door::Callback, &jitsudo.behaviour) {
        true => Ok(mfa::issue(jitsudo, &user)),
        false => Err(ProviderError::SuspendedPerson.into()),
    }
}

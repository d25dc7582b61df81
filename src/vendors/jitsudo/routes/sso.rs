//! The routes of signing in at an identity provider.

use super::handler::{Handler, Row};
use crate::oidc::relying_party::Question;
use crate::outcome::Outcome;
use crate::vendors::jitsudo::error::{Error, ProviderError};
use crate::vendors::jitsudo::operations::sso::{self, Progress};
use crate::vendors::jitsudo::state::Jitsudo;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 2] = [
    Row::new(
        "auth_callback",
        "POST",
        "/v1/auth/callback",
        Handler::asking(|request| {
            let callback = wire::sso::callback(request.call)?;
            let progress = sso::auth_callback(request.jitsudo, callback, &request.call.site())?;
            Ok(follow(request.jitsudo.clone(), Ok(progress)))
        }),
    )
    .body(wire::sso::CALLBACK)
    .unseen(),
    Row::new(
        "upsert_oidc_config",
        "PUT",
        "/v1/oidc-config",
        Handler::keys(|request| {
            let new = wire::sso::new_config(request.call)?;
            // A page of somebody else could let this server send to whom it likes.
            if request.call.is_foreign() {
                return Err(ProviderError::ForeignPage.into());
            }
            let config = sso::upsert_oidc_config(request.jitsudo, request.caller, new)?;
            Ok(wire::sso::config(&config, &request.jitsudo.behaviour).fidelity_row("upserted"))
        }),
    )
    .body(wire::sso::CONFIG),
];

/// Asks the provider as long as there is something to ask.
fn follow(jitsudo: Jitsudo, progress: Result<Progress, Error>) -> Outcome {
    match progress {
        Err(error) => error.render(&jitsudo.behaviour).into(),
        Ok(Progress::Done(issued)) => wire::auth::issued(&issued, &jitsudo.behaviour).fidelity_row("signed_in").into(),
        Ok(Progress::Ask(question, tenant)) => {
            let Question { request, stage } = *question;
            Outcome::ask(request, move |_, answer| {
                let next = sso::resume_callback(&jitsudo, *tenant, stage, answer);
                follow(jitsudo, next)
            })
        }
    }
}

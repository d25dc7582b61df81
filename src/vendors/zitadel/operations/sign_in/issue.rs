//! The tokens of ZITADEL's applications about users who signed in.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::auth::{self, tokens};
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{
    ACCESS_TOKEN_LIFETIME, AccessToken, Application, Authorization, Details, Door, GrantType, Log, OidcConfig,
    OidcSession, Project, TokenReason, TokenType, User,
};
use super::super::super::state::Zitadel;
use super::super::events;
use super::super::write::digits;
use super::claims::{self, Claims};
use super::granted::{Granted, Issued, NamedType};
use super::scope::Scopes;
use crate::context::{DEFAULT_WORLD, WORLD_CLAIM, split_world};
use crate::directory::DirectoryError;
use crate::ids::Stream;
use crate::tokens::{Defect, TokenKind, half_hash};

/// In how many seconds a token ends that was made a moment ago, as the vendor counts it.
pub(super) const EXPIRES_IN: i64 = ACCESS_TOKEN_LIFETIME.as_secs() - 1;

/// A new number in ids of tokens.
pub(in super::super) fn number(zitadel: &Zitadel) -> String {
    digits(u64::from_be_bytes(zitadel.context.ids.bytes(Stream::Tokens)))
}

/// What every token of a user claims.
pub(super) fn shared_claims(
    zitadel: &Zitadel,
    issuer: &str,
    user_id: &str,
    audience: &[String],
    expires: Timestamp,
) -> Claims {
    let now = zitadel.context.clock.now().as_second();
    let mut claims =
        object(json!({ "iss": issuer, "sub": user_id, "aud": audience, "exp": expires.as_second(), "iat": now }));
    name_world(zitadel, &mut claims);
    claims
}

/// Adds the world. Tokens of the default one are like the vendor's to the last claim.
pub(in super::super) fn name_world(zitadel: &Zitadel, claims: &mut Claims) {
    if *zitadel.context.world != *DEFAULT_WORLD {
        claims.insert(WORLD_CLAIM.to_owned(), (*zitadel.context.world).into());
    }
}

/// Everything that an authorization gives: a first refresh token, too, where it is asked for and allowed.
pub(in super::super) fn first(
    zitadel: &Zitadel,
    (application, project): &(Application, Project),
    authorization: &Authorization,
    issuer: &str,
    log: &mut Log,
) -> Result<Granted, Refusal> {
    let subject = Subject { application, project, authorization, issuer };
    let kind = subject.config().access_token_type;
    let (access_token, refresh_token) = subject.both(zitadel, kind, TokenReason::AuthRequest, log)?;
    subject.granted(zitadel, access_token, refresh_token)
}

/// What is given in exchange for another token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchanged {
    Opaque,
    Jwt,
    Id,
}

/// What an exchange gives.
pub(super) fn exchanged(
    zitadel: &Zitadel,
    (application, project): &(Application, Project),
    authorization: &Authorization,
    wanted: Exchanged,
    issuer: &str,
    log: &mut Log,
) -> Result<Granted, Refusal> {
    let subject = Subject { application, project, authorization, issuer };
    let (kind, issued, token_type) = match wanted {
        Exchanged::Opaque => (TokenType::Bearer, NamedType::Access, "Bearer"),
        Exchanged::Jwt => (TokenType::Jwt, NamedType::Jwt, "Bearer"),
        Exchanged::Id => (TokenType::Bearer, NamedType::Id, "N_A"),
    };
    let mut granted = match wanted {
        Exchanged::Id => {
            let user = zitadel.state.users.get(&authorization.user_id);
            let user = user.filter(|user| user.may_enter(Door::Token)).ok_or(Refusal::NotActive)?;
            let access_token = subject.id_token(zitadel, &user, "");
            let (defect, exchanged) = (authorization.defect, None);
            Granted { access_token, refresh_token: None, id_token: None, expires_in: EXPIRES_IN, exchanged, defect }
        }
        Exchanged::Opaque | Exchanged::Jwt => {
            let (access_token, refresh_token) = subject.both(zitadel, kind, TokenReason::Exchange, log)?;
            subject.granted(zitadel, access_token, refresh_token)?
        }
    };
    let (issued_token_type, scope) = (issued.as_str(), authorization.scope.clone());
    granted.exchanged = Some(Issued { issued_token_type, token_type, scope });
    Ok(granted)
}

/// What a refresh token gives: the next one, and an access token in place of the last. `scope` is what is asked for,
/// which has no effect but on what is written down.
pub(super) fn next(
    zitadel: &Zitadel,
    (application, project): &(Application, Project),
    session: &OidcSession,
    scope: &str,
    issuer: &str,
    log: &mut Log,
) -> Result<Granted, Refusal> {
    let subject = Subject { application, project, authorization: &session.authorization, issuer };
    let kind = subject.config().access_token_type;
    let (access_id, access_token) = subject.access(zitadel, &session.id, Some(&session.access_id), kind)?;
    let refresh_id = session.refresh_id.as_deref().unwrap_or_default();
    let _ = zitadel.state.oidc_sessions.update(&session.id, |session| {
        session.add_access(log, access_id, scope, TokenReason::Refresh);
        session.renew_refresh(log, refresh_id.to_owned());
        Ok::<_, ()>(())
    });
    let refresh_token = refresh_text(zitadel, refresh_id, &session.authorization.user_id);
    subject.granted(zitadel, access_token, Some(refresh_token))
}

/// The tokens of a request that is answered with them.
pub(in super::super) fn implicit(
    zitadel: &Zitadel,
    subject: &Subject<'_>,
    with_access: bool,
    log: &mut Log,
) -> Result<Granted, Refusal> {
    join(zitadel, subject.authorization);
    let mut session = subject.begin(zitadel, log)?;
    let access_token = match with_access {
        true => {
            let kind = subject.config().access_token_type;
            subject.add_access(zitadel, &mut session, kind, TokenReason::AuthRequest, log)?
        }
        false => String::new(),
    };
    subject.granted(zitadel, access_token, None)
}

/// Writes down that an application has tokens of a session.
fn join(zitadel: &Zitadel, authorization: &Authorization) {
    let _ = zitadel.state.sessions.update(&authorization.session_id, |session| {
        let is_new = !session.clients.contains(&authorization.azp);
        is_new.then(|| session.clients.push(authorization.azp.clone())).ok_or(())
    });
}

fn refresh_text(zitadel: &Zitadel, refresh_id: &str, user_id: &str) -> String {
    let token = tokens::refresh(zitadel.settings.version, &zitadel.context.ids, refresh_id, user_id);
    zitadel.context.tag_with_world(token)
}

/// For which application and by which authorization tokens are made.
pub(in super::super) struct Subject<'a> {
    pub application: &'a Application,
    pub project: &'a Project,
    pub authorization: &'a Authorization,
    pub issuer: &'a str,
}

impl Subject<'_> {
    /// An access token, and a first refresh token where it is asked for and allowed.
    fn both(
        &self,
        zitadel: &Zitadel,
        kind: TokenType,
        reason: TokenReason,
        log: &mut Log,
    ) -> Result<(String, Option<String>), Refusal> {
        let authorization = self.authorization;
        let mut session = self.begin(zitadel, log)?;
        let access_token = self.add_access(zitadel, &mut session, kind, reason, log)?;
        join(zitadel, authorization);
        let has_refresh = Scopes(&authorization.scope).has("offline_access")
            && self.config().grant_types.contains(&GrantType::RefreshToken);
        let refresh_token = has_refresh.then(|| {
            let refresh_id = format!("{}-rt_{}", session.id, number(zitadel));
            session.add_refresh(log, refresh_id.clone());
            zitadel.state.oidc_sessions.push(session);
            refresh_text(zitadel, &refresh_id, &authorization.user_id)
        });
        Ok((access_token, refresh_token))
    }

    /// What the tokens are of, which is kept only with a refresh token.
    fn begin(&self, zitadel: &Zitadel, log: &mut Log) -> Result<OidcSession, Refusal> {
        begin(zitadel, Authorization { defect: None, ..self.authorization.clone() }, log)
    }

    /// Makes an access token, and writes it down.
    fn add_access(
        &self,
        zitadel: &Zitadel,
        session: &mut OidcSession,
        kind: TokenType,
        reason: TokenReason,
        log: &mut Log,
    ) -> Result<String, Refusal> {
        let (access_id, token) = self.access(zitadel, &session.id, None, kind)?;
        session.add_access(log, access_id, &self.authorization.scope, reason);
        Ok(token)
    }

    /// Makes an access token and keeps it, in place of another one.
    fn access(
        &self,
        zitadel: &Zitadel,
        id: &str,
        instead: Option<&str>,
        kind: TokenType,
    ) -> Result<(String, String), Refusal> {
        let authorization = self.authorization;
        let now = zitadel.context.clock.now();
        let expires = now.saturating_add(ACCESS_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX);
        let access_id = format!("{id}-at_{}", number(zitadel));
        let access = AccessToken {
            id: access_id.clone(),
            client_id: authorization.client_id.clone(),
            azp: Some(authorization.azp.clone()).filter(|azp| *azp != authorization.client_id),
            scope: authorization.scope.clone(),
            amr: authorization.amr.clone(),
            auth_time: authorization.auth_time,
            session: Some(authorization.session_id.clone()),
            audience: authorization.audience.clone(),
            issued: now,
            expires,
        };
        let user = keep(zitadel, &authorization.user_id, access, instead)?;
        let token = match kind {
            TokenType::Bearer => zitadel.context.tag_with_world(tokens::opaque(
                zitadel.settings.version,
                &zitadel.context.ids,
                &access_id,
                &authorization.user_id,
            )),
            TokenType::Jwt => {
                let mut claims = self.claims(zitadel, &user, expires);
                claims.extend(object(json!({
                    "nbf": now.as_second(), "client_id": authorization.azp, "jti": access_id,
                })));
                if self.config().access_token_role_assertion {
                    claims.extend(self.roles(zitadel, &user));
                }
                self.sign(zitadel, TokenKind::Access, claims)
            }
        };
        Ok((access_id, token))
    }

    /// The whole answer; with an ID token where `openid` was asked for.
    fn granted(
        &self,
        zitadel: &Zitadel,
        access_token: String,
        refresh_token: Option<String>,
    ) -> Result<Granted, Refusal> {
        let scopes = Scopes(&self.authorization.scope);
        let user = zitadel.state.users.get(&self.authorization.user_id).ok_or(Refusal::NotActive)?;
        let id_token = scopes.has("openid").then(|| self.id_token(zitadel, &user, &access_token));
        let defect = self.authorization.defect;
        let (expires_in, exchanged) = (EXPIRES_IN, None);
        Ok(Granted { access_token, refresh_token, id_token, expires_in, exchanged, defect })
    }

    fn id_token(&self, zitadel: &Zitadel, user: &User, access_token: &str) -> String {
        let (authorization, config) = (self.authorization, self.config());
        let now = zitadel.context.clock.now();
        let mut claims =
            self.claims(zitadel, user, now.saturating_add(ACCESS_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX));
        let mut set = |name: &str, value: Value| _ = claims.insert(name.to_owned(), value);
        set("azp", (&*authorization.azp).into());
        set("client_id", (&*authorization.azp).into());
        if !authorization.session_id.is_empty() {
            set("sid", (&*authorization.session_id).into());
        }
        if let Some(time) = authorization.auth_time {
            set("auth_time", time.as_second().into());
        }
        if let Some(nonce) = &authorization.nonce {
            set("nonce", (&**nonce).into());
        }
        if !authorization.amr.is_empty() {
            set("amr", authorization.amr.clone().into());
        }
        if !access_token.is_empty() {
            set("at_hash", half_hash(access_token).into());
        }
        if config.id_token_userinfo_assertion {
            claims.extend(claims::identity(user, Scopes(&authorization.scope)));
        }
        if config.id_token_role_assertion {
            claims.extend(self.roles(zitadel, user));
        }
        self.sign(zitadel, TokenKind::Id, claims)
    }

    /// What both kinds of tokens claim.
    fn claims(&self, zitadel: &Zitadel, user: &User, expires: Timestamp) -> Claims {
        let authorization = self.authorization;
        let own = |id: &String| match *id == authorization.client_id {
            true => authorization.azp.clone(),
            false => id.clone(),
        };
        let audience: Vec<_> = authorization.audience.iter().map(own).collect();
        let mut all = shared_claims(zitadel, self.issuer, &authorization.user_id, &audience, expires);
        all.extend(claims::asserted(zitadel, user, Scopes(&authorization.scope)));
        all
    }

    fn roles(&self, zitadel: &Zitadel, user: &User) -> Claims {
        let all = self.project.settings.project_role_assertion;
        claims::roles(zitadel, user, Scopes(&self.authorization.scope), Some(&self.project.id), all)
    }

    fn sign(&self, zitadel: &Zitadel, kind: TokenKind, claims: Claims) -> String {
        sign(zitadel, kind, claims, self.authorization.defect)
    }

    fn config(&self) -> &OidcConfig {
        self.application.oidc().expect("only applications of OpenID Connect are authorized")
    }
}

/// Signs a token of this world.
pub(in super::super) fn sign(zitadel: &Zitadel, kind: TokenKind, claims: Claims, defect: Option<Defect>) -> String {
    auth::signer(zitadel).issue(kind, claims, defect)
}

fn object(value: Value) -> Claims {
    value.as_object().cloned().unwrap_or_default()
}

/// Writes down what tokens of an authorization are of.
pub(super) fn begin(zitadel: &Zitadel, authorization: Authorization, log: &mut Log) -> Result<OidcSession, Refusal> {
    let user = zitadel.state.users.get(&authorization.user_id).ok_or(Refusal::NotActive)?;
    let session = zitadel.state.sessions.get(&authorization.session_id);
    let id = format!("V2_{}", number(zitadel));
    let mut begun = OidcSession::new(id, Arc::clone(&user.profile.resource_owner), authorization, log.at);
    begun.begin(log, session.as_ref());
    Ok(begun)
}

/// Keeps a token that is issued, in place of another one. The user's state is looked at under the same lock.
pub(super) fn keep(
    zitadel: &Zitadel,
    user_id: &str,
    access: AccessToken,
    instead: Option<&str>,
) -> Result<User, Refusal> {
    let kept = zitadel.state.users.update(user_id, |user| {
        if !user.may_enter(Door::Token) {
            return Err(Refusal::NotActive);
        }
        let secrets = user.secrets_mut();
        secrets.access.retain(|other| instead != Some(&other.id));
        secrets.grant(access);
        Ok(user.clone())
    });
    kept.map_err(|error| match error {
        DirectoryError::Refused(refusal) => refusal,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => Refusal::NotActive,
    })
}

/// Ends access tokens of a user. Says whether there were any.
pub(in super::super) fn end_access(zitadel: &Zitadel, user_id: &str, ends: impl Fn(&AccessToken) -> bool) -> bool {
    let has_some = |user: &User| user.secrets.as_ref().is_some_and(|secrets| secrets.access.iter().any(&ends));
    if !zitadel.state.users.get(user_id).as_ref().is_some_and(has_some) {
        return false; // a user who has gone has no tokens, either
    }
    let end = |user: &mut User| {
        let access = &mut user.secrets_mut().access;
        let before = access.len();
        access.retain(|access| !ends(access));
        Ok::<_, Refusal>(access.len() < before)
    };
    zitadel.state.users.update(user_id, end).unwrap_or(false)
}

/// Takes an access token back.
pub(super) fn revoke_access(zitadel: &Zitadel, user: &User, access: &AccessToken) {
    if !end_access(zitadel, &user.profile.user_id, |other| other.id == access.id) {
        return; // another call was quicker
    }
    let (id, owner) = (access.session_id(), &user.profile.resource_owner);
    let revoke = |log: &mut Log| {
        let known = zitadel.state.oidc_sessions.update(id, |session| {
            OidcSession::revoke_access(log, id, owner, &mut session.details);
            Ok::<_, ()>(())
        });
        if known.is_none() {
            // It came alone, by two events.
            let last = zitadel.state.events.get(id).map_or(2, |event| event.sequence);
            OidcSession::revoke_access(log, id, owner, &mut Details::new(last, log.at));
        }
        Ok::<_, ()>(())
    };
    let _ = events::logged_as(zitadel, events::NOBODY, zitadel.context.clock.now(), revoke); // nothing refuses it
}

/// The project of the application that a token was issued to.
pub(super) fn project_of(zitadel: &Zitadel, access: &AccessToken) -> Option<Project> {
    let (_, project) = zitadel.application_of_client(split_world(&access.client_id).0)?;
    access.session.is_some().then_some(project)
}

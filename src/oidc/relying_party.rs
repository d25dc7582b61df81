//! The other side of a sign-in: redeems a code at somebody's provider, step by step, and checks what it says of a user.
//! Sends nothing itself, and knows no vendor.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::outcome::{OutboundError, OutboundReply, OutboundRequest};
use crate::tokens::{Algorithm, PublicKey, key_id};

/// The algorithms by which an ID token may be signed.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

/// How far the provider's clock may be ahead, in seconds.
const LEEWAY: i64 = 60;

/// A code that is being redeemed.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// What the provider calls itself.
    pub issuer: String,
    /// As whom the code is redeemed.
    pub client_id: String,
    /// With what, unless the client has no secret.
    pub client_secret: Option<String>,
    /// The code.
    pub code: String,
    /// Where the code came to.
    pub redirect_uri: String,
}

/// What the provider says of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address.
    pub email: Option<String>,
    /// Whether it is the user's own; a provider that says nothing is believed.
    pub is_email_verified: bool,
}

/// Why nobody is known at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedemptionError {
    /// The provider cannot be reached, or does not answer as one does.
    Provider(&'static str),
    /// The provider refuses the code, or the client.
    Code,
    /// The ID token does not hold.
    Token(&'static str),
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// A question to the provider.
    Ask(Box<Question>),
    /// The user is known.
    Done(Person),
}

/// A question to the provider, and what its answer is for.
#[derive(Debug)]
pub struct Question {
    /// What is sent.
    pub request: OutboundRequest,
    /// How far the redemption has come.
    pub stage: Stage,
}

/// How far a redemption has come: what its next answer is.
#[derive(Debug)]
pub struct Stage(Redemption, Expected);

#[derive(Debug)]
enum Expected {
    Configuration,
    Tokens(Configuration),
    Keys(Configuration, Tokens),
    User { subject: String },
}

/// What is needed of a discovery document.
#[derive(Debug, Deserialize)]
struct Configuration {
    issuer: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What is needed of a token endpoint's answer.
#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl Step {
    fn ask(request: OutboundRequest, stage: Stage) -> Self {
        Self::Ask(Box::new(Question { request, stage }))
    }
}

impl Redemption {
    /// Asks who the provider is.
    pub fn begin(self) -> Step {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        Step::ask(get(url), Stage(self, Expected::Configuration))
    }

    fn redeem(&self, at: &Configuration) -> OutboundRequest {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code").append_pair("code", &self.code);
        form.append_pair("redirect_uri", &self.redirect_uri);
        let mut request = OutboundRequest::new(Method::POST, &at.token_endpoint);
        let takes = |method: &str| match &at.token_endpoint_auth_methods_supported {
            None => method == "client_secret_basic",
            Some(methods) => methods.iter().any(|own| own == method),
        };
        match &self.client_secret {
            Some(secret) if takes("client_secret_basic") => {
                let coded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", coded(&self.client_id), coded(secret)));
                let value = HeaderValue::from_str(&format!("Basic {pair}")).expect("Base64 is plain");
                request.headers.insert(AUTHORIZATION, value);
            }
            Some(secret) => {
                form.append_pair("client_id", &self.client_id).append_pair("client_secret", secret);
            }
            None => {
                form.append_pair("client_id", &self.client_id);
            }
        }
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.body = form.finish().into();
        request.may_be_own = true;
        request
    }

    /// The claims of an ID token, if one of the keys signed it, for this client, and it is still valid.
    fn check(&self, token: &str, keys: &[Value], now: i64) -> Result<Value, RedemptionError> {
        let wrong = |reason| Err(RedemptionError::Token(reason));
        let named = key_id(token);
        let is_meant = |key: &&Value| named.is_none() || key["kid"].as_str() == named.as_deref();
        let keys = keys.iter().filter(is_meant).filter_map(PublicKey::from_jwk);
        let Some(claims) = keys.map(|key| key.read_token::<Value>(token, &ALGORITHMS)).find_map(|claims| claims) else {
            return wrong("signature");
        };
        if claims["iss"] != *self.issuer {
            return wrong("issuer");
        }
        let is_client = |value: &Value| value.as_str() == Some(&self.client_id);
        let audience = &claims["aud"];
        if !(is_client(audience) || audience.as_array().is_some_and(|all| all.iter().any(is_client))) {
            return wrong("audience");
        }
        if claims.get("azp").is_some_and(|party| !is_client(party)) {
            return wrong("authorized_party");
        }
        let time = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
        if time("exp").is_none_or(|end| end <= now) {
            return wrong("expired");
        }
        if ["iat", "nbf"].iter().any(|name| time(name).is_some_and(|begin| begin > now.saturating_add(LEEWAY))) {
            return wrong("not_yet_valid");
        }
        match claims["sub"].as_str() {
            Some(subject) if !subject.is_empty() => Ok(claims),
            _ => wrong("subject"),
        }
    }
}

impl Stage {
    /// Goes on with the provider's answer, at `now` in epoch seconds.
    ///
    /// # Errors
    /// Why nobody can be known any more.
    pub fn resume(self, answer: Result<OutboundReply, OutboundError>, now: i64) -> Result<Step, RedemptionError> {
        let Self(redemption, expected) = self;
        let answer = answer.map_err(|_| RedemptionError::Provider("unreachable"))?;
        match expected {
            Expected::Configuration => {
                let configuration: Configuration = read(&answer)?;
                // One who answers for somebody else is not believed.
                if configuration.issuer != redemption.issuer {
                    return Err(RedemptionError::Provider("issuer"));
                }
                Ok(Step::ask(redemption.redeem(&configuration), Self(redemption, Expected::Tokens(configuration))))
            }
            Expected::Tokens(_) if answer.status.is_client_error() => Err(RedemptionError::Code),
            Expected::Tokens(configuration) => {
                let tokens = read(&answer)?;
                Ok(Step::ask(get(&configuration.jwks_uri), Self(redemption, Expected::Keys(configuration, tokens))))
            }
            Expected::Keys(configuration, tokens) => {
                let keys: Value = read(&answer)?;
                let keys = keys["keys"].as_array().ok_or(RedemptionError::Provider("answer"))?;
                let id_token = tokens.id_token.ok_or(RedemptionError::Token("missing"))?;
                let claims = redemption.check(&id_token, keys, now)?;
                match (Person::of(&claims), configuration.userinfo_endpoint, tokens.access_token) {
                    // Some providers tell what is behind a scope only to who asks for it.
                    (Person { email: None, .. }, Some(url), Some(token)) => {
                        let mut request = get(url);
                        let value = HeaderValue::from_str(&format!("Bearer {token}"));
                        let value = value.map_err(|_| RedemptionError::Provider("answer"))?;
                        request.headers.insert(AUTHORIZATION, value);
                        let subject = claims["sub"].as_str().unwrap_or_default().to_owned();
                        Ok(Step::ask(request, Self(redemption, Expected::User { subject })))
                    }
                    (person, ..) => Ok(Step::Done(person)),
                }
            }
            Expected::User { subject } => {
                let claims: Value = read(&answer)?;
                match claims["sub"] == *subject {
                    true => Ok(Step::Done(Person::of(&claims))),
                    false => Err(RedemptionError::Token("subject")),
                }
            }
        }
    }
}

impl Person {
    fn of(claims: &Value) -> Self {
        let is_denied = claims["email_verified"] == false || claims["email_verified"] == "false";
        Self { email: claims["email"].as_str().map(str::to_owned), is_email_verified: !is_denied }
    }
}

fn get(url: impl Into<String>) -> OutboundRequest {
    let mut request = OutboundRequest::new(Method::GET, url);
    request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.may_be_own = true;
    request
}

fn read<T: for<'de> Deserialize<'de>>(answer: &OutboundReply) -> Result<T, RedemptionError> {
    if answer.status != StatusCode::OK {
        return Err(RedemptionError::Provider("status"));
    }
    serde_json::from_slice(&answer.body).map_err(|_| RedemptionError::Provider("answer"))
}

#[cfg(test)]
mod tests;

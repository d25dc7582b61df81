//! The parameters of an authorization request, as they were sent. Decides nothing; each provider has its own checks.

use serde::{Deserialize, Serialize};

use super::client::Form;

/// An authorization request. An empty parameter counts as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)] // the names of the specifications
pub struct AuthorizeRequest {
    pub client_id: Option<String>,
    pub redirect_uri: Option<String>,
    pub response_type: Option<String>,
    pub response_mode: Option<String>,
    pub scope: Option<String>,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    pub code_challenge_method: Option<String>,
    pub prompt: Option<String>,
    pub max_age: Option<String>,
    pub login_hint: Option<String>,
    pub id_token_hint: Option<String>,
    pub ui_locales: Option<String>,
    pub acr_values: Option<String>,
    pub display: Option<String>,
    pub request: Option<String>,
    pub request_uri: Option<String>,
    pub resource: Vec<String>,
    /// fauxidp's own: the user who signs in at once.
    pub fauxidp_user: Option<String>,
}

/// The parameters that may not be repeated.
const SINGLE: [&str; 15] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "request",
    "request_uri",
];

impl AuthorizeRequest {
    /// The parameters of a form or of a query.
    pub fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).map(str::to_owned);
        Self {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            response_type: text("response_type"),
            response_mode: text("response_mode"),
            scope: text("scope"),
            state: text("state"),
            nonce: text("nonce"),
            code_challenge: text("code_challenge"),
            code_challenge_method: text("code_challenge_method"),
            prompt: text("prompt"),
            max_age: text("max_age"),
            login_hint: text("login_hint"),
            id_token_hint: text("id_token_hint"),
            ui_locales: text("ui_locales"),
            acr_values: text("acr_values"),
            display: text("display"),
            request: text("request"),
            request_uri: text("request_uri"),
            resource: form.all("resource").map(str::to_owned).collect(),
            fauxidp_user: text("fauxidp_user"),
        }
    }

    /// The first parameter that is repeated, although it may not be.
    pub fn repeated(form: &Form) -> Option<&'static str> {
        SINGLE.into_iter().find(|name| form.repeats(name))
    }

    /// The scopes, each once.
    pub fn scopes(&self) -> Vec<&str> {
        words(self.scope.as_deref())
    }
}

/// The words of a parameter that is a list, each once.
pub fn words(list: Option<&str>) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in list.unwrap_or_default().split_ascii_whitespace().take(MAX_WORDS) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The maximum number of words that are read of a list: looking for one costs as much as there are words.
const MAX_WORDS: usize = 100;

/// What an authorization request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseType {
    /// A code.
    pub code: bool,
    /// An ID token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

impl ResponseType {
    /// A code alone.
    pub const CODE: Self = Self { code: true, id_token: false, token: false };

    /// Reads `code`, `id_token`, `token` and their combinations, in any order.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found = Self { code: false, id_token: false, token: false };
        let mut words = text.split_ascii_whitespace().peekable();
        words.peek()?;
        for word in words {
            let part = match word {
                "code" => &mut found.code,
                "id_token" => &mut found.id_token,
                "token" => &mut found.token,
                _ => return None,
            };
            if std::mem::replace(part, true) {
                return None;
            }
        }
        Some(found)
    }

    /// Whether tokens come with the answer, so that it may not stand in a query.
    pub const fn has_tokens(self) -> bool {
        self.id_token || self.token
    }

    /// How the answer comes if the request does not say.
    pub const fn default_mode(self) -> ResponseMode {
        if self.has_tokens() { ResponseMode::Fragment } else { ResponseMode::Query }
    }
}

/// How the answer of an authorization request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// As a form that the browser posts to it.
    FormPost,
}

impl ResponseMode {
    /// The mode of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_types_are_read_in_any_order() {
        let read = |text| ResponseType::parse(text).map(|found| (found.code, found.id_token, found.token));
        assert_eq!(read("code"), Some((true, false, false)));
        assert_eq!(read("token id_token"), Some((false, true, true)));
        for wrong in ["", " ", "code code", "none", "CODE"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(ResponseType::CODE.default_mode(), ResponseMode::Query);
        assert_eq!(ResponseType::parse("code token").unwrap().default_mode(), ResponseMode::Fragment);
    }

    #[test]
    fn a_list_has_each_word_once() {
        assert_eq!(words(Some("openid  email openid")), ["openid", "email"]);
        assert!(words(None).is_empty());
    }
}

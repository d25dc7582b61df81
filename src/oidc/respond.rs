//! Sends the answer of an authorization request to the application, through the browser. Knows no provider.

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue, LOCATION, PRAGMA};

use super::authorize::ResponseMode;
use super::redirect_uri::RedirectUri;
use crate::html::{Page, escape};
use crate::protocol::Reply;

/// The only script of any page: it posts the form.
const SUBMIT: &str = "document.forms[0].submit()";

/// The answer with these parameters, to that redirect URI, which was checked before.
pub fn respond(mode: ResponseMode, redirect_uri: &str, parameters: &[(&str, &str)]) -> Reply {
    match mode {
        ResponseMode::Query => redirect(&with_query(redirect_uri, parameters)),
        ResponseMode::Fragment => redirect(&format!("{redirect_uri}#{}", encoded(parameters))),
        ResponseMode::FormPost => form_post(redirect_uri, parameters),
    }
}

/// A redirect URI with further parameters in its query.
pub fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    match (parameters.is_empty(), uri.contains('?')) {
        (true, _) => uri.to_owned(),
        (false, true) => format!("{uri}&{}", encoded(parameters)),
        (false, false) => format!("{uri}?{}", encoded(parameters)),
    }
}

/// A redirect that no cache keeps.
pub fn redirect(to: &str) -> Reply {
    let location = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    no_store(Reply::empty(StatusCode::FOUND).with(LOCATION, location))
}

/// The same answer, kept by no cache.
#[must_use]
pub fn no_store(reply: Reply) -> Reply {
    reply.with(CACHE_CONTROL, HeaderValue::from_static("no-store")).with(PRAGMA, HeaderValue::from_static("no-cache"))
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// A page whose script posts a form to the application. Its button does it where scripts do not run.
fn form_post(redirect_uri: &str, parameters: &[(&str, &str)]) -> Reply {
    let inputs: String = parameters
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escape(name), escape(value)))
        .collect();
    let body = format!(
        "<form method=\"post\" action=\"{}\">\n{inputs}<button>Continue</button>\n</form>\n",
        escape(redirect_uri)
    );
    let origin = RedirectUri::parse(redirect_uri).map(|uri| uri.origin());
    let form_action = origin.into_iter().collect();
    Page { title: "Continue", body, script: Some(SUBMIT), form_action, is_framed: true, ..Page::default() }
        .reply(StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_in_each_mode() {
        let parameters = [("code", "a&b"), ("state", "x y")];
        let location = |reply: &Reply| reply.headers[LOCATION].to_str().unwrap().to_owned();
        let query = respond(ResponseMode::Query, "http://a/cb?x=1", &parameters);
        assert_eq!(location(&query), "http://a/cb?x=1&code=a%26b&state=x+y");
        let fragment = respond(ResponseMode::Fragment, "http://a/cb", &parameters);
        assert_eq!(
            (location(&fragment), fragment.status),
            ("http://a/cb#code=a%26b&state=x+y".to_owned(), StatusCode::FOUND)
        );
        let page = respond(ResponseMode::FormPost, "http://a/cb?x=1", &[("state", "\"><script>")]);
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(text.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{text}");
        assert!(text.contains("action=\"http://a/cb?x=1\""), "{text}");
    }
}

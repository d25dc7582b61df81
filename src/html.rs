//! Pages for people: text that cannot break out of its place, one style sheet, and a policy that lets a page do nothing
//! but what it is for. Knows no page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use sha2::{Digest, Sha256};

use crate::protocol::Reply;

/// The style of every page: light and dark, and narrow enough for a telephone.
const STYLE: &str = "
:root { color-scheme: light dark; --line: #8886; --button: #1a56db; --on-button: #fff; --bad: #b42318; --quiet: #666 }
@media (prefers-color-scheme: dark) { :root { --button: #8ab4f8; --on-button: #111; --bad: #ff9a8f; --quiet: #aaa } }
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem }
p { margin: .25rem 0 1rem; overflow-wrap: anywhere }
form { margin: 0 }
label { display: block; margin: .5rem 0 .2rem }
input { font: inherit; width: 100%; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .4rem }
button { font: inherit; padding: .55rem 1rem; border: 1px solid var(--line); border-radius: .4rem; cursor: pointer }
button.main { background: var(--button); color: var(--on-button); border-color: transparent }
button.main { width: 100%; margin-top: .8rem }
button:focus-visible, input:focus-visible { outline: 3px solid var(--button); outline-offset: 2px }
ul { list-style: none; margin: .5rem 0; padding: 0 }
li button { display: block; width: 100%; text-align: left; margin: 0 0 .4rem; background: transparent; color: inherit }
li small { display: block; color: var(--quiet); overflow-wrap: anywhere }
.row { display: flex; gap: .5rem } .row input { flex: 1; min-width: 0 }
.bad { color: var(--bad); border-left: 4px solid; padding-left: .6rem }
.quiet { color: var(--quiet); font-size: .9rem }
";

/// A page.
#[derive(Default)]
pub struct Page<'a> {
    /// What its tab shows.
    pub title: &'a str,
    /// What is in it, as HTML.
    pub body: String,
    /// What its style has besides that of every page.
    pub style: &'static str,
    /// Its only script, which runs because its hash is in the policy.
    pub script: Option<&'static str>,
    /// The origins that its forms may lead to, besides the server's own.
    pub form_action: Vec<String>,
    /// The origins of the pages in its frames.
    pub frames: Vec<String>,
    /// Where the browser goes as soon as everything in the page is loaded.
    pub goes_to: Option<&'a str>,
    /// Whether another page may frame it, as one that shows nothing.
    pub is_framed: bool,
}

impl Page<'_> {
    /// The page as an answer that no cache keeps.
    pub fn reply(&self, status: StatusCode) -> Reply {
        let script = self.script.map_or_else(String::new, |script| format!("<script>{script}</script>\n"));
        let refresh = |to| format!("<meta http-equiv=\"refresh\" content=\"0;url={}\">\n", escape(to));
        let text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{}<title>{}</title>\n\
             <style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n{script}</body>\n</html>\n",
            self.goes_to.map(refresh).unwrap_or_default(),
            escape(self.title),
            self.style(),
            self.body
        );
        let mut reply = Reply::new(status, "text/html; charset=utf-8", text)
            .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .with(REFERRER_POLICY, HeaderValue::from_static("same-origin"))
            .with(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !self.is_framed {
            reply = reply.with(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        match HeaderValue::from_str(&self.policy()) {
            Ok(policy) => reply.with(CONTENT_SECURITY_POLICY, policy),
            Err(_) => reply.with(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
        }
    }

    fn style(&self) -> String {
        format!("{STYLE}{}", self.style)
    }

    fn policy(&self) -> String {
        let mut policy =
            format!("default-src 'none'; base-uri 'none'; style-src '{}'; form-action 'self'", hash(&self.style()));
        for origin in &self.form_action {
            policy.push(' ');
            policy.push_str(origin);
        }
        if let Some(script) = self.script {
            policy.push_str(&format!("; script-src '{}'", hash(script)));
        }
        if !self.frames.is_empty() {
            policy.push_str(&format!("; frame-src {}", self.frames.join(" ")));
        }
        if !self.is_framed {
            policy.push_str("; frame-ancestors 'none'");
        }
        policy
    }
}

/// How a policy names an inline text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// A text that stays text, in an element and in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_text() {
        assert_eq!(escape("<a href='x'>\"&\"</a>\0"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;\u{fffd}");
        assert_eq!(escape("Zoë 本"), "Zoë 本");
    }

    #[test]
    fn a_page_may_do_only_what_it_is_for() {
        let page = |script, is_framed| Page {
            title: "<T>",
            body: String::new(),
            script,
            form_action: vec!["http://localhost:3000".to_owned()],
            is_framed,
            ..Page::default()
        };
        let policy = |reply: &Reply| reply.headers[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let plain = page(None, false).reply(StatusCode::OK);
        assert!(policy(&plain).starts_with("default-src 'none'; base-uri 'none'; style-src 'sha256-"));
        assert!(policy(&plain).ends_with("; form-action 'self' http://localhost:3000; frame-ancestors 'none'"));
        assert!(!String::from_utf8(plain.body.to_vec()).unwrap().contains("<script"));
        let posting = page(Some("f()"), true).reply(StatusCode::OK);
        assert!(policy(&posting).contains(&format!("script-src '{}'", hash("f()"))));
        assert!(!policy(&posting).contains("frame-ancestors") && !posting.headers.contains_key(X_FRAME_OPTIONS));
        let frames = vec!["http://a".to_owned(), "http://b:1".to_owned()];
        let framing = Page { frames, goes_to: Some("http://c/?a=1&b='"), style: "p { }", ..page(None, false) };
        let reply = framing.reply(StatusCode::OK);
        assert!(policy(&reply).ends_with("; frame-src http://a http://b:1; frame-ancestors 'none'"));
        assert!(policy(&reply).contains(&hash(&format!("{STYLE}p {{ }}"))) && !policy(&plain).contains("frame-src"));
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(text.contains("<meta http-equiv=\"refresh\" content=\"0;url=http://c/?a=1&amp;b=&#39;\">"), "{text}");
    }
}

//! The page that a browser sees once it is signed out: it tells applications in frames, and goes on. Knows no provider
//! and no application.

use http::StatusCode;

use crate::html::{Page, escape};
use crate::oidc::redirect_uri::RedirectUri;
use crate::protocol::Reply;

/// The page after a browser signed out (OpenID Connect Front-Channel Logout, 2).
#[derive(Debug)]
pub struct SignedOutPage<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// The URLs to load, each in a frame.
    pub frames: &'a [String],
    /// Where the browser goes when they are loaded.
    pub goes_to: Option<&'a str>,
}

impl SignedOutPage<'_> {
    /// The page as an answer. What is no URL of a page is not framed.
    pub fn reply(self) -> Reply {
        let mut body = "<h1>Signed out</h1>\n<p>You are signed out.</p>\n".to_owned();
        let mut origins: Vec<String> = Vec::new();
        for url in self.frames {
            // What was added to the registered URL counts for nothing here, least of all for its length.
            let registered = url.split('?').next().unwrap_or(url);
            let Some(origin) = RedirectUri::parse(registered).filter(RedirectUri::is_web).map(|uri| uri.origin())
            else {
                continue;
            };
            body += &format!("<iframe src=\"{}\" title=\"Signing out\" hidden></iframe>\n", escape(url));
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        if let Some(to) = self.goes_to {
            body += &format!("<p><a href=\"{}\">Back to the application</a></p>\n", escape(to));
        }
        let title = format!("Signed out – {}", self.provider);
        Page { title: &title, body, frames: origins, goes_to: self.goes_to, ..Page::default() }.reply(StatusCode::OK)
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_SECURITY_POLICY;

    use super::*;

    #[test]
    fn only_urls_of_pages_are_framed_and_only_their_origins() {
        let frames =
            ["http://a/out?x=1&y=2", "http://a/other", "https://b:8443/out", "javascript:x", "app:out", "/out"];
        let mut frames = frames.map(str::to_owned);
        frames[1] += &format!("?iss={}", "i".repeat(2_000));
        let page = SignedOutPage { provider: "Acme", frames: &frames, goes_to: Some("http://c/?state=1&x='") };
        let reply = page.reply();
        let policy = reply.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("; frame-src http://a https://b:8443; "), "{policy}");
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert_eq!(text.matches("<iframe ").count(), 3, "{text}");
        assert!(text.contains("src=\"http://a/out?x=1&amp;y=2\""), "{text}");
        assert!(text.contains("<a href=\"http://c/?state=1&amp;x=&#39;\">"), "{text}");
    }
}

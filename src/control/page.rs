//! The page at `/`, for a person who opens the server in a browser.

use std::fmt::Write;

use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};

use crate::protocol::Reply;
use crate::vendors::VendorSet;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>fauxidp</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
:root { color-scheme: light dark }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884 }
code { font-size: .95em }
</style>
<h1>fauxidp</h1>
<p>A stand-in for the user APIs of three identity vendors.
Nothing here is real, and everything is forgotten when it stops.</p>
"#;

const TAIL: &str = r#"<h2>About the server</h2>
<ul>
<li><a href="/__fauxidp/health">health</a>, with the environment variables that each vendor's clients need</li>
<li><a href="/__fauxidp/routes">routes</a>, including those that are not emulated</li>
<li><a href="/__fauxidp/fidelity">fidelity</a>: how certain each answer is, and the evidence for it</li>
<li><a href="/__fauxidp/ca.pem">ca.pem</a>: the certificate authority to trust for <code>https</code> on this port</li>
</ul>
<p>Start over: <code>curl -X POST …/__fauxidp/worlds/default/reset</code></p>
"#;

/// The page.
pub(super) fn page(set: &VendorSet) -> Reply {
    let mut text = HEAD.to_owned();
    for info in set.infos() {
        write!(text, "<h2>{}</h2>\n<table>\n", info.title).expect("a string takes text");
        for operation in info.operations().filter(|operation| operation.is_emulated) {
            writeln!(
                text,
                "<tr><td><code>{}</code><td><code>{} {}</code>",
                operation.name, operation.method, operation.path
            )
            .expect("a string takes text");
        }
        text.push_str("</table>\n");
    }
    text.push_str(TAIL);
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    Reply::new(StatusCode::OK, "text/html; charset=utf-8", text).with(CONTENT_SECURITY_POLICY, policy)
}

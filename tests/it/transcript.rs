//! The transcript of a fixture, as it stands in its snapshot: title, expectation, request, answer.

use std::fmt::Write;

use fauxidp::fixture::{Answer, Played, Request, pretty_json};
use serde::de::IgnoredAny;

/// The headers that answers may carry. A new one is looked at before it gets in here.
const KNOWN_HEADERS: [&str; 36] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "accept-post",
    "cache-control",
    "expires",
    "pragma",
    "trailer",
    "transfer-encoding",
    "allow",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "grpcgateway-cache-control",
    "grpcgateway-content-type",
    "grpcgateway-pragma",
    "location",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-fault-applied",
    "x-fauxidp",
    "x-fauxidp-fidelity",
    "x-frame-options",
    "x-pagination",
    "x-request-id",
    "x-robots-tag",
];

/// All that was asked and answered.
pub fn transcript(played: &[Played], path: &str) -> String {
    let mut text = String::new();
    for Played { request, answer } in played {
        let (method, asked) = (&request.method, &request.path);
        writeln!(text, "### {}", request.title).expect("a string takes text");
        if let Some(expect) = request.expect {
            writeln!(text, "# @expect {expect}").expect("a string takes text");
        }
        writeln!(text, "> {method} {asked}").expect("a string takes text");
        for (name, value) in &request.headers {
            writeln!(text, "> {name}: {value}").expect("a string takes text");
        }
        match request.body.len() {
            0 => {}
            1..2_000 => writeln!(text, "> {}", readable(&request.body)).expect("a string takes text"),
            bytes => writeln!(text, "> ({bytes} bytes)").expect("a string takes text"),
        }
        writeln!(text, "< {}", answer.status).expect("a string takes text");
        for (name, value) in &answer.headers {
            let varies = name == "date"
                || (name == "content-length"
                    && (request.length_varies || is_certificate(answer) || has_duration(answer)));
            if varies {
                continue;
            }
            assert!(KNOWN_HEADERS.contains(&name.as_str()), "{path}: an unexpected header: {name}: {value}");
            if name != "connection" {
                writeln!(text, "< {name}: {value}").expect("a string takes text");
            }
        }
        writeln!(text, "\n{}\n", body(request, answer)).expect("a string takes text");
        for (name, value) in &answer.trailers {
            writeln!(text, "< {name}: {value}").expect("a string takes text");
        }
        if !answer.trailers.is_empty() {
            text.push('\n');
        }
    }
    text
}

/// The body; what no seed decides, a certificate and how long calls took, is checked and hidden.
fn body(request: &Request, answer: &Answer) -> String {
    if is_certificate(answer) {
        let text = std::str::from_utf8(&answer.body).expect("a text");
        assert!(
            text.starts_with("-----BEGIN CERTIFICATE-----\n") && text.trim_end().ends_with("-----END CERTIFICATE-----")
        );
        return "(a certificate)".to_owned();
    }
    let text = laid_out(request, &readable(&answer.body));
    let mut parts = text.split(DURATION);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let microseconds: u64 = part[..digits].parse().expect("a duration is a whole number");
        assert!((1..60_000_000).contains(&microseconds), "{microseconds} µs");
        hidden = hidden + DURATION + "(time)" + &part[digits..];
    }
    hidden
}

/// Compact JSON with one member a line; everything else as it was sent. Of both only what the request shows.
fn laid_out(request: &Request, text: &str) -> String {
    // Some servers end a body with a line break.
    let json = text.trim_end_matches('\n');
    match pretty_json(json) {
        Some(pretty) if !request.show.is_empty() => {
            let cut = pretty.cut(&request.show).unwrap_or_else(|path| panic!("{}: no {path}", request.title));
            cut + &text[json.len()..]
        }
        Some(_) if !request.show_lines.is_empty() => panic!("{}: @show-lines of JSON", request.title),
        Some(pretty) => pretty.whole() + &text[json.len()..],
        None if !request.show.is_empty() => panic!("{}: @show of what is no compact JSON", request.title),
        None if !request.show_lines.is_empty() => lines_with(&request.show_lines, text),
        // Its own blanks are part of what callers see.
        None if json.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(json).is_ok() => {
            format!("(as sent)\n{text}")
        }
        None => text.to_owned(),
    }
}

/// The lines of a text that have one of the words; each word has to stand somewhere.
fn lines_with(words: &[String], text: &str) -> String {
    let lacking = words.iter().find(|word| !text.contains(*word));
    assert!(lacking.is_none(), "no line has {lacking:?}");
    let shown = text.lines().filter(|line| words.iter().any(|word| line.contains(word)));
    shown.collect::<Vec<_>>().join("\n")
}

/// The member that says how long a call took, up to its value.
const DURATION: &str = "\"duration_us\": ";

/// Whether an answer says how long calls took.
fn has_duration(answer: &Answer) -> bool {
    std::str::from_utf8(&answer.body).is_ok_and(|text| text.contains(DURATION.trim_end()))
}

/// A text as it is, other bytes so that they can be read.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => text.to_owned(),
        _ => bytes.escape_ascii().to_string(),
    }
}

fn is_certificate(answer: &Answer) -> bool {
    answer.header("content-type") == Some("application/x-pem-file")
}

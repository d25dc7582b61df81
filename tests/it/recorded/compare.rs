//! Where an answer differs from the recorded one.

use serde_json::Value;

use super::Step;
use super::play::Recorded;

/// One difference.
pub struct Difference<'s> {
    /// `status`, `body`, `unemulated`, `unmatched`, or a header's name.
    pub what: &'s str,
    text: String,
}

impl Difference<'_> {
    /// Where in the body it is.
    pub fn path(&self) -> &str {
        self.text.split_once(": ").map_or("", |(path, _)| path)
    }
}

/// The differences as text, one a line, recorded first.
pub fn lines(differences: &[Difference<'_>]) -> String {
    let lines: Vec<_> = differences.iter().map(|difference| format!("  {}", difference.text)).collect();
    lines.join("\n")
}

/// Every difference between a step and what was answered here.
pub fn differences<'s>(step: &'s Step, answer: &Recorded) -> Vec<Difference<'s>> {
    let mut found = Vec::new();
    if let Some(mark) = answer.mark {
        return vec![Difference { what: mark, text: format!("status {} | {mark}", step.status) }];
    }
    if step.status != answer.status {
        found.push(Difference { what: "status", text: format!("status {} | {}", step.status, answer.status) });
    }
    for (name, value) in &step.headers {
        let (theirs, ours) = (value.as_str().unwrap_or_default(), answer.headers.get(name).map(String::as_str));
        if ours != Some(theirs) {
            found.push(Difference { what: name, text: format!("{name}: {theirs} | {}", ours.unwrap_or("absent")) });
        }
    }
    let mut paths = Vec::new();
    walk(&as_seeded(&step.body), &as_seeded(&answer.body), "", &mut paths);
    found.extend(paths.into_iter().map(|text| Difference { what: "body", text }));
    found
}

/// The answer to a write shows when the user was created, as the vendor's own page prints it. The real server leaves
/// that out, so it is not compared.
fn as_seeded(body: &Value) -> Value {
    let mut body = body.clone();
    if body.get("user").is_none()
        && let Some(details) = body.get_mut("details").and_then(Value::as_object_mut)
    {
        details.remove("creationDate");
    }
    body
}

/// The smallest places where two values differ.
fn walk(theirs: &Value, ours: &Value, at: &str, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (name, value) in theirs {
                match ours.get(name) {
                    Some(own) => walk(value, own, &format!("{at}.{name}"), found),
                    None => found.push(format!("{at}.{name}: {} | absent", short(value))),
                }
            }
            let more = ours.iter().filter(|(name, _)| !theirs.contains_key(*name));
            found.extend(more.map(|(name, value)| format!("{at}.{name}: absent | {}", short(value))));
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (index, (value, own)) in theirs.iter().zip(ours).enumerate() {
                walk(value, own, &format!("{at}[{index}]"), found);
            }
        }
        (theirs, ours) if theirs == ours => {}
        (theirs, ours) => {
            let at = if at.is_empty() { "." } else { at };
            found.push(format!("{at}: {} | {}", short(theirs), short(ours)));
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

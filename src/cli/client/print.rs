//! Answers of the control API in words.

use serde_json::Value;

/// JSON as people read it, and programs.
pub(super) fn json(answer: &Value) -> String {
    format!("{answer:#}\n")
}

/// Why a call was refused, with what came nearest to it.
pub(super) fn problem(answer: &Value) -> String {
    let detail = answer["detail"].as_str().unwrap_or("the server refused the call without a reason");
    let nearest = answer["nearest"].as_array().into_iter().flatten().filter_map(Value::as_str);
    nearest.fold(detail.to_owned(), |text, nearest| format!("{text}\n  nearest: {nearest}"))
}

/// One name a line.
pub(super) fn worlds(answer: &Value) -> String {
    let names = answer["worlds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| format!("{name}\n")).collect()
}

/// One call a line.
pub(super) fn requests(entries: &[Value]) -> String {
    let line = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or("-");
        let mut line = format!(
            "{:>4}  {}  {:<3}  {:<10} {:<24} {:<6} {}",
            entry["n"],
            text("at"),
            entry["status"].as_u64().map_or_else(|| "-".to_owned(), |status| status.to_string()),
            text("vendor"),
            text("operation"),
            text("method"),
            text("path"),
        );
        for name in ["user", "fault", "refused_by"] {
            if let Some(value) = entry[name].as_str() {
                line.push_str(&format!("  {name}={value}"));
            }
        }
        line.push('\n');
        line
    };
    entries.iter().map(line).collect()
}

/// One rule a line.
pub(super) fn faults(answer: &Value) -> String {
    let line = |rule: &Value| {
        let fault = rule["fault"].as_str().unwrap_or_default();
        let mut line = format!("{:>4}  {fault}  seen={} fired={}", rule["id"], rule["seen"], rule["fired"]);
        for (name, value) in rule["match"].as_object().into_iter().flatten() {
            line.push_str(&format!("  {name}={}", plain(value)));
        }
        line.push('\n');
        line
    };
    answer["faults"].as_array().into_iter().flatten().map(line).collect()
}

/// One message a line.
pub(super) fn outbox(answer: &Value) -> String {
    let line = |message: &Value| {
        let members = message.as_object().into_iter().flatten();
        let parts: Vec<_> = members.map(|(name, value)| format!("{name}={}", plain(value))).collect();
        format!("{}\n", parts.join("  "))
    };
    answer["outbox"].as_array().into_iter().flatten().map(line).collect()
}

/// The time, and whether it stands still.
pub(super) fn clock(answer: &Value) -> String {
    let frozen = if answer["frozen"] == true { " (frozen)" } else { "" };
    format!("{}{frozen}\n", answer["now"].as_str().unwrap_or_default())
}

/// One member a line.
pub(super) fn members(answer: &Value) -> String {
    let members = answer.as_object().into_iter().flatten();
    members.map(|(name, value)| format!("{name}: {}\n", plain(value))).collect()
}

/// A value without the quotes of a text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

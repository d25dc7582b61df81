//! A report in the common test report format. A rule is a test, which fails where a finding is bad enough.

use serde_json::{Value, json};

use super::super::{RULES, Rule};
use super::{Report, Severity, of_rule};

pub(super) fn write(report: &Report, fail_at: Severity) -> Value {
    let tests: Vec<Value> = RULES.iter().map(|rule| test(report, rule, fail_at)).collect();
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let summary = json!({
        "tests": tests.len(),
        "passed": count("passed"),
        "failed": count("failed"),
        "pending": 0,
        "skipped": 0,
        "other": count("other"),
        "start": report.first.map_or(0, |at| at.as_millisecond()),
        "stop": report.last.map_or(0, |at| at.as_millisecond()),
    });
    let results = json!({ "tool": { "name": "fauxidp" }, "summary": summary, "tests": tests });
    json!({ "reportFormat": "CTRF", "specVersion": "0.0.0", "results": results })
}

fn test(report: &Report, rule: &'static Rule, fail_at: Severity) -> Value {
    let messages: Vec<_> = of_rule(report, rule).iter().map(|finding| &*finding.message).collect();
    let status = match messages.is_empty() {
        true => "passed",
        false if rule.severity >= fail_at => "failed",
        false => "other",
    };
    let mut test =
        json!({ "name": rule.id, "status": status, "duration": 0, "suite": [format!("world {}", report.world)] });
    if !messages.is_empty() {
        test["message"] = rule.advice.into();
        test["trace"] = messages.join("\n").into();
    }
    test
}

//! A report as SARIF 2.1.0.

use serde_json::{Value, json};

use super::super::{RULES, Rule};
use super::{Finding, Report};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn write(report: &Report) -> Value {
    let rules: Vec<Value> = RULES.iter().map(rule).collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(&report.world, finding)).collect();
    let driver = json!({ "name": "fauxidp", "version": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"), "rules": rules });
    let run = json!({ "tool": { "driver": driver }, "results": results });
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.what },
        "help": { "text": rule.advice },
        "defaultConfiguration": { "level": rule.severity },
    })
}

/// A finding is about calls, which no file holds: its place is a name.
fn result(world: &str, finding: &Finding) -> Value {
    let index = RULES.iter().position(|rule| rule.id == finding.rule.id);
    let place = |n: &u64| json!({ "fullyQualifiedName": format!("worlds/{world}/requests/{n}"), "kind": "resource" });
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.severity,
        "message": { "text": format!("{}. {}", finding.message, finding.advice) },
        "locations": [{ "logicalLocations": finding.calls.iter().map(place).collect::<Vec<_>>() }],
    })
}

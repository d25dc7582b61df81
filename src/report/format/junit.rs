//! A report as JUnit's XML. A rule is a case, which fails where a finding is bad enough.

use super::super::RULES;
use super::{Report, Severity, of_rule, summary};
use crate::html::escape;

pub(super) fn write(report: &Report, fail_at: Severity) -> String {
    let failed = RULES.iter().filter(|rule| rule.severity >= fail_at && !of_rule(report, rule).is_empty()).count();
    let name = escape(&summary(report));
    let counts = format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\"", RULES.len());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fauxidp\" {counts}>\n\
         <testsuite name=\"{name}\" {counts} skipped=\"0\">\n"
    );
    for rule in &RULES {
        let lines: Vec<_> = of_rule(report, rule).iter().map(|finding| readable(&finding.message)).collect();
        let (id, advice, lines) = (rule.id, escape(rule.advice), lines.join("\n"));
        text.push_str(&match lines.is_empty() {
            true => format!("<testcase classname=\"fauxidp.report\" name=\"{id}\"/>\n"),
            false if rule.severity >= fail_at => format!(
                "<testcase classname=\"fauxidp.report\" name=\"{id}\">\n<failure type=\"{}\" message=\"{advice}\">\
                 {lines}</failure>\n</testcase>\n",
                rule.severity.as_str()
            ),
            false => format!(
                "<testcase classname=\"fauxidp.report\" name=\"{id}\">\n<system-out>{advice}\n{lines}</system-out>\n\
                 </testcase>\n"
            ),
        });
    }
    text + "</testsuite>\n</testsuites>\n"
}

/// A text that XML can hold: it has no place for most control characters, however they are written.
fn readable(text: &str) -> String {
    escape(&text.replace(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'), "\u{fffd}"))
}

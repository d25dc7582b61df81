//! A report as a page.

use super::{Report, Severity, count, summary};
use crate::html::escape;

pub(super) fn write(report: &Report) -> String {
    let mut body = format!("<h1>Report about the client</h1>\n<p>{}</p>\n", escape(&summary(report)));
    for finding in &report.findings {
        let class = if finding.severity == Severity::Error { " class=\"bad\"" } else { "" };
        let (severity, rule) = (finding.severity.as_str(), finding.rule.id);
        let (message, advice) = (escape(&finding.message), escape(finding.advice));
        body.push_str(&format!(
            "<h2>{rule} ({severity})</h2>\n<p{class}>{message}</p>\n<p class=\"quiet\">{advice}</p>\n"
        ));
    }
    body.push_str("<h2>Operations that were called</h2>\n<ul>\n");
    for vendor in &report.coverage {
        let names: Vec<_> = vendor.called.iter().copied().collect();
        let (called, all) = (vendor.called.len(), count(vendor.operations, "operation"));
        body.push_str(&format!("<li>{}: {called} of {all} <small>{}</small></li>\n", vendor.vendor, names.join(", ")));
    }
    body.push_str("</ul>\n<h2>Faults</h2>\n<ul>\n");
    for fault in &report.faults {
        let calls = count(fault.calls.len(), "call");
        body.push_str(&format!("<li>{}: met by {calls}</li>\n", escape(&fault.fault)));
    }
    for fault in &report.idle_faults {
        body.push_str(&format!("<li>{}: never met</li>\n", escape(fault)));
    }
    body + "</ul>\n"
}

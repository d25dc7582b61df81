//! A report for a terminal.

use super::{Report, count, summary};

pub(super) fn write(report: &Report) -> String {
    let mut text = format!("{}\n", summary(report));
    for finding in &report.findings {
        let (severity, rule) = (finding.severity.as_str(), finding.rule.id);
        text.push_str(&format!("{severity:<7}  {rule}\n         {}\n         {}\n", finding.message, finding.advice));
    }
    for vendor in &report.coverage {
        let (called, all) = (vendor.called.len(), count(vendor.operations, "operation"));
        text.push_str(&format!("called   {}: {called} of {all}\n", vendor.vendor));
    }
    for fault in &report.faults {
        text.push_str(&format!("fault    {}: met by {}\n", fault.fault, count(fault.calls.len(), "call")));
    }
    for fault in &report.idle_faults {
        text.push_str(&format!("fault    {fault}: never met\n"));
    }
    text
}

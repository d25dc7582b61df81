//! A report in the forms that people and programs read. Knows no rule.

mod ctrf;
mod html;
mod junit;
mod sarif;
mod text;

use http::StatusCode;

use super::{Finding, Report, Rule, Severity};
use crate::html::Page;
use crate::protocol::Reply;

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// All that is known, as JSON.
    Json,
    /// For a terminal.
    Text,
    /// JUnit's XML: a case for each rule.
    Junit,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// The common test report format.
    Ctrf,
    /// A page.
    Html,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Json, Self::Text, Self::Junit, Self::Sarif, Self::Ctrf, Self::Html];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Ctrf => "ctrf",
            Self::Html => "html",
        }
    }

    /// The form of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The report in this form. A finding that is at least as bad as `fail_at` is a failed test there.
    pub fn reply(self, report: &Report, fail_at: Severity, status: StatusCode) -> Reply {
        match self {
            Self::Json => Reply::of(status, report),
            Self::Text => Reply::new(status, "text/plain; charset=utf-8", text::write(report)),
            Self::Junit => Reply::new(status, "application/xml", junit::write(report, fail_at)),
            Self::Sarif => Reply::new(status, "application/sarif+json", sarif::write(report).to_string()),
            Self::Ctrf => Reply::of(status, &ctrf::write(report, fail_at)),
            Self::Html => {
                let body = html::write(report);
                let page = Page { title: "fauxidp: report", body, ..Page::default() };
                page.reply(status)
            }
        }
    }
}

/// What breaks a rule.
fn of_rule<'r>(report: &'r Report, rule: &'static Rule) -> Vec<&'r Finding> {
    report.findings.iter().filter(|finding| finding.rule.id == rule.id).collect()
}

/// A number of things, in words.
fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// What the report is about, in one line.
fn summary(report: &Report) -> String {
    let Report { world, calls, errors, warnings, .. } = report;
    let dropped = match report.dropped {
        0 => String::new(),
        dropped => format!(" (and {dropped} that are no longer in the journal)"),
    };
    let [calls, errors, warnings] =
        [(*calls, "call"), (*errors, "error"), (*warnings, "warning")].map(|(n, thing)| count(n, thing));
    format!("world {world}: {calls}{dropped}, {errors}, {warnings}")
}

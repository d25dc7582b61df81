//! The rules, each with what it looks for and what to do about it. Knows no vendor.

mod deprecated_operation;
mod expired_token_used;
mod missing_header;
mod no_call;
mod no_retry_of_a_passing_error;
mod pages_left_unread;
mod refresh_on_wrong_status;
mod refresh_token_reused;
mod retried_a_final_error;
mod retry_after_ignored;
mod schema_mismatch;
mod unemulated_operation;
mod unknown_field;
mod unknown_query;
mod unmatched_path;
mod unsafe_call_repeated;
mod write_after_refusal;
mod wrong_content_type;

use super::call::{Call, Calls};
use super::{Finding, Severity};
use crate::shape::Misfit;

/// A rule about the client.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What breaks it.
    pub what: &'static str,
    /// What to do then.
    pub advice: &'static str,
    find: fn(&Calls<'_>) -> Vec<Found>,
}

/// Calls that break a rule.
#[derive(Debug)]
struct Found {
    calls: Vec<u64>,
    message: String,
}

impl Rule {
    /// What breaks it.
    pub(super) fn findings(&'static self, calls: &Calls<'_>) -> Vec<Finding> {
        let finding = |Found { calls, message }| Finding {
            rule: self,
            severity: self.severity,
            calls,
            message,
            advice: self.advice,
        };
        (self.find)(calls).into_iter().map(finding).collect()
    }
}

impl Found {
    /// One call breaks the rule.
    fn one(call: &Call<'_>, what: &str) -> Self {
        Self { calls: vec![call.n()], message: format!("{}: {what}", call.named()) }
    }

    /// A later call breaks the rule, because of what came before.
    fn pair(first: &Call<'_>, second: &Call<'_>, what: &str) -> Self {
        Self { calls: vec![first.n(), second.n()], message: format!("{}: {what}", second.named()) }
    }
}

/// A finding for each call of which something does not fit, in the words that `told` picks.
fn misfits(calls: &Calls<'_>, told: fn(&Misfit) -> Option<&str>) -> Vec<Found> {
    let found = |(call, misfits): &(Call<'_>, Vec<Misfit>)| {
        let told: Vec<_> = misfits.iter().filter_map(told).collect();
        (!told.is_empty()).then(|| Found::one(call, &told.join(", ")))
    };
    calls.misfits().iter().filter_map(found).collect()
}

/// Every rule.
pub static RULES: [Rule; 18] = [
    Rule {
        id: "no-call",
        severity: Severity::Error,
        what: "The world received no call at all.",
        advice: "Point the client at this server, and give it a credential of this world, which ends in ~NAME.",
        find: no_call::find,
    },
    Rule {
        id: "unmatched-path",
        severity: Severity::Error,
        what: "No route has the path of the call.",
        advice: "Correct the path: the answer names the nearest routes, `fauxidp routes` prints all.",
        find: unmatched_path::find,
    },
    Rule {
        id: "unemulated-operation",
        severity: Severity::Warning,
        what: "The vendor has the operation, fauxidp does not emulate it.",
        advice: "Test this call against the vendor itself: the 501 says nothing about it.",
        find: unemulated_operation::find,
    },
    Rule {
        id: "deprecated-operation",
        severity: Severity::Warning,
        what: "An operation was called that the vendor calls deprecated.",
        advice: "Call the operation that the finding names: a later release of the vendor may lack this one.",
        find: deprecated_operation::find,
    },
    Rule {
        id: "missing-header",
        severity: Severity::Error,
        what: "A call without a credential was refused, or a body was sent without Content-Type.",
        advice: "Send the header with every such call.",
        find: missing_header::find,
    },
    Rule {
        id: "wrong-content-type",
        severity: Severity::Error,
        what: "A JSON body was called something else, or JSON was sent where OAuth takes a form.",
        advice: "Name the body as what it is: application/json at the API, a form at the OAuth endpoints.",
        find: wrong_content_type::find,
    },
    Rule {
        id: "unknown-query",
        severity: Severity::Warning,
        what: "A parameter of the query that the operation does not have.",
        advice: "Correct the name, or leave it out: the vendor ignores it, and answers as if it were not there.",
        find: unknown_query::find,
    },
    Rule {
        id: "unknown-field",
        severity: Severity::Warning,
        what: "A member of the JSON body that the operation does not have.",
        advice: "Correct the name, or leave it out: the vendor ignores it, and does not do what it asks.",
        find: unknown_field::find,
    },
    Rule {
        id: "schema-mismatch",
        severity: Severity::Error,
        what: "The JSON body has a value of a wrong type or an unknown word, or lacks a member.",
        advice: "Send what the operation takes: the vendor refuses the call, or reads a default in its place.",
        find: schema_mismatch::find,
    },
    Rule {
        id: "unsafe-call-repeated",
        severity: Severity::Warning,
        what: "A POST that may have created something was sent again without a look whether it had.",
        advice: "Look for what the call creates before sending it again: the answer was lost, not the change.",
        find: unsafe_call_repeated::find,
    },
    Rule {
        id: "retry-after-ignored",
        severity: Severity::Error,
        what: "A refused call was sent again before the time of its Retry-After was over.",
        advice: "Wait for as many seconds as Retry-After says before the call is sent again.",
        find: retry_after_ignored::find,
    },
    Rule {
        id: "retried-a-final-error",
        severity: Severity::Warning,
        what: "A call that was refused for what it is was sent again unchanged.",
        advice: "Do not repeat a call after a 4xx other than 408, 425 and 429: it will be refused again.",
        find: retried_a_final_error::find,
    },
    Rule {
        id: "no-retry-of-a-passing-error",
        severity: Severity::Warning,
        what: "A call that would probably have succeeded a moment later was given up.",
        advice: "Repeat a call after 429 and 503, a safe one also after 502 and 504, with growing pauses.",
        find: no_retry_of_a_passing_error::find,
    },
    Rule {
        id: "pages-left-unread",
        severity: Severity::Warning,
        what: "A page of a list said that there are more, and the list was never read to its end.",
        advice: "Ask for the next page as long as an answer says that there are more.",
        find: pages_left_unread::find,
    },
    Rule {
        id: "refresh-token-reused",
        severity: Severity::Error,
        what: "A refresh token was sent again after it had been exchanged.",
        advice: "Keep the refresh token of the newest answer: the vendor takes an older one for a stolen one.",
        find: refresh_token_reused::find,
    },
    Rule {
        id: "refresh-on-wrong-status",
        severity: Severity::Warning,
        what: "Tokens were refreshed because of an answer other than 401.",
        advice: "Refresh tokens at a 401 or before they end: no new token helps against another refusal.",
        find: refresh_on_wrong_status::find,
    },
    Rule {
        id: "expired-token-used",
        severity: Severity::Error,
        what: "A token that has ended was used again after a 401 had said so.",
        advice: "Get a new token at the first 401, or sign in again: one that expired or was revoked stays refused.",
        find: expired_token_used::find,
    },
    Rule {
        id: "write-after-refusal",
        severity: Severity::Warning,
        what: "A user was changed right after a call about the same user had been refused.",
        advice: "Stop at the first refusal, or show that it does not matter to what follows.",
        find: write_after_refusal::find,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_rule() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.md")).unwrap();
        let row =
            |rule: &Rule| format!("| `{}` | {} | {} | {} |", rule.id, rule.severity.as_str(), rule.what, rule.advice);
        let rows: Vec<_> = RULES.iter().map(row).collect();
        let listed: Vec<_> =
            page.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5).collect();
        assert_eq!(listed, rows);
    }
}

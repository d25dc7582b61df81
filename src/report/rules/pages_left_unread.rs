//! Lists of which the client never saw the end.

use std::collections::HashMap;

use super::{Call, Calls, Found};

/// What is known of a list.
enum Reading<'a> {
    /// The call that got its last page so far: there are more.
    Open(Call<'a>),
    /// Its end was seen. Pages that come after it were asked for at the same time.
    Ended,
}

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut lists = HashMap::new();
    for call in calls.iter().filter(|call| call.succeeded() && !call.is_unsure()) {
        let is_begun = || lists.contains_key(&key(&call));
        match call.has_more() {
            true => {
                let reading = lists.entry(key(&call)).or_insert(Reading::Open(call));
                if let Reading::Open(last) = reading {
                    *last = call;
                }
            }
            false if is_list(&call) && is_begun() => _ = lists.insert(key(&call), Reading::Ended),
            false => {}
        }
    }
    let open = lists.into_values().filter_map(|reading| match reading {
        Reading::Open(call) => Some(call),
        Reading::Ended => None,
    });
    let mut open: Vec<_> = open.collect();
    open.sort_by_key(Call::n);
    let what = "its answer says that there are more, and no later call reads the list to its end";
    open.iter().map(|call| Found::one(call, what)).collect()
}

/// Whether the call may read a list: only those are compared by what they send.
fn is_list(call: &Call<'_>) -> bool {
    call.is_api() && !call.writes()
}

/// The list that a call reads. Of what a call sent in binary form nothing is known: then it is any list of its kind.
fn key(call: &Call<'_>) -> (usize, (Vec<(String, String)>, String)) {
    (call.alike, call.sent_but_page())
}

//! What left one world for the outside, newest last, and what came of it. Knows no vendor, and sends nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use crate::bounded;
use crate::outcome::OutboundDelivery;
use crate::secrets;

/// The maximum number of entries; beyond it, the oldest are dropped.
const MAX_ENTRIES: usize = 1_000;

/// The most that is shown of a body, in bytes. Of a longer one only its length.
const MAX_BODY: usize = 8 << 10;

/// The deliveries of one world.
#[derive(Debug, Default)]
pub struct Deliveries {
    inner: Mutex<Inner>,
    /// Told whenever a delivery is over.
    over: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    last: u64,
}

/// One delivery, as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its number in the world, from 1.
    pub n: u64,
    /// When it was decided, by the world's clock.
    pub at: Timestamp,
    /// The vendor that decided it.
    pub vendor: &'static str,
    /// What kind it is.
    pub operation: &'static str,
    /// The key of the user that it is about.
    pub user: Option<String>,
    /// Where it goes, with secrets shortened.
    pub url: String,
    /// What is sent, with secrets shortened.
    pub body: Value,
    /// What the fault rules made of it.
    pub fault: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub state: State,
}

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It is not over yet.
    Pending,
    /// It was answered.
    Answered {
        /// The status; the last one, if it was sent more than once.
        status: u16,
        /// How often it was sent.
        sent: u32,
    },
    /// It was not answered.
    Failed {
        /// Why.
        error: String,
        /// How often it was sent.
        sent: u32,
    },
    /// A fault kept it back, or there were too many.
    Dropped,
}

impl Deliveries {
    /// Notes a delivery that is going to be made. Returns its number.
    pub fn begin(
        &self,
        at: Timestamp,
        vendor: &'static str,
        delivery: &OutboundDelivery,
        fault: Option<String>,
    ) -> u64 {
        let mut inner = self.lock();
        inner.last += 1;
        let entry = Entry {
            n: inner.last,
            at,
            vendor,
            operation: delivery.operation,
            user: delivery.user_id.clone(),
            url: shown_url(&delivery.request.url),
            body: shown_body(&delivery.request.body),
            fault,
            state: State::Pending,
        };
        while bounded::evict_oldest(&mut inner.entries, MAX_ENTRIES).is_some() {}
        inner.entries.push_back(entry);
        inner.last
    }

    /// Notes what came of the delivery of that number.
    pub fn end(&self, n: u64, state: State) {
        if let Some(entry) = self.lock().entries.iter_mut().find(|entry| entry.n == n) {
            entry.state = state;
        }
        self.over.notify_waiters();
    }

    /// Every delivery, newest last.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// Waits until none is pending, but no longer than that.
    pub async fn settled(&self, longest: Duration) {
        self.wait(longest, |entries| entries.iter().all(|entry| entry.state != State::Pending)).await;
    }

    /// Waits until one with a higher number is over, but no longer than that.
    pub async fn overtaken(&self, n: u64, longest: Duration) {
        self.wait(longest, |entries| entries.iter().any(|entry| entry.n > n && entry.state != State::Pending)).await;
    }

    async fn wait(&self, longest: Duration, is_enough: impl Fn(&VecDeque<Entry>) -> bool) {
        let waiting = async {
            loop {
                // Listens before it looks, so that nothing is missed in between.
                let over = self.over.notified();
                if is_enough(&self.lock().entries) {
                    return;
                }
                over.await;
            }
        };
        let _ = tokio::time::timeout(longest, waiting).await;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown_url(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return "(no URL)".to_owned() };
    let host = uri.authority().map_or("", |authority| authority.as_str().rsplit('@').next().unwrap_or_default());
    format!("{}://{host}{}", uri.scheme_str().unwrap_or_default(), secrets::path(uri.path(), uri.query()))
}

fn shown_body(body: &[u8]) -> Value {
    let shown = || match body.first() {
        Some(b'{') => secrets::json(body),
        _ => secrets::form(body).map(Value::String),
    };
    match body.len() {
        0 => Value::Null,
        length => {
            (length <= MAX_BODY).then(shown).flatten().unwrap_or_else(|| Value::String(format!("({length} bytes)")))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::outcome::{OutboundRequest, Signature};

    fn begin(deliveries: &Deliveries, url: &str, body: &str) -> u64 {
        let mut request = OutboundRequest::new(Method::POST, url);
        request.body = body.to_owned().into();
        let delivery = OutboundDelivery { operation: "deliver", user_id: None, request, signature: Signature::None };
        deliveries.begin(Timestamp::UNIX_EPOCH, "acme", &delivery, None)
    }

    #[test]
    fn secrets_are_shortened_and_the_oldest_go_first() {
        let deliveries = Deliveries::default();
        let jwt = "eyJhbGciOiJub25lIn0.e30.c2VjcmV0";
        for _ in 0..=MAX_ENTRIES {
            begin(&deliveries, "http://ada:secret@app/hook?token=abcdefgh", &format!("logout_token={jwt}"));
        }
        let entries = deliveries.entries();
        assert_eq!((entries.len(), entries[0].n), (MAX_ENTRIES, 2));
        assert_eq!(entries[0].url, "http://app/hook?token=abcd…");
        let body = entries[0].body.as_str().unwrap();
        assert!(body.starts_with("logout_token=eyJh") && !body.contains("c2Vj"), "{body}");
        deliveries.end(1, State::Dropped); // it is gone
        deliveries.end(2, State::Answered { status: 204, sent: 1 });
        let shown = serde_json::to_value(&deliveries.entries()[0]).unwrap();
        assert_eq!((&shown["state"], &shown["status"]), (&"answered".into(), &204.into()));
        begin(&deliveries, "", &"x".repeat(MAX_BODY + 1));
        assert_eq!(deliveries.entries().last().map(|last| last.body.clone()), Some("(8193 bytes)".into()));
    }

    #[tokio::test]
    async fn who_waits_is_told() {
        let deliveries = Deliveries::default();
        let (first, second) = (begin(&deliveries, "http://app/", ""), begin(&deliveries, "http://app/", ""));
        let (long, short) = (Duration::from_secs(60), Duration::from_millis(1));
        deliveries.settled(short).await;
        let end = async {
            tokio::task::yield_now().await;
            deliveries.end(second, State::Dropped);
        };
        tokio::join!(deliveries.overtaken(first, long), end);
        let end = async {
            tokio::task::yield_now().await;
            deliveries.end(first, State::Failed { error: "refused".to_owned(), sent: 1 });
        };
        tokio::join!(deliveries.settled(long), end);
        deliveries.settled(long).await;
    }
}

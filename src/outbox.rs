//! What a world's vendors would have sent to people: codes and links, by e-mail or to a phone. Knows no vendor.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounded;

/// The maximum number of messages; beyond it, the oldest are dropped.
const MAX_MESSAGES: usize = 1_000;

/// The messages of one world, oldest first. A clone is the same outbox; [`Outbox::fork`] makes another.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outbox(Arc<Mutex<Inner>>);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
struct Inner {
    messages: VecDeque<Numbered>,
    sent: u64,
}

/// An outbox as a world's state holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    messages: VecDeque<Numbered>,
    #[serde(deserialize_with = "bounded::count")]
    sent: u64,
}

impl TryFrom<Written> for Inner {
    type Error = String;

    fn try_from(Written { messages, sent }: Written) -> Result<Self, String> {
        let first = (sent + 1).checked_sub(messages.len() as u64);
        if messages.len() > MAX_MESSAGES
            || !first.is_some_and(|first| messages.iter().map(|one| one.n).eq(first..=sent))
        {
            return Err(format!(
                "the messages must be the last ones sent, numbered up to `sent`, at most {MAX_MESSAGES}"
            ));
        }
        Ok(Self { messages, sent })
    }
}

/// One message that would have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it would have been sent, by the world's clock.
    pub at: Timestamp,
    /// The name of the vendor that would have sent it.
    pub vendor: Cow<'static, str>,
    /// The user's key there.
    pub user: String,
    /// `email` or `sms`.
    pub by: Cow<'static, str>,
    /// The address or number.
    pub to: String,
    /// Its purpose, such as `verify_email`.
    pub about: Cow<'static, str>,
    /// The code in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The link in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A message with its number in the world, from 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Numbered {
    n: u64,
    #[serde(flatten)]
    message: Message,
}

impl Outbox {
    /// Keeps a message.
    pub fn send(&self, message: Message) {
        let mut inner = self.lock();
        inner.sent += 1;
        let n = inner.sent;
        while bounded::evict_oldest(&mut inner.messages, MAX_MESSAGES).is_some() {}
        inner.messages.push_back(Numbered { n, message });
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> Vec<Numbered> {
        self.lock().messages.iter().cloned().collect()
    }

    /// An independent outbox with the same messages.
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(user: &str) -> Message {
        Message {
            at: Timestamp::UNIX_EPOCH,
            vendor: "acme".into(),
            user: user.to_owned(),
            by: "email".into(),
            to: "a@b.test".to_owned(),
            about: "verify_email".into(),
            code: Some("123".to_owned()),
            link: None,
        }
    }

    #[test]
    fn letters_are_numbered_and_the_oldest_go_first() {
        let outbox = Outbox::default();
        (0..1_002).for_each(|n| outbox.send(message(&n.to_string())));
        let kept = outbox.messages();
        assert_eq!((kept.len(), kept[0].n, kept[0].message.user.as_str()), (1_000, 3, "2"));
    }

    #[test]
    fn a_state_with_too_many_letters_is_bounded_by_the_next_one() {
        let messages = (1..=2_500).map(|n| Numbered { n, message: message("a") }).collect();
        let outbox = Outbox(Arc::new(Mutex::new(Inner { messages, sent: 2_500 })));
        outbox.send(message("b"));
        let kept = outbox.messages();
        assert_eq!((kept.len(), kept[0].n, kept[999].n), (1_000, 1_502, 2_501));
    }

    #[test]
    fn a_fork_keeps_its_own() {
        let outbox = Outbox::default();
        outbox.send(message("a"));
        let fork = outbox.fork();
        fork.send(message("b"));
        assert_eq!((outbox.messages().len(), fork.messages().len()), (1, 2));
        let shown = serde_json::to_value(&fork.messages()[1]).unwrap();
        assert_eq!((&shown["n"], &shown["user"], &shown["code"]), (&2.into(), &"b".into(), &"123".into()));
        assert!(shown.get("link").is_none());
    }
}

//! The headers of a call as a journal keeps them: without those that every vendor takes credentials from. Knows no
//! vendor.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::protocol::credential;

/// The most that is kept of all headers of a call, in bytes.
const MAX: usize = 1 << 10;

/// The headers of one call, one on a line. One that is only called like a secret is kept as a body is, and neither
/// compared nor shown: to look at each name for that would cost every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headers(Box<str>);

impl Headers {
    /// Those of a call that is over. One that does not fit is left out.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let size = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 2;
        // As long as it will be at most, so that it does not move.
        let mut lines = String::with_capacity(headers.iter().map(size).sum::<usize>().min(MAX));
        // The type of the body first: it is asked for most, and is not to be the one that does not fit.
        let first = headers.get_all(CONTENT_TYPE).into_iter().map(|value| (&CONTENT_TYPE, value));
        let rest = headers.iter().filter(|(name, _)| **name != CONTENT_TYPE);
        for (name, value) in first.chain(rest) {
            let Ok(value) = value.to_str() else { continue };
            if !credential::is_header(name) && lines.len() + name.as_str().len() + value.len() + 2 <= MAX {
                lines.push_str(name.as_str());
                lines.push(':');
                lines.push_str(value);
                lines.push('\n');
            }
        }
        Self(lines.into())
    }

    /// A header by its name in lower case; several of one name as one list.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let lines = self.0.lines().filter_map(|line| line.split_once(':'));
        let values: Vec<_> = lines.filter(|(own, _)| *own == name).map(|(_, value)| value).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// How many bytes are kept.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};

    use super::*;

    #[test]
    fn credentials_and_what_does_not_fit_are_left_out() {
        let mut all = HeaderMap::new();
        all.insert(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        all.insert("x-api-key", HeaderValue::from_static("x"));
        all.insert("x-long", HeaderValue::from_str(&"x".repeat(MAX)).unwrap());
        all.insert(USER_AGENT, HeaderValue::from_static("curl/8"));
        all.append(ACCEPT, HeaderValue::from_static("a/b"));
        all.append(ACCEPT, HeaderValue::from_static("c/d"));
        let kept = Headers::of(&all);
        assert_eq!(kept.get("user-agent").as_deref(), Some("curl/8"));
        assert_eq!(kept.get("accept").as_deref(), Some("a/b, c/d"));
        for name in ["authorization", "x-api-key", "x-long", "host"] {
            assert_eq!(kept.get(name), None, "{name}");
        }
    }
}

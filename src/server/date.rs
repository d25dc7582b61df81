//! The `Date` of answers over HTTP/2, which hyper would put on every one. Knows no vendor.

use std::cell::RefCell;

use http::Response;
use http::header::{DATE, HeaderValue, TRAILER};

use crate::clock;

/// Dates an answer, unless it says which trailers follow: servers that do are gRPC's own, which give no date.
pub(super) fn date<B>(mut response: Response<B>) -> Response<B> {
    if !response.headers().contains_key(TRAILER) {
        response.headers_mut().entry(DATE).or_insert_with(now);
    }
    response
}

/// The system's time as a header has it, written once a second on each thread.
fn now() -> HeaderValue {
    thread_local! {
        static LAST: RefCell<Option<(i64, HeaderValue)>> = const { RefCell::new(None) };
    }
    let time = clock::system();
    LAST.with_borrow_mut(|last| match last {
        Some((second, date)) if *second == time.as_second() => date.clone(),
        _ => {
            let text = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let date = HeaderValue::from_str(&text).expect("a date is ASCII");
            *last = Some((time.as_second(), date.clone()));
            date
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_dated_unless_it_says_which_trailers_follow() {
        let plain = date(Response::new(()));
        let text = plain.headers()[DATE].to_str().unwrap();
        assert!(text.len() == 29 && text.ends_with(" GMT"), "{text}");
        let native = date(Response::builder().header(TRAILER, "Grpc-Status").body(()).unwrap());
        assert!(!native.headers().contains_key(DATE));
    }
}

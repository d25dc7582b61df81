//! How a call says which client it is from: in a `Basic` header, in its form, or by a token that the client signed.
//! Does not know which clients there are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use super::grants::ClientAuth;
use crate::protocol::Call;

/// The type of a client assertion (RFC 7523).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Who a call says it is from, and how it shows that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The client's id. Where it stood in a `Basic` header, its raw text comes first and its decoded text second, since
    /// some clients code it as in a form and others do not.
    pub ids: Vec<String>,
    /// What shows it.
    pub proof: Proof,
}

/// What shows who a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// Its secret; of a `Basic` header raw and decoded, as the id.
    Secret(ClientAuth, Vec<String>),
    /// A token that it signed.
    Assertion(String),
}

/// Why a call is from no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoClient {
    /// It names none.
    Missing,
    /// A header that is not `id:secret` in base64, or an assertion of an unknown type.
    Malformed,
    /// It uses more than one way.
    Several,
}

impl Presented {
    /// The client of a call with that form.
    ///
    /// # Errors
    /// Why it is from none.
    pub fn of(call: &Call, form: &Form) -> Result<Self, NoClient> {
        let basic = basic(call)?;
        let assertion = form.text("client_assertion");
        let secret = form.text("client_secret");
        let ways = [basic.is_some(), assertion.is_some(), secret.is_some()];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            return Err(NoClient::Several);
        }
        let id = form.text("client_id");
        if let Some((ids, secrets)) = basic {
            // An empty secret is how some public clients send no secret.
            let proof = match secrets[0].is_empty() {
                true => Proof::None,
                false => Proof::Secret(ClientAuth::Basic, secrets),
            };
            return Ok(Self { ids, proof });
        }
        if let Some(assertion) = assertion {
            if form.text("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(NoClient::Malformed);
            }
            let own = super::assertion::unverified_subject(assertion);
            let id = id.map(str::to_owned).or(own).ok_or(NoClient::Malformed)?;
            return Ok(Self { ids: vec![id], proof: Proof::Assertion(assertion.to_owned()) });
        }
        let ids = vec![id.ok_or(NoClient::Missing)?.to_owned()];
        let proof = match secret {
            Some(secret) => Proof::Secret(ClientAuth::Post, vec![secret.to_owned()]),
            None => Proof::None,
        };
        Ok(Self { ids, proof })
    }
}

type Halves = (Vec<String>, Vec<String>);

/// Id and secret of a `Basic` header, raw and decoded.
fn basic(call: &Call) -> Result<Option<Halves>, NoClient> {
    let Some((scheme, coded)) = call.header(&AUTHORIZATION).and_then(|value| value.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let text = STANDARD.decode(coded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(NoClient::Malformed)?;
    let (id, secret) = text.split_once(':').ok_or(NoClient::Malformed)?;
    let both = |half: &str| {
        let decoded = percent_decode_str(&half.replace('+', " ")).decode_utf8_lossy().into_owned();
        let mut both = vec![half.to_owned()];
        both.extend((decoded != half).then_some(decoded));
        both
    };
    Ok(Some((both(id), both(secret))))
}

/// The members of a form, decoded.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The form in the body of a call.
    pub fn of(call: &Call) -> Self {
        Self::parse(&call.body)
    }

    /// The query of a call, which has the same form.
    pub fn of_query(call: &Call) -> Self {
        Self::parse(call.head.uri.query().unwrap_or_default().as_bytes())
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The members of this form and then of another, at a provider where the last of several values counts.
    #[must_use]
    pub fn last_first(self, behind: Self) -> Self {
        Self(self.0.into_iter().chain(behind.0).rev().collect())
    }

    /// Whether a member is there, maybe empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    /// A member that is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a member that may be repeated.
    pub fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(other, value)| other == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// Whether a member is there more than once.
    pub fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(other, _)| other == name).count() > 1
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    #[test]
    fn the_last_value_counts_where_a_provider_says_so() {
        let form = Form::parse(b"a=1&a=2&b=").last_first(Form::parse(b"a=3&c=4"));
        assert_eq!((form.text("a"), form.text("b"), form.text("c")), (Some("3"), None, Some("4")));
        assert!(form.has("b") && !form.has("d"));
    }

    fn presented(authorization: Option<&str>, body: &str) -> Result<Presented, NoClient> {
        let mut request = Request::post("/token");
        if let Some(value) = authorization {
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(value)));
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let call = Call::new(head, Bytes::from(body.to_owned()));
        Presented::of(&call, &Form::of(&call))
    }

    #[test]
    fn each_way_to_say_who_one_is_is_understood() {
        let of = |ids: &[&str], proof| Ok(Presented { ids: ids.iter().map(|id| (*id).to_owned()).collect(), proof });
        let secret = |auth, texts: &[&str]| Proof::Secret(auth, texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(presented(Some("a:b"), ""), of(&["a"], secret(ClientAuth::Basic, &["b"])));
        assert_eq!(presented(Some("a%2Db:c+d"), ""), of(&["a%2Db", "a-b"], secret(ClientAuth::Basic, &["c+d", "c d"])));
        assert_eq!(presented(Some("a:"), ""), of(&["a"], Proof::None));
        assert_eq!(presented(None, "client_id=a"), of(&["a"], Proof::None));
        assert_eq!(presented(None, "client_id=a&client_secret=b"), of(&["a"], secret(ClientAuth::Post, &["b"])));
        assert_eq!(presented(Some("a:b"), "client_secret=b"), Err(NoClient::Several));
        assert_eq!(presented(Some("a"), ""), Err(NoClient::Malformed));
        assert_eq!(presented(None, "client_assertion=x"), Err(NoClient::Malformed));
        assert_eq!(presented(None, ""), Err(NoClient::Missing));
    }
}

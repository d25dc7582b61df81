//! The ways in which a token, or the answer that brings it, can be wrong on demand: each in exactly one. Knows no key.

use serde::{Deserialize, Serialize};

/// Declares the defects, each with its name and a sentence.
macro_rules! defects {
    ($($variant:ident $name:literal $what:literal,)+) => {
        /// One way in which a token, or the answer that brings it, is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Defect {
            $(#[doc = $what] #[serde(rename = $name)] $variant,)+
        }

        impl Defect {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name, as in `token;defect=NAME`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it does, in a sentence.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }
        }
    };
}

defects! {
    AlgNone "alg-none" "The header says `alg: none`, and there is no signature.",
    BadSignature "bad-signature" "The signature is that of another text.",
    UnknownKid "unknown-kid" "The header names a key that is not in the key set.",
    NoKid "no-kid" "The header names no key.",
    Expired "expired" "`exp` is an hour before the token was made.",
    NotYetValid "not-yet-valid" "`nbf` is an hour after the token was made.",
    IatInFuture "iat-in-future" "`iat` is an hour after the token was made.",
    WrongIssuer "wrong-issuer" "`iss` is another server.",
    NoIssuer "no-issuer" "`iss` is missing.",
    WrongAudience "wrong-audience" "`aud` is another application.",
    NoAudience "no-audience" "`aud` is missing.",
    WrongAzp "wrong-azp" "`azp` of an ID token is another application.",
    NoSubject "no-subject" "`sub` is missing.",
    WrongNonce "wrong-nonce" "`nonce` of an ID token is not the one of the request.",
    NoNonce "no-nonce" "`nonce` of an ID token is missing, although the request had one.",
    NoExp "no-exp" "`exp` is missing.",
    WrongAtHash "wrong-at-hash" "`at_hash` of an ID token is that of another access token.",
    Hs256WithPublicKey "hs256-with-public-key" "The token is signed by HS256 with the text of the public key.",
    UserinfoOtherSubject "userinfo-other-subject" "Userinfo answers another `sub` than the ID token has.",
    WrongType "wrong-type" "`typ` of the header is that of another kind of token.",
    NoExpiresIn "no-expires-in" "The token endpoint's answer has no `expires_in`.",
    StringExpiresIn "string-expires-in" "`expires_in` of the token endpoint's answer is a string.",
    NoToken "no-token" "The token endpoint's answer has no `access_token`.",
    NotJson "not-json" "The token endpoint's answer is a form, although it says JSON.",
    WithNonce "with-nonce" "A logout token has a `nonce`.",
    NoEvents "no-events" "A logout token has no `events`.",
    WrongEvent "wrong-event" "`events` of a logout token has another event.",
    NoSubSid "no-sub-sid" "A logout token has neither `sub` nor `sid`.",
}

impl Defect {
    /// The defect of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|defect| defect.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_is_found_by_its_name() {
        for defect in Defect::ALL {
            assert_eq!(Defect::parse(defect.as_str()), Some(*defect));
            assert_eq!(serde_json::to_value(defect).unwrap(), defect.as_str());
            assert!(defect.what().ends_with('.'));
        }
        assert_eq!(Defect::parse("nonsense"), None);
    }
}

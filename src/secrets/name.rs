//! Which names are those of secrets. Knows no value.

/// Parts of a secret's name. Better one too many: a text that is shortened by mistake can still be recognized.
const PARTS: [&str; 19] = [
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "assertion",
    "credential",
    "verifier",
    "signature",
    "authorization",
    "cookie",
    "hash",
    "privatekey",
    "apikey",
    "bearer",
    "samlresponse",
    "securityanswer",
    "sessid",
    "jsessionid",
];

/// Endings of a secret's name.
const ENDS: [&str; 6] = ["code", "key", "pin", "otp", "jwt", "salt"];

/// Last words of a secret's name.
const LAST: [&str; 9] = ["pass", "auth", "sig", "session", "answer", "pw", "cred", "csrf", "xsrf"];

/// Endings of names that only look like those of secrets.
const HARMLESS: [&str; 24] = [
    "postalcode",
    "postcode",
    "zipcode",
    "countrycode",
    "regioncode",
    "statecode",
    "areacode",
    "languagecode",
    "localecode",
    "currencycode",
    "phonecode",
    "dialcode",
    "statuscode",
    "errorcode",
    "exitcode",
    "barcode",
    "unicode",
    "publickey",
    "monkey",
    "turkey",
    "hockey",
    "secretary",
    "hashtag",
    "tokentype",
];

/// Last words of names that say something about a secret: what kind it is, or how long it counts.
const ABOUT: [&str; 18] = [
    "type",
    "id",
    "at",
    "count",
    "endpoint",
    "method",
    "algorithm",
    "alg",
    "required",
    "expiry",
    "lifetime",
    "ttl",
    "policy",
    "supported",
    "enabled",
    "changed",
    "length",
    "size",
];

/// Whether a member with that name is a secret, in any spelling.
pub fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let single = plain.strip_suffix('s').unwrap_or(&plain);
    let (before, last) = last_words(name);
    // In `token_type_hint`, the hint is a type.
    let last = if last == "hint" && before == "type" { before } else { last };
    let is_harmless = HARMLESS.iter().any(|end| single.ends_with(end))
        || ABOUT.contains(&&*last)
        || last.strip_suffix('s').is_some_and(|last| ABOUT.contains(&last));
    !is_harmless
        && (PARTS.iter().any(|part| plain.contains(part))
            || ENDS.iter().any(|end| single.ends_with(end))
            || LAST.contains(&&*last))
}

/// The last two words of a name, in lower case. A word starts after a separator, and where upper case begins.
fn last_words(name: &str) -> (String, String) {
    let (mut before, mut last) = (String::new(), String::new());
    let (mut was_lower, mut is_open) = (false, false);
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            is_open = false;
            continue;
        }
        if !is_open || (was_lower && letter.is_ascii_uppercase()) {
            before = std::mem::take(&mut last);
            is_open = true;
        }
        was_lower = letter.is_ascii_lowercase();
        last.push(letter.to_ascii_lowercase());
    }
    (before, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_any_spelling() {
        for name in [
            "password",
            "newPassword",
            "client_secret",
            "refresh_token",
            "id_token_hint",
            "verificationCode",
            "recovery-codes",
            "PIN",
            "api_key",
            "X-API-KEY",
            "hashedPassword",
            "client_assertion",
            "code_verifier",
            "pass",
            "userPass",
            "auth",
            "sig",
            "session",
            "security_answer",
            "securityAnswer",
            "pass\u{200b}word",
            "user[password]",
            "passwd",
            "JSESSIONID",
            "_csrf",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "user_id",
            "email",
            "grant_type",
            "codec",
            "encoding",
            "keyboard",
            "active",
            "",
            "postal_code",
            "countryCode",
            "publicKeys",
            "token_type_hint",
            "client_assertion_type",
            "token_endpoint_auth_method",
            "passwordChangeRequired",
            "session_id",
            "revoke_sessions",
            "author",
            "compass",
            "design",
            "oauth",
            "code_challenge",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}

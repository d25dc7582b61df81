//! ZITADEL's messages that make users in its first API.

use serde_json::{Value, json};

use super::super::described::Described;
use super::super::objects::created;
use super::names;
use crate::vendors::zitadel::operations::management::factors::PasswordlessLink;
use crate::vendors::zitadel::operations::management::make::{MadeHuman, MakeHuman, MakeMachine};
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::operations::passwords::{Password, PasswordValue};
use crate::vendors::zitadel::operations::people::Address;
use crate::vendors::zitadel::operations::people::create::{NewHuman, NewMachine};
use crate::vendors::zitadel::operations::people::update::MachineChanges;
use crate::vendors::zitadel::operations::write::Verification;
use crate::vendors::zitadel::record::JwtTokens;

/// The human that a message asks for.
pub(in super::super::super) fn add_human_user(message: &Described) -> MakeHuman {
    let password = some_text(message, "initialPassword");
    let password = password.map(|plain| Password { value: PasswordValue::Plain(plain), change_required: true });
    make(message, password, false)
}

/// The human that is to be imported.
pub(in super::super::super) fn import_human_user(message: &Described) -> MakeHuman {
    let hash: Value = message.read("hashedPassword");
    let hash = hash["value"].as_str().filter(|hash| !hash.is_empty()).map(str::to_owned).map(PasswordValue::Hash);
    let value = some_text(message, "password").map(PasswordValue::Plain).or(hash);
    let change_required = message.read("passwordChangeRequired");
    make(message, value.map(|value| Password { value, change_required }), true)
}

fn make(message: &Described, password: Option<Password>, is_imported: bool) -> MakeHuman {
    let idps: Vec<Value> = message.read("idps");
    let human = NewHuman {
        names: names(&message.read("profile")),
        email: address(&message.read("email"), "email", "isEmailVerified"),
        phone: address(&message.read("phone"), "phone", "isPhoneVerified"),
        password,
        totp_secret: some_text(message, "otpCode"),
        has_links: !idps.is_empty(),
        metadata: Vec::new(),
    };
    MakeHuman {
        username: message.text("userName").to_owned(),
        human,
        is_imported,
        is_passwordless: message.read("requestPasswordlessRegistration"),
    }
}

fn some_text(message: &Described, name: &str) -> Option<String> {
    Some(message.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn address(message: &Value, name: &str, verified: &str) -> Option<Address> {
    let address = message[name].as_str()?.to_owned();
    let is_verified = message[verified].as_bool().unwrap_or_default();
    Some(Address { address, verification: if is_verified { Verification::Verified } else { Verification::Send(None) } })
}

/// The answer to a human that was made. `origin` is where links lead to.
pub(in super::super::super) fn made(made: &MadeHuman, origin: &str) -> Value {
    let registration = made.link.as_ref().map(|made| {
        let seconds = LINK_LIFETIME;
        json!({ "link": link(made, origin), "lifetime": seconds, "expiration": seconds })
    });
    json!({ "userId": made.user_id, "details": created(&made.receipt), "passwordlessRegistration": registration })
}

/// How long a link counts.
const LINK_LIFETIME: &str = "3600s";

/// The link by which a human sets up signing in without a password.
fn link(link: &PasswordlessLink, origin: &str) -> String {
    let PasswordlessLink { user_id, organization, code_id, code, .. } = link;
    let path = "/ui/login/login/passwordless/init";
    format!("{origin}{path}?userID={user_id}&orgID={organization}&codeID={code_id}&code={code}")
}

/// The answer to such a link.
pub(in super::super::super) fn passwordless_link(made: &PasswordlessLink, origin: &str) -> Value {
    json!({ "details": created(&made.receipt), "link": link(made, origin), "expiration": LINK_LIFETIME })
}

/// The machine that a message asks for.
pub(in super::super::super) fn add_machine_user(message: &Described) -> MakeMachine {
    MakeMachine {
        user_id: message.has("userId").then(|| message.text("userId").to_owned()),
        username: message.text("userName").to_owned(),
        machine: NewMachine {
            name: message.text("name").to_owned(),
            description: message.text("description").to_owned(),
            access_token_type: token_type(message),
        },
    }
}

/// The change of a machine that a message asks for: whole.
pub(in super::super::super) fn update_machine(message: &Described) -> MachineChanges {
    MachineChanges {
        name: Some(message.text("name").to_owned()),
        description: Some(message.text("description").to_owned()),
        access_token_type: Some(token_type(message)),
    }
}

fn token_type(message: &Described) -> Option<JwtTokens> {
    (message.text("accessTokenType") == "ACCESS_TOKEN_TYPE_JWT").then_some(JwtTokens::Jwt)
}

/// The answer to a machine that was made. It has the date of a change.
pub(in super::super::super) fn made_machine(user_id: &str, receipt: &Receipt) -> Value {
    json!({ "userId": user_id, "details": super::super::objects::changed(receipt) })
}

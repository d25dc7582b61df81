//! The schemas of seed files: they take what a start takes, and refuse what it refuses.

use fauxidp::declared::BUILT_IN;
use jsonschema::Validator;
use serde_json::{Value, json};

fn validator(vendor: &str) -> Validator {
    let factory = BUILT_IN.iter().find(|factory| factory.info.name == vendor).expect("such a vendor");
    let schema: Value = serde_json::from_str(factory.schema).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn what_is_embedded_fits_its_schema() {
    for factory in &BUILT_IN {
        let seed: Value = serde_json::from_str(factory.embedded).expect("JSON");
        let errors: Vec<_> = validator(factory.info.name).iter_errors(&seed).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", factory.info.name);
    }
}

#[test]
fn the_smallest_file_fits_and_a_broken_one_does_not() {
    let id = "00000000-0000-8000-8000-0000000000c1";
    for (vendor, seed, fits) in [
        ("monocloud", json!({ "$schema": "monocloud.schema.json", "users": [{ "user_id": "mia" }] }), true),
        ("monocloud", json!({ "embedded": "keep", "users": [] }), true),
        ("monocloud", json!({ "embedded": "both" }), false),
        ("monocloud", json!({ "user": [] }), false),
        ("monocloud", json!({ "users": [{}] }), false),
        ("monocloud", json!({ "users": [{ "user_id": "mia", "disabld": true }] }), false),
        (
            "monocloud",
            json!({ "users": [{ "user_id": "mia", "emails": [{ "email": "m@x", "verified": "yes" }] }] }),
            false,
        ),
        ("zitadel", json!({ "users": [{ "userId": "mia" }] }), true),
        ("zitadel", json!({ "users": [{ "userId": "mia", "fauxidp": { "password": null } }] }), true),
        ("zitadel", json!({ "users": [{ "userId": "mia", "state": "USER_STATE_SAD" }] }), false),
        ("zitadel", json!({ "users": [{ "userId": 7 }] }), false),
        ("jitsudo", json!({ "users": [{ "id": id }] }), true),
        ("jitsudo", json!({ "users": [{ "id": id, "roles": "admin" }] }), false),
        ("jitsudo", json!({ "users": [{ "id": id, "fauxidp": { "tenant": id } }] }), false),
    ] {
        assert_eq!(validator(vendor).is_valid(&seed), fits, "{vendor} {seed}");
    }
}

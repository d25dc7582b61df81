//! What fauxidp says about itself: health, routes and the fidelity table.

use std::collections::BTreeMap;
use std::fmt::Write;

use http::header::HOST;
use serde_json::{Value, json};

use crate::fidelity::Answer;
use crate::protocol::Call;
use crate::vendors::DEFAULT_WORLD;
use crate::vendors::{BaseUrls, VendorSet};
use crate::world::Worlds;

/// Which fixtures prove which row. Written by the tests, which play the fixtures.
const PROOFS: &str = include_str!("../../docs/proofs.json");

/// The row's place in `docs/proofs.json`: vendor, operation and answer.
fn proof_key(vendor: &str, operation: &str, answer: &Answer) -> String {
    format!("{vendor}.{operation}.{}", answer.name)
}

/// That the server lives, what it is, and the variables by which clients find it as the caller did.
pub(super) fn health(worlds: &Worlds, call: &Call) -> Value {
    let authority = call.head.uri.authority().map(http::uri::Authority::as_str);
    let host = authority.or_else(|| call.header(&HOST)).unwrap_or("127.0.0.1:8484");
    let base = BaseUrls { plain: format!("http://{host}"), tls: format!("https://{host}") };
    let world = worlds.get(DEFAULT_WORLD).expect("the default world is never dropped");
    let vendors: Vec<Value> = world
        .vendors()
        .map(|vendor| {
            let about = vendor.about();
            let environment = vendor.endpoint(&base).environment;
            json!({ "name": about.name, "title": about.title, "claims": about.claims, "environment": environment })
        })
        .collect();
    json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "vendors": vendors })
}

/// Every route.
pub(super) fn routes(set: &VendorSet) -> Value {
    let rows: Vec<Value> = super::all_operations(set)
        .map(|(owner, operation)| {
            json!({
                "vendor": owner,
                "operation": operation.name,
                "method": operation.method,
                "path": operation.path,
                "emulated": operation.emulated,
            })
        })
        .collect();
    json!({ "routes": rows })
}

/// The fidelity table as JSON.
pub(super) fn fidelity(set: &VendorSet) -> Value {
    let proofs: BTreeMap<String, Vec<String>> =
        serde_json::from_str(PROOFS).expect("the tests write the proofs and compare them");
    let proof = |vendor: &str, operation: &str, answer: &Answer| {
        let fixtures = proofs.get(&proof_key(vendor, operation, answer)).cloned().unwrap_or_default();
        json!({
            "answer": answer.name,
            "status": answer.status,
            "sureness": answer.sureness,
            "ref": answer.source,
            "what": answer.what,
            "proof": fixtures,
        })
    };
    let vendors: Vec<Value> = set
        .infos()
        .map(|about| {
            let operations: Vec<Value> = about
                .operations()
                .map(|operation| {
                    let answers: Vec<_> =
                        operation.answers().map(|row| proof(about.name, operation.name, row)).collect();
                    json!({
                        "operation": operation.name,
                        "method": operation.method,
                        "path": operation.path,
                        "emulated": operation.emulated,
                        "answers": answers,
                        "differences": operation.differences,
                    })
                })
                .collect();
            let common: Vec<_> = about.common.iter().map(|row| proof(about.name, "any", row)).collect();
            let settings: Vec<_> = about
                .settings
                .iter()
                .map(|setting| json!({ "key": setting.key, "values": setting.values, "what": setting.what }))
                .collect();
            json!({
                "vendor": about.name,
                "title": about.title,
                "differences": about.differences,
                "settings": settings,
                "answers": common,
                "operations": operations,
            })
        })
        .collect();
    json!({ "vendors": vendors })
}

/// The fidelity table for people: the text of `docs/fidelity.md`, given which fixtures prove which row.
pub fn fidelity_table(proofs: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = String::from(
        "# Fidelity\n\nGenerated from the declarations beside the routes and from the fixtures that prove each row; a test fails when\n\
         it is out of date (`FAUXIDP_BLESS=1 cargo test` writes it anew). References stand in [sources.md](sources.md).\n\n\
         **stated**: a seed page says it. **documented**: another page, published source or client of the vendor says it.\n\
         **inferred**: concluded, the reason is given there. **assumed**: nothing published settles it; a test that leans on\n\
         it proves nothing about the real service. `X-Fauxidp-Explain: 1` on a call tells the row of its answer.\n",
    );
    for about in VendorSet::built_in().infos() {
        write!(text, "\n## {}\n\nDifferent from the real service on purpose:\n\n", about.title).expect(TEXT);
        for difference in about.differences {
            writeln!(text, "- {difference}").expect(TEXT);
        }
        text.push_str("\n### Any call\n\n");
        table(&mut text, about.name, "any", about.common.iter(), proofs);
        for operation in about.operations().filter(|operation| operation.emulated) {
            write!(text, "\n### `{}`\n\n`{} {}`\n\n", operation.name, operation.method, operation.path).expect(TEXT);
            for difference in operation.differences {
                write!(text, "Different: {difference}\n\n").expect(TEXT);
            }
            table(&mut text, about.name, operation.name, operation.answers(), proofs);
        }
        if !about.settings.is_empty() {
            write!(text, "\n### Settings\n\n`--set {}.KEY=VALUE`; the first value is the default.\n\n", about.name)
                .expect(TEXT);
            text.push_str("| key | values | decides |\n| --- | --- | --- |\n");
            for setting in about.settings {
                let values = setting.values.join("`, `");
                writeln!(text, "| `{}` | `{values}` | {} |", setting.key, setting.what).expect(TEXT);
            }
        }
        text.push_str("\n### Not emulated\n\nAnswered by fauxidp's own 501, marked `x-fauxidp: unemulated`:\n\n");
        for operation in about.operations().filter(|operation| !operation.emulated) {
            writeln!(text, "- `{}` `{} {}`", operation.name, operation.method, operation.path).expect(TEXT);
        }
    }
    text
}

const TEXT: &str = "a string takes text";

fn table<'a>(
    text: &mut String,
    vendor: &str,
    operation: &str,
    answers: impl Iterator<Item = &'a Answer>,
    proofs: &BTreeMap<String, Vec<String>>,
) {
    text.push_str("| status | answer | sure | what | reference | proof |\n| --- | --- | --- | --- | --- | --- |\n");
    for row in answers {
        let fixtures = proofs.get(&proof_key(vendor, operation, row)).map_or(&[][..], Vec::as_slice);
        let links: Vec<_> = fixtures
            .iter()
            .map(|path| format!("[{}](../{path})", path.rsplit('/').next().unwrap_or(path).trim_end_matches(".http")))
            .collect();
        let links = links.join(", ");
        let Answer { status, name, sureness, what, source, .. } = row;
        let sureness = sureness.as_str();
        writeln!(text, "| {status} | `{name}` | {sureness} | {what} | [{source}](sources.md#{source}) | {links} |")
            .expect(TEXT);
    }
}

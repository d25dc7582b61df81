//! What fauxidp says about itself: health, routes and the fidelity table.

use http::header::HOST;
use serde_json::{Value, json};

use crate::context::DEFAULT_WORLD;
use crate::fidelity::Answer;
use crate::protocol::Call;
use crate::row::Operation;
use crate::vendors::{BaseUrls, Endpoint, Setting, VendorInfo, VendorSet};
use crate::world::{World, Worlds};

/// That the server is alive, its version, and the environment variables for clients that reach it as the caller did.
pub(super) fn health(worlds: &Worlds, call: &Call) -> Value {
    let base = base_urls(call);
    let world = worlds.get(DEFAULT_WORLD).expect("the default world is never dropped");
    let vendors: Vec<Value> = world
        .vendors()
        .map(|vendor| {
            let info = vendor.info();
            let environment = vendor.endpoint(&base).environment;
            json!({ "name": info.name, "title": info.title, "claims": info.claims, "environment": environment })
        })
        .collect();
    json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "vendors": vendors })
}

/// What each door of each vendor answers after each event.
pub(super) fn doors(vendors: &VendorSet) -> Value {
    let doors = vendors.infos().filter_map(|info| {
        let mut table: Value = serde_json::from_str(info.doors?).ok()?;
        table["vendor"] = info.name.into();
        Some(table)
    });
    json!({ "vendors": doors.collect::<Vec<_>>() })
}

/// How each vendor's clients reach a world, given that the caller reached the server.
pub(super) fn endpoints(world: &World, call: &Call) -> Value {
    let base = base_urls(call);
    let shown = world.vendors().map(|vendor| {
        let Endpoint { url, tls_url, credential, environment } = vendor.endpoint(&base);
        json!({
            "vendor": vendor.info().name, "url": url, "tls_url": tls_url,
            "credential": credential, "environment": environment,
        })
    });
    json!({ "endpoints": shown.collect::<Vec<_>>() })
}

/// The server's URLs by the host that the caller named.
fn base_urls(call: &Call) -> BaseUrls {
    let authority = call.head.uri.authority().map(http::uri::Authority::as_str);
    let host = authority.or_else(|| call.header(&HOST)).unwrap_or("127.0.0.1:8484");
    BaseUrls { plain: format!("http://{host}"), tls: format!("https://{host}") }
}

/// Every route.
pub(super) fn routes(set: &VendorSet) -> Value {
    let rows: Vec<Value> = super::all_operations(set).map(|(owner, operation)| show_route(owner, operation)).collect();
    json!({ "routes": rows })
}

/// One route.
pub fn show_route(owner: &str, operation: &Operation) -> Value {
    json!({
        "vendor": owner,
        "operation": operation.name,
        "method": operation.method,
        "path": operation.path,
        "emulated": operation.is_emulated,
    })
}

/// The fidelity table as JSON.
pub(super) fn fidelity(set: &VendorSet) -> Value {
    json!({ "vendors": set.infos().map(vendor).collect::<Vec<_>>() })
}

fn vendor(info: &VendorInfo) -> Value {
    let operation = |operation: &Operation| {
        let known = info.fidelity.operation(operation.name);
        let answers = known.map_or(&[][..], |known| &known.answers);
        json!({
            "operation": operation.name,
            "resource": known.map(|known| known.resource),
            "method": operation.method,
            "path": operation.path,
            "emulated": operation.is_emulated,
            "published": known.map_or(&[][..], |known| &known.published),
            "answers": answers.iter().map(answer).collect::<Vec<_>>(),
            "differences": known.map_or(&[][..], |known| &known.differences),
        })
    };
    let setting = |setting: &Setting| json!({ "key": setting.key, "values": setting.expected(), "what": setting.what });
    json!({
        "vendor": info.name,
        "title": info.title,
        "differences": info.fidelity.differences,
        "settings": info.settings.iter().map(setting).collect::<Vec<_>>(),
        "answers": info.fidelity.any.iter().map(answer).collect::<Vec<_>>(),
        "operations": info.operations().map(operation).collect::<Vec<_>>(),
    })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "answer": answer.name,
        "status": answer.status,
        "confidence": answer.confidence,
        "ref": answer.source,
        "recorded": answer.recorded,
        "what": answer.text,
    })
}

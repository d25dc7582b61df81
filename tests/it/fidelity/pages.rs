//! The pages of `docs/fidelity/`: what is declared of each answer and which fixtures show it, for people. Knows no
//! vendor by name.

use std::collections::BTreeMap;

use fauxidp::declared::{Answer, Confidence, Operation, VendorInfo, VendorSet};

use super::markdown::{MAX_BYTES, Page};

/// Which fixtures show which row.
pub type Proofs = BTreeMap<String, Vec<String>>;

/// So many fixtures are named beside a row; of the others only their number.
const MAX_PROOFS: usize = 3;

/// How a page is brought up to date.
pub const BLESS: &str = "`FAUXIDP_BLESS=1 cargo test` writes it anew";

/// Every generated page, by its path from `docs/fidelity/`.
pub fn pages(proofs: &Proofs) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for info in VendorSet::built_in().infos() {
        let resources = resources(info).into_iter().map(|resource| (resource, resource_page(info, resource, proofs)));
        let own = resources.chain([("README", vendor_page(info, proofs))]).map(|(name, page)| (name.to_owned(), page));
        for (name, page) in own.chain(unemulated_pages(info)) {
            let path = format!("{}/{name}.md", info.name);
            assert!(pages.insert(path.clone(), page).is_none(), "two pages are {path}");
        }
    }
    pages
}

/// The part of `docs/fidelity/README.md` that counts: a row for each confidence, a column for each vendor.
pub fn counts() -> String {
    let infos: Vec<_> = VendorSet::built_in().infos().collect();
    let row = |name: &str, cell: &dyn Fn(&VendorInfo) -> String| {
        let cells: Vec<_> = infos.iter().map(|info| cell(info)).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    let mut text = row("answers", &|info| format!("[{}]({}/README.md)", info.title, info.name));
    text += &format!("| --- |{}\n", " --: |".repeat(infos.len()));
    for word in Confidence::ALL {
        text += &row(word.as_str(), &|info| count(answers(info), word).to_string());
    }
    text + &row("all", &|info| answers(info).count().to_string())
}

/// The resources of a vendor, in the order of its routes.
pub fn resources(info: &VendorInfo) -> Vec<&'static str> {
    let mut resources = Vec::new();
    for known in info.operations().filter_map(|operation| info.fidelity.operation(operation.name)) {
        if !resources.contains(&known.resource) {
            resources.push(known.resource);
        }
    }
    resources
}

/// The operations of a resource, in the order of the routes.
fn operations(info: &VendorInfo, resource: &str) -> impl Iterator<Item = &'static Operation> {
    info.operations().filter(move |operation| {
        info.fidelity.operation(operation.name).is_some_and(|known| known.resource == resource)
    })
}

/// Every row of a vendor.
fn answers(info: &VendorInfo) -> impl Iterator<Item = &'static Answer> + use<> {
    let own = info.fidelity.operations().flat_map(|(_, known)| &known.answers);
    info.fidelity.any.iter().chain(own)
}

fn count<'a>(answers: impl Iterator<Item = &'a Answer>, confidence: Confidence) -> usize {
    answers.filter(|answer| answer.confidence == confidence).count()
}

fn vendor_page(info: &VendorInfo, proofs: &Proofs) -> String {
    let mut page = Page::new(info.title);
    header(&mut page, info, "common");
    page.section("What differs");
    page.paragraph("From the real service, on purpose, whatever the operation:");
    page.list(info.fidelity.differences.iter().map(|text| vec![sentence(text)]));
    if !info.settings.is_empty() {
        page.section("Settings");
        page.list(info.settings.iter().map(|setting| {
            let values = setting.values.iter().map(|value| format!("`{value}`"));
            let form = setting.form.iter().map(|form| form.text.to_owned());
            let values: Vec<_> = values.chain(form).collect();
            let key = format!("`{}.{}`, {}, by default {}:", info.name, setting.key, values.join(" or "), values[0]);
            vec![format!("{key} {}", sentence(setting.what))]
        }));
    }
    page.section("Operations");
    page.list(resources(info).into_iter().map(|resource| {
        let own = operations(info, resource).filter_map(|operation| info.fidelity.operation(operation.name));
        let answers: Vec<_> = own.flat_map(|known| &known.answers).collect();
        let operations = number(operations(info, resource).count(), "operation");
        let counts = Confidence::ALL.map(|word| (count(answers.iter().copied(), word), word.as_str()));
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        vec![format!("[{resource}]({resource}.md): {operations}, {} ({counts}).", number(answers.len(), "answer"))]
    }));
    if info.operations().any(|operation| !operation.is_emulated) {
        page.paragraph("What the vendor has and fauxidp lacks is on [a page of its own](unemulated.md).");
    }
    page.section("Any call");
    page.paragraph("What any call can get, whatever its operation:");
    list_answers(&mut page, info, "any", &info.fidelity.any, proofs);
    page.finish()
}

fn resource_page(info: &VendorInfo, resource: &str, proofs: &Proofs) -> String {
    let mut page = Page::new(&format!("{}: {resource}", info.title));
    header(&mut page, info, resource);
    page.section("What differs");
    let known = |operation: &Operation| info.fidelity.operation(operation.name).expect("it is of a resource");
    let own: Vec<_> = operations(info, resource)
        .flat_map(|operation| known(operation).differences.iter().map(|text| (operation.name, text)))
        .collect();
    let common = "[what differs in every operation](README.md#what-differs)";
    if own.is_empty() {
        page.paragraph(&format!("Nothing beside {common}."));
    } else {
        page.paragraph(&format!("From the real service, on purpose, beside {common}:"));
        page.list(own.iter().map(|(name, text)| vec![format!("[`{name}`](#{name}): {}", sentence(text))]));
    }
    for operation in operations(info, resource) {
        page.section(&format!("`{}`", operation.name));
        page.paragraph(&format!("{}.", address(operation)));
        let published: Vec<_> = known(operation).published.iter().map(u16::to_string).collect();
        let published = if published.is_empty() { "none".to_owned() } else { published.join(", ") };
        page.paragraph(&format!("Published statuses: {published}."));
        list_answers(&mut page, info, operation.name, &known(operation).answers, proofs);
    }
    page.finish()
}

/// What the vendor has and fauxidp lacks: one page, or where that were too large, one for each service and one that
/// names them.
fn unemulated_pages(info: &VendorInfo) -> Vec<(String, String)> {
    let lacking: Vec<_> = info.operations().filter(|operation| !operation.is_emulated).collect();
    if lacking.is_empty() {
        return Vec::new();
    }
    let title = format!("{}: not emulated", info.title);
    let whole = list_unemulated(&title, &lacking);
    if whole.len() <= MAX_BYTES {
        return vec![("unemulated".to_owned(), whole)];
    }
    let mut services: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in lacking {
        services.entry(service(operation)).or_default().push(operation);
    }
    let mut index = unemulated_page(&title);
    index.list(services.iter().map(|(service, own)| {
        vec![format!("[{service}]({}.md): {}.", page_of(service), number(own.len(), "operation"))]
    }));
    let pages =
        services.iter().map(|(service, own)| (page_of(service), list_unemulated(&format!("{title}: {service}"), own)));
    pages.chain([("unemulated".to_owned(), index.finish())]).collect()
}

/// The service that has an operation: the package of its remote call, else the start of its path.
pub fn service(operation: &'static Operation) -> &'static str {
    let whole = operation.rpc.unwrap_or(operation.path).trim_start_matches('/');
    match operation.rpc {
        Some(_) => whole.split('/').next().and_then(|name| name.rsplit_once('.')).map_or(whole, |(package, _)| package),
        None => whole.split('/').next().unwrap_or(whole),
    }
}

fn page_of(service: &str) -> String {
    format!("unemulated/{service}")
}

fn unemulated_page(title: &str) -> Page {
    let mut page = Page::new(title);
    page.paragraph(&format!(
        "The vendor has these operations, fauxidp does not: 501 with `x-fauxidp: unemulated`, or `UNIMPLEMENTED` on a \
         remote call. Generated from the routes; {BLESS}."
    ));
    page
}

fn list_unemulated(title: &str, operations: &[&Operation]) -> String {
    let mut page = unemulated_page(title);
    page.list(operations.iter().map(|operation| vec![format!("`{}`: {}", operation.name, address(operation))]));
    page.finish()
}

/// Where a page is from.
fn header(page: &mut Page, info: &VendorInfo, file: &str) {
    let path = format!("src/vendors/{}/fidelity/{file}.toml", info.name);
    let link = page.link(&format!("{file}.toml"), format!("../../../{path}"));
    page.paragraph(&format!(
        "Generated from {link} and from the fixtures; {BLESS}. What the words mean is said in \
         [the overview](../README.md)."
    ));
}

/// How an operation is called.
fn address(operation: &Operation) -> String {
    let rpc = operation.rpc.map(|rpc| {
        let wires = if operation.is_connect { "" } else { " (not over Connect)" };
        format!("the remote call `{}`{wires}", rpc.trim_start_matches('/'))
    });
    let path = format!("`{} {}`", operation.method, operation.path);
    match rpc {
        Some(rpc) if operation.has_path() => format!("{path}, or {rpc}"),
        Some(rpc) => rpc,
        None => path,
    }
}

fn list_answers(page: &mut Page, info: &VendorInfo, operation: &str, answers: &[Answer], proofs: &Proofs) {
    let mut items = Vec::new();
    for answer in answers {
        let Answer { name, status, confidence, source, recorded, text } = answer;
        let link = page.link(source, format!("../../sources.md#{source}"));
        let recorded = recorded.as_ref().map(|step| format!("; recorded as `{step}`")).unwrap_or_default();
        let row = format!("**{status}** `{name}`, {} ({link}{recorded}): {}", confidence.as_str(), sentence(text));
        let proofs = proofs.get(&format!("{}.{operation}.{name}", info.name)).map_or(&[][..], Vec::as_slice);
        items.push(vec![row, shown_by(page, info, operation, proofs)]);
    }
    page.list(items);
}

/// Which fixtures show a row: those of the operation first.
fn shown_by(page: &mut Page, info: &VendorInfo, operation: &str, proofs: &[String]) -> String {
    if proofs.is_empty() {
        return "Shown by no fixture.".to_owned();
    }
    let is_own = |path: &str| path.rsplit('/').next().and_then(|file| file.split('.').next()) == Some(operation);
    let (mut proofs, others): (Vec<_>, Vec<_>) = proofs.iter().partition(|path| is_own(path));
    proofs.extend(others);
    let folder = format!("fixtures/{}/", info.name);
    let links = proofs.iter().take(MAX_PROOFS).map(|path| {
        let label = path.strip_prefix(&folder).and_then(|path| path.strip_suffix(".http")).unwrap_or(path);
        page.link(label, format!("../../../{path}"))
    });
    let links = links.collect::<Vec<_>>().join(", ");
    match proofs.len().saturating_sub(MAX_PROOFS) {
        0 => format!("Shown by {links}."),
        more => format!("Shown by {links}, and {more} more."),
    }
}

/// The text with a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    format!("{text}{}", if text.ends_with('.') { "" } else { "." })
}

/// A count with its noun.
pub fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

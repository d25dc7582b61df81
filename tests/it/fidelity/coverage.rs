//! The pages of how much is emulated: the operations of each service, on which ways each is served, and how many
//! successes and refusals the fixtures show there. Knows no vendor by name.

use std::collections::BTreeMap;

use fauxidp::declared::{Operation, VendorInfo, VendorSet};

use super::markdown::Page;
use super::pages::{BLESS, Proofs, number, service};
use crate::wire_parity::Compared;

/// What the fixtures show.
pub struct Shown<'a> {
    /// Which fixtures show which row.
    pub proofs: &'a Proofs,
    /// How many calls came to the same on every way.
    pub compared: &'a BTreeMap<&'static str, Compared>,
}

/// How far the fixtures show one operation.
#[derive(Default, Clone, Copy)]
struct Counts {
    successes: usize,
    refusals: usize,
    /// Calls that succeeded, and that were refused, on every way; none where there is but one way.
    on_every_way: Option<(usize, usize)>,
}

impl Counts {
    fn of(info: &VendorInfo, operation: &Operation, shown: &Shown<'_>) -> Self {
        let mut counts = Self::default();
        for answer in &info.fidelity.operation(operation.name).expect("it is emulated").answers {
            let row = format!("{}.{}.{}", info.name, operation.name, answer.name);
            if shown.proofs.contains_key(&row) {
                *(if answer.status < 400 { &mut counts.successes } else { &mut counts.refusals }) += 1;
            }
        }
        if operation.rpc.is_some() {
            let compared = shown.compared.get(operation.name);
            counts.on_every_way = Some(compared.map_or((0, 0), |compared| (compared.successes, compared.refusals)));
        }
        counts
    }

    /// What is not shown, in words. What anybody may ask for, and always gets, is never refused.
    fn lacking(self, is_never_refused: bool) -> Vec<&'static str> {
        let (successes, refusals) = self.on_every_way.unwrap_or((self.successes, self.refusals));
        let mut lacking = Vec::new();
        if self.successes == 0 {
            lacking.push("a success");
        } else if successes == 0 {
            lacking.push("a success on every way");
        }
        if self.refusals == 0 && !is_never_refused {
            lacking.push("a refusal");
        } else if refusals == 0 && !is_never_refused {
            lacking.push("a refusal on every way");
        }
        lacking
    }
}

/// The pages, by their paths from `docs/fidelity/`.
pub fn pages(shown: &Shown<'_>) -> BTreeMap<String, String> {
    let set = VendorSet::built_in();
    let own = set.infos().map(|info| (format!("{}/coverage.md", info.name), vendor_page(info, shown)));
    own.chain([("coverage.md".to_owned(), overview())]).collect()
}

/// Every service of a vendor with its operations, in the order of the routes.
fn services(info: &VendorInfo) -> Vec<(&'static str, Vec<&'static Operation>)> {
    let mut services: Vec<(&str, Vec<&Operation>)> = Vec::new();
    for operation in info.operations() {
        let name = service(operation);
        match services.iter_mut().find(|(known, _)| *known == name) {
            Some((_, own)) => own.push(operation),
            None => services.push((name, vec![operation])),
        }
    }
    services
}

/// The ways that there are. gRPC is never without gRPC-Web.
const WAYS: [&str; 3] = ["REST", "Connect", "gRPC"];

/// The ways that an operation is served.
fn ways(operation: &Operation) -> Vec<&'static str> {
    let is_served = [operation.has_path(), operation.rpc.is_some() && operation.is_connect, operation.rpc.is_some()];
    WAYS.into_iter().zip(is_served).filter(|(_, is_served)| *is_served).map(|(name, _)| name).collect()
}

fn overview() -> String {
    let mut page = Page::narrow("Coverage");
    page.paragraph(&format!(
        "How many of the operations that a vendor has are emulated, and on which ways; gRPC-Web goes with gRPC. The \
         operations themselves are on a page a vendor. Generated from the routes; {BLESS}."
    ));
    for info in VendorSet::built_in().infos() {
        page.section(info.title);
        let (emulated, all) = (info.operations().filter(|op| op.is_emulated).count(), info.operations().count());
        let link = page.link(&format!("{}: the operations", info.title), format!("{}/coverage.md", info.name));
        page.paragraph(&format!("{emulated} of {} are emulated. {link}.", number(all, "operation")));
        let rows = services(info).into_iter().map(|(name, own)| {
            let emulated: Vec<_> = own.iter().filter(|operation| operation.is_emulated).collect();
            let on = WAYS.into_iter().filter(|way| emulated.iter().any(|operation| ways(operation).contains(way)));
            let counts = [emulated.len().to_string(), own.len().to_string()];
            [format!("`{name}`")].into_iter().chain(counts).chain([on.collect::<Vec<_>>().join(", ")]).collect()
        });
        page.table(&["service", "emulated", "of", "ways"], 1..3, rows);
    }
    page.finish()
}

fn vendor_page(info: &VendorInfo, shown: &Shown<'_>) -> String {
    let mut page = Page::new(&format!("{}: coverage", info.title));
    page.paragraph(&format!(
        "Every operation that is emulated, the ways it is served (gRPC-Web goes with gRPC), and of how many kinds its \
         successes and its refusals are that fixtures show. *On every way* is what fixtures were seen to do with the \
         same outcome on all of them, where there are several. Generated from the routes and the fixtures; {BLESS}."
    ));
    lacking(&mut page, info, shown);
    for (name, own) in services(info) {
        let emulated: Vec<_> = own.iter().filter(|operation| operation.is_emulated).collect();
        if emulated.is_empty() {
            continue;
        }
        page.section(&format!("`{name}`: {} of {}", emulated.len(), own.len()));
        let rows = emulated.into_iter().map(|operation| {
            let Counts { successes, refusals, on_every_way } = Counts::of(info, operation, shown);
            // Counts would change with every fixture, and tell no more.
            let every = on_every_way.map_or("", |(successes, refusals)| match (successes > 0, refusals > 0) {
                (true, true) => "both",
                (true, false) => "successes",
                (false, true) => "refusals",
                (false, false) => "none",
            });
            let counts = [successes.to_string(), refusals.to_string(), every.to_owned()];
            [format!("`{}`", operation.name), ways(operation).join(", ")].into_iter().chain(counts).collect()
        });
        page.table(&["operation", "ways", "successes", "refusals", "on every way"], 2..4, rows);
    }
    page.finish()
}

/// What the fixtures do not show yet.
fn lacking(page: &mut Page, info: &VendorInfo, shown: &Shown<'_>) {
    page.section("Not shown");
    let emulated = info.operations().filter(|operation| operation.is_emulated);
    let rows: Vec<_> = emulated
        .filter_map(|operation| {
            let known = info.fidelity.operation(operation.name).expect("it is emulated");
            let is_never_refused = known.answers.iter().all(|answer| answer.status < 400);
            let lacking = Counts::of(info, operation, shown).lacking(is_never_refused);
            (!lacking.is_empty()).then(|| vec![format!("`{}`: {}.", operation.name, lacking.join(", "))])
        })
        .collect();
    if rows.is_empty() {
        page.paragraph("Of every operation, a success and a refusal are shown on every way that it is served.");
    } else {
        page.list(rows);
    }
}

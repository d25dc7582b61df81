//! The table of grants in `docs/signing-in.md` is the one that the vendors declare.

use std::fs;

use fauxidp::declared::{ClientAuth, Grant, VendorSet};

use crate::fixture::root;

const MARKS: [&str; 2] = ["<!-- FAUXIDP_BLESS=1 cargo test writes from here -->\n", "<!-- to here -->\n"];

fn table() -> String {
    let mut table = "| vendor | grant | client authentication |\n| --- | --- | --- |\n".to_owned();
    for info in VendorSet::built_in().infos() {
        let Some(served) = info.grants else { continue };
        for grant in Grant::ALL {
            let auths = ClientAuth::ALL.iter().filter(|auth| served.has(grant, **auth));
            let auths: Vec<_> = auths.map(|auth| format!("`{}`", auth.as_str())).collect();
            if !auths.is_empty() {
                table += &format!("| {} | `{}` | {} |\n", info.title, grant.as_str(), auths.join(", "));
            }
        }
    }
    table
}

#[test]
fn the_table_of_grants_is_current() {
    let path = root().join("docs/signing-in.md");
    let text = fs::read_to_string(&path).expect("the page");
    let (before, rest) = text.split_once(MARKS[0]).expect("the mark before the table");
    let (_, after) = rest.split_once(MARKS[1]).expect("the mark behind it");
    let expected = format!("{before}{}\n{}\n{}{after}", MARKS[0], table(), MARKS[1]);
    if std::env::var_os("FAUXIDP_BLESS").is_some() {
        fs::write(&path, &expected).expect("it is written");
    }
    assert!(fs::read_to_string(&path).expect("the page") == expected, "FAUXIDP_BLESS=1 cargo test writes it anew");
}

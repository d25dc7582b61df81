//! The variables of `fauxidp env`, by which clients find and trust a running server.

mod format;

use std::fs;
use std::path::{Path, PathBuf};

use pem::{EncodeConfig, LineEnding};

use super::ask::Server;
use crate::control;

pub(super) use format::Format;

/// The line before our own certificate in a bundle.
const ADDED: &str = "# added by fauxidp";

/// The variables for the server at `url`. Writes two files: the server's certificate, and a bundle of the system's
/// roots with that certificate.
///
/// # Errors
/// A sentence that names the server or the file.
pub(super) fn variables(url: &str, format: Format) -> Result<String, String> {
    let server = Server::at(url)?;
    let (health, certificate) = server.health_and_certificate()?;
    let url = &server.url;
    let certificate = certificates(&certificate).ok_or_else(|| format!("{url}: its ca.pem is no certificate"))?;
    let folder = folder(url)?;
    let own = write(&folder, "ca.pem", &certificate)?;
    // Node adds the certificate to its own roots. The other variables replace the roots, so their bundle includes the
    // system's.
    let mut variables = vec![("NODE_EXTRA_CA_CERTS", own)];
    let roots = openssl_probe::probe().cert_file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    // After an earlier `eval`, the variables name our own bundle: drop the certificate that was added to it then.
    let roots = roots.split(ADDED).next().unwrap_or_default().trim_end();
    let bundle = write(&folder, "bundle.pem", &format!("{roots}\n{ADDED}\n{certificate}"))?;
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        variables.push((name, bundle.clone()));
    }
    // Whoever holds the port may answer anything: a name is only taken if it is known, and a value is quoted.
    let known = control::built_in_variables();
    for vendor in health["vendors"].as_array().into_iter().flatten() {
        for (name, value) in vendor["environment"].as_object().into_iter().flatten() {
            if let (Some(name), Some(value)) = (known.iter().find(|known| *known == name), value.as_str()) {
                variables.push((name, value.to_owned()));
            }
        }
    }
    match variables.iter().find(|(_, value)| value.contains('\0')) {
        Some((name, _)) => Err(format!("{name}: no variable can hold a null character")),
        None => Ok(format.print(url, &variables)),
    }
}

/// The certificates in a text and nothing else of it; `None` if there are none.
fn certificates(text: &str) -> Option<String> {
    let parts = pem::parse_many(text).ok()?;
    let found: Vec<_> = parts.into_iter().filter(|part| part.tag() == "CERTIFICATE").collect();
    (!found.is_empty()).then(|| pem::encode_many_config(&found, EncodeConfig::new().set_line_ending(LineEnding::LF)))
}

/// A folder for that server's files, in a place that only this user can write to.
fn folder(url: &str) -> Result<PathBuf, String> {
    let base =
        ["XDG_RUNTIME_DIR", "HOME"].iter().find_map(std::env::var_os).map_or_else(std::env::temp_dir, PathBuf::from);
    let server: String = url
        .chars()
        .filter_map(|c| if c.is_ascii_alphanumeric() { Some(c) } else { (c == ':').then_some('-') })
        .collect();
    let folder = base.join(".fauxidp").join(server);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<String, String> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path.display().to_string())
}

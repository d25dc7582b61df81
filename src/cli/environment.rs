//! The script of `fauxidp env`: a shell evaluates it so that clients find and trust a running server.

use std::fs;
use std::path::{Path, PathBuf};

use pem::{EncodeConfig, LineEnding};

use super::ask;
use crate::control;

/// The line before our own certificate in a bundle.
const ADDED: &str = "# added by fauxidp";

/// The script for the server at `url`. Writes two files: the server's certificate, and a bundle of the system's roots
/// with that certificate.
///
/// # Errors
/// A sentence that names the server or the file.
pub(super) fn script(url: &str) -> Result<String, String> {
    let (health, certificate) = ask::health_and_certificate(url)?;
    let certificate = certificates(&certificate).ok_or_else(|| format!("{url}: its ca.pem is no certificate"))?;
    let folder = folder(url)?;
    let own = write(&folder, "ca.pem", &certificate)?;
    let mut script = format!("# {url}\n");
    let mut export = |name: &str, value: &str| {
        let value = shlex::try_quote(value).map_err(|error| format!("{name}: {error}"))?;
        script.push_str(&format!("export {name}={value}\n"));
        Ok::<_, String>(())
    };
    // Node adds the certificate to its own roots. The other variables replace the roots, so their bundle includes the
    // system's.
    export("NODE_EXTRA_CA_CERTS", &own)?;
    let roots = openssl_probe::probe().cert_file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    // After an earlier `eval`, the variables name our own bundle: drop the certificate that was added to it then.
    let roots = roots.split(ADDED).next().unwrap_or_default().trim_end();
    let bundle = write(&folder, "bundle.pem", &format!("{roots}\n{ADDED}\n{certificate}"))?;
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        export(name, &bundle)?;
    }
    // Whoever holds the port may answer anything: a name is only taken if it is known, and a value is quoted.
    let known = control::built_in_variables();
    for vendor in health["vendors"].as_array().into_iter().flatten() {
        for (name, value) in vendor["environment"].as_object().into_iter().flatten() {
            if let (Some(name), Some(value)) = (known.iter().find(|known| *known == name), value.as_str()) {
                export(name, value)?;
            }
        }
    }
    Ok(script)
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

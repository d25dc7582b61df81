//! Where an authority is kept between starts, so that clients need to trust it only once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use super::authority::{AUTHORITY_DAYS, Authority, DAY};
use crate::keep::Keep;

/// For how many days a kept authority is good: what it signs then is valid as long as it is.
const KEPT_DAYS: u32 = AUTHORITY_DAYS - 400;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

/// The kept authority, or a new one that is kept from now on.
///
/// # Errors
/// It cannot be made; or it cannot be kept where it has to be.
pub(super) fn authority(keep: &Keep) -> Result<Authority, String> {
    let new = || Authority::new().map_err(|error| error.to_string());
    match keep {
        Keep::Nowhere => new(),
        Keep::In(folder) => in_folder(folder).map_err(|error| format!("--ca-dir {}: {error}", folder.display())),
        Keep::Preferably(folder) => in_folder(folder).or_else(|error| {
            tracing::warn!("the certificate authority is not kept: {}: {error}", folder.display());
            new()
        }),
    }
}

fn in_folder(folder: &Path) -> Result<Authority, String> {
    locked(folder).map_err(|error| error.to_string())
}

fn locked(folder: &Path) -> io::Result<Authority> {
    make_private(folder)?;
    // Several starts at once make one authority.
    let lock = private_file(&folder.join("lock"))?;
    lock.lock()?;
    if let Some(kept) = read(folder)? {
        return Ok(kept);
    }
    let authority = Authority::new().map_err(io::Error::other)?;
    write(&folder.join(KEY), &authority.key_pem())?;
    // It is whole when there is a certificate.
    write(&folder.join(CERTIFICATE), &authority.pem)?;
    Ok(authority)
}

/// The authority in the folder, unless there is none or it is too old.
fn read(folder: &Path) -> io::Result<Option<Authority>> {
    let certificate = folder.join(CERTIFICATE);
    let made = match fs::metadata(&certificate).and_then(|metadata| metadata.modified()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        made => made?,
    };
    if SystemTime::now().duration_since(made).is_ok_and(|age| age > DAY * KEPT_DAYS) {
        return Ok(None);
    }
    let key = folder.join(KEY);
    check_private(&key)?;
    let kept = Authority::from_pem(fs::read_to_string(certificate)?, &fs::read_to_string(key)?);
    kept.map(Some).map_err(|reason| io::Error::other(format!("the kept authority cannot be used: {reason}")))
}

/// Writes a file that is there whole or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part); // one that an earlier start left behind
    let mut file = private_file(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(part, path)
}

/// A file that only this user can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only this user can enter.
fn make_private(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Refuses a key that others can read: they could have made certificates with it.
#[cfg(unix)]
fn check_private(key: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(key)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(io::Error::other(format!("others can read {KEY}; remove it, or make it private with chmod 600"))),
    }
}

#[cfg(not(unix))]
fn check_private(_key: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("fauxidp-ca-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn starts_at_once_and_later_ones_share_an_authority() {
        let folder = Folder::new("shared");
        let keep = Keep::In(folder.0.clone());
        let pems: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| authority(&keep).unwrap().pem)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(pems.iter().all(|pem| *pem == pems[0]));
        let again = authority(&keep).unwrap();
        assert_eq!(again.pem, pems[0]);
        assert!(again.config(Some("a.test"), None).is_ok(), "it signs");
    }

    #[cfg(unix)]
    #[test]
    fn what_others_can_read_or_nobody_can_use_is_refused_or_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("private");
        let keep = Keep::In(folder.0.clone());
        let first = authority(&keep).unwrap().pem;
        let mode = |name: &str| fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(""), mode(KEY), mode(CERTIFICATE)), (0o700, 0o600, 0o600));
        let old = SystemTime::now() - DAY * (KEPT_DAYS + 1);
        File::options().write(true).open(folder.0.join(CERTIFICATE)).unwrap().set_modified(old).unwrap();
        assert_ne!(authority(&keep).unwrap().pem, first, "an old one is replaced");
        fs::set_permissions(folder.0.join(KEY), PermissionsExt::from_mode(0o644)).unwrap();
        let refused = authority(&keep).err().unwrap();
        assert!(refused.contains("others can read ca-key.pem"), "{refused}");
        assert!(authority(&Keep::Preferably(folder.0.clone())).is_ok(), "in memory");
        fs::set_permissions(folder.0.join(KEY), PermissionsExt::from_mode(0o600)).unwrap();
        fs::write(folder.0.join(KEY), "no key").unwrap();
        assert!(authority(&keep).is_err());
        assert!(authority(&Keep::In("/dev/null/ca".into())).is_err());
    }
}

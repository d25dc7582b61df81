//! The settings that a vendor declares, and the values that were set. Knows no vendor.

use std::sync::Arc;

use crate::similar::{closest_match, shown};

/// One setting that a vendor declares.
#[derive(Debug)]
pub struct Setting {
    /// Its key, as in `--set vendor.key=value`.
    pub key: &'static str,
    /// The values it can have; the first is the default.
    pub values: &'static [&'static str],
    /// The form of further values, if these are not all.
    pub form: Option<Form>,
    /// What it decides.
    pub what: &'static str,
}

/// The form of values that are not listed.
#[derive(Debug)]
pub struct Form {
    /// What is expected, in words.
    pub text: &'static str,
    /// Whether a value is of the form.
    pub fits: fn(&str) -> bool,
}

impl Setting {
    /// What it can have, in words.
    pub fn expected(&self) -> Vec<&'static str> {
        self.values.iter().copied().chain(self.form.as_ref().map(|form| form.text)).collect()
    }

    fn takes(&self, value: &str) -> bool {
        self.values.contains(&value) || self.form.as_ref().is_some_and(|form| (form.fits)(value))
    }
}

/// The values that were set for one vendor, and what the start says of it.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    values: Vec<(&'static Setting, Arc<str>)>,
    /// The vendor's issuer, if it does not follow from each request.
    pub issuer: Option<Arc<str>>,
    /// The key that signs its tokens at first, if it is not the next one of the pool.
    pub signing_key: Option<usize>,
}

impl Settings {
    /// Sets `key` to `value`.
    ///
    /// # Errors
    /// Names the unknown setting or value, and the known ones.
    pub fn set(&mut self, vendor: &str, declared: &'static [Setting], key: &str, value: &str) -> Result<(), String> {
        let Some(setting) = declared.iter().find(|setting| setting.key == key) else {
            let known: Vec<_> = declared.iter().map(|setting| setting.key).collect();
            return Err(match known.is_empty() {
                true => format!("{vendor} has no settings"),
                false => {
                    let closest = closest_match(key, known.iter().copied());
                    format!("unknown setting {vendor}.{}{closest}; expected one of {}", shown(key), known.join(", "))
                }
            });
        };
        if !setting.takes(value) {
            return Err(format!("{vendor}.{key} must be one of {}, not {value:?}", setting.expected().join(", ")));
        }
        self.values.retain(|(other, _)| other.key != key);
        self.values.push((setting, value.into()));
        Ok(())
    }

    /// The same with the default of every setting.
    #[must_use]
    pub fn without_values(&self) -> Self {
        Self { values: Vec::new(), issuer: self.issuer.clone(), signing_key: self.signing_key }
    }

    /// Every setting of a vendor with its value.
    pub fn all(&self, declared: &'static [Setting]) -> impl Iterator<Item = (&'static str, &str)> {
        declared.iter().map(|setting| (setting.key, self.get(setting)))
    }

    /// The value of a setting, or its default.
    pub fn get(&self, setting: &'static Setting) -> &str {
        let set = self.values.iter().find(|(other, _)| other.key == setting.key);
        set.map_or(setting.values[0], |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static DECLARED: [Setting; 2] = [
        Setting { key: "era", values: &["seed", "current"], form: None, what: "" },
        Setting {
            key: "size",
            values: &["none"],
            form: Some(Form { text: "a number", fits: |text| text.parse::<u8>().is_ok() }),
            what: "",
        },
    ];

    #[test]
    fn a_setting_takes_only_what_the_vendor_declares() {
        let mut settings = Settings::default();
        assert_eq!(settings.get(&DECLARED[0]), "seed");
        settings.set("acme", &DECLARED, "era", "current").unwrap();
        assert_eq!(settings.get(&DECLARED[0]), "current");
        let error = settings.set("acme", &DECLARED, "era", "new").unwrap_err();
        assert_eq!(error, "acme.era must be one of seed, current, not \"new\"");
        let error = settings.set("acme", &DECLARED, "area", "seed").unwrap_err();
        assert_eq!(error, "unknown setting acme.area; expected one of era, size");
        settings.set("acme", &DECLARED, "size", "7").unwrap();
        assert_eq!(settings.get(&DECLARED[1]), "7");
        let error = settings.set("acme", &DECLARED, "size", "seven").unwrap_err();
        assert_eq!(error, "acme.size must be one of none, a number, not \"seven\"");
    }
}

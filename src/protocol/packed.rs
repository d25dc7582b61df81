//! A member of a record, kept as ready JSON text. Knows no vendor.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A `T` as compact JSON text: checked once when it is read, copied as it stands when it is written.
///
/// An idle user so takes little more memory than its JSON, and an answer is spliced rather than written anew.
pub struct Packed<T> {
    /// `None` for the default, which takes no memory of its own: most members are empty.
    text: Option<Box<RawValue>>,
    kind: PhantomData<fn() -> T>,
}

/// What can be packed.
pub trait Pack: Default + Serialize + DeserializeOwned {
    /// The default as compact JSON; nothing where it is no constant.
    const DEFAULT: Option<&'static str> = None;
}

impl<T: Serialize + DeserializeOwned> Pack for Vec<T> {
    const DEFAULT: Option<&'static str> = Some("[]");
}

impl Pack for Map<String, Value> {
    const DEFAULT: Option<&'static str> = Some("{}");
}

impl<T: Pack> Packed<T> {
    /// The text of `value`.
    ///
    /// # Errors
    /// What `serde_json` says of a value that JSON cannot hold.
    pub fn new(value: &T) -> serde_json::Result<Self> {
        let text = serde_json::value::to_raw_value(value)?;
        Ok(Self { text: (Some(text.get()) != T::DEFAULT).then_some(text), kind: PhantomData })
    }

    /// The value.
    pub fn get(&self) -> T {
        let read = |text: &RawValue| serde_json::from_str(text.get());
        let value = self.text.as_deref().map(read).transpose();
        value.expect("it was a value of that type when it was packed").unwrap_or_default()
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.text.as_deref().map_or(T::DEFAULT.unwrap_or_default(), RawValue::get)
    }
}

impl<T: Pack> Default for Packed<T> {
    fn default() -> Self {
        match T::DEFAULT {
            Some(_) => Self { text: None, kind: PhantomData },
            None => Self::new(&T::default()).expect("the default is JSON"),
        }
    }
}

impl<'de, T: Pack> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&T::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<T: Pack> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            Some(text) => text.serialize(serializer),
            None => T::default().serialize(serializer),
        }
    }
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<T> fmt::Debug for Packed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text.as_deref().map_or("(empty)", RawValue::get))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_value_is_checked_when_read_and_written_compactly() {
        let packed: Packed<Vec<u8>> = serde_json::from_str("[ 1,\n 2 ]").unwrap();
        assert_eq!(serde_json::to_string(&packed).unwrap(), "[1,2]");
        assert_eq!((packed.get(), packed.text()), (vec![1, 2], "[1,2]"));
        let empty: Packed<Vec<u8>> = serde_json::from_str("[ ]").unwrap();
        assert!(empty.text.is_none() && empty.get().is_empty());
        assert_eq!((serde_json::to_string(&empty).unwrap().as_str(), empty.text()), ("[]", "[]"));
        assert!(serde_json::from_str::<Packed<Vec<u8>>>("[300]").is_err());
    }
}

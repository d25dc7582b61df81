//! A member of a record, kept as ready JSON text. Knows no vendor.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A `T` as compact JSON text: checked once when it is read, copied as it stands when it is written.
///
/// An idle user so takes little more memory than its JSON, and an answer is spliced rather than written anew.
pub struct Packed<T> {
    text: Box<RawValue>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Packed<T> {
    /// The text of `value`.
    ///
    /// # Errors
    /// What `serde_json` says of a value that JSON cannot hold.
    pub fn new(value: &T) -> serde_json::Result<Self> {
        Ok(Self { text: serde_json::value::to_raw_value(value)?, kind: PhantomData })
    }

    /// The value.
    pub fn get(&self) -> T {
        serde_json::from_str(self.text.get()).expect("it was a value of that type when it was packed")
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.text.get()
    }
}

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&T::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<T> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<T> fmt::Debug for Packed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text.get())
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
        assert!(serde_json::from_str::<Packed<Vec<u8>>>("[300]").is_err());
    }
}

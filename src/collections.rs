//! The collections of a vendor's state: forked, written and read back as one. Knows no vendor and no record.

/// A collection of a vendor's state, such as a directory of records or a log.
pub trait Collection {
    /// An independent collection that starts with this one's content, copy-on-write.
    #[must_use]
    fn fork(&self) -> Self;
}

/// Declares a vendor's state: a struct whose fields are collections. Forking, writing it as JSON and reading it back
/// follow from the fields, so a further collection is one further line.
///
/// In JSON each field is a member of its name, in this order; when it is read, a missing or unknown member is an error.
#[allow(unused_macros)] // until a vendor has moved its state here
macro_rules! collections {
    ($(#[$about:meta])* $visible:vis struct $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$about])*
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        $visible struct $name {
            $($(#[$field_about])* $visible $field: $kind,)+
        }

        impl $name {
            /// An independent state that starts from this one, copy-on-write.
            $visible fn fork(&self) -> Self {
                Self { $($field: $crate::collections::Collection::fork(&self.$field),)+ }
            }
        }
    };
}

#[allow(unused_imports)]
pub(crate) use collections;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Log(Mutex<Vec<u8>>);

    impl Collection for Log {
        fn fork(&self) -> Self {
            Self(Mutex::new(self.0.lock().unwrap().clone()))
        }
    }

    collections! {
        struct State {
            /// The state that was read.
            reads: Log,
            writes: Log,
        }
    }

    #[test]
    fn a_fork_starts_from_the_same_content_and_goes_its_own_way() {
        let state = State { reads: Log(Mutex::new(vec![1])), writes: Log(Mutex::default()) };
        let fork = state.fork();
        fork.reads.0.lock().unwrap().push(2);
        assert_eq!(serde_json::to_string(&state).unwrap(), r#"{"reads":[1],"writes":[]}"#);
        assert_eq!(serde_json::to_string(&fork).unwrap(), r#"{"reads":[1,2],"writes":[]}"#);
    }

    #[test]
    fn a_state_reads_back_and_takes_no_unknown_member() {
        let read = |text: &str| serde_json::from_str::<State>(text).map(|state| serde_json::to_string(&state).unwrap());
        assert_eq!(read(r#"{"reads":[1],"writes":[2]}"#).unwrap(), r#"{"reads":[1],"writes":[2]}"#);
        let unknown = read(r#"{"reads":[],"writes":[],"more":[]}"#).unwrap_err().to_string();
        assert!(unknown.starts_with("unknown field `more`"), "{unknown}");
        let missing = read(r#"{"reads":[]}"#).unwrap_err().to_string();
        assert!(missing.starts_with("missing field `writes`"), "{missing}");
    }
}

//! What a directory promises, with rows of a key and a number.

use std::convert::Infallible;

use super::DirectoryError::{Absent, Exists, Refused, Taken};
use super::*;

#[derive(Debug, Clone, PartialEq)]
struct Row(&'static str, u32);

impl Record for Row {
    type Alias = u32;

    fn key(&self) -> &str {
        self.0
    }

    fn aliases(&self) -> Vec<u32> {
        vec![self.1]
    }
}

fn rows() -> Directory<Row> {
    Directory::new(vec![Row("a", 1), Row("b", 2), Row("c", 3)]).unwrap()
}

fn set(rows: &Directory<Row>, key: &str, value: u32) -> Result<u32, DirectoryError<u32, &'static str>> {
    rows.update(key, |row| {
        row.1 = value;
        if value == 0 { Err("zero") } else { Ok(row.1) }
    })
}

fn add(rows: &Directory<Row>, row: Row) -> Result<Row, DirectoryError<u32>> {
    rows.insert(row.0, || Ok(row.clone()))
}

fn remove(rows: &Directory<Row>, key: &str) -> Result<(), DirectoryError<u32>> {
    rows.remove(key, |_| Ok(()))
}

fn numbers(rows: &Directory<Row>) -> Vec<u32> {
    rows.snapshot().iter().map(|row| row.1).collect()
}

#[test]
fn two_records_of_one_key_or_alias_are_refused() {
    let twice = |rows: [Row; 2]| Directory::new(rows.into()).map(drop);
    assert_eq!(twice([Row("a", 1), Row("a", 2)]), Err(Duplicate::Key("a".to_owned())));
    assert_eq!(twice([Row("a", 1), Row("b", 1)]), Err(Duplicate::Alias(1)));
}

#[test]
fn a_record_may_have_many_aliases() {
    #[derive(Debug, Clone)]
    struct Many(String);
    impl Record for Many {
        type Alias = String;
        fn key(&self) -> &str {
            &self.0
        }
        fn aliases(&self) -> Vec<String> {
            (0..50).map(|n| format!("{} {n}", self.0)).collect()
        }
    }
    let rows = Directory::new((0..50).map(|n| Many(n.to_string())).collect()).unwrap();
    assert_eq!(rows.find(&"7 8".to_owned()).unwrap().0, "7");
}

#[test]
fn a_record_may_have_no_alias() {
    #[derive(Debug, Clone)]
    struct Plain(&'static str);
    impl Record for Plain {
        type Alias = Infallible;
        fn key(&self) -> &str {
            self.0
        }
    }
    let rows = Directory::new(vec![Plain("a")]).unwrap();
    assert!(rows.get("a").is_some());
    assert!(Directory::<Plain>::default().get("a").is_none());
}

#[test]
fn a_change_is_seen_and_a_refused_one_is_not() {
    let rows = rows();
    assert_eq!(set(&rows, "b", 9), Ok(9));
    assert_eq!(set(&rows, "b", 0), Err(Refused("zero")));
    assert_eq!(set(&rows, "b", 3), Err(Taken(3)));
    assert_eq!(rows.get("b"), Some(Row("b", 9)));
    assert_eq!(set(&rows, "x", 1), Err(Absent));
    assert_eq!(rows.get("x"), None);
}

#[test]
fn a_removed_record_is_gone_but_not_from_a_fork() {
    let rows = rows();
    let fork = rows.fork();
    assert_eq!(rows.remove("a", |_| Err::<(), _>("kept")), Err(Refused("kept")));
    assert_eq!(rows.remove("a", |row| Ok::<_, Infallible>(row.1)), Ok(1));
    assert_eq!(rows.get("a"), None);
    assert_eq!(set(&rows, "a", 5), Err(Absent));
    assert_eq!(remove(&rows, "a"), Err(Absent));
    assert_eq!(fork.get("a"), Some(Row("a", 1)));
}

#[test]
fn an_added_record_comes_last_also_where_it_is_made_again() {
    let rows = rows();
    assert_eq!(add(&rows, Row("a", 9)), Err(Exists));
    assert_eq!(add(&rows, Row("d", 2)), Err(Taken(2)));
    assert_eq!(rows.insert("d", || Err("no")), Err(Refused("no")));
    assert_eq!(rows.get("d"), None);
    add(&rows, Row("d", 4)).unwrap();
    remove(&rows, "a").unwrap();
    add(&rows, Row("a", 5)).unwrap();
    assert_eq!(numbers(&rows), [2, 3, 4, 5]);
    remove(&rows, "d").unwrap();
    remove(&rows, "a").unwrap();
    assert_eq!(numbers(&rows), [2, 3]);
    assert_eq!(add(&rows, Row("e", 1)), Ok(Row("e", 1)), "the alias of a removed record is free");
}

#[test]
fn an_upsert_takes_the_place_of_what_was_there_or_comes_last() {
    let rows = rows();
    assert_eq!(rows.upsert(Row("a", 7)), Ok(Some(Row("a", 1))));
    assert_eq!(rows.upsert(Row("d", 1)), Ok(None), "the alias that was replaced is free");
    assert_eq!(rows.upsert(Row("d", 8)), Ok(Some(Row("d", 1))));
    assert_eq!(rows.upsert(Row("b", 3)), Err(Taken(3)));
    assert_eq!(rows.upsert(Row("e", 8)), Err(Taken(8)));
    assert_eq!(numbers(&rows), [7, 2, 3, 8]);
    assert_eq!((rows.find(&8), rows.find(&1)), (Some(Row("d", 8)), None));
}

#[test]
fn an_alias_finds_whoever_has_it_now() {
    let rows = rows();
    let key = |alias: u32| rows.find(&alias).map(|row| row.0);
    assert_eq!((key(1), key(9)), (Some("a"), None));
    set(&rows, "a", 9).unwrap();
    assert_eq!((key(1), key(9)), (None, Some("a")));
    assert_eq!(set(&rows, "b", 9), Err(Taken(9)));
    set(&rows, "b", 1).unwrap();
    set(&rows, "a", 2).unwrap();
    assert_eq!((key(1), key(2), key(9)), (Some("b"), Some("a"), None));
    assert_eq!(rows.fork().find(&2).map(|row| row.0), Some("a"));
}

#[test]
fn a_fork_starts_from_the_changes_and_then_lives_its_own_life() {
    let rows = rows();
    set(&rows, "a", 7).unwrap();
    let fork = rows.fork();
    set(&fork, "a", 8).unwrap();
    assert_eq!((rows.get("a"), fork.get("a")), (Some(Row("a", 7)), Some(Row("a", 8))));
}

#[test]
fn a_snapshot_shows_one_moment_in_order() {
    let rows = rows();
    set(&rows, "b", 9).unwrap();
    remove(&rows, "a").unwrap();
    let snapshot = rows.snapshot();
    set(&rows, "c", 8).unwrap();
    assert_eq!(snapshot.iter().map(|row| row.1).collect::<Vec<_>>(), [9, 3]);
    assert_eq!(numbers(&rows), [9, 8]);
}

#[test]
fn the_order_of_keys_is_that_of_the_records_that_are_there() {
    let rows = Directory::new(vec![Row("m", 1), Row("c", 2), Row("x", 3), Row("g", 4)]).unwrap();
    let by_key = || rows.snapshot().by_key().into_iter().map(|row| row.1).collect::<Vec<_>>();
    assert_eq!(by_key(), [2, 4, 1, 3]);
    set(&rows, "g", 5).unwrap();
    remove(&rows, "x").unwrap();
    assert_eq!(by_key(), [2, 5, 1]);
    for row in [Row("z", 6), Row("x", 7), Row("a", 8), Row("d", 9)] {
        add(&rows, row).unwrap();
    }
    assert_eq!(by_key(), [8, 2, 9, 5, 1, 7, 6]);
    assert_eq!(numbers(&rows), [1, 2, 5, 6, 7, 8, 9], "what is made again comes later");
}

#[test]
fn a_panic_in_a_change_leaves_the_record_as_it_was() {
    let rows = rows();
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        rows.update("a", |row| -> Result<(), Infallible> {
            row.1 = 99;
            panic!("in the middle")
        })
    }));
    assert!(broken.is_err());
    assert_eq!(rows.get("a"), Some(Row("a", 1)));
    assert_eq!(set(&rows, "a", 8), Ok(8));
}

//! Tests of how worlds are made, shared by calls at once, replaced and dropped.

use super::*;
use crate::journal::JournalLimits;

fn worlds(max: usize) -> Worlds {
    let set = VendorSet::built_in();
    let template = WorldTemplate {
        seeds: set.iter().map(|factory| factory.embedded.to_owned()).collect(),
        settings: set.default_settings(),
        set,
        people: 0,
        seed: 1,
        clock: Clock::real(),
        journal: JournalLimits::of(10),
    };
    Worlds::new(template, WorldLimits { max, idle: None, creation: WorldCreation::Implicit })
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

#[test]
fn the_least_recently_used_world_is_dropped() {
    let worlds = worlds(3);
    worlds.make("a");
    worlds.make("b");
    worlds.get("a");
    worlds.make("c");
    assert_eq!(worlds.names(), ["a", "c", "default"]);
    worlds.make("d");
    assert_eq!(worlds.names(), ["c", "d", "default"], "never the default one");
    let _held = worlds.get("c");
    worlds.get("d");
    worlds.make("e");
    assert_eq!(worlds.names(), ["c", "default", "e"], "one with a call in it comes last");
}

#[test]
fn calls_at_once_share_a_world_that_is_not_kept_yet() {
    let worlds = worlds(10);
    let (one, is_detached) = worlds.find("a");
    assert!(is_detached && worlds.get("a").is_none());
    assert!(Arc::ptr_eq(&worlds.find("a").0, &one), "another call is in the same world");
    assert!(Arc::ptr_eq(&worlds.adopt(Arc::clone(&one)), &one));
    let (found, is_detached) = worlds.find("a");
    assert!(Arc::ptr_eq(&found, &one) && !is_detached);
    // The other call, too, adopts it; if it was dropped by then, it stays so.
    assert!(Arc::ptr_eq(&worlds.adopt(Arc::clone(&one)), &one) && worlds.drop_world("a"));
    worlds.adopt(Arc::clone(&one));
    assert!(worlds.get("a").is_none());
    // A call with an accepted credential keeps the world in which another call is.
    let (two, _) = worlds.find("a");
    assert!(!Arc::ptr_eq(&one, &two) && Arc::ptr_eq(&worlds.make("a"), &two));
}

#[test]
fn a_detached_world_is_gone_with_its_calls() {
    let worlds = worlds(10);
    for n in 0..1_000 {
        let (world, _) = worlds.find(&format!("w-{n}"));
        let weak = Arc::downgrade(&world);
        drop(world);
        assert!(weak.upgrade().is_none());
    }
    assert_eq!(worlds.names(), ["default"]);
    assert!(worlds.detached.lock().len() <= 64, "their names, too");
}

#[test]
fn what_needs_no_room_drops_no_world() {
    let worlds = worlds(3);
    worlds.make("a");
    worlds.make("b");
    assert!(worlds.fork("a", "b") && worlds.fork("b", "default"));
    let mut state = Vec::new();
    worlds.make("b").write_state(&mut state).unwrap();
    worlds.restore("a", &state).unwrap();
    worlds.change("b", &Change { seed: Some(7), ..Change::default() }).unwrap();
    assert_eq!((worlds.names().join(" ").as_str(), worlds.dropped()), ("a b default", 0));
    worlds.fork("b", "c");
    assert_eq!((worlds.count(), worlds.dropped()), (3, 1));
}

#[test]
fn an_idle_world_is_dropped_unless_a_call_is_in_it() {
    let mut worlds = worlds(10);
    worlds.limits.idle = Some(Duration::from_secs(60));
    worlds.clock = Clock::frozen("2030-01-01T00:00:00Z".parse().unwrap());
    let held = worlds.make("a");
    worlds.make("b");
    worlds.clock.advance(61_000).unwrap();
    assert!(worlds.get("b").is_none() && worlds.get("default").is_some());
    worlds.make("c");
    assert_eq!(worlds.names(), ["a", "c", "default"]);
    drop(held);
    worlds.make("d");
    assert_eq!(worlds.names(), ["c", "d", "default"]);
}

#[test]
fn settings_belong_to_a_world_and_a_reset_undoes_them() {
    let worlds = worlds(10);
    let first = worlds.vendors().infos().find_map(|info| Some((info.name, info.settings.first()?)));
    let (vendor, setting) = first.expect("some vendor has settings");
    let (key, usual, other) = (format!("{vendor}.{}", setting.key), setting.values[0], setting.values[1]);
    let value = |name: &str| {
        let world = worlds.make(name);
        let found = world.settings().find(|(own, _)| *own == key).map(|(_, value)| value.to_owned());
        found.expect("it is declared")
    };
    let change = Change { settings: vec![(key.clone(), other.to_owned())], ..Change::default() };
    worlds.change("a", &change).unwrap();
    assert!(value("a") == other && value("b") == usual);
    assert!(worlds.fork("a", "c") && value("c") == other);
    assert!(worlds.reset("a") && value("a") == usual);
    let wrong = Change { settings: vec![("acme.era".to_owned(), "x".to_owned())], ..Change::default() };
    assert!(worlds.change("d", &wrong).is_err() && worlds.get("d").is_none());
}

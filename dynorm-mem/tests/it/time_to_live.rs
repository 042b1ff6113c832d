//! Time to live, with deletion as a step of its own.

use std::time::Duration;

use dynorm::backend::FailureKind;
use dynorm::backend::table::{Projection, TimeToLive};
use dynorm::value::Value;
use dynorm_mem::Engine;

use crate::kit::*;

const YEAR_SECONDS: u64 = 365 * 24 * 60 * 60;

fn setting(attribute: &str, enabled: bool) -> TimeToLive {
    TimeToLive { table: "users".into(), attribute: attribute.into(), enabled }
}

fn expiring() -> Engine {
    let mut engine = with_table(definition("users", "id:S", vec![global("ggg", "g:S", Projection::All)]));
    engine.update_time_to_live(&setting("ttl", true), NOW).unwrap();
    engine
}

fn at(seconds: u64) -> Value {
    number(&seconds.to_string())
}

#[test]
fn items_expire_after_their_second() {
    let mut engine = expiring();
    engine.store(item! { id: "a", g: "g", ttl: at(100) });
    assert_eq!(engine.sweep_expired(seconds(100)), 0);
    assert_eq!(engine.sweep_expired(seconds(101)), 1);
    assert_eq!(engine.load(item! { id: "a" }), None);
    assert_eq!(engine.describe_table("users").unwrap().size_bytes, 0);
    let call = dynorm::backend::call::Scan {
        table: "users".into(),
        index: Some("ggg".into()),
        ..Default::default()
    };
    assert_eq!(engine.scan(&call).unwrap().count, 0);
}

#[test]
fn expired_items_are_visible_until_they_are_swept() {
    let mut engine = expiring();
    engine.store(item! { id: "a", ttl: at(1) });
    assert!(engine.load(item! { id: "a" }).is_some());
}

#[test]
fn other_values_do_not_expire() {
    let mut engine = expiring();
    let now = 10 * YEAR_SECONDS;
    engine.store(item! { id: "text", ttl: "1" });
    engine.store(item! { id: "nested", m: item! { ttl: at(now - 1) } });
    engine.store(item! { id: "none" });
    engine.store(item! { id: "old", ttl: at(5 * YEAR_SECONDS - 1) });
    engine.store(item! { id: "future", ttl: at(now + 1) });
    assert_eq!(engine.sweep_expired(seconds(now)), 0);
    engine.store(item! { id: "fraction", ttl: number("9.5") });
    engine.store(item! { id: "just", ttl: at(5 * YEAR_SECONDS) });
    assert_eq!(engine.sweep_expired(seconds(now)), 1);
    assert_eq!(engine.load(item! { id: "just" }), None);
}

#[test]
fn nothing_expires_while_it_is_off() {
    let mut engine = users();
    engine.store(item! { id: "a", ttl: at(1) });
    assert_eq!(engine.sweep_expired(seconds(2)), 0);
    let mut engine = expiring();
    engine.store(item! { id: "a", ttl: at(1) });
    engine.update_time_to_live(&setting("ttl", false), seconds(3600)).unwrap();
    assert_eq!(engine.sweep_expired(seconds(3600)), 0);
    assert_eq!(engine.describe_time_to_live("users").unwrap(), None);
}

#[test]
fn a_setting_changes_something_and_once_an_hour() {
    let mut engine = expiring();
    assert_eq!(engine.describe_time_to_live("users").unwrap(), Some("ttl".into()));
    let mut set =
        |call: TimeToLive, after: u64| engine.update_time_to_live(&call, NOW + Duration::from_secs(after));
    assert_eq!(refusal(set(setting("ttl", true), 0)), "TimeToLive is already enabled");
    assert_eq!(
        refusal(set(setting("other", false), 3600)),
        "TimeToLive is active on a different AttributeName: current AttributeName is ttl"
    );
    assert_eq!(
        refusal(set(setting("ttl", false), 3599)),
        "Time to live has been modified multiple times within a fixed interval"
    );
    set(setting("ttl", false), 3600).unwrap();
    assert_eq!(refusal(set(setting("ttl", false), 7200)), "TimeToLive is already disabled");
    let elsewhere = TimeToLive { table: "nobody".into(), ..setting("ttl", true) };
    assert_eq!(set(elsewhere, 7200).unwrap_err().kind, FailureKind::NotFound);
}

//! Prints requests, entities and costs.

use std::fmt::Debug;

use dynorm::backend::call::{Get, Query, Scan};
use dynorm::backend::reply::Capacity;
use dynorm::backend::{Names, Values};
use dynorm::prelude::*;

/// Prints the title of an access pattern.
pub fn heading(title: &str) {
    println!("\n{title}");
}

/// Prints the request of an access pattern.
pub fn request(request: &impl Request) {
    request.print();
}

/// A request that can be printed.
pub trait Request {
    /// Prints what it asks for.
    fn print(&self);
}

impl Request for Get {
    fn print(&self) {
        println!("  GetItem from {}: key {:?}", self.table, self.key);
    }
}

impl Request for Query {
    fn print(&self) {
        let index = self.index.as_ref().map(|name| format!(", index {name}")).unwrap_or_default();
        let from = if self.descending { ", from the end" } else { "" };
        println!(
            "  Query {}{index}{from}: {}",
            self.table,
            self.key_condition.as_deref().unwrap_or_default()
        );
        print_filter(self.filter.as_deref(), &self.names, &self.values);
    }
}

impl Request for Scan {
    fn print(&self) {
        println!("  Scan {}", self.table);
        print_filter(self.filter.as_deref(), &self.names, &self.values);
    }
}

fn print_filter(filter: Option<&str>, names: &Names, values: &Values) {
    if let Some(filter) = filter {
        println!("    filter {filter}");
    }
    println!("    names {names:?}, values {values:?}");
}

/// Prints a page: its entities, what was counted, what it cost.
pub fn page<E: Debug>(page: &Page<E>) {
    items(&page.items);
    println!("  count {}, scanned count {}", page.count, page.scanned);
    capacity(page.capacity.as_ref());
}

/// Prints entities.
pub fn items<E: Debug>(items: &[E]) {
    if items.is_empty() {
        println!("  - nothing");
    }
    for item in items {
        println!("  - {item:?}");
    }
}

/// Prints what a call consumed.
pub fn capacity(capacity: Option<&Capacity>) {
    if let Some(capacity) = capacity {
        println!("  consumed {} units of {}", capacity.units.total, capacity.table);
    }
}

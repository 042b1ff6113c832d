//! No lint sees the code of collections, and it needs no names of its place.

#![no_implicit_prelude]
#![deny(missing_docs, warnings, unused, nonstandard_style, future_incompatible)]
#![deny(missing_debug_implementations, missing_copy_implementations, unreachable_pub, single_use_lifetimes)]
#![deny(unused_qualifications, unused_results, trivial_casts, unsafe_code, elided_lifetimes_in_paths)]

/// A room of a crate.
pub mod room {
    use ::dynorm::{Attribute, Collection, Entity, Table};
    use ::std::option::Option;
    use ::std::string::String;
    use ::std::vec::Vec;

    /// A table.
    #[derive(Table, Clone, Copy, Debug)]
    #[table(name = "Shop", pk = "PK", sk = "SK", gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"), delimiter = "|")]
    #[table(entities(Order, Line, Mark))]
    pub struct Shop;

    /// A type that only this room knows, in the key of a type that others know.
    #[derive(Attribute, ::std::clone::Clone, Copy, Debug, PartialEq)]
    enum Region {
        North,
        South,
    }

    /// An order.
    #[derive(Entity, Debug)]
    #[entity(table = Shop, pk = "{region}|{customer}", sk = "ORDER|{number}", delimiter = "|")]
    #[entity(index(GSI1, name = by_state, pk = "STATE|{type}", sk = "{number}"))]
    pub struct Order {
        region: Region,
        customer: String,
        number: u32,
        r#type: Option<String>,
    }

    /// A line of an order.
    #[derive(Entity, Debug)]
    #[entity(table = Shop, pk = "{region}|{customer}", sk = "ORDER|{number}|LINE|{line}", delimiter = "|")]
    #[entity(index(GSI1, name = by_state, pk = "STATE|{state}", sk = "{line:05}"))]
    pub struct Line {
        region: Region,
        customer: String,
        number: u32,
        line: u16,
        state: String,
    }

    /// A mark, of which there may be one.
    #[derive(Entity, Debug)]
    #[entity(table = Shop, pk = "{region}|{of}", sk = "MARK", delimiter = "|")]
    pub struct Mark {
        region: Region,
        of: String,
    }

    /// A partition.
    #[derive(Collection, Debug)]
    #[collection(table = Shop, pk = "{region}|{customer}", delimiter = "|", unknown = skip)]
    pub struct Whole {
        /// All orders.
        pub orders: Vec<Order>,
        /// What they are made of.
        pub r#lines: Vec<Line>,
        /// The mark.
        pub mark: ::std::option::Option<Mark>,
    }

    /// An order and its lines.
    #[derive(Collection, Debug)]
    #[collection(table = Shop, pk = "{region}|{customer}", sk = "ORDER|{number}", delimiter = "|")]
    pub enum Part {
        /// The order.
        Order(Order),
        /// A line.
        Line(Line),
    }

    /// What is in a state.
    #[derive(Collection, Debug)]
    #[collection(table = Shop, index = GSI1, pk = "STATE|{r_type}", delimiter = "|", unknown = error)]
    pub struct InState {
        /// The orders.
        pub orders: Vec<Order>,
        /// The lines.
        pub lines: Vec<Line>,
    }

    /// Uses them all.
    pub fn uses(db: &::dynorm::Db) {
        let _ = db.collect(Whole::of(Region::North, "ann"));
        let _ = db.collect(Part::of(Region::South, "ann", 7u32));
        let _ = db.collect(InState::of("open"));
    }
}

fn main() {}

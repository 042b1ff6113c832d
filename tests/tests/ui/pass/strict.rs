//! No lint sees generated code.

#![deny(missing_docs, warnings, unused, nonstandard_style, future_incompatible)]
#![deny(missing_debug_implementations, missing_copy_implementations, unreachable_pub, single_use_lifetimes)]
#![deny(unused_qualifications, unused_results, trivial_casts, unsafe_code, elided_lifetimes_in_paths)]

/// A room of a crate.
pub mod room {
    use dynorm::prelude::*;

    /// A table.
    #[derive(Table, Clone, Copy, Debug)]
    #[table(name = "Shop", pk = "PK", sk = "SK", gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
    #[table(entities(Order, Hidden))]
    pub struct Shop;

    /// A state.
    #[derive(Attribute, Clone, Copy, Debug)]
    pub enum State {
        /// Not paid.
        Open,
        /// Paid.
        Paid,
    }

    /// A name.
    #[derive(Attribute, Clone, Debug)]
    pub struct Name(pub String);

    /// Where to.
    #[derive(Attribute, Clone, Debug)]
    pub struct Address {
        /// The city.
        pub city: String,
        street: Street,
    }

    #[derive(Attribute, Clone, Debug)]
    struct Street {
        name: String,
    }

    /// An order.
    #[derive(Entity, Clone, Debug)]
    #[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer, scan)]
    #[entity(index(GSI1, name = by_state, pk = "STATE#{state}#{hidden_by}", sk = "{placed_on}#{number}", when = !placed_on.is_empty()))]
    pub struct Order {
        /// Who.
        pub customer: String,
        /// Which.
        pub number: u32,
        /// How.
        pub state: State,
        /// When.
        pub placed_on: String,
        /// Where to.
        pub address: Address,
        hidden: Street,
        hidden_by: String,
    }

    #[derive(Entity, Clone, Debug)]
    #[entity(table = Shop, pk = "HIDDEN#{id}", sk = "{at}")]
    struct Hidden {
        id: String,
        at: u64,
    }

    /// A table of its own.
    #[derive(Entity, Clone, Debug)]
    #[entity(table = "Users", pk = id, sk = at, index(ByName, local, sk = name))]
    pub(crate) struct User {
        id: Name,
        at: u64,
        name: String,
    }

    /// Reads all fields.
    pub fn read(order: &Order) -> usize {
        let user = User { id: Name(String::new()), at: 1, name: String::new() };
        let hidden = Hidden { id: String::new(), at: 1 };
        order.hidden.name.len()
            + order.address.street.name.len()
            + user.id.0.len()
            + user.name.len()
            + hidden.id.len()
            + usize::from(user.at == hidden.at)
    }
}

fn main() {
    let _ = room::read;
    let _ = room::Order::of_customer("ann").number_in(1..5u32);
    let _ = room::Order::STATE;
}

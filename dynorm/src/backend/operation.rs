//! The operations of the data plane as one family: what is the same of all calls, and of all replies.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::pin::Pin;

use super::call::{self, ReturnCapacity, TransactWriteAction};
use super::reply::{self, Capacity};
use super::{Backend, Failure};

/// A call that is under way.
pub type Sent<'b, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'b>>;

/// A call of the data plane, whichever it is: what [`Db::send`](crate::Db::send) and [layers](super::Layer) take.
///
/// ```
/// use dynorm::backend::{Call, Operation, call};
///
/// let call = call::Query { table: "Orders".into(), index: Some("ByDay".into()), ..Default::default() };
/// assert_eq!(call.operation(), Operation::Query);
/// assert_eq!((call.tables(), call.index(), call.entries()), (vec!["Orders"], Some("ByDay"), 1));
/// ```
pub trait Call: Clone + Debug + Send + Sync + 'static {
    /// What is answered.
    type Reply: Reply;

    /// Which operation it is.
    const OPERATION: Operation;

    /// Which operation it is.
    fn operation(&self) -> Operation {
        Self::OPERATION
    }

    /// Has the backend carry it out, once.
    fn send(self, backend: &dyn Backend) -> Sent<'_, Self::Reply>;

    /// The names of the tables, each once, in no order that matters.
    fn tables(&self) -> Vec<&str>;

    /// The index that is read.
    fn index(&self) -> Option<&str> {
        None
    }

    /// How many items it is about: those of a batch, the actions of a transaction, and otherwise 1.
    fn entries(&self) -> usize {
        1
    }

    /// The idempotency token.
    fn token(&self) -> Option<&str> {
        None
    }

    /// How much of the consumed capacity the reply is to state.
    fn capacity(&mut self) -> &mut ReturnCapacity;
}

/// An answer of the data plane, whichever it is.
pub trait Reply: Debug + Send + Sync + 'static {
    /// What the call consumed, by table, if it asked.
    fn capacity(&self) -> &[Capacity];

    /// How many items are in it.
    fn items(&self) -> usize;
}

/// Defines the operations: the calls and replies of one name.
macro_rules! operations {
    ($($operation:ident $method:ident $name:literal $reads:literal;)*) => {
        /// An operation of the data plane.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(#[doc = concat!("`", $name, "`.")] $operation,)*
        }

        impl Operation {
            /// All of them.
            pub const ALL: [Self; 10] = [$(Self::$operation),*];

            /// Its name in dynorm, as `put`.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self {
                    $(Self::$operation => stringify!($method),)*
                }
            }

            /// Its name in DynamoDB, as `PutItem`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operation => $name,)*
                }
            }

            /// Whether it changes nothing.
            #[must_use]
            pub const fn is_read(self) -> bool {
                match self {
                    $(Self::$operation => $reads,)*
                }
            }
        }
    };
}
operations! {
    Get get "GetItem" true;
    Put put "PutItem" false;
    Update update "UpdateItem" false;
    Delete delete "DeleteItem" false;
    Query query "Query" true;
    Scan scan "Scan" true;
    BatchGet batch_get "BatchGetItem" true;
    BatchWrite batch_write "BatchWriteItem" false;
    TransactGet transact_get "TransactGetItems" true;
    TransactWrite transact_write "TransactWriteItems" false;
}

impl Operation {
    /// Whether it is a transaction.
    #[must_use]
    pub const fn is_transaction(self) -> bool {
        matches!(self, Self::TransactGet | Self::TransactWrite)
    }

    /// Whether it is a batch.
    #[must_use]
    pub const fn is_batch(self) -> bool {
        matches!(self, Self::BatchGet | Self::BatchWrite)
    }
}

/// The name in DynamoDB.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Implements `Call` by what is the same of all, and what is told.
macro_rules! calls {
    ($($call:ident $method:ident { $($own:tt)* })*) => {
        $(
            impl Call for call::$call {
                type Reply = reply::$call;
                const OPERATION: Operation = Operation::$call;

                fn send(self, backend: &dyn Backend) -> Sent<'_, Self::Reply> {
                    backend.$method(self)
                }

                fn capacity(&mut self) -> &mut ReturnCapacity {
                    &mut self.capacity
                }

                $($own)*
            }
        )*
    };
    (one $($call:ident $method:ident;)*) => {
        calls! { $($call $method { fn tables(&self) -> Vec<&str> { vec![&self.table] } })* }
    };
}
calls! { one Get get; Put put; Update update; Delete delete; }
calls! {
    Query query {
        fn tables(&self) -> Vec<&str> { vec![&self.table] }
        fn index(&self) -> Option<&str> { self.index.as_deref() }
    }
    Scan scan {
        fn tables(&self) -> Vec<&str> { vec![&self.table] }
        fn index(&self) -> Option<&str> { self.index.as_deref() }
    }
    BatchGet batch_get {
        fn tables(&self) -> Vec<&str> { self.tables.keys().map(String::as_str).collect() }
        fn entries(&self) -> usize { self.tables.values().map(|of_table| of_table.keys.len()).sum() }
    }
    BatchWrite batch_write {
        fn tables(&self) -> Vec<&str> { self.tables.keys().map(String::as_str).collect() }
        fn entries(&self) -> usize { self.tables.values().map(Vec::len).sum() }
    }
    TransactGet transact_get {
        fn tables(&self) -> Vec<&str> { distinct(self.actions.iter().map(|action| &*action.table)) }
        fn entries(&self) -> usize { self.actions.len() }
    }
    TransactWrite transact_write {
        fn tables(&self) -> Vec<&str> { distinct(self.actions.iter().map(table_of)) }
        fn entries(&self) -> usize { self.actions.len() }
        fn token(&self) -> Option<&str> { self.token.as_deref() }
    }
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

fn table_of(action: &TransactWriteAction) -> &str {
    match action {
        TransactWriteAction::Put(put) => &put.table,
        TransactWriteAction::Update(update) => &update.table,
        TransactWriteAction::Delete(delete) => &delete.table,
        TransactWriteAction::Check(check) => &check.table,
    }
}

/// Implements `Reply` by how many items there are.
macro_rules! replies {
    ($($reply:ident $items:expr;)*) => {$(
        impl Reply for reply::$reply {
            fn capacity(&self) -> &[Capacity] {
                self.capacity.as_slice()
            }

            fn items(&self) -> usize {
                let items: fn(&Self) -> usize = $items;
                items(self)
            }
        }
    )*};
}
replies! {
    Get |reply| usize::from(reply.item.is_some());
    Put |reply| usize::from(reply.attributes.is_some());
    Update |reply| usize::from(reply.attributes.is_some());
    Delete |reply| usize::from(reply.attributes.is_some());
    Query |reply| reply.items.len();
    BatchGet |reply| reply.items.values().map(Vec::len).sum();
    BatchWrite |_| 0;
    TransactGet |reply| reply.items.iter().flatten().count();
    TransactWrite |_| 0;
}

//! What independent servers get wrong, by case, with the page of AWS that says who is right.
//!
//! A listed case must fail on its server, so that the list does not outlive the mistake.

/// A case that a server fails by its own mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mistake {
    /// The server, as `tests/endpoint.sh` names it.
    pub server: &'static str,
    /// The case, as `module::name`.
    pub case: &'static str,
    /// What the server does instead.
    pub what: &'static str,
    /// The page of AWS that says what is right.
    pub source: &'static str,
}

const GUIDE: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/";

/// All known mistakes.
pub const MISTAKES: &[Mistake] = &[
    Mistake {
        server: "moto",
        case: "get::a_read_states_its_cost",
        what: "charges a consistent read half a unit",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "page::a_page_states_its_cost",
        what: "charges one unit for a page of any size and consistency",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "put::an_item_of_400_kb_is_stored",
        what: "refuses items of exactly 400 KB",
        source: "ServiceQuotas.html#limits-items",
    },
    Mistake {
        server: "moto",
        case: "query::a_local_index_gives_whole_entities",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Reading",
    },
    Mistake {
        server: "moto",
        case: "update::index_keys_follow_their_fields",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Reading",
    },
    Mistake {
        server: "moto",
        case: "query::operators_look_into_values",
        what: "answers 500 to operators on an absent attribute",
        source: "Expressions.OperatorsAndFunctions.html",
    },
    Mistake {
        server: "moto",
        case: "batch_get::costs_are_summed",
        what: "charges a read that is eventually consistent a whole unit",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "batch_write::costs_are_summed",
        what: "charges one unit for a batch of any size",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "transact_get::reads_state_their_cost",
        what: "charges a transaction that reads what it charges other reads",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "transact_write::a_token_is_good_for_one_transaction",
        what: "runs a transaction again under the same token",
        source: "transaction-apis.html#transaction-apis-txwriteitems-idempotency",
    },
];

/// The mistake of a server in a case, if it is known.
#[must_use]
pub fn known(server: &str, case: &str) -> Option<&'static Mistake> {
    MISTAKES.iter().find(|mistake| mistake.server == server && mistake.case == case)
}

impl Mistake {
    /// What is wrong, and who says so.
    #[must_use]
    pub fn explain(&self) -> String {
        format!("{} {}; see {GUIDE}{}", self.server, self.what, self.source)
    }
}

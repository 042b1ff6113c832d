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
        server: "dynoxide",
        case: "scan::a_local_index_is_scanned",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "scan::a_local_index_is_scanned",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "history::limits_are_checked_before",
        what: "refuses items of less than 400 KB",
        source: "ServiceQuotas.html#limits-items",
    },
    Mistake {
        server: "moto",
        case: "resharding::keys_find_items_in_both_places",
        what: "takes no more than 25 keys in a transaction that reads",
        source: "transaction-apis.html#transaction-apis-txgetitems",
    },
    Mistake {
        server: "moto",
        case: "faults::a_transaction_whose_answer_is_lost_happens_once",
        what: "runs a transaction again under the same token",
        source: "transaction-apis.html#transaction-apis-txwriteitems-idempotency",
    },
    Mistake {
        server: "moto",
        case: "faults::nothing_is_written_twice_and_nothing_is_lost",
        what: "runs a transaction again under the same token",
        source: "transaction-apis.html#transaction-apis-txwriteitems-idempotency",
    },
    Mistake {
        server: "moto",
        case: "meter::a_query_is_billed_to_its_pattern_and_index",
        what: "charges one unit for a query, to the index and to the table too",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "meter::a_write_is_billed_to_the_indexes_that_it_changes",
        what: "charges nothing for writes of indexes",
        source: "GSI.html#GSI.ThroughputConsiderations.Writes",
    },
    Mistake {
        server: "moto",
        case: "meter::a_moved_index_entry_costs_two_writes",
        what: "charges nothing for writes of indexes",
        source: "GSI.html#GSI.ThroughputConsiderations.Writes",
    },
    Mistake {
        server: "moto",
        case: "meter::every_operation_is_billed",
        what: "charges a consistent read half a unit",
        source: "read-write-operations.html",
    },
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
        what: "refuses items of more than 405,000 bytes",
        source: "ServiceQuotas.html#limits-items",
    },
    Mistake {
        server: "moto",
        case: "offload::what_is_moved_out_does_not_count",
        what: "refuses items of more than 405,000 bytes",
        source: "ServiceQuotas.html#limits-items",
    },
    Mistake {
        server: "moto",
        case: "query::a_local_index_gives_whole_entities",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "update::index_keys_follow_their_fields",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "query::operators_look_into_values",
        what: "answers 500 to operators on an absent attribute",
        source: "Programming.Errors.html#Programming.Errors.MessagesAndCodes.http5xx",
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
    Mistake {
        server: "dynoxide",
        case: "projection::local_indexes_fetch_what_they_do_not_hold",
        what: "does not fetch attributes that a local index does not project for a projection",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "projection::local_indexes_fetch_what_they_do_not_hold",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "query::filters_mention_the_keys_of_other_indexes",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "collect::an_index_holds_collections",
        what: "does not fetch attributes that a local index does not project",
        source: "LSI.html#LSI.Projections",
    },
    Mistake {
        server: "moto",
        case: "projection::parts_of_attributes_are_read",
        what: "takes a name that is followed by an index, as in `#0[1]`, for unused",
        source: "Expressions.Attributes.html#Expressions.Attributes.NestedElements.DocumentPathExamples",
    },
    Mistake {
        server: "moto",
        case: "hydrate::pages_are_filled",
        what: "gives no key to go on from if the limit is reached at the last item",
        source: "../APIReference/API_Query.html#DDB-Query-request-Limit",
    },
    Mistake {
        server: "moto",
        case: "page::a_page_knows_the_one_before",
        what: "gives no key to go on from if the limit is reached at the last item",
        source: "../APIReference/API_Query.html#DDB-Query-request-Limit",
    },
    Mistake {
        server: "moto",
        case: "delete_partition::only_the_entity_is_deleted",
        what: "charges one unit for a batch of any size",
        source: "read-write-operations.html",
    },
    Mistake {
        server: "moto",
        case: "condition::sizes_are_compared",
        what: "answers 500 to the size of an absent attribute",
        source: "Programming.Errors.html#Programming.Errors.MessagesAndCodes.http5xx",
    },
    Mistake {
        server: "moto",
        case: "condition::raw_fragments_compose",
        what: "answers 500 to a number between a value and a size",
        source: "Programming.Errors.html#Programming.Errors.MessagesAndCodes.http5xx",
    },
    Mistake {
        server: "moto",
        case: "collection_metrics::a_write_tells_its_collection",
        what: "tells nothing of item collections",
        source: "../APIReference/API_PutItem.html#DDB-PutItem-response-ItemCollectionMetrics",
    },
    Mistake {
        server: "moto",
        case: "collection_metrics::a_batch_tells_its_collections",
        what: "tells nothing of item collections",
        source: "../APIReference/API_BatchWriteItem.html#DDB-BatchWriteItem-response-ItemCollectionMetrics",
    },
    Mistake {
        server: "moto",
        case: "collection_metrics::a_transaction_tells_its_collections",
        what: "tells nothing of item collections",
        source: "../APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-response-ItemCollectionMetrics",
    },
    Mistake {
        server: "moto",
        case: "collection_metrics::what_goes_along_has_collections_too",
        what: "tells nothing of item collections",
        source: "../APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-response-ItemCollectionMetrics",
    },
    Mistake {
        server: "dynoxide",
        case: "collection_metrics::a_transaction_tells_its_collections",
        what: "tells nothing of the item collections that a transaction changes",
        source: "../APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-response-ItemCollectionMetrics",
    },
    Mistake {
        server: "dynoxide",
        case: "collection_metrics::what_goes_along_has_collections_too",
        what: "tells nothing of the item collections that a transaction changes",
        source: "../APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-response-ItemCollectionMetrics",
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

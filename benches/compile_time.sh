#!/usr/bin/env bash
# What the derive costs: `cargo check` of 100 entities with 10 fields and three access patterns each, against the same
# structs with serde's two derives, in one run. Prints the best of several tries of each, and the ratio, in time of the
# processor: the check of one crate is the work of one thread, and on a busy machine the time on the wall says little.
#
#   benches/compile_time.sh [TRIES]
set -euo pipefail
tries=${1:-5}
root=$(cd "$(dirname "$0")/.." && pwd)
work=${CARGO_TARGET_DIR:-$root/target}/compile_time
export CARGO_TARGET_DIR="$work/target" CARGO_INCREMENTAL=0

# A package of its own, with `$2` as dependencies and the source from standard input.
package() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n[dependencies]\n%s\n' "$1" "$2" >"$work/$1/Cargo.toml"
    cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
    cat >"$work/$1/src/lib.rs"
}

fields() {
    printf 'pub id: u64, pub owner: String, pub status: String, pub day: u32, pub number: u32,
    pub name: String, pub note: Option<String>, pub amount: i64, pub tags: Vec<String>, pub done: bool'
}

entities() {
    printf 'use dynorm::prelude::*;\n'
    printf '#[derive(Table)]\n#[table(name = "Bench", pk = "PK", sk = "SK")]\n'
    printf '#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"), gsi(GSI2, pk = "GSI2PK", sk = "GSI2SK"))]\n'
    printf '#[table(entities('
    for n in $(seq 100); do printf 'E%s, ' "$n"; done
    printf '))]\npub struct Bench;\n'
    for n in $(seq 100); do
        # All entities share the form of the partition key, as in one table per tenant: the proof that no two can write
        # the same item has to read on to the sort keys.
        printf '#[derive(Entity)]\n#[entity(table = Bench, name = of_owner, pk = "OWNER#{owner}#DAY#{day}", sk = "KIND%s#{number}#{id}")]\n' "$n"
        printf '#[entity(index(GSI1, name = by_status, pk = "S%s#{status}", sk = "N#{number}"))]\n' "$n"
        printf '#[entity(index(GSI2, name = by_name, pk = "N%s#{name}", sk = "A#{amount}"))]\n' "$n"
        printf 'pub struct E%s { %s }\n' "$n" "$(fields)"
    done
}

serde() {
    for n in $(seq 100); do
        printf '#[derive(serde::Serialize, serde::Deserialize)]\npub struct E%s { %s }\n' "$n" "$(fields)"
    done
}

# The cheapest of several checks of a package whose dependencies are built, in milliseconds of the processor.
best_ms() {
    local best= TIMEFORMAT='%3U %3S'
    cargo check --quiet --manifest-path "$work/$1/Cargo.toml"
    for _ in $(seq "$tries"); do
        touch "$work/$1/src/lib.rs"
        local took ms
        took=$({ time cargo check --quiet --manifest-path "$work/$1/Cargo.toml" >&2; } 2>&1 | tail -n 1)
        ms=$(awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$took")
        if [ -z "$best" ] || [ "$ms" -lt "$best" ]; then best=$ms; fi
    done
    echo "$best"
}

entities | package entities "dynorm = { path = \"$root/dynorm\", default-features = false }"
serde | package serde_derives 'serde = { version = "1", features = ["derive"] }'
ours=$(best_ms entities)
peer=$(best_ms serde_derives)
echo "100 entities, 10 fields, 3 patterns:  $ours ms"
echo "100 structs, serde's two derives:     $peer ms"
echo "ratio:                                $((ours * 100 / peer)) %"

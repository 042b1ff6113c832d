//! Ids in the form of a UUID, made of what they tell apart: the engine has no randomness.

/// The id of these bytes.
pub(crate) fn uuid_of(bytes: impl IntoIterator<Item = u8>) -> String {
    const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const FNV_PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    let hash =
        bytes.into_iter().fold(FNV_OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(FNV_PRIME));
    let hex = format!("{hash:032x}");
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

//! Runnable stories; each is a file in `examples/`.

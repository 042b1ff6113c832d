//! The files of a server: what it begins with, and what it leaves behind.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::MemBackend;
use crate::wire::{self, Imported};

/// Reads the tables and items that [`save`] wrote; a file that is not there yet holds none.
///
/// # Errors
///
/// If the file cannot be read, or not be understood.
pub fn load(backend: &MemBackend, path: &Path) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    match fs::read(path) {
        Ok(lines) => Ok(wire::import(backend, &lines)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Imported::default()),
        Err(error) => Err(error.into()),
    }
}

/// Reads tables and items from a file of the same form, which must be there.
///
/// # Errors
///
/// If the file cannot be read or not be understood, or has a table that is there already.
pub fn seed(backend: &MemBackend, path: &Path) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    Ok(wire::import(backend, &fs::read(path)?)?)
}

/// Writes all tables and items to a file, as JSON lines: the old content is there until the new one is whole.
///
/// ```
/// use dynorm_mem::{MemBackend, server};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let path = std::env::temp_dir().join("dynorm-mem-doc-test.jsonl");
/// server::save(&MemBackend::new(), &path)?;
/// assert_eq!(server::load(&MemBackend::new(), &path)?.n_tables, 0);
/// std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the file cannot be written.
pub fn save(backend: &MemBackend, path: &Path) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(wire::export(backend).as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

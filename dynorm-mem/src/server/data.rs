//! The files of a server: what it begins with, and what it leaves behind.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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

/// Reads tables and items from a file of the same form, which must be there and may be compressed with gzip.
///
/// # Errors
///
/// If the file cannot be read or not be understood, or has a table that is there already.
pub fn seed(backend: &MemBackend, path: &Path) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    Ok(wire::import(backend, &fs::read(path)?)?)
}

/// Puts the items of an export to S3 into a table that is there: those of a file, or of all files of a folder, the
/// export's own or the folder `data` in it. Each file is read whole or not at all.
///
/// ```no_run
/// use dynorm_mem::{MemBackend, server};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let backend = MemBackend::new();
/// server::seed(&backend, "tables.jsonl".as_ref())?;
/// server::import(&backend, "Music", "AWSDynamoDB/01345678901234-abc12345".as_ref())?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If a file cannot be read or not be understood, if a folder has no files of an export (`*.json.gz` or `*.json`),
/// or if there is no such table.
pub fn import(
    backend: &MemBackend,
    table: &str,
    path: &Path,
) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    let mut imported = Imported::default();
    for file in files(path)? {
        let done = fs::read(&file).map_err(Into::into);
        let done = done.and_then(|lines| Ok(wire::import_items(backend, table, &lines)?));
        imported.n_items += done.map_err(|source| FileError { file, source })?.n_items;
    }
    Ok(imported)
}

/// The files of an export, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error + Send + Sync>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let data = path.join("data");
    let folder = if data.is_dir() { &data } else { path };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".json.gz") || name.ends_with(".json") {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err("the folder has no files of an export, `*.json.gz` or `*.json`".into());
    }
    files.sort_unstable();
    Ok(files)
}

/// Which file of a folder is at fault.
#[derive(Debug)]
struct FileError {
    file: PathBuf,
    source: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}", self.file.display())
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
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

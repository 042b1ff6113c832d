//! Whether a request brings credentials in the form of a signature. Signatures are not verified.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// Why a request is refused: the exception's name, and the service's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsigned {
    pub(super) exception: &'static str,
    pub(super) message: String,
}

/// Checks the headers of a signature, in the service's order.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Unsigned> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::trim);
    let Some(header) = header.filter(|header| header.starts_with("AWS4-")) else {
        return Err(Unsigned {
            exception: "MissingAuthenticationTokenException",
            message: "Request is missing Authentication Token".to_owned(),
        });
    };
    let parameters = header.split_once(' ').map_or("", |(_, parameters)| parameters);
    let has = |name: &str| {
        let mut all = parameters.split(',').filter_map(|parameter| parameter.trim().split_once('='));
        all.any(|(found, value)| found == name && !value.is_empty())
    };
    let missing = ["Credential", "Signature", "SignedHeaders"].into_iter().filter(|name| !has(name));
    let mut problems: Vec<String> =
        missing.map(|name| format!("Authorization header requires '{name}' parameter.")).collect();
    if !headers.contains_key("x-amz-date") && !headers.contains_key("date") {
        let no_date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        problems.push(no_date.to_owned());
    }
    if problems.is_empty() {
        return Ok(());
    }
    problems.push(format!("Authorization={header}"));
    Err(Unsigned { exception: "IncompleteSignatureException", message: problems.join(" ") })
}

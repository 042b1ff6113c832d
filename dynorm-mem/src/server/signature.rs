//! Signatures of requests (AWS Signature Version 4), in the header `Authorization` or in the query.
//!
//! Order and words of the refusals are the service's, as observed by the authors of dynalite. Any region is
//! good: the server is in all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper::header::{AUTHORIZATION, DATE};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::auth::Refused;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "dynamodb";
const TERMINATOR: &str = "aws4_request";
const BASIC_FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// How far a signature's date may be from the server's.
const MINUTES_MAX: i64 = 15;
/// The longest life that a signature may give itself.
const LIFE_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;

/// What is written as a percent escape in the query that is signed.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a request says of its signature.
#[derive(Debug)]
pub(super) struct Signature {
    algorithm: String,
    credential: String,
    signed_headers: String,
    digits: String,
    date: String,
    /// For how long the request may be used, if it says so.
    seconds: Option<i64>,
}

/// What a credential names: `key/date/region/service/terminator`.
#[derive(Debug)]
struct Scope<'s> {
    key_id: &'s str,
    date: &'s str,
    region: &'s str,
    service: &'s str,
    terminator: &'s str,
}

impl Signature {
    /// The signature that a request brings, if it has all of its parts.
    pub(super) fn of(head: &Parts) -> Result<Self, Refused> {
        let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::trim);
        let query: BTreeMap<String, String> = parameters(head).collect();
        match header {
            Some(_) if query.contains_key("X-Amz-Algorithm") => Err(Refused::invalid(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
            )),
            Some(header) if header.starts_with("AWS4-") => Self::of_header(head, header),
            None if query.contains_key("X-Amz-Algorithm") => Self::of_query(query),
            _ => Err(Refused::missing()),
        }
    }

    fn of_header(head: &Parts, header: &str) -> Result<Self, Refused> {
        let (algorithm, rest) = header.split_once([' ', ',']).unwrap_or((header, ""));
        let parts: BTreeMap<&str, &str> =
            rest.split([' ', ',']).filter_map(|part| part.split_once('=')).collect();
        let part = |name: &str| parts.get(name).copied().filter(|value| !value.is_empty());
        let missing =
            ["Credential", "Signature", "SignedHeaders"].into_iter().filter(|name| part(name).is_none());
        let mut problems = listed(missing, "Authorization header requires '", "' parameter. ");
        let date = ["x-amz-date", DATE.as_str()].into_iter().find_map(|name| header_of(head, name));
        if date.is_none() {
            problems.push_str(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
            );
        }
        if !problems.is_empty() {
            return Err(Refused::incomplete(format!("{problems}Authorization={header}")));
        }
        let part = |name| part(name).unwrap_or_default().to_owned();
        Ok(Self {
            algorithm: algorithm.to_owned(),
            credential: part("Credential"),
            signed_headers: part("SignedHeaders"),
            digits: part("Signature"),
            date: date.unwrap_or_default(),
            seconds: None,
        })
    }

    fn of_query(mut query: BTreeMap<String, String>) -> Result<Self, Refused> {
        query.retain(|_, value| !value.is_empty());
        let names =
            ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
        let missing = names.into_iter().filter(|name| !query.contains_key(*name));
        let problems = listed(missing, "AWS query-string parameters must include '", "'. ");
        if !problems.is_empty() {
            return Err(Refused::incomplete(format!("{problems}Re-examine the query-string parameters.")));
        }
        let mut part = |name: &str| query.remove(name).unwrap_or_default();
        Ok(Self {
            algorithm: part("X-Amz-Algorithm"),
            credential: part("X-Amz-Credential"),
            signed_headers: part("X-Amz-SignedHeaders"),
            digits: part("X-Amz-Signature"),
            date: part("X-Amz-Date"),
            seconds: part("X-Amz-Expires").parse().ok(),
        })
    }

    /// Whether the signature is that of one of the keys whose secrets are known.
    pub(super) fn verify<'s>(
        &self,
        head: &Parts,
        body: &[u8],
        secret: impl FnOnce(&str) -> Option<&'s str>,
        now: SystemTime,
    ) -> Result<(), Refused> {
        let date = self.current_date(now.into())?;
        if !self.headers().any(|name| name.eq_ignore_ascii_case("host")) {
            return Err(Refused::invalid("'Host' must be a 'SignedHeader' in the AWS Authorization."));
        }
        if self.algorithm != ALGORITHM {
            return Err(Refused::incomplete(format!(
                "Unsupported AWS 'algorithm': '{}' (only {ALGORITHM} for now). ",
                self.algorithm
            )));
        }
        let scope = self.scope()?;
        scope.check(date)?;
        let secret = secret(scope.key_id).ok_or_else(Refused::unknown_key)?;
        let canonical = self.canonical(head, body);
        let Scope { date: day, region, .. } = scope;
        let text = format!(
            "{ALGORITHM}\n{}\n{day}/{region}/{SERVICE}/{TERMINATOR}\n{}",
            date.format(BASIC_FORMAT),
            hash(canonical.as_bytes())
        );
        let key = [day, region, SERVICE, TERMINATOR]
            .into_iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
                signed(&key, part).finalize().into_bytes().to_vec()
            });
        signed(&key, &text).verify_slice(&bytes_of(&self.digits)).map_err(|_| {
            Refused::invalid(format!(
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details.\n\nThe \
                 Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign should \
                 have been\n'{text}'\n"
            ))
        })
    }

    /// The date of the signature, which must be near the server's.
    fn current_date(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refused> {
        let basic = NaiveDateTime::parse_from_str(&self.date, BASIC_FORMAT).map(|date| date.and_utc());
        let date = basic.or_else(|_| DateTime::parse_from_rfc2822(&self.date).map(|date| date.to_utc()));
        let date = date.map_err(|_| {
            Refused::incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
                self.date
            ))
        })?;
        let tolerance = TimeDelta::minutes(MINUTES_MAX);
        // What was signed to be used later has a life of its own.
        let life = self.seconds.map(|seconds| seconds.clamp(0, LIFE_SECONDS_MAX));
        let life = life.map_or(tolerance, |seconds| tolerance.max(TimeDelta::seconds(seconds)));
        let [at, text] = [date, now].map(|date| date.format(BASIC_FORMAT));
        let (earliest, latest) = (now - life, now + tolerance);
        if date < earliest {
            return Err(Refused::invalid(format!(
                "Signature expired: {at} is now earlier than {} ({text} - {} min.)",
                earliest.format(BASIC_FORMAT),
                life.num_minutes()
            )));
        }
        if date > latest {
            return Err(Refused::invalid(format!(
                "Signature not yet current: {at} is still later than {} ({text} + {MINUTES_MAX} min.)",
                latest.format(BASIC_FORMAT)
            )));
        }
        Ok(date)
    }

    fn headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }

    fn scope(&self) -> Result<Scope<'_>, Refused> {
        let parts: Vec<&str> = self.credential.trim_end_matches('/').split('/').collect();
        let [key_id, date, region, service, terminator] = parts[..] else {
            return Err(Refused::incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{}'",
                self.credential
            )));
        };
        Ok(Scope { key_id, date, region, service, terminator })
    }

    /// The request in the one form that is signed.
    fn canonical(&self, head: &Parts, body: &[u8]) -> String {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let mut query: Vec<(String, String)> = parameters(head)
            .filter(|(name, _)| name != "X-Amz-Signature")
            .map(|(name, value)| (escaped(&name), escaped(&value)))
            .collect();
        query.sort();
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut canonical = format!("{}\n{}\n{}\n", head.method, head.uri.path(), query.join("&"));
        for name in self.headers() {
            let value = header_of(head, name).unwrap_or_default();
            writeln!(canonical, "{}:{value}", name.to_ascii_lowercase()).expect("a string takes any text");
        }
        write!(canonical, "\n{}\n{}", self.signed_headers, hash(body)).expect("a string takes any text");
        canonical
    }
}

impl Scope<'_> {
    fn check(&self, date: DateTime<Utc>) -> Result<(), Refused> {
        let mut problems = Vec::new();
        if self.service != SERVICE {
            problems.push(format!("Credential should be scoped to correct service: '{SERVICE}'. "));
        }
        if self.terminator != TERMINATOR {
            problems.push(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'. ",
                self.terminator
            ));
        }
        let (day, date) = (date.format("%Y%m%d").to_string(), date.format(BASIC_FORMAT));
        if self.date != day {
            problems.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' \
                 != '{day}', from '{date}'.",
                self.date
            ));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refused::invalid(problems.concat())) }
    }
}

/// The values of a header, in the one form that is signed: spaces once, several values with commas between.
fn header_of(head: &Parts, name: &str) -> Option<String> {
    let values = head.headers.get_all(name).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    });
    let values: Vec<String> = values.collect();
    if values.is_empty() && name.eq_ignore_ascii_case("host") {
        // HTTP/2 has no such header.
        return head.uri.authority().map(Authority::to_string);
    }
    (!values.is_empty()).then(|| values.join(","))
}

/// The names and values of the query.
fn parameters(head: &Parts) -> impl Iterator<Item = (String, String)> {
    let pairs = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        (plain(name), plain(value))
    })
}

/// A sentence for each of these names.
fn listed(names: impl Iterator<Item = &'static str>, before: &str, after: &str) -> String {
    names.fold(String::new(), |text, name| text + before + name + after)
}

fn signed(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is good");
    mac.update(text.as_bytes());
    mac
}

/// The hash of a text, in hexadecimal digits.
fn hash(text: &[u8]) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes any text");
        digits
    })
}

/// The bytes that hexadecimal digits stand for; none if they stand for none.
fn bytes_of(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    /// A request as it stands in the files of AWS's signing test suite.
    fn head(text: &str) -> Parts {
        let mut lines = text.lines();
        let mut words = lines.next().unwrap().split(' ');
        let mut request = Request::builder().method(words.next().unwrap()).uri(words.next().unwrap());
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn check_canonical(text: &str, body: &[u8], expected: &str) {
        let head = head(text);
        assert_eq!(Signature::of(&head).unwrap().canonical(&head, body), expected);
    }

    /// Sources: `get-header-value-trim`, `get-vanilla-query-order-encoded` and `post-x-www-form-urlencoded` of the
    /// suite, the last one in the query.
    #[test]
    fn requests_have_one_form_that_is_signed() {
        check_canonical(
            "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1: value1\nMy-Header2: \"a   b   c\"\n\
             X-Amz-Date:20150830T123600Z\nAuthorization:AWS4-HMAC-SHA256 \
             Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;my-header1;my-header2;x-amz-date, Signature=acc3",
            b"",
            "GET\n/\n\nhost:example.amazonaws.com\nmy-header1:value1\nmy-header2:\"a b c\"\n\
             x-amz-date:20150830T123600Z\n\nhost;my-header1;my-header2;x-amz-date\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        );
        check_canonical(
            "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1 HTTP/1.1\nHost:example.amazonaws.com\n\
             X-Amz-Date:20150830T123600Z\nAuthorization:AWS4-HMAC-SHA256 \
             Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature=371d",
            b"",
            "GET\n/\n%E1%88%B4=Value1&Param=Value2&Param-3=Value3\nhost:example.amazonaws.com\n\
             x-amz-date:20150830T123600Z\n\nhost;x-amz-date\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        );
        check_canonical(
            "POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice\
             %2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost\
             &X-Amz-Expires=3600&X-Amz-Signature=89a4 HTTP/1.1\nContent-Type:application/x-www-form-urlencoded\n\
             Host:example.amazonaws.com\nContent-Length:13",
            b"Param1=value1",
            "POST\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F\
             service%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=\
             content-length%3Bcontent-type%3Bhost\ncontent-length:13\n\
             content-type:application/x-www-form-urlencoded\nhost:example.amazonaws.com\n\n\
             content-length;content-type;host\n\
             9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
        );
    }
}

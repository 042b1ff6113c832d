//! Finds the name that was probably meant.

use syn::Ident;

/// An error about a name that is none of `known`, with the closest of them.
pub(crate) fn unknown(what: &str, name: &Ident, known: &[&str]) -> syn::Error {
    let hint = match closest(&name.to_string(), known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are {}", list(known)),
    };
    syn::Error::new(name.span(), format!("unknown {what} `{name}`; {hint}"))
}

/// The closest of `known`, if one is close enough to be meant.
pub(crate) fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let name = name.to_lowercase();
    let far = name.chars().count() / 3 + 1;
    let distances = known.iter().map(|known| (distance(&name, &known.to_lowercase()), *known));
    distances.filter(|(distance, _)| *distance <= far).min_by_key(|(distance, _)| *distance).map(|(_, k)| k)
}

/// Names as a sentence shows them.
pub(crate) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many characters have to be changed, added, removed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut lines: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut line = vec![i];
        for j in 1..=b.len() {
            let replaced = lines[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(lines[i - 1][j] + 1).min(line[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(lines[i - 2][j - 2] + 1);
            }
            line.push(best);
        }
        lines.push(line);
    }
    lines[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name() {
        let known = ["projection", "pk", "sk", "created_on"];
        assert_eq!(closest("projecton", &known), Some("projection"));
        assert_eq!(closest("create_on", &known), Some("created_on"));
        assert_eq!(closest("craeted_on", &known), Some("created_on"));
        assert_eq!(closest("PK", &known), Some("pk"));
        assert_eq!(closest("version", &known), None);
    }
}

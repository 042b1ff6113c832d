//! Random expressions with their placeholders, valid and invalid.

use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::table::KeyAttribute;
use crate::value::{self, ATTRIBUTES};

/// What the expressions of one call have used.
#[derive(Default)]
pub struct Placeholders {
    names: Map<String, Value>,
    values: Map<String, Value>,
}

impl Placeholders {
    /// Writes them into a call, now and then one too few or too many.
    pub fn into_call(mut self, random: &mut Random, call: &mut Value) {
        match random.below(80) {
            0 => drop(self.values.insert(":unused".to_owned(), json!({"S": "x"}))),
            1 => drop(self.names.insert("#unused".to_owned(), json!("x"))),
            2 => drop(self.values.remove(":v0")),
            3 => drop(self.names.remove("#n0")),
            _ => {}
        }
        if !self.names.is_empty() {
            call["ExpressionAttributeNames"] = self.names.into();
        }
        if !self.values.is_empty() {
            call["ExpressionAttributeValues"] = self.values.into();
        }
    }

    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().find(|(_, stands_for)| *stands_for == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.into());
        placeholder
    }

    fn value(&mut self, value: Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// A path, and the attribute that it begins with.
    fn path(&mut self, random: &mut Random) -> (String, &'static str) {
        let name = random.pick(ATTRIBUTES);
        let is_reserved = matches!(name, "name" | "status");
        let mut path = if (is_reserved && !random.percent(3)) || random.percent(20) {
            self.name(name)
        } else {
            name.to_owned()
        };
        match name {
            "m" if random.percent(70) => {
                path += random.pick(&[".x", ".y", ".y[0]", ".y[1]", ".y[5]", ".z", ".x.a"])
            }
            "e" if random.percent(50) => path += random.pick(&["[0]", "[1]", "[2]", "[9]", "[0].x"]),
            _ if random.percent(3) => path += random.pick(&["[0]", ".x"]),
            _ => {}
        }
        (path, name)
    }

    fn operand(&mut self, random: &mut Random) -> String {
        match random.below(10) {
            0 => self.path(random).0,
            1 => format!("size({})", self.path(random).0),
            _ => {
                let name = random.pick(ATTRIBUTES);
                self.value(value::of(random, name))
            }
        }
    }

    /// A condition or a filter.
    pub fn condition(&mut self, random: &mut Random, depth: usize) -> String {
        let text = match random.below(if depth > 0 { 14 } else { 10 }) {
            0 => format!("attribute_exists({})", self.path(random).0),
            1 => format!("attribute_not_exists({})", self.path(random).0),
            2 => {
                let kind = random.pick(&["S", "N", "SS", "L", "M", "NULL", "BOOL", "X"]);
                let kind = self.value(json!({"S": kind}));
                format!("attribute_type({}, {kind})", self.path(random).0)
            }
            3 => format!("begins_with({}, {})", self.path(random).0, self.operand(random)),
            4 => format!("contains({}, {})", self.path(random).0, self.operand(random)),
            5 => {
                let path = self.path(random).0;
                format!("{path} BETWEEN {} AND {}", self.operand(random), self.operand(random))
            }
            6 => format!("{} IN ({}, {})", self.path(random).0, self.operand(random), self.operand(random)),
            7 => {
                let operator = random.pick(&["=", "<", ">="]);
                let size = self.value(json!({"N": random.pick(&["0", "1", "2", "3"])}));
                format!("size({}) {operator} {size}", self.path(random).0)
            }
            8 | 9 => self.comparison(random),
            10 => format!("NOT {}", self.condition(random, depth - 1)),
            11 => format!("({})", self.condition(random, depth - 1)),
            operator => {
                let word = if operator == 12 { "AND" } else { "OR" };
                format!("{} {word} {}", self.condition(random, depth - 1), self.condition(random, depth - 1))
            }
        };
        spoiled(random, text)
    }

    fn comparison(&mut self, random: &mut Random) -> String {
        let (path, name) = self.path(random);
        let operator = random.pick(&["=", "<>", "<", "<=", ">", ">="]);
        let operand =
            if random.percent(70) { self.value(value::of(random, name)) } else { self.operand(random) };
        if random.percent(10) {
            format!("{operand} {operator} {path}")
        } else {
            format!("{path} {operator} {operand}")
        }
    }

    pub fn projection(&mut self, random: &mut Random, keys: &[KeyAttribute]) -> String {
        let mut paths: Vec<String> = (0..=random.below(3)).map(|_| self.path(random).0).collect();
        if random.percent(40) {
            paths.push(keys[random.below(keys.len())].0.clone());
        }
        spoiled(random, paths.join(", "))
    }

    pub fn key_condition(&mut self, random: &mut Random, keys: &[KeyAttribute]) -> String {
        let (name, kind) = &keys[0];
        let mut text = format!("{name} = {}", self.value(value::key(random, kind)));
        if let Some((name, kind)) = keys.get(1)
            && random.percent(60)
        {
            let value = self.value(value::key(random, kind));
            let condition = match random.below(8) {
                0 => format!("begins_with({name}, {value})"),
                1 | 2 => format!("{name} BETWEEN {value} AND {}", self.value(value::key(random, kind))),
                3 if random.percent(20) => format!("{name} <> {value}"),
                _ => format!("{name} {} {value}", random.pick(&["=", "<", "<=", ">", ">="])),
            };
            text = if random.percent(10) {
                format!("{condition} AND {text}")
            } else {
                format!("{text} AND {condition}")
            };
        }
        if random.percent(2) {
            text += &format!(" AND {}", self.condition(random, 0));
        }
        spoiled(random, text)
    }

    pub fn update(&mut self, random: &mut Random, keys: &[&KeyAttribute]) -> String {
        let mut clauses = Vec::new();
        for clause in ["SET", "REMOVE", "ADD", "DELETE"] {
            if !random.percent(if clause == "SET" { 60 } else { 20 }) {
                continue;
            }
            let actions: Vec<_> = (0..=random.below(2)).map(|_| self.action(random, clause, keys)).collect();
            clauses.push(format!("{clause} {}", actions.join(", ")));
        }
        // The sides do not agree whether an update that only takes away creates an item; a test of the engine has the
        // documents that decide.
        if !clauses.iter().any(|clause: &String| clause.starts_with("SET") || clause.starts_with("ADD")) {
            clauses.insert(0, format!("SET {}", self.action(random, "SET", keys)));
        }
        spoiled(random, clauses.join(" "))
    }

    fn action(&mut self, random: &mut Random, clause: &str, keys: &[&KeyAttribute]) -> String {
        let (mut path, mut name) = self.path(random);
        if random.percent(5) {
            path.clone_from(&keys[random.below(keys.len())].0);
        }
        match clause {
            "REMOVE" => path,
            "SET" => format!("{path} = {}", self.source(random, &path, name)),
            _ => {
                if !random.percent(20) {
                    name = random.pick(if clause == "ADD" { &["a", "c", "n", "t"] } else { &["c", "t"] });
                    name.clone_into(&mut path);
                }
                format!("{path} {}", self.value(value::of(random, name)))
            }
        }
    }

    fn source(&mut self, random: &mut Random, path: &str, name: &str) -> String {
        match random.below(10) {
            0 | 1 => {
                let one = self.value(json!({"N": random.pick(&["1", "-1", "0.5", "1e3"])}));
                format!("{path} {} {one}", random.pick(&["+", "-"]))
            }
            2 => {
                let list = self.value(json!({"L": [value::any(random, 1)]}));
                if random.percent(50) {
                    format!("list_append({path}, {list})")
                } else {
                    format!("list_append({list}, {path})")
                }
            }
            3 => format!("if_not_exists({}, {})", self.path(random).0, self.value(value::of(random, name))),
            4 => self.path(random).0,
            5 => {
                let zero = self.value(json!({"N": "0"}));
                let one = self.value(json!({"N": "1"}));
                format!("if_not_exists({path}, {zero}) + {one}")
            }
            _ => self.value(value::of(random, name)),
        }
    }
}

/// Breaks a text now and then.
fn spoiled(random: &mut Random, text: String) -> String {
    if !random.percent(2) {
        return text;
    }
    let mut words: Vec<&str> = text.split(' ').collect();
    let at = random.below(words.len());
    match random.below(7) {
        0 => drop(words.remove(at)),
        1 => words.insert(at, words[at]),
        2 => {
            words[at] =
                random.pick(&["(", ")", ",", "AND", ":missing", "#missing", "1", "=", "\"x\"", "!", "size"])
        }
        3 => return format!("({text})"),
        4 => return format!("(({text}))"),
        5 => words.insert(at, random.pick(&["NOT", "foo(a)", "SET", "(", "AND"])),
        _ => return text.to_lowercase(),
    }
    words.join(" ")
}

use dynorm::prelude::*;

#[derive(Attribute)]
#[attr(tag = "kind")]
enum Payment {
    Pair(String, u32),
    Card { kind: String },
    Invoice {
        #[attr(rename = "kind")]
        number: u32,
    },
    Nothing(),
}

#[derive(Attribute)]
#[attr(content = "c")]
enum NoTag {
    A(u32),
}

#[derive(Attribute)]
#[attr(tag = "t", content = "t")]
enum SameNames {
    A(u32),
}

#[derive(Attribute)]
#[attr(rename_all = "snake_case")]
enum Status {
    SentBack,
    #[attr(rename = "sent_back")]
    Returned,
    #[attr(alias = "sent_back")]
    Lost,
    #[attr(other)]
    First(String),
    #[attr(other)]
    Second(String),
}

#[derive(Attribute)]
enum Others {
    #[attr(other)]
    Named {
        name: String,
    },
    #[attr(other)]
    Unit,
    #[attr(rename_all = "snake_case")]
    Value(u32),
    Argued(#[attr(rename = "x")] u32),
}

#[derive(Attribute)]
#[attr(transparent)]
enum Transparent {
    A,
}

fn main() {}

use dynorm::prelude::*;

#[derive(Attribute, Clone)]
struct Card {
    #[attr(sensitive)]
    number: String,
}

#[derive(Attribute, Clone)]
struct Contact {
    phone: String,
}

#[derive(Entity)]
#[entity(table = "People", pk = "PERSON#{ssn}", sk = born)]
#[entity(index(ByMail, name = by_mail, pk = "MAIL#{mail}"))]
struct Person {
    #[attr(sensitive)]
    ssn: String,
    #[attr(sensitive)]
    born: u32,
    #[attr(sensitive)]
    mail: String,
    #[attr(sensitive, flatten)]
    contact: Contact,
    #[attr(sensitive, skip)]
    session: String,
    #[attr(sensitve)]
    name: String,
    card: Card,
}

fn main() {}

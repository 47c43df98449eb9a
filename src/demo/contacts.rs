//! What a contact is, and how one is found.

use super::sample::CONTACTS;
use super::users::initials;

/// How far a contact's company is on the way to being a customer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Lead,
    Qualified,
    Proposal,
    Customer,
}

impl Stage {
    /// In the order of the pipeline.
    pub(super) const ALL: [Self; 4] = [Self::Lead, Self::Qualified, Self::Proposal, Self::Customer];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Qualified => "Qualified",
            Self::Proposal => "Proposal",
            Self::Customer => "Customer",
        }
    }

    /// The class that colours a label.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Lead => "stage-lead",
            Self::Qualified => "stage-qualified",
            Self::Proposal => "stage-proposal",
            Self::Customer => "stage-customer",
        }
    }
}

/// A person at a company that buys, or may.
pub(super) struct Contact {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) company: &'static str,
    pub(super) email: &'static str,
    pub(super) phone: &'static str,
    pub(super) city: &'static str,
    pub(super) stage: Stage,
    pub(super) owner: &'static str,
    /// Yearly value of the deal, in dollars.
    pub(super) value: u32,
    pub(super) last_contact: &'static str,
    pub(super) about: &'static str,
}

impl Contact {
    pub(super) fn initials(&self) -> String {
        initials(self.name)
    }

    pub(super) fn value(&self) -> String {
        dollars(self.value)
    }

    fn matches(&self, words: &str) -> bool {
        [self.name, self.company, self.title, self.email, self.city]
            .iter()
            .any(|text| text.to_lowercase().contains(words))
    }
}

/// The contact with this id.
pub(super) fn find(id: &str) -> Option<&'static Contact> {
    CONTACTS.iter().find(|contact| contact.id == id)
}

/// The contacts that hold `words` in what the list shows; all, where there are none.
pub(super) fn search(words: &str) -> Vec<&'static Contact> {
    let words = words.trim().to_lowercase();
    CONTACTS
        .iter()
        .filter(|contact| contact.matches(&words))
        .collect()
}

/// `$12,400`
pub(super) fn dollars(amount: u32) -> String {
    let digits = amount.to_string();
    let mut text = String::from("$");
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_names_and_companies_whatever_the_case() {
        assert_eq!(
            search(" KESTREL ")
                .iter()
                .map(|found| found.id)
                .collect::<Vec<_>>(),
            ["rafael-duarte"]
        );
        assert_eq!(search("veselá").len(), 1);
        assert_eq!(search("").len(), CONTACTS.len());
        assert!(search("nobody like this").is_empty());
    }

    #[test]
    fn amounts_are_grouped_by_three() {
        assert_eq!(dollars(0), "$0");
        assert_eq!(dollars(999), "$999");
        assert_eq!(dollars(12_400), "$12,400");
        assert_eq!(dollars(1_234_567), "$1,234,567");
    }
}

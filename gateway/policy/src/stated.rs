//! What the caller of one request says of it, out of what the policy declares of the caller.

use std::collections::BTreeSet;

use crate::model::{Form, Model, Trait};
use crate::{Client, Rulebook};

/// The purpose and the legal basis that a caller stated for one request. What it does not state stays what is declared of it.
/// Made by [`Rulebook::stated`] only, so that nobody states more than is declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stated {
    purpose: Option<u16>,
    basis: Option<u16>,
}

/// Something was stated that the policy does not declare of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDeclared {
    /// The purpose.
    Purpose,
    /// The legal basis.
    Basis,
}

impl Stated {
    /// What was stated of a trait; nothing ever is of those that no request can choose.
    pub(crate) fn of(self, of: Trait) -> Option<u16> {
        match of {
            Trait::Purpose => self.purpose,
            Trait::Basis => self.basis,
            Trait::Sector | Trait::Criticality => None,
        }
    }

    /// The same with this stated of a trait.
    pub(crate) fn with(mut self, of: Trait, name: Option<u16>) -> Stated {
        match of {
            Trait::Purpose => self.purpose = name,
            Trait::Basis => self.basis = name,
            Trait::Sector | Trait::Criticality => {}
        }
        self
    }
}

/// A caller with what it stated: the value of a fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sender {
    pub(crate) client: Client,
    pub(crate) stated: Stated,
}

impl Sender {
    /// Every caller, first each as it is, then with each choice that it has in something that a condition asks for.
    pub(crate) fn all(model: &Model) -> Vec<Sender> {
        let asked: BTreeSet<Trait> = model
            .conditions()
            .filter_map(|condition| match condition.form {
                Form::Sender(of, _) => Some(of),
                _ => None,
            })
            .collect();
        let clients = (0..model.clients.len()).map(|at| Client(at as u16));
        let plain = clients.clone().map(|client| Sender { client, stated: Stated::default() });
        let choosing = clients.flat_map(|client| {
            let choices = |of: Trait| {
                let declared = model.declared(client, of).iter().copied();
                let some = declared.filter(|_| asked.contains(&of)).map(Some);
                [None].into_iter().chain(some).collect::<BTreeSet<_>>()
            };
            let bases = choices(Trait::Basis);
            let both = choices(Trait::Purpose).into_iter().flat_map(move |purpose| {
                bases.clone().into_iter().map(move |basis| Stated { purpose, basis })
            });
            both.filter(|stated| *stated != Stated::default())
                .map(move |stated| Sender { client, stated })
        });
        plain.chain(choosing).collect()
    }
}

impl Model {
    /// The number of what is stated by name, if it is declared of the caller.
    fn declares(&self, client: Client, of: Trait, name: &str) -> Option<u16> {
        let known = self.traits[of.index()].iter().position(|known| known == name)?;
        let known = u16::try_from(known).ok()?;
        self.declared(client, of).contains(&known).then_some(known)
    }

    /// What a caller stated, as far as it is declared of it.
    pub(crate) fn stated(&self, client: Client, names: [Option<&str>; 2]) -> Stated {
        let [purpose, basis] = names;
        let of = |of, name: Option<&str>| name.and_then(|name| self.declares(client, of, name));
        Stated { purpose: of(Trait::Purpose, purpose), basis: of(Trait::Basis, basis) }
    }

    /// The names of what was stated: purpose and legal basis.
    pub(crate) fn stated_names(&self, stated: Stated) -> [Option<&str>; 2] {
        [Trait::Purpose, Trait::Basis].map(|of| {
            let number = stated.of(of)?;
            self.traits[of.index()].get(usize::from(number)).map(String::as_str)
        })
    }
}

impl Rulebook {
    /// What a caller states of one request by these names.
    ///
    /// # Errors
    /// The first that the policy does not declare of the caller, there or above it.
    pub fn stated(
        &self,
        client: Client,
        purpose: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Stated, NotDeclared> {
        let stated = self.model.stated(client, [purpose, basis]);
        match () {
            () if purpose.is_some() && stated.purpose.is_none() => Err(NotDeclared::Purpose),
            () if basis.is_some() && stated.basis.is_none() => Err(NotDeclared::Basis),
            () => Ok(stated),
        }
    }
}

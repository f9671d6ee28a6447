//! What others may know of a rulebook's declarations: for refusals, records, keys and addresses.

use serde::Serialize;

use crate::{ClassId, Country, Day, DestinationId};

/// A data class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassInfo {
    /// The name.
    pub name: String,
    /// What it means.
    pub sentence: String,
    /// How it stands to another class.
    pub kind: Option<(Kind, ClassId)>,
    /// The law that defines it.
    pub law: Option<String>,
    /// Detector ids and families, as written.
    pub detect: Vec<String>,
}

/// How a class stands to the class it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Such as health data among personal data: under its own, stricter law.
    SpecialCategory,
    /// Such as a passport number among personal data.
    Identifier,
}

/// A rule, as it is to be cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The name.
    pub name: String,
    /// What it says, in one sentence.
    pub sentence: String,
    /// The law it rests on.
    pub law: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is there.
    pub because: Option<String>,
    /// What the sender can do; shown to the caller of the API.
    pub remedy: Option<String>,
    /// First day in force.
    pub from: Option<Day>,
    /// Last day in force.
    pub until: Option<Day>,
    /// Last day on which it is only watched.
    pub monitor_until: Option<Day>,
    /// The day on which its owner wants to look at it again.
    pub review: Option<Day>,
    /// File and line where it stands.
    pub place: String,
}

/// What a provider's address understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaks {
    /// OpenAI chat completions.
    OpenaiChat,
    /// Anthropic messages.
    AnthropicMessages,
}

impl Speaks {
    /// The word in the policy; the name of the dialect.
    pub fn name(self) -> &'static str {
        match self {
            Speaks::OpenaiChat => "openai-chat",
            Speaks::AnthropicMessages => "anthropic-messages",
        }
    }
}

/// How much say the state has over a destination, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Under the state's own control.
    MustControl,
    /// Under the control of an ally.
    Allied,
    /// Bought on the market.
    Market,
}

impl Tier {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Tier::MustControl => "must-control",
            Tier::Allied => "allied",
            Tier::Market => "market",
        }
    }
}

/// Whose key opens a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Credential {
    /// The client's own, passed on to the operator it was issued for.
    Client,
    /// One that the gateway holds.
    Gateway,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationInfo {
    /// The name.
    pub name: String,
    /// What it is.
    pub sentence: String,
    /// Where its API begins.
    pub url: String,
    /// What it understands.
    pub speaks: Option<Speaks>,
    /// The model to name when traffic is rerouted here.
    pub model: Option<String>,
    /// Who runs it.
    pub operator: Option<String>,
    /// Country codes and zones whose law binds the operator.
    pub answers_to: Vec<String>,
    /// Country codes and zones where the operator sits.
    pub seat: Vec<String>,
    /// Country codes and zones where those sit who own it.
    pub owned_from: Vec<String>,
    /// Country codes and zones where it is processed.
    pub processed: Vec<String>,
    /// Country codes and zones where it is stored.
    pub stored: Vec<String>,
    /// Country codes and zones where the keys are held.
    pub keys: Vec<String>,
    /// Countries that evidence about the address can confirm or refute: of processing and storage.
    pub claimed: Vec<Country>,
    /// Fields of a request's body, each with the value that the gateway sets, by which the operator lets its customer choose the place.
    pub pins: Vec<(String, String)>,
    /// What says where it is, if it is only declared: an entry of an inventory, a contract.
    pub inventory: Option<String>,
    /// Set when the destination stands in a declared zone, such as the gateway's own premises.
    pub zone: Option<String>,
    /// How much say the state has over it.
    pub tier: Tier,
    /// Whose key is sent.
    pub credential: Credential,
    /// What it has shown: name, first day, last day.
    pub attests: Vec<(String, Option<Day>, Option<Day>)>,
}

/// Somebody who has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As it is written.
    pub name: String,
    /// The Ed25519 public key by which their signature is known; without one they cannot approve anything.
    pub key: Option<[u8; 32]>,
}

/// A pool of destinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolInfo {
    /// The name.
    pub name: String,
    /// What it is for.
    pub sentence: String,
    /// In the order in which they are to be tried; the first healthy one is chosen.
    pub members: Vec<DestinationId>,
}

/// A caller, as far as the policy knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClientInfo {
    /// The agency.
    pub agency: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The application.
    pub application: Option<String>,
}

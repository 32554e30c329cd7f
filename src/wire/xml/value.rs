//! The values that the marshalled XML carries.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::domain::parameters::Integer;

/// A value of the marshalled XML. Lists, dictionaries and objects may be shared: cloning one and putting it in two
/// places writes the second as a `<reference>`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `<none/>`
    None,
    /// `<bool>`, which is not a number.
    Bool(bool),
    /// `<int>` or `<long>`, of any size.
    Int(Integer),
    /// `<float>`, also infinite or not a number.
    Float(f64),
    /// `<string>`, or `<unicode>` of older producers.
    String(String),
    /// `<tuple>`, which has no identity and is never shared.
    Tuple(Vec<Value>),
    /// `<list>`
    List(Arc<Vec<Value>>),
    /// `<dictionary>`
    Dictionary(Arc<Dictionary>),
    /// `<object>`
    Object(Arc<Object>),
}

impl Value {
    /// A list that is not shared yet.
    #[must_use]
    pub fn list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(values))
    }

    /// A dictionary with text keys that is not shared yet; of two equal keys the last wins.
    pub fn dictionary<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Dictionary(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// An object that is not shared yet.
    #[must_use]
    pub fn object(class: Class, arguments: Vec<Self>, state: Dictionary) -> Self {
        Self::Object(Arc::new(Object { class, arguments, state }))
    }

    /// Whether it is `<none/>`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The truth value, of a bool only.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The text, of a string only.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The elements of a list or a tuple.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            Self::Tuple(values) => Some(values),
            _ => None,
        }
    }

    /// The dictionary, of a dictionary only.
    #[must_use]
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }

    /// The object, of an object only.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The value of a text key of a dictionary, or of an attribute of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Dictionary(dictionary) => dictionary.get(key),
            Self::Object(object) => object.state.get(key),
            _ => None,
        }
    }

    /// What kind of value it is, for messages: `a list`, `none`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an int",
            Self::Float(_) => "a float",
            Self::String(_) => "a string",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dictionary(_) => "a dictionary",
            Self::Object(_) => "an object",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Dictionary> for Value {
    fn from(dictionary: Dictionary) -> Self {
        Self::Dictionary(Arc::new(dictionary))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// Entries in the order in which the Python producer writes them, without equal keys.
///
/// That order is: texts by code point, then numbers by value, then none. Keys are scalars; [`super::dumps`] refuses
/// others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dictionary(Vec<(Value, Value)>);

impl Dictionary {
    /// Sorts the entries; of two equal keys the last wins.
    #[must_use]
    pub fn new(mut entries: Vec<(Value, Value)>) -> Self {
        let sorted = entries.windows(2).all(|pair| key_order(&pair[0].0, &pair[1].0) == Ordering::Less);
        if !sorted {
            entries.reverse();
            entries.sort_by(|(left, _), (right, _)| key_order(left, right));
            entries.dedup_by(|(later, _), (earlier, _)| key_order(earlier, later) == Ordering::Equal);
        }
        Self(entries)
    }

    /// The value of a text key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let found = self.0.binary_search_by(|(candidate, _)| match candidate {
            Value::String(candidate) => candidate.as_str().cmp(key),
            _ => Ordering::Greater,
        });
        found.ok().map(|index| &self.0[index].1)
    }

    /// Every entry, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Dictionary {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::new(entries.into_iter().map(|(key, value)| (Value::String(key.into()), value)).collect())
    }
}

/// A total order of keys: the producer's, and for values that cannot be keys any order.
fn key_order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)).then_with(|| match (number(left), number(right)) {
            (Some(one), Some(other)) => {
                one.total_cmp(&other).then_with(|| subrank(left).cmp(&subrank(right))).then_with(|| exact(left, right))
            }
            _ => Ordering::Equal,
        }),
    }
}

fn rank(key: &Value) -> u8 {
    match key {
        Value::String(_) => 0,
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => 1,
        Value::None => 2,
        Value::Tuple(_) | Value::List(_) | Value::Dictionary(_) | Value::Object(_) => 3,
    }
}

fn number(key: &Value) -> Option<f64> {
    match key {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Int(value) => value.as_str().parse().ok(),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

fn subrank(key: &Value) -> u8 {
    match key {
        Value::Bool(_) => 0,
        Value::Int(_) => 1,
        _ => 2,
    }
}

fn exact(left: &Value, right: &Value) -> Ordering {
    let (Value::Int(left), Value::Int(right)) = (left, right) else { return Ordering::Equal };
    let (left, right) = (left.as_str(), right.as_str());
    let ascending = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
    if left.starts_with('-') { ascending.reverse() } else { ascending }
}

/// The classes that may travel; everything else is refused by both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A computer with its partitions and software releases.
    Computer,
    /// A partition and the instance in it.
    ComputerPartition,
    /// A software release on a computer.
    SoftwareRelease,
    /// An instance as its requester sees it.
    SoftwareInstance,
}

impl Class {
    /// The module of all four classes on the wire.
    pub const MODULE: &str = "slapos.slap.slap";

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Computer => "Computer",
            Self::ComputerPartition => "ComputerPartition",
            Self::SoftwareRelease => "SoftwareRelease",
            Self::SoftwareInstance => "SoftwareInstance",
        }
    }

    /// The class of that module and name, both compared exactly.
    #[must_use]
    pub fn find(module: &str, name: &str) -> Option<Self> {
        [Self::Computer, Self::ComputerPartition, Self::SoftwareRelease, Self::SoftwareInstance]
            .into_iter()
            .find(|class| module == Self::MODULE && name == class.name())
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An object as data: nothing is ever called, whatever its attributes are named.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its class.
    pub class: Class,
    /// What its constructor was given. Where an attribute says the same thing differently, the attribute counts.
    pub arguments: Vec<Value>,
    /// Its attributes; keys are texts.
    pub state: Dictionary,
}

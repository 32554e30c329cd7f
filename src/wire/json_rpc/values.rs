//! The values of the domain as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::text::fault;
use crate::domain::error::Refusal;
use crate::domain::ids::{Reference, SoftwareRelease, Title};
use crate::domain::parameters::{Integer, Parameters, Value, check_text, float_text};
use crate::domain::state::{RequestedState, SupplyState};
use crate::wire::json::read_number;

/// The longest title of an instance in this API, in characters.
const TITLE: usize = 200;

/// A structure that is read from an object only: derived ones would also take an array of their fields.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// Gives a type of the domain its JSON form: a text that its own rules accept.
macro_rules! texts {
    ($($name:ident: $parse:expr, $show:expr;)*) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let show: fn(&$name) -> &str = $show;
                serializer.serialize_str(show(self))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let parse: fn(&str) -> Result<$name, Refusal> = $parse;
                parse(&String::deserialize(deserializer)?).map_err(fault)
            }
        })*
    };
}

texts! {
    Title: |text| Title::parse("", text), |title| title;
    SoftwareRelease: |text| SoftwareRelease::parse("", text), |release| release;
    Reference: |text| Reference::parse("", text), |reference| reference;
    RequestedState: |text| RequestedState::parse("", text), |state| state.as_str();
    SupplyState: |text| SupplyState::parse("", text), |state| state.as_str();
}

/// Reads a title of at most 200 characters.
pub fn title<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Title, D::Error> {
    Title::parse("", &short(deserializer)?).map_err(fault)
}

/// Reads a text of at most 200 characters.
pub fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.chars().count() {
        0..=TITLE => Ok(text),
        count => Err(Error::custom(format_args!("{count} characters are too long; expected at most {TITLE}"))),
    }
}

/// Reads a text that XML can carry.
pub fn plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    check_text("", &text).map_err(fault)?;
    Ok(text)
}

/// Reads a message or log; what XML cannot carry is replaced, since a refusal would stop the node.
pub fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(crate::wire::form::printable(&String::deserialize(deserializer)?))
}

/// Reads a field that may be absent, but is not `null`.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    plain(deserializer).map(Some)
}

/// Reads what an instance demands of its place: `retention_delay` is a number, everything else a text.
pub fn sla<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Parameters, D::Error> {
    struct Sla;

    impl<'de> Visitor<'de> for Sla {
        type Value = BTreeMap<String, Value>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some(key) = map.next_key::<String>()? {
                let value = if key == "retention_delay" {
                    read_number(map.next_value::<Number>()?.as_str()).map_err(Error::custom)?
                } else {
                    Value::Text(map.next_value()?)
                };
                found.insert(key, value);
            }
            Ok(found)
        }
    }

    Parameters::new("", deserializer.deserialize_map(Sla)?).map_err(fault)
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.as_map().iter().map(|(key, value)| (key, Json(value))))
    }
}

/// A value to write.
pub struct Json<'a>(pub &'a Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Integer(integer) => {
                integer.as_str().parse::<Number>().map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
            Value::Float(float) if float.is_finite() => serializer.serialize_f64(*float),
            Value::Float(float) => serializer.serialize_str(&float_text(*float)),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(values) => serializer.collect_seq(values.iter().map(Json)),
            Value::Map(map) => {
                let mut writer = serializer.serialize_map(Some(map.len()))?;
                map.iter().try_for_each(|(key, value)| writer.serialize_entry(key, &Json(value)))?;
                writer.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;

        impl<'de> Visitor<'de> for Map {
            type Value = BTreeMap<String, Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                match entries(map)? {
                    Value::Map(map) => Ok(map),
                    _ => Err(Error::custom("invalid type: number, expected an object")),
                }
            }
        }

        Parameters::new("", deserializer.deserialize_map(Map)?).map_err(fault)
    }
}

/// A value of any type, with its type.
pub struct Typed(pub Value);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E: Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Integer(Integer::from(value)))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
                read_number(&value.to_string()).map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Float(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut values = Vec::new();
                while let Some(Typed(value)) = list.next_element()? {
                    values.push(value);
                }
                Ok(Value::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                entries(map)
            }
        }

        deserializer.deserialize_any(Any).map(Typed)
    }
}

/// The entries of an object; or the number, which `serde_json` hands over as a map so that none of its digits is lost.
fn entries<'de, A: MapAccess<'de>>(mut map: A) -> Result<Value, A::Error> {
    let mut found = BTreeMap::new();
    while let Some(key) = map.next_key()? {
        match key {
            Key::Number => return read_number(&map.next_value::<String>()?).map_err(Error::custom),
            Key::Name(key) => {
                let Typed(value) = map.next_value()?;
                found.insert(key, value);
            }
        }
    }
    Ok(Value::Map(found))
}

/// A key of an object. Keys of the text come as the bytes that are asked for; the key that stands for a number comes as
/// text whatever is asked for, which tells it from an equal key of the text.
pub enum Key {
    Name(String),
    Number,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Key, E> {
                match str::from_utf8(bytes) {
                    Ok(key) => Ok(Key::Name(key.to_owned())),
                    Err(_) => Err(E::custom("a key is not text in Unicode")),
                }
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
                Ok(if key == "$serde_json::private::Number" { Key::Number } else { Key::Name(key.to_owned()) })
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

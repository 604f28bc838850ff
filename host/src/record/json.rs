//! Values of the typed interfaces in the shapes of the `json` interface: `snake_case` keys, enums in kebab-case, absent options left out.

use serde::Serialize;
use serde::ser::{self, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde_json::{Map, Value};

/// A value of the typed interfaces in JSON, in the shape that the `json` interface gives it.
pub fn to_json(value: &(impl Serialize + ?Sized)) -> Value {
    // The contract's types hold nothing that JSON lacks; were there such a one, the comparison with the `json` interface would tell.
    part(value).unwrap_or_default().unwrap_or_default()
}

/// The word that documents have for a case of an enumeration.
pub fn word(case: &impl Serialize) -> String {
    to_json(case).as_str().unwrap_or_default().to_owned()
}

/// A value in JSON; `None` for an absent option, which its record leaves out.
fn part(value: &(impl Serialize + ?Sized)) -> Result<Option<Value>, Unknown> {
    value.serialize(Shape)
}

/// A type that the contract does not use.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unknown(String);

impl ser::Error for Unknown {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

fn unknown(what: &str) -> Unknown {
    Unknown(format!("the contract has no {what}"))
}

/// Names of Rust's variants are in camel case, as the bindings make them of the contract's names.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

struct Shape;

struct List(Vec<Value>);

struct Fields(Map<String, Value>);

type Answer = Result<Option<Value>, Unknown>;

impl ser::Serializer for Shape {
    type Ok = Option<Value>;
    type Error = Unknown;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = Impossible<Self::Ok, Unknown>;
    type SerializeTupleVariant = Impossible<Self::Ok, Unknown>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Self::Ok, Unknown>;

    fn serialize_bool(self, value: bool) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_i8(self, value: i8) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_u8(self, value: u8) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_f32(self, value: f32) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_char(self, value: char) -> Answer {
        Ok(Some(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Answer {
        Ok(Some(value.into()))
    }

    fn serialize_none(self) -> Answer {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Answer {
        part(value)
    }

    fn serialize_unit(self) -> Answer {
        Ok(None)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Answer {
        Err(unknown(name))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Answer {
        Ok(Some(kebab(variant).into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Answer {
        part(value)
    }

    /// Cases with a value, and results: `{"ok": …}`, `{"err": …}`.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Answer {
        let inner = part(value)?.unwrap_or_default();
        Ok(Some(Value::Object(Map::from_iter([(kebab(variant), inner)]))))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Unknown> {
        Ok(List(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Unknown> {
        Ok(List(Vec::with_capacity(length)))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unknown> {
        Err(unknown(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unknown> {
        Err(unknown(name))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Unknown> {
        Ok(Fields(Map::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Unknown> {
        Ok(Fields(Map::new()))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unknown> {
        Err(unknown(name))
    }
}

impl SerializeSeq for List {
    type Ok = Option<Value>;
    type Error = Unknown;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.0.push(part(value)?.unwrap_or_default());
        Ok(())
    }

    fn end(self) -> Answer {
        Ok(Some(Value::Array(self.0)))
    }
}

impl SerializeTuple for List {
    type Ok = Option<Value>;
    type Error = Unknown;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Answer {
        SerializeSeq::end(self)
    }
}

impl SerializeStruct for Fields {
    type Ok = Option<Value>;
    type Error = Unknown;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unknown> {
        if let Some(value) = part(value)? {
            // A name that is a keyword of Rust has an underscore after it.
            self.0.insert(key.trim_end_matches('_').to_owned(), value);
        }
        Ok(())
    }

    fn end(self) -> Answer {
        Ok(Some(Value::Object(self.0)))
    }
}

impl SerializeMap for Fields {
    type Ok = Option<Value>;
    type Error = Unknown;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Unknown> {
        Err(unknown("maps"))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Unknown> {
        Err(unknown("maps"))
    }

    fn end(self) -> Answer {
        Ok(Some(Value::Object(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    enum Kind {
        PullRequest,
        WaitFor(u64),
    }

    #[derive(Serialize)]
    struct Record {
        kind: Kind,
        type_: Option<String>,
        absent: Option<u32>,
        pairs: Vec<(String, i64)>,
    }

    #[test]
    fn records_enums_options_and_results_have_the_shapes_of_the_json_interface() {
        let record = Record {
            kind: Kind::PullRequest,
            type_: Some("x".to_owned()),
            absent: None,
            pairs: vec![("a".to_owned(), -1)],
        };
        assert_eq!(to_json(&record), json!({"kind": "pull-request", "type": "x", "pairs": [["a", -1]]}));
        assert_eq!(to_json(&Kind::WaitFor(u64::MAX)), json!({"wait-for": u64::MAX}));
        assert_eq!(to_json(&Ok::<_, u32>(true)), json!({"ok": true}));
        assert_eq!(to_json(&Err::<u32, _>(["a"])), json!({"err": ["a"]}));
        assert_eq!(to_json(&None::<u32>), Value::Null);
    }
}

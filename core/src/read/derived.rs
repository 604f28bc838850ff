//! The reader's face to derived code: all that is compiled once for each type.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::reader::{Choice, Members, Reader, Stop};

type Result<T> = std::result::Result<T, Stop>;

/// Integers, each read as what it becomes, so that no visitor compares ranges.
macro_rules! integers {
    ($($deserialize:ident $visit:ident $expected:literal),* $(,)?) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit(self.integer($expected)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Stop;

    /// Anything is told as a string, or else only as being there. Types for documents of others ask for it.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.scanner.peek() == b'"' {
            self.deserialize_string(visitor)
        } else {
            self.deserialize_ignored_any(visitor)
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.scanner.skip();
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.boolean()?)
    }

    integers! {
        deserialize_u16 visit_u16 "an integer from 0 to 65535",
        deserialize_u32 visit_u32 "an integer from 0 to 4294967295",
        deserialize_u64 visit_u64 "an integer of 64 bits, not negative",
        deserialize_i32 visit_i32 "an integer from -2147483648 to 2147483647",
        deserialize_i64 visit_i64 "an integer of 64 bits",
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'[', "a list")?;
        let value = visitor.visit_seq(Elements { reader: self })?;
        self.scanner.take(b']');
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.open(b'[', "a list")?;
        let value = visitor.visit_seq(Elements { reader: self })?;
        self.close()?;
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'{', "an object")?;
        let value = visitor.visit_map(Pairs { reader: self })?;
        self.scanner.take(b'}');
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let members = self.members(names, "an object")?;
        let value = visitor.visit_seq(Fields { reader: self, names, members: &members, next: 0 })?;
        self.leave(&members);
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let choice = self.choice(variants)?;
        let value = visitor.visit_enum(Variant { reader: self, choice })?;
        self.chosen(&choice)?;
        Ok(value)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct identifier
    }
}

/// A struct's fields, in their order.
struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    names: &'static [&'static str],
    members: &'r Members,
    next: usize,
}

impl<'de> SeqAccess<'de> for Fields<'_, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let field = self.next;
        self.next += 1;
        if self.reader.go(self.members, self.names, field) {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// A list's elements.
struct Elements<'r, 'a> {
    reader: &'r mut Reader<'a>,
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.reader.element() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

/// A map's keys and values.
struct Pairs<'r, 'a> {
    reader: &'r mut Reader<'a>,
}

impl<'de> MapAccess<'de> for Pairs<'_, '_> {
    type Error = Stop;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.reader.key() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        self.reader.scanner.take(b':');
        seed.deserialize(&mut *self.reader)
    }
}

/// An enum's variant.
struct Variant<'r, 'a> {
    reader: &'r mut Reader<'a>,
    choice: Choice,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self)> {
        let index: serde::de::value::U64Deserializer<Stop> = self.choice.index.into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Stop;

    /// Does nothing, so that the arms of an enum of words are all alike; [`Reader::chosen`] looks whether there is a value.
    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        if self.choice.valued { seed.deserialize(self.reader) } else { Err(self.reader.without_value(&self.choice)) }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(self.reader.without_value(&self.choice))
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value> {
        if self.choice.valued {
            self.reader.deserialize_struct("", names, visitor)
        } else {
            Err(self.reader.without_value(&self.choice))
        }
    }
}

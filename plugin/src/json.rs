//! The `json` interface.

use buildonce_core::json;

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::json::Guest;
use crate::wit::types as wit;

impl Guest for crate::Engine {
    fn names() -> Vec<String> {
        json::names().map(str::to_owned).collect()
    }

    fn call(name: String, input: String) -> Result<String, wit::Failure> {
        json::call(&name, &input).translate()
    }
}

one_way_enum!(json::FailureCode => wit::FailureCode { UnknownFunction, InvalidInput, InputTooLarge, InvalidOutput });
one_way!(json::Failure => wit::Failure { code, message, field });

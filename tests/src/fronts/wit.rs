//! The types of the WIT package in the compact form that the JavaScript runner converts by.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use wit_parser::{Function, FunctionKind, Handle, Resolve, Type, TypeDefKind};

/// Every function that the package exports: `{"tagging.plan": {"interface", "function", "kind", "resource", "params": [[name, type]], "result"}}`.
///
/// A type is a name (`string`, `u64`, …) or an object with one key: `list`, `option`, `tuple`, `record`, `enum`, `variant`, `result`, `resource`.
pub fn describe() -> Result<Value> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(crate::root().join("wit"))?;
    let mut functions = Map::new();
    for (interface, id) in &resolve.packages.get(package).context("no package")?.interfaces {
        for function in resolve.interfaces.get(*id).context("no interface")?.functions.values() {
            let name = format!("{interface}.{}", function.item_name());
            functions.insert(name, describe_function(&resolve, interface, function)?);
        }
    }
    Ok(Value::Object(functions))
}

fn describe_function(resolve: &Resolve, interface: &str, function: &Function) -> Result<Value> {
    let (kind, resource) = match function.kind {
        FunctionKind::Freestanding => ("function", None),
        FunctionKind::Static(id) => ("static", Some(id)),
        FunctionKind::Method(id) => ("method", Some(id)),
        _ => bail!("the runner does not know functions such as {}", function.name),
    };
    let resource = resource.and_then(|id| resolve.types.get(id)?.name.as_deref());
    let params = function.params.iter().map(|param| Ok(json!([param.name, describe_type(resolve, param.ty)?])));
    let result = function.result.context("a function without an answer")?;
    Ok(json!({
        "interface": interface,
        "function": function.item_name(),
        "kind": kind,
        "resource": resource,
        "params": params.collect::<Result<Vec<_>>>()?,
        "result": describe_type(resolve, result)?,
    }))
}

fn describe_type(resolve: &Resolve, ty: Type) -> Result<Value> {
    let Type::Id(id) = ty else {
        return Ok(json!(match ty {
            Type::Bool => "bool",
            Type::S32 => "s32",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::S64 => "s64",
            Type::String => "string",
            other => bail!("the runner does not know {other:?}"),
        }));
    };
    let definition = resolve.types.get(id).context("no such type")?;
    let inner = |ty: &Type| describe_type(resolve, *ty);
    Ok(match &definition.kind {
        TypeDefKind::Type(ty) => inner(ty)?,
        TypeDefKind::List(ty) => json!({"list": inner(ty)?}),
        TypeDefKind::Option(ty) => json!({"option": inner(ty)?}),
        TypeDefKind::Tuple(tuple) => json!({"tuple": tuple.types.iter().map(inner).collect::<Result<Vec<_>>>()?}),
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|field| Ok(json!([field.name, inner(&field.ty)?])));
            json!({"record": fields.collect::<Result<Vec<_>>>()?})
        }
        TypeDefKind::Enum(cases) => json!({"enum": cases.cases.iter().map(|c| &c.name).collect::<Vec<_>>()}),
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| {
                let payload = case.ty.as_ref().map_or(Ok(Value::Null), inner);
                Ok(json!([case.name, payload?]))
            });
            json!({"variant": cases.collect::<Result<Vec<_>>>()?})
        }
        TypeDefKind::Result(result) => {
            let side = |ty: &Option<Type>| ty.as_ref().map_or(Ok(Value::Null), inner);
            json!({"result": [side(&result.ok)?, side(&result.err)?]})
        }
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => inner(&Type::Id(*id))?,
        TypeDefKind::Resource => json!({"resource": definition.name}),
        other => bail!("the runner does not know {}", other.as_str()),
    })
}

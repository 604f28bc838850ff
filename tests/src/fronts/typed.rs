//! The typed interfaces of the component in wasmtime, called by the types that the component itself declares.

use anyhow::{Context, Result, bail, ensure};
use buildonce::Engine;
use serde_json::{Map, Value, json};
use wasmtime::component::{Component, Func, Instance, Linker, ResourceType, Type, Val};
use wasmtime::{Config, Store};

use super::Front;

/// Bytes that one call may move across the boundary; the largest case has a payload of ten megabytes.
const TRANSFER_BYTES: usize = 1 << 30;

/// The embedded component, compiled when the tests start.
#[derive(Debug)]
pub struct Typed {
    engine: wasmtime::Engine,
    component: Component,
}

impl Typed {
    /// Compiles the embedded component.
    pub fn load() -> Result<Self> {
        let engine = wasmtime::Engine::new(Config::new().wasm_component_model(true)).map_err(plain)?;
        let component = Component::from_binary(&engine, Engine::embedded_bytes()).map_err(plain)?;
        Ok(Self { engine, component })
    }
}

impl Front for Typed {
    fn name(&self) -> &'static str {
        "wasmtime-typed"
    }

    fn typed(&self) -> bool {
        true
    }

    fn call(&self, name: &str, input: &Value) -> Result<Value> {
        let mut store = Store::new(&self.engine, ());
        store.set_hostcall_fuel(TRANSFER_BYTES);
        let instance = Linker::new(&self.engine).instantiate(&mut store, &self.component).map_err(plain)?;
        let mut run = Run { component: &self.component, store, instance };
        let mut input = input.as_object().cloned().context("the input is not an object")?;

        let function = run.function(name)?;
        let facts = run.made_by("facts.from-record")?;
        let mut held = Held::default();
        for (name, ty) in run.parameters(function) {
            match ty {
                Type::Borrow(ty) if ty == facts => held.facts = Some(run.facts(input.remove(&name))?),
                Type::Option(ty) if ty.ty() == Type::Borrow(facts) => {
                    held.facts = input.remove(&name).map(|record| run.facts(Some(record))).transpose()?;
                }
                // The first parameter of a method is the resource itself.
                Type::Borrow(_) => match run.policy(input.remove("policy"))? {
                    Ok(made) => held.policy = Some(made),
                    Err(refused) => return Ok(json!({"err": refused})),
                },
                _ => {}
            }
        }
        let answer = run.call(function, &mut input, &held)?;
        let is_result = matches!(answer, Val::Result(_));
        let takes_policy = held.policy.is_some();
        let answer = run.json_of(answer, facts)?;
        for resource in held.policy.into_iter().chain(held.facts) {
            run.drop(resource)?;
        }
        Ok(if takes_policy && !is_result { json!({"ok": answer}) } else { answer })
    }
}

/// The resources that a call borrows.
#[derive(Default)]
struct Held {
    policy: Option<Val>,
    facts: Option<Val>,
}

struct Run<'a> {
    component: &'a Component,
    store: Store<()>,
    instance: Instance,
}

impl Run<'_> {
    /// `tagging.plan` is the function `plan` of the interface `tagging`, or a static function or method of its resource.
    fn function(&mut self, name: &str) -> Result<Func> {
        let (interface, function) = name.split_once('.').context("a function is called `interface.function`")?;
        let ty = self.component.component_type();
        let marker = format!("/{interface}@");
        let export =
            ty.exports(self.store.engine()).map(|(name, _)| name.to_owned()).find(|name| name.contains(&marker));
        let export = export.with_context(|| format!("the component exports no interface `{interface}`"))?;
        let outer = self.component.get_export_index(None, export.as_str());
        let mut names = vec![function.to_owned()];
        for resource in ["policy", "run-facts"] {
            names.extend(["static", "method"].map(|kind| format!("[{kind}]{resource}.{function}")));
        }
        let index = names.iter().find_map(|name| self.component.get_export_index(outer.as_ref(), name.as_str()));
        let index = index.with_context(|| format!("the interface `{interface}` has no function `{function}`"))?;
        self.instance.get_func(&mut self.store, index).context("not a function")
    }

    fn parameters(&self, function: Func) -> Vec<(String, Type)> {
        function.ty(&self.store).params().map(|(name, ty)| (snake(name), ty)).collect()
    }

    /// The resource that a function makes.
    fn made_by(&mut self, name: &str) -> Result<ResourceType> {
        let function = self.function(name)?;
        match function.ty(&self.store).results().next() {
            Some(Type::Own(ty)) => Ok(ty),
            other => bail!("{name} makes {other:?}"),
        }
    }

    /// Facts of the record.
    fn facts(&mut self, record: Option<Value>) -> Result<Val> {
        let function = self.function("facts.from-record")?;
        let mut input = record.into_iter().map(|record| ("facts".to_owned(), record)).collect();
        self.call(function, &mut input, &Held::default())
    }

    /// The JSON form of an answer: facts are the record that they hold.
    fn json_of(&mut self, answer: Val, facts: ResourceType) -> Result<Value> {
        let answer = match answer {
            Val::Result(Ok(Some(held))) if matches!(&*held, Val::Resource(held) if held.ty() == facts) => {
                let function = self.function("facts.to-record")?;
                let held = Held { facts: Some(*held), ..Held::default() };
                let record = self.call(function, &mut Map::new(), &held)?;
                held.facts.map_or(Ok(()), |facts| self.drop(facts))?;
                Val::Result(Ok(Some(Box::new(record))))
            }
            other => other,
        };
        to_json(&answer)
    }

    fn drop(&mut self, resource: Val) -> Result<()> {
        match resource {
            Val::Resource(resource) => resource.resource_drop(&mut self.store).map_err(plain),
            other => bail!("{other:?} cannot be dropped"),
        }
    }

    /// A policy of the document, or the standard one; the inner error is the component's refusal.
    fn policy(&mut self, document: Option<Value>) -> Result<Result<Val, Value>> {
        let (name, mut input) = match document {
            Some(Value::Object(document)) => ("policy.parse", document),
            None => ("policy.standard", Map::new()),
            Some(_) => bail!("`policy` is not an object"),
        };
        let function = self.function(name)?;
        Ok(match self.call(function, &mut input, &Held::default())? {
            Val::Result(Ok(Some(policy))) => Ok(*policy),
            Val::Result(Err(Some(refused))) => Err(to_json(&refused)?),
            policy @ Val::Resource(_) => Ok(policy),
            other => bail!("{name} answered {other:?}"),
        })
    }

    fn call(&mut self, function: Func, input: &mut Map<String, Value>, held: &Held) -> Result<Val> {
        let resources = [&held.policy, &held.facts];
        let of = |ty: &ResourceType| {
            let own = |value: &&Val| matches!(value, Val::Resource(own) if own.ty() == *ty);
            resources.into_iter().flatten().find(own).cloned()
        };
        let mut arguments = Vec::new();
        for (name, ty) in self.parameters(function) {
            arguments.push(match &ty {
                Type::Borrow(resource) => of(resource).with_context(|| format!("`{name}` is missing"))?,
                Type::Option(option) => match option.ty() {
                    Type::Borrow(resource) => Val::Option(of(&resource).map(Box::new)),
                    _ => to_val(input.remove(&name).as_ref(), &ty, &name)?,
                },
                _ => to_val(input.remove(&name).as_ref(), &ty, &name)?,
            });
        }
        ensure!(input.is_empty(), "the input has more than the function's parameters: {input:?}");
        let mut results = [Val::Bool(false)];
        function.call(&mut self.store, &arguments, &mut results).map_err(plain)?;
        let [answer] = results;
        Ok(answer)
    }
}

/// The value of a type that JSON stands for; `path` is for errors.
fn to_val(value: Option<&Value>, ty: &Type, path: &str) -> Result<Val> {
    if let Type::Option(option) = ty {
        return Ok(Val::Option(match value {
            None | Some(Value::Null) => None,
            some => Some(Box::new(to_val(some, &option.ty(), path)?)),
        }));
    }
    let value = value.with_context(|| format!("`{path}` is missing"))?;
    let wrong = || format!("`{path}` is of another type");
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().with_context(wrong)?),
        Type::S32 => Val::S32(value.as_i64().and_then(|n| n.try_into().ok()).with_context(wrong)?),
        Type::U32 => Val::U32(value.as_u64().and_then(|n| n.try_into().ok()).with_context(wrong)?),
        Type::U64 => Val::U64(value.as_u64().with_context(wrong)?),
        Type::S64 => Val::S64(value.as_i64().with_context(wrong)?),
        Type::String => Val::String(value.as_str().with_context(wrong)?.to_owned()),
        Type::Enum(_) => Val::Enum(value.as_str().with_context(wrong)?.to_owned()),
        Type::Variant(variant) => {
            // A case without a payload is a string, one with a payload an object with one key.
            let (name, payload) = match value {
                Value::Object(object) => object.iter().next().map(|(name, payload)| (name.as_str(), Some(payload))),
                other => other.as_str().map(|name| (name, None)),
            }
            .with_context(wrong)?;
            let case = variant.cases().find(|case| case.name == name).with_context(wrong)?;
            let payload = match case.ty {
                Some(ty) => Some(Box::new(to_val(payload, &ty, &format!("{path}.{name}"))?)),
                None => None,
            };
            Val::Variant(name.to_owned(), payload)
        }
        Type::List(list) => {
            let items = value.as_array().with_context(wrong)?.iter();
            Val::List(items.map(|item| to_val(Some(item), &list.ty(), path)).collect::<Result<_>>()?)
        }
        Type::Tuple(tuple) => {
            let items = value.as_array().with_context(wrong)?;
            ensure!(items.len() == tuple.types().len(), "`{path}` has another length");
            Val::Tuple(
                items.iter().zip(tuple.types()).map(|(i, ty)| to_val(Some(i), &ty, path)).collect::<Result<_>>()?,
            )
        }
        Type::Record(record) => {
            let fields = value.as_object().with_context(wrong)?;
            let known: Vec<_> = record.fields().map(|field| snake(field.name)).collect();
            if let Some(unknown) = fields.keys().find(|key| !known.contains(key)) {
                bail!("`{path}` has no field `{unknown}`");
            }
            let values = record.fields().map(|field| {
                let key = snake(field.name);
                Ok((field.name.to_owned(), to_val(fields.get(&key), &field.ty, &format!("{path}.{key}"))?))
            });
            Val::Record(values.collect::<Result<_>>()?)
        }
        other => bail!("`{path}` is of a type that these tests do not know: {other:?}"),
    })
}

fn to_json(value: &Val) -> Result<Value> {
    Ok(match value {
        Val::Bool(value) => json!(value),
        Val::S32(value) => json!(value),
        Val::U32(value) => json!(value),
        Val::U64(value) => json!(value),
        Val::S64(value) => json!(value),
        Val::String(value) | Val::Enum(value) => json!(value),
        Val::List(items) | Val::Tuple(items) => Value::Array(items.iter().map(to_json).collect::<Result<_>>()?),
        Val::Record(fields) => {
            let mut object = Map::new();
            for (name, value) in fields {
                if !matches!(value, Val::Option(None)) {
                    object.insert(snake(name), to_json(value)?);
                }
            }
            Value::Object(object)
        }
        Val::Option(None) => Value::Null,
        Val::Option(Some(value)) => to_json(value)?,
        Val::Result(Ok(Some(value))) => json!({"ok": to_json(value)?}),
        Val::Result(Err(Some(value))) => json!({"err": to_json(value)?}),
        // A policy has no JSON form; that there is one is the answer.
        Val::Resource(_) => json!({}),
        other => bail!("an answer of a type that these tests do not know: {other:?}"),
    })
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// Traps and the runtime's other errors, with their causes.
#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

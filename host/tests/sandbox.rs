//! Components that misbehave: each must end with a named error, and neither hang nor end the host.
#![cfg(feature = "jit")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::time::{Duration, Instant};

use buildonce::{Engine, EngineError, Limits, TrapKind};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// `json.names`, which takes nothing, so that only its body is on trial.
const NAMES: &str = "buildonce:engine/json@0.1.0#names";

const WASM: &str = "../target/engine/buildonce.wasm";

/// A component of the right world in which every function is `unreachable`, but `json.names` has this body.
fn component(names_body: &str) -> Vec<u8> {
    component_of("../wit", names_body)
}

/// The same for another world: a folder, or the text of a package.
fn component_of(wit: &str, names_body: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package =
        if wit.contains('{') { resolve.push_str("other.wit", wit).unwrap() } else { resolve.push_dir(wit).unwrap().0 };
    let world = resolve.select_world(&[package], Some("engine")).unwrap();
    let dummy = wit_component::dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let text = with_body(&wasmprinter::print_bytes(dummy).unwrap(), names_body);
    let mut module = wat::parse_str(text).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// Puts a body into the function that is exported as `json.names`, and gives the module a page of memory.
fn with_body(module: &str, body: &str) -> String {
    let export = format!("(export \"{NAMES}\" (func ");
    let Some((_, rest)) = module.split_once(&export) else {
        return module.to_owned();
    };
    let index = rest.split(')').next().unwrap();
    let start = module.find(&format!("(func (;{index};)")).unwrap();
    let (before, function) = module.split_at(start);
    let function = function.replacen("unreachable", &body.replace("$self", index), 1);
    format!("{before}{function}").replacen("(memory (;0;) 0)", "(memory (;0;) 1)", 1)
}

fn call(body: &str, limits: Limits) -> Result<Vec<String>, EngineError> {
    Engine::from_bytes(&component(body)).unwrap().session(limits).unwrap().json_names()
}

#[track_caller]
fn trap(result: Result<Vec<String>, EngineError>) -> TrapKind {
    match result {
        Err(EngineError::Trapped { call: "json.names", kind, .. }) => kind,
        other => panic!("expected a trap of json.names, got {other:?}"),
    }
}

#[test]
fn an_endless_loop_ends_at_its_deadline() {
    let limits = Limits { deadline: Duration::from_millis(50), ..Limits::default() };
    let start = Instant::now();
    assert_eq!(trap(call("loop br 0 end unreachable", limits)), TrapKind::Deadline);
    assert!(start.elapsed() < Duration::from_mins(1), "the deadline of 50 ms did not end the call");
}

#[test]
fn fuel_ends_a_call_at_the_same_place_on_every_machine() {
    let engine = Engine::with_fuel(&component("loop br 0 end unreachable")).unwrap();
    let limits = Limits { fuel: Some(100_000), deadline: Duration::from_mins(1), ..Limits::default() };
    assert_eq!(trap(engine.session(limits).unwrap().json_names()), TrapKind::Fuel);
}

#[test]
fn fuel_is_counted_anew_for_every_call() {
    let engine = Engine::with_fuel(&std::fs::read(WASM).unwrap()).unwrap();
    let mut session = engine.session(Limits { fuel: Some(100_000), ..Limits::default() }).unwrap();
    for _ in 0..200 {
        assert_eq!(session.sanitize("feature/x", None).unwrap(), "feature-x");
    }
}

#[test]
fn growing_without_end_stops_at_the_memory_limit() {
    let limits = Limits { memory: 4 << 20, ..Limits::default() };
    let body = "loop i32.const 1 memory.grow drop br 0 end unreachable";
    assert_eq!(trap(call(body, limits)), TrapKind::Memory { limit: 4 << 20 });
}

#[test]
fn recursion_without_end_exhausts_its_own_stack_only() {
    assert_eq!(trap(call("call $self drop unreachable", Limits::default())), TrapKind::Stack);
}

#[test]
fn a_panic_is_named_with_the_call_and_the_size_of_its_input() {
    let error = call("unreachable", Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "the engine's json.names ended without an answer (panic, input of 0 bytes)");
}

#[test]
fn a_result_outside_of_memory_is_refused() {
    let kind = trap(call("i32.const 0x7fff0000", Limits::default()));
    assert!(matches!(kind, TrapKind::Other(_)), "{kind:?}");
}

#[test]
fn a_result_larger_than_the_transfer_limit_is_refused() {
    // A list of one string of 8 MiB.
    let body = "i32.const 200 memory.grow drop i32.const 16 i32.const 24 i32.store i32.const 20 i32.const 1 i32.store \
                i32.const 24 i32.const 64 i32.store i32.const 28 i32.const 8388608 i32.store i32.const 16";
    let limits = Limits { transfer: 1 << 20, ..Limits::default() };
    assert_eq!(trap(call(body, limits)), TrapKind::Transfer { limit: 1 << 20 });
    assert_eq!(call(body, Limits::default()).unwrap()[0].len(), 8 << 20);
}

#[test]
fn after_a_failed_call_the_session_is_over_and_a_new_one_works() {
    let engine = Engine::from_bytes(&component("unreachable")).unwrap();
    let mut session = engine.session(Limits::default()).unwrap();
    session.json_names().unwrap_err();
    assert!(matches!(session.json_names(), Err(EngineError::SessionEnded)));
    assert_eq!(trap(engine.session(Limits::default()).unwrap().json_names()), TrapKind::Panic);
}

#[test]
fn the_deadline_counts_from_each_call_and_not_from_the_session() {
    let engine = Engine::from_bytes(&std::fs::read(WASM).unwrap()).unwrap();
    let mut session = engine.session(Limits { deadline: Duration::from_millis(500), ..Limits::default() }).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(session.sanitize("x", None).unwrap(), "x");
}

#[test]
fn a_component_that_imports_anything_is_refused_by_the_name_of_what_it_wants() {
    let import = r#"(component (import "wasi:cli/environment@0.2.0" (instance (export "get-environment" (func)))))"#;
    let error = Engine::from_bytes(&wat::parse_str(import).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the component asks for wasi:cli/environment@0.2.0; an engine imports nothing, so this one is refused"
    );
}

#[test]
fn a_component_of_another_world_is_refused() {
    let empty = wat::parse_str("(component)").unwrap();
    assert!(matches!(Engine::from_bytes(&empty), Err(EngineError::WrongWorld(_))));

    let other = "package other:thing@1.0.0; world engine { export json; } interface json { names: func() -> u32; }";
    let error = Engine::from_bytes(&component_of(other, "")).unwrap_err();
    assert!(matches!(error, EngineError::WrongWorld(_)), "{error}");
}

#[test]
fn the_right_name_with_other_types_is_refused() {
    let other = "package buildonce:engine@0.1.0;
        world engine { export json; export facts; export policy; export tagging; }
        interface json { names: func() -> u32; } interface facts { variables: func() -> u32; }
        interface policy { schema: func() -> u32; } interface tagging { plan: func() -> u32; }";
    let error = Engine::from_bytes(&component_of(other, "i32.const 1")).unwrap_err();
    assert!(matches!(error, EngineError::WrongWorld(_)), "{error}");
}

#[test]
fn a_core_module_a_text_or_nothing_is_no_component() {
    for bytes in [&b""[..], b"not wasm", b"\0asm\x01\0\0\0"] {
        assert!(matches!(Engine::from_bytes(bytes), Err(EngineError::Invalid(_))));
    }
}

#[test]
fn a_file_that_is_missing_or_too_large_is_named() {
    let folder = std::env::temp_dir().join(format!("buildonce-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let large = folder.join("large.wasm");
    std::fs::File::create(&large).unwrap().set_len((16 << 20) + 1).unwrap();
    assert!(matches!(Engine::from_file(&large), Err(EngineError::TooLarge { limit: 0x0100_0000, .. })));
    assert!(matches!(Engine::from_file(folder.join("missing.wasm")), Err(EngineError::Read { .. })));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Small and repeatable; nothing here needs good randomness.
struct Lehmer(u64);

impl Lehmer {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn mutated_bytes_never_panic_whether_they_load_or_not() {
    let original = component("i32.const 16");
    let mut random = Lehmer(1);
    let mut loaded = 0;
    for _ in 0..400 {
        let mut bytes = original.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = u8::try_from(random.below(256)).unwrap();
        }
        if random.below(8) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        let limits = Limits { deadline: Duration::from_millis(100), ..Limits::default() };
        if let Ok(engine) = Engine::from_bytes(&bytes)
            && let Ok(mut session) = engine.session(limits)
        {
            loaded += 1;
            let _ = session.json_names();
        }
    }
    assert!(loaded > 0, "no mutation loaded, so no call was tried");
}

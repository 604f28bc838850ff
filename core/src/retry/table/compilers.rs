//! Source code that does not compile, and checks that fail. Never the consequence of a broken connection.

use crate::retry::model::Kind::Permanent;
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Permanent, 90, "compile.place", "compile-error",
        r"\.(?:c|cc|cpp|cxx|h|hpp|hh|m|mm|cu|java|kt|kts|scala|swift|hs|rs|zig|d|ml|f90|cs|vb|fs|pas|proto|l|y|vue|svelte|tsx?|jsx?|scss|less|ex|exs|erl|dart|sol):?[\[(:]\d+[,:]?\d*[\])]?:? ?(?:-|:)? ?(?:fatal )?error\b|\.java:\[\d+,\d+\]|\.java:\d+: error|\.go:\d+:\d+: |\.kts?: \(?\d+[,:] ?\d+\)?:|^e: (?:file://)?/?\S+\.kts?|\.(?:ts|tsx|vue)\(\d+,\d+\): error",
        ("src/main.c:14:3: error: expected ';' before 'return'", "gcc diagnostic.c; javac; go/types; kotlinc; tsc")),
    Rule::new(Permanent, 90, "compile.code", "compile-error",
        r"\berror\[e\d{4}\]|\berror ts\d{3,5}\b|\berror cs\d{4}\b|\berror (?:c|lnk|fs|bc|msb)\d{4}\b|\berror: could not compile|compilation (?:error|failed|failure|failures|unsuccessful|terminated)|failed to compile|could not compile|\bcompile(?:r)? errors?\b|build failed (?:with|because of) (?:\d+ )?errors?|\bbuild failure\b.*compil|compilationfailed|type error: |^\S*error: aborting due to|typecheck (?:failed|error)|failed to typecheck|error netsdk\d+|error msb\d+",
        ("error[E0308]: mismatched types", "rustc; tsc; Roslyn; MSBuild")),
    Rule::new(Permanent, 90, "compile.symbol", "compile-error",
        r"undefined reference to|undefined symbol|unresolved external|cannot find symbol|undeclared (?:identifier|\()|was not declared in this scope|has no member named|no member named|implicit declaration of function|collect2: (?:fatal )?error|\bld: (?:cannot find|error|symbol)|linker command failed|linking with .* failed|linker .* not found|cannot find -l|^\S*\s*undefined: [a-z_]|not defined by package|declared (?:and|but) not used|imported and not used|cannot use .* as .* value|too (?:many|few) arguments (?:to|in call)|incompatible types|fatal error: [\w./+-]+: no such file|unterminated|does not name a type|relocation .* can not be used|multiple definition of|no rule to make target|missing separator",
        ("undefined reference to `foo'", "GNU ld; gcc; go/types")),
    Rule::new(Permanent, 90, "compile.syntax", "syntax-error",
        r"\bsyntaxerror\b|\bindentationerror\b|\bsyntax error\b|\bparse error\b|parsing error:|parseerror|unexpected eof while looking|unexpected end of file.*(?:line|sh)|php parse error|^parse error: |unexpected token|invalid syntax|unbound variable|bad substitution|unexpected operator|unary operator expected|missing `?\]|not a valid identifier",
        ("SyntaxError: invalid syntax", "CPython, V8, bash, PHP, Ruby")),
    // A traceback may end in one of these because a connection broke first.
    Rule::new(Permanent, 77, "compile.runtime", "program-error",
        r"\bnameerror\b|\btypeerror: (?:cannot|undefined|unsupported|[a-z_.$]+ is not|[a-z_]+\()|\battributeerror\b|\breferenceerror\b|\bnosuchmethoderror\b|\bnullpointerexception\b|\bkeyerror\b|\bvalueerror\b|\bassertionerror\b|undefined method|uninitialized constant|undefined local variable|call to undefined function|^panic: |thread '.*' panicked|goroutine \d+ \[running\]|php fatal error|^fatal error: ",
        ("AttributeError: module 'app' has no attribute 'main'", "CPython, V8, JVM, Ruby, PHP, Go, Rust")).likely(),
    Rule::new(Permanent, 79, "compile.import", "module-missing",
        r"cannot find module|module not found|modulenotfounderror|importerror|can't resolve '|could not resolve (?:entry|\x22\.|'\.|import)|cannot find (?:type definition|name|package|namespace)|err_module_not_found|no module named|cannot load such file|loaderror|classnotfoundexception|noclassdeffounderror|class .* not found|could not find or load main class|package \S+ is not in (?:std|goroot)|rollup failed to resolve|failed to resolve import|no required module provides|missing go\.sum entry|unresolved import|could not find module",
        ("ModuleNotFoundError: No module named 'yaml'", "CPython; Node lib/internal/modules; webpack; go cmd")).likely(),
    Rule::new(Permanent, 85, "compile.tests", "tests-failed",
        r"^--- fail:|^fail\b.*(?:\[build failed\]|\d+\.\d+s$|\.(?:test|spec)\.)|\b[1-9]\d* (?:tests?|specs?|examples?|assertions?|checks?|suites?)(?: suites?)? ?failed|\btests? failed\b|\bfailed tests?\b|failing tests?|tests?: +[1-9]\d* failed|\b[1-9]\d* failing\b|test result: failed|there (?:are|were) (?:test )?failures|\bfailures: [1-9]|failures!!!|^failed .*::|={3,} .*\b[1-9]\d* failed|assertion.*failed|\d+ examples?, [1-9]\d* failures?|test suites?: [1-9]\d* failed|errors? in tests|test timed out after|coverage .{0,40}(?:below|not met|threshold)|threshold .{0,40}not met",
        ("test result: FAILED. 3 passed; 1 failed; 0 ignored", "cargo test, go test, jest, pytest, Surefire, RSpec, mocha")).likely(),
    Rule::new(Permanent, 88, "compile.lint", "lint-failed",
        r"\b[1-9]\d* problems? \(\d+ errors?|eslint found|lint(?:ing)? (?:errors?|failed|failure)|checkstyle (?:violations|errors)|would reformat|code style issues|found \d+ errors? in \d+ files?|\b[1-9]\d* errors? (?:found|generated|and)|golangci-lint.*issues|policy violation|policy (?:check )?failed|denied by policy|total: [1-9]\d* \(",
        ("✖ 3 problems (3 errors, 0 warnings)", "eslint, golangci-lint, mypy, prettier, black, trivy")).likely(),
    Rule::new(Permanent, 44, "compile.vulnerabilities", "lint-failed",
        r"[1-9]\d* vulnerabilit(?:y|ies) found|found [1-9]\d* (?:high|critical|vulnerabilit)",
        ("found 3 high severity vulnerabilities", "npm audit; yarn audit")).likely(),
    Rule::new(Permanent, 88, "compile.configure", "configure-error",
        r"cmake error|configure: error:|configuring incomplete|error: .*is required but|package requirements .* were not met|could not find (?:a package configuration|a configuration|openssl|python|the required|\(missing:)|no acceptable c compiler|meson\.build:\d+.*error|dependency \S+ not found|pkg-config.*not found|was not found in the pkg-config|c compiler .*(?:not found|not able|cannot)|cannot find (?:the )?(?:c|c\+\+) compiler|unable to find .*(?:compiler|library|header)|is missing.*please install|scons: \*\*\*|fatal error c\d+|error: command 'gcc' failed|microsoft visual c\+\+ .* is required",
        ("configure: error: no acceptable C compiler found in $PATH", "autoconf, CMake, meson, pkg-config")),
];

//! Encryption: certificates that will not become valid, and handshakes that break.

use crate::retry::model::Kind::{Permanent, Timeout, Transient};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Timeout, 84, "tls.handshake-timeout", "tls-handshake-timeout",
        r"tls handshake time-?d? ?out|ssl (?:connection|handshake) time-?d? ?out|handshake (?:operation )?timed out|ssl connection timeout",
        ("net/http: TLS handshake timeout", "Go net/http transport.go tlsHandshakeTimeoutError; curl lib/vtls")).in_step("build-net-timeout"),
    Rule::new(Permanent, 92, "tls.untrusted", "tls-untrusted",
        r"x509:|certificate (?:verify|verification) failed|certificate_verify_failed|unable to get (?:local )?issuer certificate|self.signed certificate|certificate (?:has|is|was) (?:expired|not yet|revoked|not trusted|untrusted|invalid|valid for|signed by|not valid)|ssl certificate problem|server certificate (?:verification failed|not trusted)|failed to verify certificate|unable_to_verify_leaf|unable to verify the first certificate|pkix path|sun\.security\.validator|cert_(?:has_expired|not_yet_valid|untrusted)|depth_zero_self|certificate (?:common name|subject|name).*(?:match|invalid)|no alternative certificate|cannot validate certificate|invalid peer certificate|unknownissuer|certificateerror|certpathvalidator|bad certificate\b|unknown (?:certificate )?authority|tls: certificate required|certificate required",
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "Go crypto/x509/verify.go; OpenSSL crypto/x509/x509_txt.c")),
    Rule::new(Permanent, 90, "tls.not-spoken", "tls-not-spoken",
        r"server gave http response to https client|first record does not look like a tls handshake|wrong version number|unsupported protocol version|no (?:shared cipher|protocols available)|client sent an http request to an https server|unsupported_protocol|unable to find valid ssl|protocol version not supported|sslv3 alert handshake failure|alert protocol version",
        ("http: server gave HTTP response to HTTPS client", "Go net/http transport.go; OpenSSL ssl/ssl_err.c")),
    Rule::new(Transient, 80, "tls.broken", "tls-broken",
        r"ssl_error_syscall|ssl_?(?:connect|read|write)?:? ?(?:error|failed).{0,30}(?:reset|eof|syscall|closed|terminated)|bad record mac|gnutls_(?:handshake|recv|send)|gnutls recv error|tls (?:connection was )?(?:non-properly|improperly) terminated|tls: (?:unexpected message|internal error|error decoding|bad record|protocol version not|received record)|remote error: tls|ssl_(?:read|write|connect)\b.*(?:error|errno)|eof occurred in violation of protocol|unexpected_eof|decryption failed or bad record|handshake (?:failed|failure|aborted|terminated)|(?:remote host|server) (?:terminated|closed) the handshake|ssl handshake|tls (?:handshake )?(?:failed|error|failure)|sslhandshakeexception|sslexception|ssl peer|alert internal error|unexpected tls|unexpected eof while reading|missing tls close_notify|ssl connect error|ssl: (?:connection|no alternative)|schannel",
        ("OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to github.com:443", "curl lib/vtls/openssl.c; GnuTLS lib/errors.c; Go crypto/tls/alert.go")).likely().in_step("build-net-tls"),
];

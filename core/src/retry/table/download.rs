//! Package managers of distributions inside a step: apt, apk, dnf, yum, zypper, pacman, and plain downloads.

use crate::retry::model::Kind::{Ambiguous, Permanent, Transient};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    // apk says the first for every failure of a mirror and then complains about what it could not read.
    Rule::new(Transient, 83, "download.apk", "build-net-apk",
        r"temporary error \(try again later\)|(?:apkindex|alpine|\.apk\b|apk).{0,120}(?:network error|i/o error|io error|could not connect|operation timed out|dns|remote server returned|bad archive|connection|unexpected end of file|try again|network)|(?:opening from cache|ignoring) https?://.*no such file|^error: \S+: (?:io|i/o|network) error|package mentioned in index not found|unable to (?:read|open) .*apkindex|unexpected end of file.*apk|: bad archive",
        ("WARNING: Ignoring http://dl-cdn.alpinelinux.org/alpine/v3.11/main/x86_64/APKINDEX.tar.gz: temporary error (try again later)", "apk-tools src/print.c, src/database.c")),
    Rule::new(Transient, 83, "download.apt-mirror", "build-net-mirror",
        r"hash sum mismatch|file has unexpected size|mirror sync in progress|undetermined error|clearsigned file isn't valid|\bbad header line|the http server sent an invalid|file removed by server|writing more data than expected|error reading from server|connection (?:failed|timeout).*\[ip|method .{0,10}has died|could not handshake|data left to read|at least one invalid signature was encountered|splitting up .* into data and signature failed|release file .{0,100}not valid yet",
        ("E: Failed to fetch http://deb.debian.org/debian/dists/x/Packages  Hash Sum mismatch", "apt apt-pkg/acquire-item.cc, methods/http.cc")).likely(),
    Rule::new(Permanent, 91, "download.apt-signature", "package-signature",
        r"\bno_pubkey\b|public key is not available|repository .* is not signed|couldn't be verified|signatures? (?:were|was|is|are) invalid|expkeysig|keyexpired|untrusted signature|untrusted public key|gpg (?:check failed|key retrieval failed|: ?no valid)|gpg: (?:can't|no|keyserver)|public key for .* is not installed|bad signature|unsigned repository|signature (?:from|verification|is) .{0,60}(?:unknown|invalid|failed|marginal|bad)|unauthenticated packages|no longer (?:has a release|signed)|changed its '(?:origin|label|suite|codename)'",
        ("W: GPG error: https://example InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 1", "apt methods/gpgv.cc; rpm; apk-tools")).likely(),
    Rule::new(Permanent, 70, "download.apt-404", "build-step",
        r"(?:does not have|no longer has) a release file|\b404\s+not found \[ip|release file .{0,120}expired|dists/\S+.{0,40}\b404\b|(?:buster|stretch|jessie|wheezy|hirsute|impish|kinetic|lunar|mantic)\S* .{0,60}404",
        ("E: The repository 'http://deb.debian.org/debian buster Release' does not have a Release file.", "apt apt-pkg/acquire-item.cc")),
    Rule::new(Permanent, 71, "download.deb-404", "build-net-404",
        r"(?:failed to fetch|err:\d+).{1,300}\.deb\s+404|\.rpm.{0,60}\b404\b|\.apk.{0,60}\b404\b",
        ("E: Failed to fetch http://deb.debian.org/pool/q/q_1_amd64.deb  404  Not Found [IP: 1.2.3.4 80]", "apt apt-pkg/acquire-item.cc")).doubtful(),
    Rule::new(Transient, 76, "download.dnf-mirrors", "build-net-mirror",
        r"all mirrors were (?:already )?tried|cannot download (?:repomd|\S+: all)|failed to download metadata|curl error \((?:5|6|7|18|28|35|52|55|56|92)\)|curl#(?:5|6|7|18|28|35|52|55|56|92)\b|error downloading packages|no more mirrors to try|trying other mirror|interrupted by header callback|failed to retrieve new metadata|status code: 5\d\d for|cannot retrieve (?:metalink|repository metadata)|cannot prepare internal mirrorlist|valid metadata not found|download error|download \(curl\) error|timeout exceeded while (?:downloading|accessing)|failed retrieving file|failed to synchronize (?:all|any) databases|failed to retrieve some files|couldn't retrieve",
        ("Error: Failed to download metadata for repo 'baseos': Cannot download repomd.xml: All mirrors were tried", "librepo; dnf; zypper; pacman lib/libalpm/dload.c")).likely(),
    Rule::new(Transient, 77, "download.curl-code", "build-net",
        r"curl: \((?:5|6|7|16|18|28|35|52|55|56|92|95)\)|wget: (?:server returned error: http/[\d.]+ 5|download timed out|can't connect|error getting response|connection)|unable to establish ssl connection|read error at byte|giving up\.$|cannot write to .*success",
        ("curl: (55) Failed sending data to the peer", "https://curl.se/libcurl/c/libcurl-errors.html; wget src/http.c")),
    Rule::new(Permanent, 77, "download.curl-permanent", "build-step",
        r"curl: \((?:1|2|3|4|23|26|27|37|51|60|67|77|78)\)",
        ("curl: (23) Failure writing output to destination", "https://curl.se/libcurl/c/libcurl-errors.html")).likely(),
    Rule::new(Transient, 59, "download.fetch-failed", "build-net",
        r"unable to fetch some archives|some index files failed to download|some files failed to download|failed to (?:fetch|download|retrieve)|could not (?:fetch|download|retrieve|get|head|transfer)|unable to (?:download|fetch|retrieve)|error (?:downloading|fetching|retrieving|while (?:downloading|fetching))|download (?:of .* )?(?:failed|error)|(?:fetch|downloading) .{0,160}(?:failed|error)",
        ("W: Failed to fetch http://deb.debian.org/debian/dists/bullseye/InRelease", "apt apt-pkg/acquire.cc; pip; cargo; gradle")).doubtful(),
    Rule::new(Permanent, 52, "download.package-missing", "package-missing",
        r"unable to locate package|has no installation candidate|unsatisfiable constraints|unable to select packages|no such package|\bversion '.*' for '.*' was not found|unmet dependencies|held broken packages|no match for argument|unable to find a match|no package .* available|nothing provides|target not found: |required by: world|couldn't find any package|no matching packages|depends: .* but|package .* (?:is not available|not found|does not exist)|no provider of|problem: (?:package|conflicting)|conflicting requests|no candidate version|cannot find a valid baseurl",
        ("E: Unable to locate package libfoo-dev", "apt apt-private; apk-tools src/solver.c; dnf")).likely(),
    Rule::new(Permanent, 56, "download.dpkg", "build-step",
        r"sub-process \S+ returned an error|dpkg: error processing|errors were encountered while processing|maintainer script|subprocess (?:installed|returned)|failed to configure|error: post-install|script of .* exited with|scriptlet failed",
        ("E: Sub-process /usr/bin/dpkg returned an error code (1)", "apt apt-pkg/deb/dpkgpm.cc; dpkg")),
    Rule::new(Ambiguous, 49, "download.archive-broken", "archive-broken",
        r"not in gzip format|unexpected end of file|unexpected end of archive|this does not look like a tar archive|invalid compressed data|crc error|end-of-central-directory|not a zip file|bad zip ?file|file is not a zip|(?:checksum|sha\d+|sha-?\d+sum|sha\d+sum|md5(?:sum)?|hash).{0,40}(?:mismatch|did not match|does not match|failed|incorrect)|computed checksum did not|corrupt(?:ed)?\b|truncated",
        ("gzip: stdin: not in gzip format", "gzip, tar, unzip, coreutils sha256sum")),
];

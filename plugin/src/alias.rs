//! The `alias` interface.

use buildonce_core::alias as core;
use buildonce_core::policy::Policy;

use crate::translate::{Translate, enumeration, one_way, one_way_enum};
use crate::wit::alias as wit;

impl wit::Guest for crate::Engine {
    fn next(
        policy: wit::PolicyBorrow<'_>,
        request: wit::AliasRequest,
        events: Vec<wit::AliasEvent>,
    ) -> Result<wit::AliasStep, Vec<wit::Diagnostic>> {
        let events: Vec<core::AliasEvent> = events.translate();
        core::next(policy.get::<Policy>(), &request.translate(), &events).translate()
    }
}

enumeration!(wit::Store = core::Store { Docker, Podman, Buildah, Registry });
one_way!(wit::AliasImage => core::AliasImage { reference, platforms, archive });
one_way!(wit::AliasRequest => core::AliasRequest { name, into, platform, machine, plain_http, image });
one_way!(wit::AliasEvent => core::AliasEvent { task, succeeded, cause, output, archive });
one_way_enum!(core::AliasTaskKind => wit::AliasTaskKind { Run, Read, Inspect, Extract, Push });
one_way!(core::AliasTask => wit::AliasTask { id, kind, operation, registry, command, archive, config, names });
one_way_enum!(core::AliasStepKind => wit::AliasStepKind { Select, Run, Done, Fail });
one_way!(core::AliasStep => wit::AliasStep { kind, store, task, reason, image_id, platform });

//! This machine ran out of something.

use crate::retry::model::{
    Kind::{Permanent, Resource, Transient},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Resource, 97, "resource.disk-full", "disk-full",
        r"no space left on device|\benospc\b|disk quota exceeded|\bedquot\b|not enough (?:free )?(?:disk )?space|don't have enough free space|insufficient (?:disk )?(?:free )?space|out of (?:disk )?space|disk (?:is )?full|disk space.{0,20}(?:low|exhausted|insufficient)|no usable (?:disk )?space|(?:os error|errno) 28\b|at least \S+ more space needed|write error.*no space|runner.*low disk|there is not enough space",
        ("write /var/lib/docker/tmp/x: no space left on device", "errno ENOSPC; apt-pkg/acquire.cc; rpm rpmProblem")).remedy(Remedy::Prune),
    Rule::new(Resource, 96, "resource.out-of-memory", "oom",
        r"out of memory|\boutofmemory|cannot allocate memory|\benomem\b|heap limit|heap out of memory|\bmemoryerror\b|std::bad_alloc|\boom.?kill|oomkilled|virtual memory exhausted|memory exhausted|allowed memory size|java heap space|gc overhead|memory allocation (?:of|failed|error)|insufficient memory|not enough memory|unable to allocate|runtime: out of memory|bus error.*memory|allocation failed|cannot create worker thread|failed to (?:allocate|reserve|map) .{0,20}memory|(?:os error|errno) 12\b|memory cgroup|ran out of memory|memory limit (?:exceeded|reached)|exceed(?:s|ed) (?:the |its )?memory limit",
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "errno ENOMEM; Node, JVM, PHP, CPython; Linux mm/oom_kill.c")),
    Rule::new(Resource, 93, "resource.killed", "oom",
        r"exit (?:code|status):? 137\b|exited with (?:code|status|exit code)?:? ?137\b|non-zero code: 137\b|code 137\b|error 137\b|signal: ?killed|\bsigkill\b|killed signal|signal 9\b|signal: 9|^(?:\S+: )?(?:line \d+: +\d+ )?killed\b|^/bin/(?:ba)?sh: .*killed|^\d+ killed|terminated by signal (?:9|sigkill)|daemon disappeared unexpectedly",
        ("process \"/bin/sh -c npm run build\" did not complete successfully: exit code: 137", "128 + SIGKILL; gcc gcc.c; Gradle DaemonDisappearedException")),
    Rule::new(Resource, 90, "resource.limits", "resource-limit",
        r"too many open files|\bemfile\b|\benfile\b|pthread_create failed|fork: retry|fork failed|unable to (?:fork|create (?:new )?(?:native )?thread)|can't (?:fork|start new thread)|resource temporarily unavailable|newosproc|inotify watches|system limit for number of file watchers|all predefined address pools have been fully subnetted|no available (?:ipv4 )?address|pids? (?:limit|cgroup)|argument list too long|too many (?:processes|threads|links)|port is already allocated|address already in use|\beaddrinuse\b",
        ("runtime: failed to create new OS thread (have 11 already; errno=11)\nfork: retry: Resource temporarily unavailable", "errno EMFILE, EAGAIN; bash jobs.c; Go runtime/os_linux.go; moby libnetwork")),
    Rule::new(Permanent, 87, "resource.crash", "qemu-crash",
        r"qemu: (?:uncaught target signal|unsupported syscall)|qemu-\S+: .*(?:signal|illegal|assert)|uncaught target signal",
        ("qemu: uncaught target signal 11 (Segmentation fault) - core dumped", "QEMU linux-user/signal.c")),
    Rule::new(Transient, 92, "resource.runner-lost", "runner-lost",
        r"runner has received a shutdown signal|lost communication with the server|runner (?:was |has been )?(?:lost|disconnected|terminated|shut ?down)|agent (?:was |has been )?(?:lost|disconnected|terminated)|(?:spot|preemptible).{0,30}(?:interrupt|reclaim|preempt)|node (?:was )?(?:preempted|drained|evicted)|pod (?:was )?(?:evicted|preempted|deleted)|runner system failure|prepare environment: |job (?:is )?stuck|stuck or timeout|executor lost|instance (?:was )?(?:terminated|preempted|reclaimed)|received request to deprovision",
        ("The runner has received a shutdown signal. This can happen when the runner service is stopped", "actions/runner src/Misc; GitLab Runner failure reasons")).likely(),
];

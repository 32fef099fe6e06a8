import { describe, expect, test } from 'vitest'
import { explainLaunchFailure } from './launch-failure.ts'
import type { Machine } from './machine.ts'

const healthy: Machine = {
  isRoot: false,
  canAdminister: false,
  kernel: [6, 8],
  hasFilter: false,
  container: undefined,
  isChroot: false,
  procMasks: [],
  knob: () => undefined,
}

function machine(parts: Partial<Machine>, knobs: Readonly<Record<string, number>> = {}): Machine {
  return { ...healthy, knob: (name) => knobs[name], ...parts }
}

function failure(text: string, errno: string, purpose = ''): Parameters<typeof explainLaunchFailure>[0] {
  return { call: text.slice(0, text.indexOf('(')), text, purpose, errno }
}

const unshare =
  'unshare(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWIPC|CLONE_NEWUTS|CLONE_NEWCGROUP)'

const cases = [
  {
    name: 'namespaces that are turned off',
    failure: failure(unshare, 'ENOSPC'),
    machine: machine({}, { 'user/max_user_namespaces': 0 }),
    told: {
      field: 'level',
      cause: /user\.max_user_namespaces is 0/u,
      cure: /sysctl -w user\.max_user_namespaces=15000/u,
    },
  },
  {
    name: 'one kind of them that is turned off',
    failure: failure(unshare, 'ENOSPC'),
    machine: machine({}, { 'user/max_user_namespaces': 100, 'user/max_net_namespaces': 0 }),
    told: {
      field: 'level',
      cause: /user\.max_net_namespaces is 0/u,
      cure: /sysctl -w user\.max_net_namespaces/u,
    },
  },
  {
    name: 'namespaces that are used up',
    failure: failure(unshare, 'ENOSPC'),
    machine: machine({}, { 'user/max_user_namespaces': 100 }),
    told: { field: 'level', cause: /are in use/u, cure: /sysctl -w user\.max_user_namespaces=30000/u },
  },
  {
    name: 'a kernel of Debian or Arch that keeps them for root',
    failure: failure(unshare, 'EPERM'),
    machine: machine({}, { 'kernel/unprivileged_userns_clone': 0 }),
    told: {
      field: 'level',
      cause: /unprivileged_userns_clone is 0/u,
      cure: /sysctl -w kernel\.unprivileged_userns_clone=1/u,
    },
  },
  {
    name: "Ubuntu's AppArmor, which gives the namespace and refuses the id map",
    failure: failure('write(/proc/self/uid_map, "1000 1000 1", 11)', 'EPERM', 'the user is the same inside'),
    machine: machine({}, { 'kernel/apparmor_restrict_unprivileged_userns': 1 }),
    told: { field: 'level', cause: /apparmor_restrict_unprivileged_userns is 1/u, cure: /userns,/u },
  },
  {
    name: "a container's filter",
    failure: failure(unshare, 'EPERM'),
    machine: machine({ hasFilter: true, container: 'Podman' }),
    told: {
      field: 'level',
      cause: /seccomp filter is on this process \(Podman\)/u,
      cure: /podman run --security-opt seccomp=unconfined/u,
    },
  },
  {
    name: 'a chroot',
    failure: failure(unshare, 'EPERM'),
    machine: machine({ isChroot: true }),
    told: { field: 'level', cause: /runs in a chroot/u, cure: /pivot_root/u },
  },
  {
    name: 'a kernel without them',
    failure: failure(unshare, 'EINVAL'),
    machine: healthy,
    told: { field: 'level', cause: /built without/u, cure: /CONFIG_USER_NS/u },
  },
  {
    name: 'a masked /proc',
    failure: failure('mount("proc", "/proc", "proc", MS_NOSUID, 0)', 'EPERM', 'a /proc of its own'),
    machine: machine({ procMasks: ['/proc/kcore', '/proc/acpi'] }),
    told: {
      field: 'level',
      cause: /covered \(\/proc\/kcore, \/proc\/acpi\)/u,
      cure: /umount \/proc\/acpi \/proc\/kcore/u,
    },
  },
  {
    name: "root without root's rights",
    failure: failure('open_tree(AT_FDCWD, "/usr", OPEN_TREE_CLONE)', 'EPERM', 'take /usr'),
    machine: machine({ isRoot: true }, { 'kernel/apparmor_restrict_unprivileged_userns': 1 }),
    told: { field: 'level', cause: /root without CAP_SYS_ADMIN/u, cure: /--user 1000/u },
  },
  {
    name: 'a directory that is out of reach',
    failure: failure('open_tree(AT_FDCWD, "/root/work", OPEN_TREE_CLONE)', 'EACCES', 'take /root/work'),
    machine: healthy,
    told: {
      field: 'level',
      cause: /EACCES for \/root\/work: this user may not go there/u,
      cure: /chmod o\+x/u,
    },
  },
  {
    name: 'an old kernel',
    failure: failure(
      'mount_setattr(tree, "", AT_RECURSIVE, {MOUNT_ATTR_RDONLY}, 32)',
      'ENOSYS',
      'restrict /usr',
    ),
    machine: machine({ kernel: [5, 10] }),
    told: { field: 'level', cause: /came with Linux 5\.12, this is 5\.10/u, cure: /use Linux 5\.12/u },
  },
  {
    name: 'a file system without id maps',
    failure: failure(
      'mount_setattr(tree, "", 0, {MOUNT_ATTR_IDMAP, userns 6}, 32)',
      'EINVAL',
      'map ids below /srv',
    ),
    machine: machine({ isRoot: true, canAdminister: true }),
    told: { field: 'uid', cause: /no id-mapped mounts/u, cure: /ext4/u },
  },
  {
    name: 'root of a user namespace with one id',
    failure: failure('setresuid(65534, 65534, 65534)', 'EINVAL', "become the job's user"),
    machine: machine({ isRoot: true }),
    told: { field: 'uid', cause: /not in the id map/u, cure: /65536 ids/u },
  },
  {
    name: 'Landlock that is turned off',
    failure: failure('landlock_create_ruleset({fs 1}, 8, 0)', 'EOPNOTSUPP', 'the kernel has Landlock'),
    machine: healthy,
    told: { field: 'landlock', cause: /turned off/u, cure: /lsm=landlock/u },
  },
  {
    name: 'Landlock that a filter hides',
    failure: failure('landlock_create_ruleset({fs 1}, 8, 0)', 'ENOSYS', 'the kernel has Landlock'),
    machine: machine({ hasFilter: true }),
    told: { field: 'landlock', cause: /seccomp filter is on this process/u, cure: /seccomp=unconfined/u },
  },
  {
    name: 'a kernel without filters',
    failure: failure('seccomp(SECCOMP_SET_MODE_FILTER, 0, {9 instructions})', 'EINVAL'),
    machine: healthy,
    told: { field: 'seccomp', cause: /without filters/u, cure: /CONFIG_SECCOMP_FILTER/u },
  },
  {
    name: 'a control group that cannot be joined',
    failure: failure(
      'write(/sys/fs/cgroup/a/cgroup.procs, "0", 1)',
      'EACCES',
      'join the control group: write to …',
    ),
    machine: healthy,
    told: { field: 'cgroup', cause: /cannot be joined/u, cure: /delegated/u },
  },
  {
    name: 'no room for one more process',
    failure: failure('clone(SIGCHLD)', 'EAGAIN', 'fork pid 1'),
    machine: healthy,
    told: { field: 'pids', cause: /RLIMIT_NPROC/u, cure: /ulimit -u/u },
  },
]

test.for(cases)(
  'a launch that fails for $name says so, with the cure',
  ({ failure: failed, machine: on, told }) => {
    const missing = explainLaunchFailure(failed, on)
    expect(missing).toEqual([
      {
        field: told.field,
        wanted: expect.any(String),
        cause: expect.stringMatching(told.cause),
        cure: expect.stringMatching(told.cure),
      },
    ])
  },
)

describe('what is not known', () => {
  test('of two things that are in the way both are told', () => {
    const on = machine({ hasFilter: true, isChroot: true })
    expect(explainLaunchFailure(failure(unshare, 'EPERM'), on)).toHaveLength(2)
  })

  test('a step that nobody foresaw is told as it is', () => {
    expect(explainLaunchFailure(failure('capset({}, {})', 'EPERM', 'no capabilities'), healthy)).toEqual([
      expect.objectContaining({ cause: 'capset({}, {}) (no capabilities) answers EPERM' }),
    ])
  })

  test("a program that is not there is the job's own affair", () => {
    expect(explainLaunchFailure(failure('execve("/nowhere", [], [])', 'ENOENT'), healthy)).toEqual([])
  })
})

import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'
import { coverFile } from './covers.ts'
import { openIfThere } from './file.ts'
import { attach, restrict } from './mounts.ts'
import type { Paths } from './paths.ts'

/**
 * Everybody may write to some of their files (pressure triggers, ns_last_pid); the rest is for the day when a job
 * has a more powerful user.
 */
const frozen = ['sys', 'bus', 'fs', 'irq', 'pressure']

/** What tells of the host beyond what programs use, or acts on it. */
const masked = ['kallsyms', 'kcore', 'key-users', 'keys', 'kmsg', 'sysrq-trigger', 'timer_list']

/** Of the new pid namespace. */
export function mountProc(tape: Tape, paths: Paths, emptyFile: Word): void {
  paths.directory('/proc')
  tape
    .call('mount', 'proc', '/proc', 'proc', flags('MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'), 0)
    .for('a /proc of its own: the host shows all of its /proc')
  for (const name of frozen) {
    const path = `/proc/${name}`
    const tree = tape.variable(path)
    tape
      .call(
        'open_tree',
        flags('AT_FDCWD'),
        path,
        flags('OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', 'AT_RECURSIVE'),
      )
      .into(tree)
      .for(`freeze ${path}`)
      .when('ENOENT', `${path} is frozen`)
    restrict(tape, tree, ['MOUNT_ATTR_RDONLY'])
    attach(tape, tree, path)
    tape.label(`${path} is frozen`)
  }
  for (const name of masked) {
    const path = `/proc/${name}`
    tape
      .call('openat', flags('AT_FDCWD'), path, flags('O_PATH', 'O_CLOEXEC'))
      .into(tape.variable(path))
      .for(`mask ${path}, where it exists`)
      .when('ENOENT', `${path} is masked`)
    coverFile(tape, emptyFile, path)
    tape.label(`${path} is masked`)
  }
}

/** The pid that the namespace gave last: how many tasks there were. */
export function openLastPid(tape: Tape): Word {
  const path = '/proc/sys/kernel/ns_last_pid'
  return openIfThere(tape, 'ns_last_pid', path, 'count tasks, where the kernel does')
}

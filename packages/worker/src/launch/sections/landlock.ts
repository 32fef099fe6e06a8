import { flags } from '../flags.ts'
import type { JobPolicy } from '../policy.ts'
import type { Call } from '../call.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word, words } from '../word.ts'

// LANDLOCK_ACCESS_FS_…
const EXECUTE = 1 << 0
const WRITE_FILE = 1 << 1
const READ_FILE = 1 << 2
const READ_DIR = 1 << 3
const MAKE_CHAR = 1 << 6
const MAKE_BLOCK = 1 << 11
const REFER = 1 << 13
const TRUNCATE = 1 << 14
const IOCTL_DEV = 1 << 15

/** Rights of ABI 1. */
const first = REFER - 1
const read = EXECUTE | READ_FILE | READ_DIR
const ofFiles = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

const BIND_TCP = 1 << 0
const CONNECT_TCP = 1 << 1
const ABSTRACT_UNIX_SOCKETS = 1 << 0
const SIGNALS = 1 << 1

/**
 * A second fence, of paths, around pid 1 or the job's process; it holds for all that they start. Nobody is given
 * TCP, ioctl on devices, or the abstract sockets and processes outside, as far as the kernel knows to refuse them.
 */
export function restrictPaths(tape: Tape, abi: number, paths: NonNullable<JobPolicy['landlock']>): void {
  const ruleset = tape.variable('ruleset')
  const attributes = rulesetAttributes(abi)
  tape
    .call('landlock_create_ruleset', attributes, attributes.bytes.length, 0)
    .into(ruleset)
    .for('the kernel has Landlock')
  const write = handled(abi) & ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV)
  for (const path of new Set(paths.read)) allow(tape, ruleset, path, read, 'read')
  for (const path of new Set(paths.write)) allow(tape, ruleset, path, write, 'write')
  tape.call('landlock_restrict_self', ruleset, 0).for('the job reaches these paths only')
}

/** An ABI that the kernel lacks makes the call fail: that is wanted. */
function rulesetAttributes(abi: number): Structure {
  const net = abi >= 4 ? [BIND_TCP | CONNECT_TCP] : []
  const scopes = abi >= 6 ? [ABSTRACT_UNIX_SOCKETS | SIGNALS] : []
  const text = [`fs ${handled(abi).toString(2)}`, ...net.map(() => 'tcp'), ...scopes.map(() => 'scopes')]
  return new Structure(`{${text.join(', ')}}`, words(handled(abi), ...net, ...scopes))
}

function handled(abi: number): number {
  return first | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0) | (abi >= 5 ? IOCTL_DEV : 0)
}

function allow(tape: Tape, ruleset: Word, path: string, rights: number, what: string): void {
  const purpose = `let the job ${what} ${path}`
  const add = (access: number): Call => {
    const rule = tape.variable(`{${access.toString(2)}}`, words(access, 0))
    const fd = rule.at(8, `${rule.name}.fd`)
    tape.call('openat', flags('AT_FDCWD'), path, flags('O_PATH', 'O_CLOEXEC')).into(fd).for(purpose)
    return tape
      .call('landlock_add_rule', ruleset, flags('LANDLOCK_RULE_PATH_BENEATH'), rule.pointer, 0)
      .for(purpose)
  }
  const file = `${path} is a file, to ${what}`
  add(rights).when('EINVAL', file).else(purpose)
  tape.label(file) // which cannot have the rights of a directory
  add(rights & ofFiles)
  tape.label(purpose)
}

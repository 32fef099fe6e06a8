import { flags } from './flags.ts'
import { basePlace } from './memory.ts'
import type { Arch } from './policy.ts'
import { tidyUp } from './sections/descriptors.ts'
import { reportFailure } from './sections/failure.ts'
import { endWithSupervisor } from './sections/identity.ts'
import { sayReady } from './sections/ready.ts'
import { Tape } from './tape.ts'

/**
 * A process that is nothing but the holder of a user namespace: once it is ready, the supervisor writes its id maps
 * and opens /proc/PID/ns/user. It ends when the descriptor of its tape is closed.
 */
export function userNamespaceTape(arch: Arch, supervisorPid: number): Tape {
  const tape = new Tape(basePlace, arch)
  tidyUp(tape, false)
  endWithSupervisor(tape, supervisorPid)
  tape.call('unshare', flags('CLONE_NEWUSER')).for('user namespaces are allowed on this host')
  sayReady(tape)
  reportFailure(tape)
  return tape
}

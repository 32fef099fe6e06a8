import { statusFd } from '../descriptors.ts'
import { flags, mode } from '../flags.ts'
import type { JobPolicy } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { allDescriptors } from './descriptors.ts'

/** The process becomes the job's program. */
export function becomePayload(tape: Tape, { argv, env, cwd }: JobPolicy): void {
  tape.call('setsid').for('a session of its own, no terminal')
  tape.call('umask', mode(0o022))
  tape.call('chdir', cwd).for('the working directory')
  tape
    .call('close_range', statusFd, allDescriptors, flags('CLOSE_RANGE_CLOEXEC'))
    .for('the program gets no descriptor of ours')
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  tape.call('execve', argv[0], tape.strings(argv), tape.strings(environment)).for("start the job's program")
}

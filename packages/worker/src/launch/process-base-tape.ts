import { flags } from './flags.ts'
import { basePlace } from './memory.ts'
import type { LaunchPolicy } from './policy.ts'
import { joinAll, openJoins } from './sections/control-groups.ts'
import { hasIdMap, tidyUp } from './sections/descriptors.ts'
import { Ending } from './sections/ended.ts'
import { reportFailure } from './sections/failure.ts'
import { dismissGuard, forkGuard } from './sections/guard.ts'
import { becomeUser, endWithSupervisor, setDumpable } from './sections/identity.ts'
import { ioFd, keepOnly, pairFd } from './sections/launcher.ts'
import { attach, takeSources } from './sections/mounts.ts'
import { leaveMountNamespace } from './sections/namespaces.ts'
import { endWithLauncher, makePair } from './sections/pair.ts'
import { tryToEmptyBoundingSet } from './sections/privileges.ts'
import { protectRecords } from './sections/protect.ts'
import { sayReady } from './sections/ready.ts'
import { becomeSubreaper, reapAll } from './sections/subreaper.ts'
import { openIo, reportUsage } from './sections/usage.ts'
import { Tape } from './tape.ts'

/** From the start of the launcher to a child that waits for the tape of its job, and a launcher that reaps. */
export function processBase(policy: LaunchPolicy): Tape {
  const { arch, user, keeps, supervisorPid, mounts, killSwitch } = policy
  const tape = new Tape(basePlace, arch)
  protectRecords(tape, basePlace)
  tidyUp(tape, hasIdMap(policy))
  const joins = openJoins(tape, policy.joins)
  const io = openIo(tape)
  if (mounts.length > 0) {
    leaveMountNamespace(tape)
    for (const { tree, target } of takeSources(tape, mounts)) attach(tape, tree, target)
  }
  // The job has the same user: it could write to the launcher's memory and forge its own end.
  setDumpable(tape, 0, 'nobody traces the launcher')
  const pair = makePair(tape)
  const guard = killSwitch === undefined ? undefined : forkGuard(tape, pair, killSwitch)
  tryToEmptyBoundingSet(tape, keeps)
  becomeUser(tape, user)
  endWithSupervisor(tape, supervisorPid)
  becomeSubreaper(tape)
  const self = tape.variable('self')
  const payload = tape.variable('the job')
  const ending = new Ending(tape)
  tape.call('getpid').into(self)
  tape.call('clone', flags('SIGCHLD')).into(payload).for('fork the job').when(0, 'job')
  keepOnly(tape, pair.launcher, io)
  reapAll(tape, payload, ending)
  reportUsage(tape, ioFd, ending.tasks)
  if (guard !== undefined) dismissGuard(tape, pairFd, guard)
  ending.repeat(tape, self)

  tape.label('job')
  endWithLauncher(tape, pair)
  joinAll(tape, joins)
  sayReady(tape)
  reportFailure(tape)
  return tape
}

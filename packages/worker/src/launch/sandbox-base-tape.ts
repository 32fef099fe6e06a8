import { basePlace } from './memory.ts'
import type { LaunchPolicy, RootView } from './policy.ts'
import { joinAll, openJoins } from './sections/control-groups.ts'
import { makeEmptyFile } from './sections/covers.ts'
import { hasIdMap, tidyUp } from './sections/descriptors.ts'
import { linkDevices, takeDevices } from './sections/devices.ts'
import { Ending } from './sections/ended.ts'
import { reportFailure } from './sections/failure.ts'
import { becomeUser, endWithSupervisor } from './sections/identity.ts'
import type { InitState } from './sections/init.ts'
import { forkInit } from './sections/launcher.ts'
import { type Source, takeSources } from './sections/mounts.ts'
import { leaveNamespaces, nameHost, raiseLoopback } from './sections/namespaces.ts'
import { endWithLauncher, makePair } from './sections/pair.ts'
import { Paths } from './sections/paths.ts'
import { mountProc, openLastPid } from './sections/proc.ts'
import { protectRecords } from './sections/protect.ts'
import { sayReady } from './sections/ready.ts'
import { enterNewRoot, freezeRoot, leaveOldRoot } from './sections/root.ts'
import { openIo } from './sections/usage.ts'
import { makeView } from './sections/view.ts'
import { Tape } from './tape.ts'
import type { Word } from './word.ts'

export interface SandboxState extends InitState {
  readonly emptyFile: Word
}

/** From the start of the launcher to a pid 1 that waits, in a view of its own, for the tape of its job. */
export function sandboxBase(policy: LaunchPolicy, root: RootView): { tape: Tape; state: SandboxState } {
  const { arch, user, supervisorPid } = policy
  const tape = new Tape(basePlace, arch)
  protectRecords(tape, basePlace)
  tidyUp(tape, hasIdMap(policy))
  const joins = openJoins(tape, policy.joins)
  const io = openIo(tape)
  // Root takes what is mounted while it is root: what lies in a directory of root's own is in reach only now.
  const takeAll = (): Source[] => [...takeSources(tape, policy.mounts), ...takeDevices(tape)]
  const early = user.isDropped ? takeAll() : undefined
  becomeUser(tape, user)
  endWithSupervisor(tape, supervisorPid)
  leaveNamespaces(tape, user)
  const sources = early ?? takeAll()
  const pair = makePair(tape)
  const ending = new Ending(tape)
  forkInit(tape, pair, io, ending)

  tape.label('init')
  endWithLauncher(tape, pair)
  joinAll(tape, joins)
  enterNewRoot(tape, root)
  const paths = new Paths(tape)
  const emptyFile = makeEmptyFile(tape, paths)
  makeView(tape, paths, root, sources)
  linkDevices(tape)
  mountProc(tape, paths, emptyFile)
  leaveOldRoot(tape)
  freezeRoot(tape)
  const lastPid = openLastPid(tape)
  nameHost(tape, root.hostname)
  raiseLoopback(tape, pair.other)
  sayReady(tape)
  reportFailure(tape)
  return { tape, state: { ending, launcher: pair.other, lastPid, emptyFile } }
}

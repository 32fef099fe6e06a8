import { closeSync, openSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { userNamespaceTape } from '@runtimo/worker'
import { arch } from './arch.ts'
import { jobUid } from './job-user.ts'
import { Launcher } from './launcher.ts'

/**
 * On disk root's, in the mount the job's, and the other way round, so that everybody stays somebody:
 * inside, outside, count.
 */
const map = [
  [0, jobUid, 1],
  [1, 1, jobUid - 1],
  [jobUid, 0, 1],
  [jobUid + 1, jobUid + 1, 0xffff_ffff - jobUid - 1],
]
  .map((extent) => extent.join(' '))
  .join('\n')

/** A user namespace for id-mapped mounts, which lives as long as the descriptor. Only root can have it. */
export class IdMap implements Disposable {
  readonly descriptor: number

  private constructor(descriptor: number) {
    this.descriptor = descriptor
  }

  /** @throws LaunchError, Error of the file system */
  static async open(executable: string): Promise<IdMap> {
    const base = userNamespaceTape(arch(), process.pid)
    const plan = { base, job: () => base } // it waits for no job
    using holder = await Launcher.start({
      executable,
      plan,
      user: { uid: 0, gid: 0 },
      hasStdin: false,
      hasChannel: false,
      idMap: undefined,
    })
    await holder.ready
    const { pid } = holder.identity
    writeFileSync(`/proc/${pid}/uid_map`, map)
    writeFileSync(`/proc/${pid}/gid_map`, map)
    return new IdMap(openSync(`/proc/${pid}/ns/user`, 'r'))
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor)
  }
}

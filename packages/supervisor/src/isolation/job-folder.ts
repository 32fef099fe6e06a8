import { chownSync, lstatSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { formatLeafName, isDead, ownLeafOwner, parseLeafName } from '../control-groups/leaf-name.ts'
import { readNames } from '../telemetry/read-text.ts'
import type { LaunchUser } from '@runtimo/worker'

const prefix = 'job-'
let made = 0

/**
 * A folder of a job's own for temporary files, for levels that share our /tmp: there lie our log and the files of
 * others with the same uid. Its name says whose it is, so that the next start can remove it.
 */
export class JobFolder implements AsyncDisposable {
  readonly path: string

  constructor({ uid, gid, isDropped }: LaunchUser) {
    this.path = join(tmpdir(), `${prefix}${formatLeafName(ownLeafOwner(), ++made)}`)
    mkdirSync(this.path, { mode: 0o700 })
    if (isDropped) chownSync(this.path, uid, gid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.path)
  }
}

/** Those of supervisors of this user that are dead. */
export async function removeStaleFolders(): Promise<void> {
  const judge = ownLeafOwner()
  // TMPDIR may name what is not there: then nothing was left there.
  const stale = readNames('/', tmpdir()).filter((name) => {
    const owner = name.startsWith(prefix) ? parseLeafName(name.slice(prefix.length)) : undefined
    return owner !== undefined && isDead(owner, judge)
  })
  await Promise.all(stale.map((name) => removeOurs(join(tmpdir(), name))))
}

/** Anybody can make a folder of such a name in /tmp: only what is ours, or our jobs', is removed. */
async function removeOurs(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  const own = process.geteuid?.() ?? 0
  if (stat?.isDirectory() === true && (own === 0 || stat.uid === own)) await remove(path)
}

/**
 * A job may have taken the rights to a folder away, or made a path that is longer than any may be: the two programs go by
 * descriptors, and through no link. What even they cannot remove stays for the next start.
 */
async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 2 })
  } catch {
    const { execa } = await import('execa')
    const options = { reject: false, stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } } as const
    // Root needs no rights; and of files with two names the other is somebody else's, perhaps.
    if (process.geteuid?.() !== 0) await execa('chmod', ['-R', 'u+rwX', '--', path], options)
    await execa('rm', ['-rf', '--', path], options)
  }
}

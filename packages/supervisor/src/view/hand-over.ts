import { chownSync } from 'node:fs'
import type { RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import { type TreeEntry, walkTree } from './walk-tree.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * For file systems without id mapping, by policy only: what the caller owns in a directory belongs to the job's
 * user until disposed; then what that user owns, new or old, belongs to the caller. It follows no links and stays
 * on one mount. Set-id bits go. When the supervisor is killed meanwhile, `giveBack` is left to do.
 * @throws RT_POSTURE_UNAVAILABLE for files with several names: one may be outside, such as that of /etc/shadow
 */
export async function handOver(directory: string, caller: Owner, job: Owner): Promise<AsyncDisposable> {
  const linked: string[] = []
  for await (const entry of walkTree(directory)) {
    if (entry.stat.uid === caller.uid && isLinked(entry)) linked.push(entry.path)
  }
  if (linked.length > 0) throw refuse(directory, linked)
  const undo = (): Promise<void> => giveBack(directory, caller, job)
  try {
    for await (const entry of walkTree(directory)) {
      if (isLinked(entry)) throw refuse(directory, [entry.path])
      give(entry, caller, job)
    }
  } catch (error) {
    await undo()
    throw error
  }
  return { [Symbol.asyncDispose]: undo }
}

/** A file with several names is given back, too: the job's user owned it under each of them. */
export async function giveBack(directory: string, caller: Owner, job: Owner): Promise<void> {
  for await (const entry of walkTree(directory)) give(entry, job, caller)
}

/** By the descriptor: the very file that was looked at. */
function give({ stat, descriptorPath }: TreeEntry, from: Owner, to: Owner): void {
  if (stat.uid === from.uid) chownSync(descriptorPath, to.uid, stat.gid === from.gid ? to.gid : stat.gid)
}

function isLinked({ stat }: TreeEntry): boolean {
  return !stat.isDirectory() && stat.nlink > 1
}

function refuse(directory: string, linked: readonly string[]): RuntimoError {
  const names = linked.slice(0, 5)
  const more = linked.length > names.length ? ` and ${linked.length - names.length} more` : ''
  const cause = `files with several names cannot be handed over: ${names.join(', ')}${more}`
  const cure = 'copy these files, or keep the workspace on a file system with id mapping'
  return refusal([{ field: 'workspace', wanted: directory, cause, cure }])
}

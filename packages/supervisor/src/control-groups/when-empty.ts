import { type FSWatcher, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readControl, readField } from './control-file.ts'
import { readMembers } from './members.ts'

/** Version 1 has no event: we look again and again, less and less often. */
const longestPollMs = 16
/** Where the kernel tells, we look only in case that it did not. */
const safetyPollMs = 200

/** Resolves when the group and those below have no members, or when it is gone. Rejects when aborted. */
export async function whenEmpty(directory: string, hasEvents: boolean, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  if (isEmpty(directory, hasEvents)) return
  if (hasEvents) await untilTold(directory, signal)
  else await untilSeen(directory, signal)
}

async function untilSeen(directory: string, signal: AbortSignal | undefined): Promise<void> {
  for (let wait = 1; !isEmpty(directory, false); wait = Math.min(2 * wait, longestPollMs)) {
    await sleep(wait, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

async function untilTold(directory: string, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = (): void => {
    if (isEmpty(directory, true)) resolve()
  }
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const watcher = watchEvents(directory, look)
  const poll = setInterval(look, watcher === undefined ? longestPollMs : safetyPollMs)
  try {
    look() // it may have become empty before the watch began
    await promise
  } finally {
    clearInterval(poll)
    watcher?.close()
    signal?.removeEventListener('abort', abort)
  }
}

/** Undefined when the group is gone, or the user has no watches left. */
function watchEvents(directory: string, listener: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(`${directory}/cgroup.events`, listener)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

function isEmpty(directory: string, hasEvents: boolean): boolean {
  if (!hasEvents) return readMembers(directory).length === 0
  return readField(readControl(directory, 'cgroup.events'), 'populated') !== 1
}

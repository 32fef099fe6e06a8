import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendants } from '../test/support/processes.ts'

const lookMs = 20
const longestMs = 3000
/** Less than that in 20 ms is a timer of somebody who waits. */
const idleNs = 400_000

/** Waits until nothing of ours is being made: what one contender leaves to be done must not fall on the next. */
export async function settle(): Promise<void> {
  const until = performance.now() + longestMs
  for (let before = ranNs(), quiet = 0; quiet < 2 && performance.now() < until;) {
    await sleep(lookMs)
    const now = ranNs()
    quiet = Math.abs(now - before) < idleNs ? quiet + 1 : 0
    before = now
  }
  await sleep(lookMs) // as one that waits for a job, not as one that has just looked
}

/** What all threads of the processes below us have run. */
function ranNs(): number {
  return descendants(process.pid)
    .flatMap(threadsOf)
    .reduce((sum, path) => sum + read(path), 0)
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`)
  } catch {
    return [] // it has ended
  }
}

function read(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0])
  } catch {
    return 0
  }
}

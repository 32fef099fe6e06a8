import { execFile } from 'node:child_process'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { reapAdopted } from '../../linux/subreaper.ts'
import { isOver, nameOf, type ProcessStat, readStat } from '../../processes/index.ts'
import { type Check, has, lacks } from '../check.ts'

const subject = { ability: 'reaper', field: 'kill', neededFor: 'convenience' } as const
const execute = promisify(execFile)
const patienceMs = 2500
const pollMs = 10

/** Makes an orphan that soon ends, and looks whether who adopted it lets it go. */
export async function probeReaper(): Promise<Check> {
  try {
    const { stdout } = await execute('/bin/sh', ['-c', 'sleep 0.05 >/dev/null 2>&1 & echo $!'], {
      timeout: 5000,
    })
    return await watch(Number(stdout))
  } catch (error) {
    const cause = `no orphan could be made: ${error instanceof Error ? error.message : String(error)}`
    return lacks(subject, 'not tried', [
      { cause, cure: 'have /bin/sh and sleep here; nothing else depends on it' },
    ])
  }
}

async function watch(pid: number): Promise<Check> {
  const orphan = readStat(pid)
  const began = Date.now()
  let isZombieSince: number | undefined
  for (
    let last = orphan;
    last !== undefined && nameOf(last) === nameOf(orphan ?? last);
    last = readStat(pid)
  ) {
    if (isOver(last)) {
      // A supervisor of this process makes it the one that adopts.
      if (last.ppid === process.pid) {
        reapAdopted(pid)
        return has(subject, 'this process adopts orphans itself')
      }
      isZombieSince ??= Date.now()
      if (Date.now() - isZombieSince > patienceMs) return leftAlone(last)
    }
    await sleep(pollMs)
  }
  return has(subject, `an orphan was reaped ${Date.now() - (isZombieSince ?? began)} ms after its end`)
}

function leftAlone({ pid, ppid }: ProcessStat): Check {
  const adopter = `process ${ppid} (${readStat(ppid)?.comm ?? '?'})`
  const cause = `${adopter} adopted an orphan and left it a zombie for ${patienceMs} ms; ten of those and no job is run`
  const cure =
    'have a first process that reaps: `docker run --init …`, `podman run --init …`, `shareProcessNamespace: true` in the pod, or tini as entry point'
  return lacks(subject, `orphan ${pid}`, [{ cause, cure }])
}

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { ControlGroups } from './control-groups.ts'
import type { Leaf } from './leaf.ts'
import { openControlGroups } from './open.ts'
import { realSurroundings } from './surroundings.ts'

/** The machine's own hierarchies, of version 1 only if so wished; closed after the test. */
export async function openReal(onlyFirst: boolean = false): Promise<ControlGroups> {
  const surroundings = realSurroundings()
  const groups = await openControlGroups('/', {
    ...surroundings,
    fileSystemType: (path) => {
      const type = surroundings.fileSystemType(path)
      return onlyFirst && type === 0x63677270 ? undefined : type
    },
  })
  onTestFinished(() => groups[Symbol.asyncDispose]())
  return groups
}

/** Runs a shell script whose processes are all in the leaf; in a process group of its own. */
export function runIn(leaf: Pick<Leaf, 'joins'>, script: string): ChildProcess {
  const joins = leaf.joins.map((file) => `echo 0 >'${file}' || exit 99`)
  const child = spawn('sh', ['-c', [...joins, script].join('; ')], { stdio: 'ignore', detached: true })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Waits for what something else brings about; throws when it does not come. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return
    await sleep(10)
  }
  throw new Error(`waited in vain for: ${what}`)
}

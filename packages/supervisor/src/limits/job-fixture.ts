import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type ProcessIdentity, readChildren, readStat } from '../processes/index.ts'
import type { JobEnd } from './job-end.ts'

/** For tests: a process with its children, all killed when disposed of. */
export interface JobFixture extends AsyncDisposable {
  readonly pid: number
  members(): ProcessIdentity[]
  /** Resolves when it has printed something. */
  readonly said: Promise<unknown>
  /** Sends a line to its standard input. */
  tell(): void
  /** Closes its standard input, and resolves when it has ended. */
  end(): Promise<JobEnd>
}

export function startJob(command: string, args: readonly string[]): JobFixture {
  // Of its own process group, by which the children are killed too.
  const child = spawn(command, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} did not start`)
  const exited = once(child, 'exit')
  const errors = text(child.stderr)
  const said = Promise.race([
    once(child.stdout, 'data'),
    exited.then(async () => {
      throw new Error(`it ended without a word: ${await errors}`)
    }),
  ])
  said.catch(() => undefined)
  return {
    pid,
    said,
    members: () => tree(pid),
    tell: () => {
      child.stdin.write('\n')
    },
    end: async () => {
      child.stdin.end()
      const [code, signal]: unknown[] = await exited
      return {
        code: typeof code === 'number' ? code : null,
        signal: typeof signal === 'string' ? signal : null,
      }
    },
    [Symbol.asyncDispose]: async () => {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // Nobody is left.
      }
      await exited
    },
  }
}

function tree(pid: number): ProcessIdentity[] {
  const stat = readStat(pid)
  return stat === undefined ? [] : [stat, ...readChildren(pid).flatMap(tree)]
}

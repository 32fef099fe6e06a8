import { type ChildProcess, spawn, type SpawnOptionsWithoutStdio } from 'node:child_process'
import { once } from 'node:events'

/** For tests: a process that is killed, by its pid, and waited for when disposed of. */
export interface ChildFixture extends AsyncDisposable {
  pid: number
  end(): Promise<void>
}

/** For tests: starts a program; resolves once it runs, or with `isReady` once it has written something. */
export async function startChild(
  command: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio & { isReady?: boolean } = {},
): Promise<ChildFixture> {
  const child: ChildProcess = spawn(command, args, options)
  const exited = once(child, 'exit')
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} did not start`)
  if (options.isReady === true && child.stdout !== null) await once(child.stdout, 'data')
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid, end, [Symbol.asyncDispose]: end }
}

import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { temporaryDirectory } from './supervisor.ts'

export const bin: string = fileURLToPath(new URL('../../packages/supervisor/bin/runtimo.js', import.meta.url))

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly onStart?: (pid: number) => void
}

export interface CliResult {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a user does, to its end; never throws. */
export async function runtimo(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { input = '', onStart } = options
  // Neither the log nor the configuration of whoever runs the tests.
  const directory = temporaryDirectory()
  const own = { RUNTIMO_WAL_PATH: join(directory, 'wal.jsonl'), XDG_CONFIG_HOME: directory }
  const env = { ...own, ...options.env }
  const child = execa(process.execPath, ['--conditions=runtimo-source', bin, ...args], {
    env,
    input,
    reject: false,
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  const { exitCode, stdout, stderr, shortMessage } = await child
  if (exitCode === undefined && onStart === undefined) {
    console.warn(`the command line was ended: ${shortMessage}\n${stderr}`)
    // V8's own check fails now and then in Node 24.21, where threads end that stripped types by WebAssembly.
    if (stderr.includes('jit_page')) return await runtimo(args, options)
  }
  return { exitCode, stdout, stderr }
}

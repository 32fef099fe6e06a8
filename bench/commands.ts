import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]]

/** What a sandboxed `ShellExec` of `true` starts. */
export const shellTrue: Argv = ['/bin/sh', '-c', 'true']
/** A foreign capability; as a program of its own it does nothing. */
export const echoModule: string = fileURLToPath(new URL('./echo.mjs', import.meta.url))
export const nodeEcho: Argv = [process.execPath, echoModule]

/** As few walls as a bubblewrap can have: no /proc or /dev of its own, no filter, no limits. Undefined: not installed. */
export function inBwrap(argv: Argv): Argv | undefined {
  return behind('bwrap', ['--unshare-all', '--ro-bind', '/', '/'], argv)
}

export function inUnshare(argv: Argv): Argv | undefined {
  const walls = ['--user', '--map-current-user', '--mount', '--pid', '--fork', '--kill-child', '--net']
  return behind('unshare', walls, argv)
}

/** Resolves when it has ended well. */
export async function finished([file, ...args]: Argv): Promise<void> {
  const child = spawn(file, args, { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
}

function behind(tool: string, walls: readonly string[], argv: Argv): Argv | undefined {
  try {
    const path = execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim()
    return [path, ...walls, ...argv]
  } catch {
    return undefined
  }
}

import { resolve } from 'node:path'
import {
  type CapturedStream,
  type CommandCapability,
  type CommandPlan,
  type CommandResult,
  type Context,
  defineCapability,
  type Output,
} from '../capability.ts'
import { trimToCharacter } from '../text/trim.ts'
import { manifest } from './manifest.ts'

interface Args {
  readonly cmd: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeout_secs?: number
}

function plan(args: Args, context: Context): CommandPlan {
  return {
    argv: ['/bin/sh', '-c', args.cmd],
    cwd: resolve(context.workingDir, args.cwd ?? '.'),
    env: args.env ?? {},
    ...(args.stdin === undefined ? {} : { stdin: args.stdin }),
    ...(args.timeout_secs === undefined ? {} : { timeoutMs: Math.ceil(args.timeout_secs * 1000) }),
  }
}

function parse(result: CommandResult): Output {
  const stdout = toText(result.stdout)
  const stderr = toText(result.stderr)
  const success = result.exitCode === 0
  return {
    success,
    data: {
      exit_code: result.exitCode,
      signal: result.signal,
      stdout: stdout.text,
      stderr: stderr.text,
      stdout_bytes: result.stdout.totalBytes,
      stderr_bytes: result.stderr.totalBytes,
      stdout_truncated: stdout.truncated,
      stderr_truncated: stderr.truncated,
      truncated: stdout.truncated || stderr.truncated,
    },
    message:
      result.signal === null
        ? `Exited with code ${String(result.exitCode)}`
        : `Ended by signal ${result.signal}`,
  }
}

/** Bytes that are no UTF-8 become U+FFFD; a character that the cap cut in two is left out. */
function toText(stream: CapturedStream): { readonly text: string; readonly truncated: boolean } {
  const truncated = stream.totalBytes > stream.bytes.length
  const bytes = truncated ? trimToCharacter(stream.bytes) : stream.bytes
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), truncated }
}

export const shellExec: CommandCapability<Args> = defineCapability<Args>({ manifest, plan, parse })

import type { Custody } from './custody.ts'

/** What a function's code printed, as text; at most 64 KiB of each stream. */
export interface PrintedOutput {
  readonly stdout: string
  readonly stderr: string
  readonly stdoutBytes: number
  readonly stderrBytes: number
  readonly truncated: boolean
}

const maxBytes = 65_536

/** Undefined when nothing was printed. */
export function printedBy({ stdout, stderr }: Pick<Custody, 'stdout' | 'stderr'>): PrintedOutput | undefined {
  const stdoutBytes = stdout.totalBytes
  const stderrBytes = stderr.totalBytes
  if (stdoutBytes + stderrBytes === 0) return undefined
  return {
    stdout: toText(stdout.captured().bytes),
    stderr: toText(stderr.captured().bytes),
    stdoutBytes,
    stderrBytes,
    truncated: stdoutBytes > maxBytes || stderrBytes > maxBytes,
  }
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, maxBytes))
}

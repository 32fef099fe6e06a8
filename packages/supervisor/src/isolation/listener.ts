import process from 'node:process'
import type { OutputChunk } from './stream-capture.ts'

/** A listener that throws is told of and not called again: it must not end the supervisor, nor the job. */
export function guardListener(onOutput: (chunk: OutputChunk) => void): (chunk: OutputChunk) => void {
  let isBroken = false
  return (chunk) => {
    if (isBroken) return
    try {
      onOutput(chunk)
    } catch (error) {
      isBroken = true
      process.emitWarning(`onOutput threw and is not called again: ${String(error)}`, 'RuntimoWarning')
    }
  }
}

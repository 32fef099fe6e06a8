import process from 'node:process'
import type { RunOptions } from '../options/run-options.ts'
import { escaper } from './render/escape.ts'
import { TerminalWriter } from './terminal-writer.ts'

type Forward = NonNullable<RunOptions['onOutput']>

/** Passes the job's output on as it comes: never raw to a terminal, and never waiting for one. */
export class OutputForwarder {
  readonly #raw: boolean
  readonly #beforeOutput: () => void
  readonly #escape = { stdout: escaper(), stderr: escaper() }
  readonly #terminals = { stdout: terminalOf(process.stdout), stderr: terminalOf(process.stderr) }

  constructor(raw: boolean, beforeOutput: () => void) {
    this.#raw = raw
    this.#beforeOutput = beforeOutput
  }

  readonly forward: Forward = ({ stream, bytes }) => {
    this.#beforeOutput()
    const terminal = this.#terminals[stream]
    if (terminal !== undefined) terminal.write(this.#escape[stream](bytes))
    else process[stream].write(this.#raw ? bytes : this.#escape[stream](bytes))
  }

  async flush(): Promise<void> {
    await Promise.all([this.#terminals.stdout?.flush(), this.#terminals.stderr?.flush()])
  }
}

function terminalOf(stream: NodeJS.WriteStream & { readonly fd: number }): TerminalWriter | undefined {
  return stream.isTTY ? new TerminalWriter(stream.fd) : undefined
}

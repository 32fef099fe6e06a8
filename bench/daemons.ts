import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProcesses } from '../test/support/processes.ts'

let made = 0

/** A shell that starts so many daemons, each in a session of its own and nobody's child, and then says so. */
export class Daemons {
  readonly script: string
  readonly #name = `4${process.pid}.${++made}`

  constructor(count: number) {
    const one = `setsid sh -c '(exec sleep ${this.#name} &)' </dev/null >/dev/null 2>&1`
    this.script = `i=0; while [ $i -lt ${count} ]; do ${one}; i=$((i+1)); done; echo up; exec sleep 100`
  }

  /** Resolves when all are up. */
  async start(): Promise<ChildProcess> {
    const child = spawn('/bin/sh', ['-c', this.script], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    return child
  }

  /** How many live although they were to be killed; they are ended. */
  async endSurvivors(): Promise<number> {
    if (this.#living().length > 0) await sleep(100) // some may be about to end
    const left = this.#living()
    for (const pid of left) process.kill(pid, 'SIGKILL')
    return left.length
  }

  #living(): number[] {
    return findProcesses(`sleep ${this.#name} `)
  }
}

import process from 'node:process'
import type { JobResult, RunOptions, Supervisor } from '@runtimo/supervisor'
import { Unconfined } from '../support/attack.ts'
import { fixture } from '../support/supervisor.ts'

export const from: string = fixture('attack-ipc-worker/worker.mjs')

/** A job of the module that attacks its worker. `how` names the attack. */
export function attack(
  supervisor: Supervisor,
  how: string,
  options: RunOptions,
  value?: unknown,
): Promise<JobResult> {
  return supervisor.run('Attack', { how, ...(value === undefined ? {} : { value }) }, { from, ...options })
}

/** The same in a program that simply imports it, and then says what became of itself. */
export function imported(how: string, value: string, after: string): Unconfined {
  const program = `
    const { default: { execute } } = await import(${JSON.stringify(from)})
    const result = await execute({ how: '${how}', value: ${JSON.stringify(value)} }, { jobId: 'x' })
    console.log(${after})`
  return new Unconfined([process.execPath, '--input-type=module', '--eval', program])
}

/** The same in a thread `worker` of such a program. */
export function inThread(how: string, value: string, after: string): Unconfined {
  const program = `
    import { Worker } from 'node:worker_threads'
    const code = 'import(${JSON.stringify(from)}).then((m) => m.default.execute({ how: "${how}", value: "${value}" }, {}))'
    const worker = new Worker(code, { eval: true })
    ${after}`
  return new Unconfined([process.execPath, '--input-type=module', '--eval', program])
}

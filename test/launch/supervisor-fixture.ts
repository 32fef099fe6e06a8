import { spawn } from 'node:child_process'
import process from 'node:process'
import { LaunchPlan, StatusReader } from '../../packages/worker/src/launch/index.ts'
import { remove } from './edit.ts'
import { pipesOf } from './pipes.ts'
import { jobPolicy, launchPolicy, type Level } from './policies.ts'

/** A supervisor to be killed: starts a job that sleeps, and says when it does. */
const [level, player = '', workspace = '', command = '', removed] = process.argv.slice(2) as [
  Level,
  ...string[],
]
const plan = new LaunchPlan(launchPolicy(level, workspace, {}))
const job = plan.job(jobPolicy(level, workspace, ['/bin/sh', '-c', command], {}))
if (removed !== undefined) remove(plan.base, new RegExp(removed, 'u'))
const launcher = spawn(player, [], {
  stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  env: {},
})
const { status, tape } = pipesOf(launcher)
const reader = new StatusReader(() => [plan.base, job])
status.on('data', (chunk: Buffer) => {
  for (const { kind } of reader.push(chunk)) {
    if (kind !== 'held') continue
    tape.write('!')
    process.stdout.write('running')
  }
})
tape.write(plan.base.image())
tape.write(job.image())

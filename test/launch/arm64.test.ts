import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { failed } from '../../packages/worker/src/launch/call.ts'
import { flags } from '../../packages/worker/src/launch/flags.ts'
import {
  LaunchPlan,
  launcherExecutable,
  type Status,
  StatusReader,
} from '../../packages/worker/src/launch/index.ts'
import { basePlace, last, lastBytes } from '../../packages/worker/src/launch/memory.ts'
import { reportFailure } from '../../packages/worker/src/launch/sections/failure.ts'
import { Tape } from '../../packages/worker/src/launch/tape.ts'
import { remove } from './edit.ts'
import { workplace, type Workplace } from './launched.ts'
import { pipesOf } from './pipes.ts'
import { jobPolicy, launchPolicy } from './policies.ts'

const emulator: string[] = process.arch === 'arm64' ? [] : ['qemu-aarch64']
const isAbsent = emulator.length > 0 && spawnSync('qemu-aarch64', ['--version']).error !== undefined
if (isAbsent && process.env['CI'] !== undefined)
  throw new Error('qemu-aarch64 (package qemu-user) is missing')

/** Stores, the three branches, an expected error, a fork, and a failure that is reported. */
function sample(): Tape {
  const tape = new Tape(basePlace, 'arm64')
  const fd = tape.variable('fd')
  const child = tape.variable('child')
  const info = tape.variable('info', Buffer.alloc(128))
  tape.call('mprotect', basePlace.records.address, basePlace.records.size, flags('PROT_READ'))
  tape.call('openat', flags('AT_FDCWD'), '/dev/null', flags('O_WRONLY')).into(fd)
  tape.call('write', fd, 'abc', 3).must(3)
  tape.call('close', fd)
  tape.call('openat', flags('AT_FDCWD'), '/nope', 0).when('ENOENT', 'absent').else(failed)
  tape.label('absent')
  tape.call('close', fd).onError('closed').else(failed)
  tape.label('closed')
  tape.call('clone', flags('SIGCHLD')).into(child).when(0, 'child')
  tape.call('waitid', flags('P_PID'), child, info.pointer, flags('WEXITED'), 0)
  tape.call('write', 1, 'hello from the tape\n', 20)
  tape.call('chdir', '/nope').for('to fail').onError('report')
  tape.label('report')
  tape.call('write', 4, last, lastBytes)
  tape.call('exit_group', info.at(24, 'status'))
  tape.label('child')
  tape.call('exit_group', 42)
  reportFailure(tape)
  return tape
}

interface Played {
  readonly code: number | null
  readonly out: string
  readonly said: readonly Status[]
}

/** The tapes one after the other; the word is given. */
async function play(place: Workplace, ...tapes: readonly Tape[]): Promise<Played> {
  const player = join(place.directory, 'arm64')
  writeFileSync(player, launcherExecutable('arm64'), { mode: 0o755 })
  const [file, ...args] = [...emulator, player] as const
  const run = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void run.kill('SIGKILL'))
  const reader = new StatusReader(() => tapes)
  const said: Status[] = []
  let out = ''
  run.stdout?.on('data', (data) => (out += data))
  const { status, tape: input } = pipesOf(run)
  input.on('error', () => {}) // it ended before it read everything
  status.on('data', (data: Buffer) => {
    for (const frame of reader.push(data)) {
      said.push(frame)
      if (frame.kind === 'held') input.write('!')
    }
  })
  for (const tape of tapes) input.write(tape.image())
  const [code] = await once(run, 'close')
  return { code, out, said }
}

test.skipIf(isAbsent)('the arm64 launcher plays a tape (needs qemu-aarch64)', async () => {
  const { code, out, said } = await play(workplace('sandbox'), sample())
  expect({ code, out }).toEqual({ code: 42, out: 'hello from the tape\n' })
  expect(said).toEqual([
    { kind: 'failed', call: 'chdir', purpose: 'to fail', text: 'chdir("/nope")', errno: 2 },
  ])
})

/** What qemu 7.2 does not pass on to the kernel. */
const unemulated =
  emulator.length > 0 ? [/^prctl\(PR_SET_CHILD_SUBREAPER/u, /^landlock_/u, /^seccomp\(/u] : []

test.skipIf(isAbsent)(
  'the arm64 launcher plays the tapes of level process but for what the emulator lacks (needs qemu-aarch64)',
  async ({ annotate }) => {
    const place = workplace('process')
    const lacking: RegExp[] = []
    const playAgain = (): Promise<Played> => {
      const plan = new LaunchPlan({ ...launchPolicy('process', place.workspace, {}), arch: 'arm64' })
      const job = plan.job(jobPolicy('process', place.workspace, ['/bin/echo', 'hello from the job'], {}))
      for (const call of lacking)
        for (const tape of [plan.base, job])
          if (tape.calls.some(({ text }) => call.test(text))) remove(tape, call)
      return play(place, plan.base, job)
    }
    let played = await playAgain()
    for (let failure = failureIn(played); failure !== undefined; failure = failureIn(played)) {
      const { text } = failure
      const call = unemulated.find((other) => other.test(text))
      if (call === undefined || lacking.includes(call)) break
      lacking.push(call)
      played = await playAgain()
    }
    await annotate(`not emulated: ${lacking.map(({ source }) => source).join(', ')}`)
    expect(failureIn(played)).toBeUndefined()
    expect(played).toMatchObject({ code: 0, out: 'hello from the job\n' })
    expect(played.said.map(({ kind }) => kind)).toEqual(['ready', 'held', 'ended', 'usage'])
  },
)

function failureIn({ said }: Played): Extract<Status, { kind: 'failed' }> | undefined {
  return said.find((frame) => frame.kind === 'failed')
}

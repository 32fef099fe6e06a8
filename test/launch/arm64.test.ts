import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { failed } from '../../packages/worker/src/launch/call.ts'
import { flags } from '../../packages/worker/src/launch/flags.ts'
import { launcherExecutable, StatusReader } from '../../packages/worker/src/launch/index.ts'
import { basePlace, last, lastBytes } from '../../packages/worker/src/launch/memory.ts'
import { reportFailure } from '../../packages/worker/src/launch/sections/failure.ts'
import { Tape } from '../../packages/worker/src/launch/tape.ts'
import { workplace } from './launched.ts'
import { pipesOf } from './pipes.ts'

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

test.skipIf(isAbsent)('the arm64 launcher plays a tape (needs qemu-aarch64)', async () => {
  const { directory } = workplace('sandbox')
  const player = join(directory, 'arm64')
  writeFileSync(player, launcherExecutable('arm64'), { mode: 0o755 })
  const tape = sample()
  const [file, ...args] = [...emulator, player] as const
  const run = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe', 'pipe'] })
  const reader = new StatusReader(() => [tape])
  const said: unknown[] = []
  let out = ''
  run.stdout?.on('data', (data) => (out += data))
  const { status, tape: input } = pipesOf(run)
  status.on('data', (data: Buffer) => said.push(...reader.push(data)))
  input.write(tape.image())
  const code = await new Promise((resolve) => {
    run.once('close', resolve)
  })
  expect({ code, out }).toEqual({ code: 42, out: 'hello from the tape\n' })
  expect(said).toEqual([
    { kind: 'failed', call: 'chdir', purpose: 'to fail', text: 'chdir("/nope")', errno: 2 },
  ])
})

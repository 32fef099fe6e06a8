import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { userNamespaceTape } from '@runtimo/worker'
import { expect, onTestFinished, test } from 'vitest'
import { arch } from '../../isolation/arch.ts'
import { readMachine } from '../machine.ts'
import { probeUserNamespace } from './namespaces.ts'
import { play } from './play.ts'

/** A program that is taken for the launcher; its status is descriptor 4. */
function programOf(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'runtimo-play-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'launcher')
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return path
}

test('a launcher that says what none says is a probe that failed, and is not waited for', async () => {
  const program = programOf(String.raw`printf '\377\0\0\0\0\0\0\0' >&4; exec sleep 100`)
  expect(await probeUserNamespace(program, readMachine())).toMatchObject({
    have: false,
    cause: expect.stringContaining('EPROTO: a launcher does not write frames of kind 255'),
  })
})

test('a launcher that says nothing has failed as well', async () => {
  expect(await play(programOf('exit 0'), userNamespaceTape(arch(), process.pid))).toMatchObject({
    call: 'execve',
    errno: 'SIGKILL',
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { expect, test } from 'vitest'
import { checkConfinement, type Posture } from './posture.ts'

const planned: Posture = {
  level: 'sandbox',
  pidNamespace: true,
  network: 'none',
  seccomp: true,
  landlock: true,
  memory: null,
  pids: null,
  cpu: null,
  uid: 65_534,
  cgroup: null,
}

const look = (): void => checkConfinement(process.pid, planned, new Set(['pid']))

test('a process that is not confined as was planned is found out, part by part', () => {
  expect(look).toThrow(expect.objectContaining({ code: 'RT_POSTURE_UNAVAILABLE' }))
  for (const part of ['uid', 'noNewPrivileges', 'seccomp', 'namespaces']) expect(look).toThrow(`${part} (`)
})

test('one that has ended cannot begin any more, and is no defect', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  expect(() => checkConfinement(child.pid ?? 0, planned, new Set())).not.toThrow()
})

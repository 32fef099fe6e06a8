import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, judge, overTime } from '../support/attack.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const from = fixture('attack-ipc-worker/worker.mjs')

/** Runs a capability with this manifest, and whatever else its module does. */
async function runTool(supervisor: Supervisor, manifest: string, timeoutMs = 5000): Promise<JobResult> {
  const tool = join(temporaryDirectory(), 'tool.mjs')
  const execute = '(args) => args'
  writeFileSync(
    tool,
    `export default { manifest: { name: 'Tool', description: 'x', ${manifest} }, execute: ${execute} }`,
  )
  return await supervisor.run(
    'Tool',
    { a: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' },
    { from: tool, timeoutMs },
  )
}

test('a prototype in the arguments is refused before anything is started (J03)', async () => {
  const supervisor = arena()
  const args: unknown = JSON.parse('{"how":"echo","value":{"__proto__":{"polluted":true}}}')
  await expect(supervisor.run('Attack', args, { from })).rejects.toMatchObject({ code: 'RT_ARGS_NOT_JSON' })
  expect(Object.prototype).not.toHaveProperty('polluted')
})

describe('a manifest that', () => {
  test.each([
    [
      'has a prototype in a default (J03)',
      `args: { default: JSON.parse('{"__proto__":{"polluted":true}}') }`,
      'RT_LOAD_FAILED',
    ],
    [
      'names the prototype as a property (J03)',
      `args: { type: 'object', properties: JSON.parse('{"__proto__":{"default":1}}') }`,
      'RT_LOAD_FAILED',
    ],
    [
      'asks for what the policy does not give (J09)',
      `args: {}, permissions: { env: ['SECRET'] }`,
      'RT_PERMISSION_DENIED',
    ],
    ['asks for a network (J09)', `args: {}, permissions: { network: 'host' }`, 'RT_INVALID_MANIFEST'],
    ['calls for code in its schema (J10)', `args: { instanceof: 'Function' }`, 'RT_INVALID_SCHEMA'],
    [
      'refers to what is elsewhere (J10)',
      `args: { $ref: 'https://example.com/schema' }`,
      'RT_INVALID_SCHEMA',
    ],
  ] as const)('%s does not run', async (_name, manifest, code) => {
    const supervisor = arena()
    const result = await runTool(supervisor, manifest)
    await judge(supervisor, result, { outcome: 'failed', code })
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  test('has a schema that never ends is killed at the deadline, and nobody else waits for it (J10)', async () => {
    const supervisor = arena()
    const schema = `args: { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }`
    const [slow, twin] = await Promise.all([
      runTool(supervisor, schema, 1500),
      supervisor.run('ShellExec', { cmd: 'echo twin' }),
    ])
    await judge(supervisor, slow, overTime)
    expect(twin.output.data).toMatchObject({ stdout: 'twin\n' })
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('refers to itself without end ends its own worker only (J10)', async () => {
    const supervisor = arena()
    const result = await runTool(supervisor, `args: { $ref: '#' }`)
    expect(['failed', 'crashed', 'timed_out']).toContain(result.outcome)
  })

  test('accepts everything gives its code no more rights (J10)', async () => {
    const supervisor = arena()
    const result = await runTool(supervisor, 'args: {}')
    await judge(supervisor, result, { outcome: 'completed' })
    expect(result.posture).toMatchObject({ level: 'sandbox', seccomp: true, landlock: true, network: 'none' })
  })
})

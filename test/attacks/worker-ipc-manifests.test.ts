import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { control, judge, judgeRefusal, overTime, siege, Unconfined } from '../support/attack.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const from = fixture('attack-ipc-worker/worker.mjs')

/** What a program that trusts its input says of it. */
async function trusting(program: string, cwd?: string): Promise<string> {
  const argv = [process.execPath, '--input-type=module', '--eval', program] as const
  return await new Unconfined(argv, cwd === undefined ? {} : { cwd }).stdout
}

async function pollute(): Promise<void> {
  const merge = `const merge = (into, from) => {
    for (const key of Object.keys(from)) {
      if (Object(from[key]) === from[key]) merge((into[key] ??= {}), from[key])
      else into[key] = from[key]
    }
  }`
  const said = `merge({}, JSON.parse('{"__proto__":{"polluted":true}}')); console.log({}.polluted)`
  expect(await trusting(`${merge}\n${said}`)).toBe('true\n')
}
const mergesPollute = control('without us, who merges arguments is polluted by them', pollute)

async function believe(): Promise<void> {
  const manifest = `{ instanceof: 'Function', permissions: { env: ['SECRET'], network: 'host' } }`
  const program = `process.env.SECRET = 'secret'
    const { permissions } = ${manifest}
    console.log(permissions.env.map((name) => process.env[name]), process.permission === undefined)`
  expect(await trusting(program)).toBe("[ 'secret' ] true\n")
}
const manifestsAreBelieved = control('without us, a manifest has what it asks for', believe)

async function matchForEver(): Promise<void> {
  const program = `console.log('begun'); /^(a+)+$/u.test('${'a'.repeat(37)}!'); console.log('ended')`
  const matching = new Unconfined([process.execPath, '--eval', program])
  await matching.line(/(?<begun>begun)/u)
  expect(await Promise.race([matching.ended, sleep(700, 'goes on')])).toBe('goes on')
}
const matchingGoesOn = control('without us, a pattern of a schema is matched without end', matchForEver)

async function compileForEver(): Promise<void> {
  const program = `import { Ajv2020 } from 'ajv/dist/2020.js'
    const check = new Ajv2020().compile({ $ref: '#' })
    try { console.log(check('x')) } catch (error) { console.log(error.message) }`
  expect(await trusting(program, import.meta.dirname + '/../../packages/worker')).toBe(
    'Maximum call stack size exceeded\n',
  )
}
const compilingIsEndless = control('without us, a schema that refers to itself has no end', compileForEver)

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
  await mergesPollute()
  const supervisor = siege()
  const args: unknown = JSON.parse('{"how":"echo","value":{"__proto__":{"polluted":true}}}')
  await judgeRefusal(supervisor.run('Attack', args, { from }), 'RT_ARGS_NOT_JSON', () =>
    expect({}).not.toHaveProperty('polluted'),
  )
  const twin = await supervisor.run('Attack', { how: 'echo', value: { proto: true } }, { from })
  expect(twin.output.data).toEqual({ proto: true })
  await judge(supervisor, twin, { outcome: 'completed' })
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
    await mergesPollute()
    await manifestsAreBelieved()
    const supervisor = siege()
    const result = await runTool(supervisor, manifest)
    const unharmed = (): void => {
      expect(Object.prototype).not.toHaveProperty('polluted')
      expect(result.output.data).toBe(null)
    }
    await judge(supervisor, result, { outcome: 'failed', code, unharmed })
    await judge(supervisor, await runTool(supervisor, 'args: {}'), { outcome: 'completed' })
  })

  test('has a schema that never ends is killed at the deadline, and nobody else waits for it (J10)', async () => {
    await matchingGoesOn()
    const supervisor = siege()
    const schema = `args: { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }`
    const [slow, twin] = await Promise.all([
      runTool(supervisor, schema, 1500),
      supervisor.run('ShellExec', { cmd: 'echo twin' }),
    ])
    const unharmed = (): void => expect(twin.usage.wallMs).toBeLessThan(slow.usage.wallMs)
    await judge(supervisor, slow, { ...overTime, unharmed })
    expect(twin.output.data).toMatchObject({ stdout: 'twin\n' })
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('refers to itself without end ends its own worker only (J10)', async () => {
    await compilingIsEndless()
    const supervisor = siege()
    const result = await runTool(supervisor, `args: { $ref: '#' }`)
    const unharmed = (): void =>
      expect(result.error).toMatchObject({ message: expect.stringMatching(/no end/u) })
    await judge(supervisor, result, { outcome: 'failed', code: 'RT_INVALID_SCHEMA', unharmed })
    await judge(supervisor, await runTool(supervisor, 'args: {}'), { outcome: 'completed' })
  })

  test('accepts everything gives its code no more rights (J10)', async () => {
    await manifestsAreBelieved()
    const supervisor = siege()
    const result = await runTool(supervisor, 'args: {}')
    const confined = { level: 'sandbox', seccomp: true, landlock: true, network: 'none' }
    await judge(supervisor, result, {
      outcome: 'completed',
      unharmed: () => expect(result.posture).toMatchObject(confined),
      twin: () => expect(result.output.data).toMatchObject({ a: expect.any(String) }),
    })
  })
})

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { levels } from '@runtimo/capabilities'
import { describe, expect, test } from 'vitest'
import { arena, judge, ticksDuring, Unconfined } from '../support/attack.ts'
import { runtimo } from '../support/cli.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const mebibyte = 1_048_576
const hostile =
  'message stack code circular deep getter thrower proxy revoked endless terminal nothing symbol bigint'

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)

const costsOfSchema =
  /^RT_(TIMED_OUT|INVALID_SCHEMA|INVALID_MANIFEST|INVALID_ARGS|LOAD_FAILED|CRASHED|LIMIT_EXCEEDED)$/u

/** A module whose arguments have this schema, written in JavaScript. */
function moduleWith(args: string): string {
  const path = join(temporaryDirectory(), 'module.mjs')
  const manifest = `{ name: 'Given', description: 'x', args: ${args} }`
  writeFileSync(path, `export default { manifest: ${manifest}, execute: () => 'done' }`)
  return path
}

const schemas = [
  {
    name: 'a pattern without an end (R15)',
    schema: `{ type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }`,
  },
  {
    name: 'a loop of references (R15)',
    schema: `{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }`,
  },
  {
    name: 'twelve megabytes (R15)',
    schema: `{ type: 'object', properties: { a: { enum: ['x'.repeat(12_000_000)] } } }`,
  },
  {
    name: 'a hundred thousand levels',
    schema: `JSON.parse('{"not":'.repeat(100_000) + '{}' + '}'.repeat(100_000))`,
  },
  {
    name: 'references that double at each level',
    schema: `{ $ref: '#/$defs/a0', $defs: Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['a' + i, i === 29 ? { type: 'string' } : { anyOf: [{ $ref: '#/$defs/a' + (i + 1) }, { $ref: '#/$defs/a' + (i + 1) }] }])) }`,
  },
  {
    name: 'a getter that does not return',
    schema: `{ get type() { for (;;); } }`,
  },
]

test('without us, each of these holds up whoever takes it in', async () => {
  const program = `
    let ticks = 0
    setInterval(() => ticks++, 5)
    setTimeout(() => {
      /^(a+)+$/.test('a'.repeat(25) + '!')
      console.log(ticks <= 1)
      process.exit()
    }, 0)`
  const control = new Unconfined([process.execPath, '-e', program])
  expect(await control.stdout).toBe('true\n')
  const thrown = new Unconfined([
    process.execPath,
    '--input-type=module',
    '-e',
    `const { default: { execute } } = await import(${JSON.stringify(fixture('attack-res-module.mjs'))})
     try { execute({ how: 'proxy' }) } catch (error) { console.log(String(error)) }`,
  ])
  expect(await thrown.stderr).toContain('trap')
})

describe.each(levels)('level %s', (level) => {
  test('a hostile schema costs its own worker, not the clock of the supervisor', async () => {
    const supervisor = arena()
    await supervisor.run('Given', {}, { from: moduleWith('{}'), level })
    const options = { level, timeoutMs: 700 } as const
    const jobs = schemas.map(({ schema }) =>
      supervisor.run('Given', { a: `${'a'.repeat(40)}!` }, { from: moduleWith(schema), ...options }),
    )
    expect(await ticksDuring(Promise.all(jobs))).toBeGreaterThan(20)
    for (const [i, result] of (await Promise.all(jobs)).entries()) {
      const isSmall = JSON.stringify(result).length < 200_000
      expect({ name: schemas[i]?.name, code: result.error?.code, isSmall }).toEqual({
        name: schemas[i]?.name,
        code: expect.stringMatching(costsOfSchema),
        isSmall: true,
      })
    }
    const twin = await supervisor.run('Given', {}, { from: moduleWith('{ type: "object" }'), level })
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('whatever is thrown becomes a small error, and the next job runs (R18)', async () => {
    const supervisor = arena()
    const from = fixture('attack-res-module.mjs')
    await Promise.all(
      hostile.split(' ').map(async (how) => {
        const result = await supervisor.run('Throw', { how }, { from, level })
        const isSmall = JSON.stringify(result).length < 200_000
        // The getter ends the process.
        const code = expect.stringMatching(/^RT_(CAPABILITY_FAILED|CRASHED)$/u)
        expect({ how, code: result.error?.code, isSmall }).toEqual({ how, code, isSmall: true })
      }),
    )
    const twin = await supervisor.run('Throw', { how: 'none' }, { from, level })
    await judge(supervisor, twin, { outcome: 'completed' })
    const failed = await supervisor.run('Throw', { how: 'circular' }, { from, level })
    await judge(supervisor, failed, { outcome: 'failed', code: 'RT_CAPABILITY_FAILED' })
  })
})

describe('arguments (R14)', () => {
  test('one byte more than a mebibyte is rejected before anything is written or started; not one less', async () => {
    const supervisor = arena()
    const level = 'process'
    const workingDir = temporaryDirectory()
    const empty = JSON.stringify({ cmd: 'wc -c', stdin: '' }).length
    const run = (bytes: number): ReturnType<typeof supervisor.run> =>
      supervisor.run('ShellExec', { cmd: 'wc -c', stdin: 'x'.repeat(bytes - empty) }, { level, workingDir })
    await expect(run(mebibyte + 1)).rejects.toMatchObject({ code: 'RT_ARGS_TOO_LARGE' })
    const log = existsSync(supervisor.walPath) ? readFileSync(supervisor.walPath, 'utf8') : ''
    expect(log).not.toContain('job_started')
    const twin = await run(mebibyte)
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test.each<[name: string, make: () => unknown, code: RegExp]>([
    ['a hundred thousand levels', () => ({ cmd: nested(100_000) }), /^RT_ARGS_(NOT_JSON|TOO_LARGE)$/u],
    [
      'two hundred thousand members',
      () => Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 0])),
      /^RT_ARGS_TOO_LARGE$/u,
    ],
    [
      'a getter that throws',
      () => ({
        get cmd() {
          throw new Error('x')
        },
      }),
      /^RT_ARGS_NOT_JSON$/u,
    ],
    [
      'a cycle',
      () => {
        const a: { a?: unknown } = {}
        a.a = a
        return a
      },
      /^RT_ARGS_NOT_JSON$/u,
    ],
    ['a number that is none', () => ({ cmd: Number.NaN }), /^RT_ARGS_NOT_JSON$/u],
    ['a large number', () => ({ cmd: 1n }), /^RT_ARGS_NOT_JSON$/u],
    ['a prototype', () => JSON.parse('{"__proto__":{"cmd":"id"},"cmd":"true"}'), /^RT_ARGS_NOT_JSON$/u],
  ])('%s: rejected, while the clock goes on', async (_name, make, code) => {
    const supervisor = arena()
    const args = make()
    const memory = process.memoryUsage.rss()
    const job = supervisor.run('ShellExec', args, { level: 'process' })
    await expect(job).rejects.toMatchObject({ code: expect.stringMatching(code) })
    expect(process.memoryUsage.rss() - memory).toBeLessThan(200 * mebibyte)
    expect(Reflect.get({}, 'cmd')).toBeUndefined()
  })

  test('on the command line: what is too deep, or says a thing twice, runs nothing', async () => {
    const deep = `{"cmd":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const twice = '{"cmd":"echo one","cmd":"echo two"}'
    for (const text of [deep, twice, '{"cmd":']) {
      const { exitCode, stdout } = await runtimo([
        'run',
        '--no-pressure-guard',
        '-c',
        'ShellExec',
        '-a',
        text,
      ])
      expect({ text: text.slice(0, 40), stdout, isZero: exitCode === 0 }).toEqual({
        text: text.slice(0, 40),
        stdout: '',
        isZero: false,
      })
    }
  })
})

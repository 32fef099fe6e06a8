import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { compileOwn } from '../options/compile-own.ts'
import { kindOf } from './kind.ts'
import { loadConfig } from './load.ts'
import { settingKeys, settings, variableOf } from './settings.ts'

function fileOf(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-config-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'config.toml')
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

async function failure(file: string): Promise<object> {
  const error: unknown = await loadConfig({ file, env: {} }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return Object(error) as object
}

test('the environment goes over the file, the file over what is in force unless told', async () => {
  const file = fileOf('tenant = "file"\n[wal]\nkeep_days = 3\nmax_bytes = 9\n')
  const env = { RUNTIMO_CONFIG: file, RUNTIMO_WAL_MAX_BYTES: '7', RUNTIMO_WAL_KEEP_DAYS: '' }
  const { values, origins } = await loadConfig({ env })
  expect(values).toMatchObject({
    'wal.max_bytes': 7,
    'wal.keep_days': 3,
    tenant: 'file',
    'jobs.wait_secs': 15,
  })
  expect(origins['wal.max_bytes']).toEqual({ from: 'environment', name: 'RUNTIMO_WAL_MAX_BYTES' })
  expect(origins['wal.keep_days']).toEqual({ from: 'file', name: file })
  expect(origins['jobs.wait_secs']).toEqual({ from: 'default' })
})

test('a file is found by XDG_CONFIG_HOME, or else by HOME; a relative one of them is nobody’s', async () => {
  const home = join(fileOf(''), '..')
  mkdirSync(join(home, '.config/runtimo'), { recursive: true })
  const file = join(home, '.config/runtimo/config.toml')
  writeFileSync(file, 'tenant = "home"', { mode: 0o600 })
  expect((await loadConfig({ env: { HOME: home } })).file).toBe(file)
  expect((await loadConfig({ env: { HOME: '/', XDG_CONFIG_HOME: join(home, '.config') } })).file).toBe(file)
  expect((await loadConfig({ env: { HOME: home, XDG_CONFIG_HOME: 'elsewhere' } })).file).toBe(file)
  for (const nowhere of ['', '/dev/null', '/nowhere', '.']) {
    expect((await loadConfig({ env: { HOME: nowhere } })).file).toBeUndefined()
  }
})

test('a missing file is an error only when it was named', async () => {
  const missing = join(fileOf(''), '../missing.toml')
  await expect(loadConfig({ env: { RUNTIMO_CONFIG: missing } })).rejects.toMatchObject({
    code: 'RT_CONFIG_INVALID',
    details: { file: missing, expected: 'a file that we can read' },
  })
})

test.each([
  ['[wal]\n\npth = "/a"', 3, 'wal.pth', 'a known key (did you mean wal.path?)', '"/a"'],
  ['[wal]\npath = "a"', 2, 'wal.path', 'an absolute path', '"a"'],
  ['[wal]\npath = "/a\\u0000b"', 2, 'wal.path', 'an absolute path', String.raw`"/a\u0000b"`],
  ['wal = 3', 1, 'wal', 'a table', '3'],
  ['[sesions]', 1, 'sesions', 'a known key', '{}'],
  ['[wal]\nkeep_days = nan', 2, 'wal.keep_days', 'a number from 0', 'NaN'],
  ['[wal]\nkeep_days = inf', 2, 'wal.keep_days', 'a number from 0', 'Infinity'],
  ['[wal]\nmax_bytes = 1.5', 2, 'wal.max_bytes', 'a whole number from 0', '1.5'],
  ['[jobs]\nlevel = "root"', 2, 'jobs.level', 'one of thread, process, sandbox', '"root"'],
  ['[files]\nroots = [\n"/a",\n"b"\n]', 5, 'files.roots', 'a list of absolute paths', '["/a","b"]'],
  ['[policy.limits]\nmemory = 5', 2, 'policy.limits.memory', 'a known key', '5'],
  ['tenant = 1979-05-27', 1, 'tenant', 'a text of 1 to 128 characters', '"1979-05-27"'],
  ['[tenant]\nname = "a"', 2, 'tenant.name', 'a known key', '"a"'],
  ['["__proto__"]\npolluted = 1', 2, '__proto__.polluted', 'a known key', '1'],
  ['constructor = 1', 1, 'constructor', 'a known key', '1'],
])(
  '%j is refused on its line, with what was expected and what was got',
  async (text, line, key, expected, got) => {
    const file = fileOf(text)
    const details = { file, line, key, expected: expect.stringContaining(expected), got }
    expect(await failure(file)).toMatchObject({ code: 'RT_CONFIG_INVALID', details })
  },
)

test('text that is no TOML is refused on its line', async () => {
  const file = fileOf('[wal]\nkeep_days 3\n')
  expect(await failure(file)).toMatchObject({ details: { file, line: 2, expected: 'TOML' } })
})

test('no text whatever in the file does anything but load or be refused as a configuration', async () => {
  const file = fileOf('')
  const lines = fc.constantFrom('[wal]', '[policy.limits]', 'path = "/a"', 'x = 1', '"" = 2', 'a.b = {}', '=')
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(lines).map((all) => all.join('\n')),
  )
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      writeFileSync(file, content)
      const loaded = await loadConfig({ file, env: {} }).then(
        () => 'loaded',
        (error: unknown) => Reflect.get(Object(error), 'code'),
      )
      expect(['loaded', 'RT_CONFIG_INVALID']).toContain(loaded)
    }),
    { numRuns: 100 },
  )
})

test('whatever a variable says, its value fits the schema or is refused by the name of the variable', async () => {
  const text = fc.oneof(fc.string({ minLength: 1 }), fc.integer().map(String), fc.double().map(String))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...settingKeys), text, async (key, value) => {
      const variable = variableOf(key)
      const env = { HOME: '', [variable]: value }
      const outcome = await loadConfig({ env }).then(
        ({ values }) => (compileOwn(kindOf(settings[key]).schema)(values[key]) ? 'good' : 'bad'),
        ({ code, details }: { code: unknown; details: Readonly<Record<string, unknown>> }) =>
          code === 'RT_CONFIG_INVALID' && details['variable'] === variable ? 'refused' : 'bad',
      )
      expect(outcome).not.toBe('bad')
    }),
    { numRuns: 200 },
  )
})

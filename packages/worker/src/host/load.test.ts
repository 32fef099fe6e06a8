import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'

const capability = `{ manifest: { name: 'Given', description: 'x', args: {} }, execute: () => 1 }`

const modules: Readonly<Record<string, string>> = {
  'esm.mjs': `export default ${capability}`,
  'cjs.cjs': `module.exports = ${capability}`,
  'compiled.cjs': `exports.__esModule = true; exports.default = ${capability}`,
  'typed.cts': `const value: object = ${capability}; module.exports = value`,
  'a?b#c%20 ü.mjs': `export default ${capability}`,
  'class.mjs': 'export default class { static manifest = {} }',
  'null.cjs': 'module.exports = null',
  'named.mjs': 'export const manifest = {}; export const execute = () => 1',
  'command.mjs': 'export default { manifest: {}, plan() {}, parse() {} }',
  'both.mjs': `export default { ...${capability}, plan: () => ({ argv: ['/bin/true'] }), parse: () => 1 }`,
}

const folder = mkdtempSync(join(tmpdir(), 'runtimo-test-load-'))
afterAll(() => rmSync(folder, { recursive: true }))
let results: Record<string, unknown> = {}

/** In a Node of its own: the test runner has another way to import. */
beforeAll(() => {
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), text)
  const program = `
    import { load } from ${JSON.stringify(new URL('load.ts', import.meta.url).href)}
    const results = {}
    for (const name of ${JSON.stringify(Object.keys(modules))}) {
      results[name] = await load({ kind: 'file', path: ${JSON.stringify(folder)} + '/' + name }).then(
        (loaded) => ({ members: Object.keys(loaded), name: loaded.manifest.name }),
        ({ code, message }) => ({ code, message }),
      )
    }
    console.log(JSON.stringify(results))`
  const flags = ['--conditions=runtimo-source', '--input-type=module', '--eval', program]
  results = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
})

test.each(['esm.mjs', 'cjs.cjs', 'compiled.cjs', 'typed.cts', 'a?b#c%20 ü.mjs'])(
  'a module is loaded as what it is: %s',
  (name) => {
    expect(results[name]).toEqual({ members: ['manifest', 'execute'], name: 'Given' })
  },
)

test.each([
  ['class.mjs', 'got function'],
  ['null.cjs', 'got null'],
  ['named.mjs', 'got undefined'],
  ['command.mjs', 'got object'],
])('what is no capability is refused: %s', (name, words) => {
  expect(results[name]).toEqual({ code: 'RT_LOAD_FAILED', message: expect.stringContaining(words) })
})

test('a module cannot pass for a command', () => {
  expect(results['both.mjs']).toEqual({ members: ['manifest', 'execute'], name: 'Given' })
})

import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const manifest = `manifest: { name: 'Given', description: 'For a test', args: { type: 'object' } }`

/** Runs the capability `Given` of a module with this text. */
async function runModule(text: string, args: object = {}, file = 'module.mjs'): Promise<unknown> {
  const from = join(temporaryDirectory(), file)
  writeFileSync(from, text)
  return await testSupervisor().run('Given', args, { from })
}

test('a TypeScript module runs as it is', async () => {
  const text = `
    interface Args { readonly left: number; readonly right: number }
    export default {
      manifest: {
        name: 'Given',
        description: 'Adds',
        args: { type: 'object', required: ['left'], properties: { left: { type: 'number' }, right: { type: 'number', default: 2 } } },
      },
      execute: ({ left, right }: Args, context: { readonly jobId: string }): object => ({ sum: left + right, jobId: context.jobId }),
    }`
  expect(await runModule(text, { left: 40 }, 'module.ts')).toMatchObject({
    outcome: 'completed',
    output: { success: true, data: { sum: 42, jobId: expect.stringMatching(/^[0-9A-Z]{26}$/u) } },
  })
})

test.each([
  ['undefined', 'undefined', { success: true, data: null }],
  ['a string', '"text"', { success: true, data: 'text' }],
  ['an output', '{ success: true, data: [1], message: "m" }', { success: true, data: [1], message: 'm' }],
  [
    'an output without success',
    '{ success: false, data: 7, message: "no" }',
    { success: false, data: 7, message: 'no' },
  ],
  [
    'something that only looks like one',
    '{ success: true, data: 1, more: 2 }',
    { success: true, data: { success: true, data: 1, more: 2 } },
  ],
])('what is returned becomes the output: %s', async (_name, value, output) => {
  expect(await runModule(`export default { ${manifest}, execute: () => (${value}) }`)).toMatchObject({
    output,
  })
})

test.each([
  ['no default export', 'export const x = 1', 'RT_LOAD_FAILED', 'default export'],
  ['a syntax error', 'export default {', 'RT_LOAD_FAILED', 'Unexpected end'],
  ['an import that is missing', 'import "./nowhere.mjs"', 'RT_LOAD_FAILED', 'nowhere.mjs'],
  ['an error at load', 'throw new Error("at load")', 'RT_LOAD_FAILED', 'at load'],
  [
    'another name',
    `export default { manifest: { name: 'Other', description: 'x', args: {} }, execute() {} }`,
    'RT_INVALID_MANIFEST',
    '/name',
  ],
  [
    'no description',
    `export default { manifest: { name: 'Given', args: {} }, execute() {} }`,
    'RT_INVALID_MANIFEST',
    'description',
  ],
  [
    'an unknown member',
    `export default { manifest: { name: 'Given', description: 'x', args: {}, descripton: 'y' }, execute() {} }`,
    'RT_INVALID_MANIFEST',
    'did you mean description?',
  ],
  [
    'a manifest with a function',
    `export default { manifest: { name: 'Given', description: () => 1, args: {} }, execute() {} }`,
    'RT_LOAD_FAILED',
    '/description',
  ],
  [
    'a schema that is none',
    `export default { manifest: { name: 'Given', description: 'x', args: { type: 'strnig' } }, execute() {} }`,
    'RT_INVALID_SCHEMA',
    'type must be',
  ],
  [
    'a keyword that nobody knows',
    `export default { manifest: { name: 'Given', description: 'x', args: { typo: 1 } }, execute() {} }`,
    'RT_INVALID_SCHEMA',
    'typo',
  ],
])('a module with %s fails with its reason', async (_name, text, code, words) => {
  expect(await runModule(text)).toMatchObject({
    outcome: 'failed',
    success: false,
    error: { code, message: expect.stringContaining(words) },
  })
})

test('a module that needs more than the level that was asked for does not run', async () => {
  const from = join(temporaryDirectory(), 'module.mjs')
  const strict = manifest.replace('args:', "level: 'process', args:")
  writeFileSync(from, `export default { ${strict}, execute: () => 1 }`)
  const result = await testSupervisor().run('Given', {}, { from, level: 'thread' })
  expect(result).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'RT_PERMISSION_DENIED',
      field: 'level',
      wanted: 'process',
      granted: 'thread',
    },
  })
})

test('the supervisor never evaluates the module', async () => {
  const text = `globalThis.evaluated = true; export default { ${manifest}, execute: () => globalThis.evaluated }`
  expect(await runModule(text)).toMatchObject({ output: { data: true } })
  expect(Reflect.get(globalThis, 'evaluated')).toBeUndefined()
})

test('a registered module runs by its name', async () => {
  const from = join(temporaryDirectory(), 'module.mjs')
  writeFileSync(from, `export default { ${manifest}, execute: () => 'registered' }`)
  const supervisor = testSupervisor()
  await supervisor.capabilities.register('Given', from)
  expect(await supervisor.run('Given', {})).toMatchObject({ output: { data: 'registered' } })
  await expect(supervisor.capabilities.register('Given', from)).rejects.toThrow('registered already')
  await expect(supervisor.run('Givne', {})).rejects.toMatchObject({ code: 'RT_UNKNOWN_CAPABILITY' })
})

test('a package is entered as its package.json says, with what it imports', async () => {
  const folder = temporaryDirectory()
  mkdirSync(join(folder, 'lib'))
  writeFileSync(
    join(folder, 'package.json'),
    '{ "exports": { "require": "./no.cjs", "import": "./lib/main.js" } }',
  )
  writeFileSync(join(folder, 'lib/word.cjs'), `module.exports = 'imported'`)
  const text = `import word from './word.cjs'; export default { ${manifest}, execute: () => word }`
  writeFileSync(join(folder, 'lib/main.js'), text)
  const supervisor = testSupervisor()
  const { source } = await supervisor.capabilities.register('Given', folder)
  expect(source).toEqual({ kind: 'file', path: join(folder, 'lib/main.js') })
  expect(await supervisor.run('Given', {})).toMatchObject({ output: { data: 'imported' } })
})

test('a registered link is what it led to: led elsewhere, it changes nothing', async () => {
  const base = temporaryDirectory()
  for (const name of ['one', 'two']) {
    mkdirSync(join(base, name))
    writeFileSync(join(base, name, 'index.mjs'), `export default { ${manifest}, execute: () => '${name}' }`)
  }
  const link = join(base, 'link')
  symlinkSync('one', link)
  const supervisor = testSupervisor()
  await supervisor.capabilities.register('Given', link)
  rmSync(link)
  symlinkSync('two', link)
  expect(await supervisor.run('Given', {})).toMatchObject({ output: { data: 'one' } })
})

// That there is an answer at all shows that the supervisor was not the one who compiled or matched it.
test.each([
  [
    'a pattern that takes ages',
    `{ type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }`,
    'timed_out',
    'RT_TIMED_OUT',
  ],
  [
    'a $ref to itself',
    `{ $ref: '#' }`,
    'failed',
    expect.stringMatching(/^RT_(INVALID_SCHEMA|CAPABILITY_FAILED)$/u),
  ],
  ['a $ref to elsewhere', `{ $ref: 'https://example.com/schema' }`, 'failed', 'RT_INVALID_SCHEMA'],
  ['10 MB', `{ description: 'x'.repeat(1e7) }`, 'failed', 'RT_LOAD_FAILED'],
])('a schema with %s costs its own worker only', async (_name, schema, outcome, code) => {
  const from = join(temporaryDirectory(), 'module.mjs')
  writeFileSync(
    from,
    `export default { manifest: { name: 'Given', description: 'x', args: ${schema} }, execute() {} }`,
  )
  const args = { a: `${'a'.repeat(40)}!` }
  const timeoutMs = outcome === 'timed_out' ? 1500 : 20_000
  expect(await testSupervisor().run('Given', args, { from, timeoutMs })).toMatchObject({
    outcome,
    error: { code },
  })
})

test('a message of megabytes is cut, in the result and in the log', async () => {
  const from = join(temporaryDirectory(), 'module.mjs')
  writeFileSync(
    from,
    `export default { ${manifest}, execute: () => ({ success: false, data: null, message: 'x'.repeat(3e6) }) }`,
  )
  const supervisor = testSupervisor()
  const result = await supervisor.run('Given', {}, { from })
  expect(JSON.stringify(result).length).toBeLessThan(100_000)
  expect(statSync(supervisor.walPath).size).toBeLessThan(100_000)
})

test('a reply of millions of values is refused before it is built', async () => {
  const text = `
    import { writeSync } from 'node:fs'
    export default { ${manifest}, execute(args, { jobId }) {
      const body = Buffer.from('{"type":"returned","jobId":"' + jobId + '","value":[' + '{},'.repeat(8e6) + '{}]}')
      const header = Buffer.alloc(4)
      header.writeUInt32LE(body.length)
      const frame = Buffer.concat([header, body])
      for (let at = 0; at < frame.length; ) {
        try { at += writeSync(3, frame, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
      }
      return new Promise(() => setInterval(() => {}, 1000))
    } }`
  expect(await runModule(text)).toMatchObject({
    outcome: 'crashed',
    error: { code: 'RT_PROTOCOL_VIOLATION', message: expect.stringContaining('values') },
  })
})

test('a process cannot claim that its heap was full', async () => {
  const text = `
    import { writeSync } from 'node:fs'
    export default { ${manifest}, execute(args, { jobId }) {
      const body = Buffer.from(JSON.stringify({ type: 'ended', jobId, reason: 'out_of_memory' }))
      const header = Buffer.alloc(4)
      header.writeUInt32LE(body.length)
      writeSync(3, Buffer.concat([header, body]))
    } }`
  expect(await runModule(text)).toMatchObject({
    outcome: 'crashed',
    error: { code: 'RT_PROTOCOL_VIOLATION' },
  })
})

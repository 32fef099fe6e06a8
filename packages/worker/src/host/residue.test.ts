import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'

/** What a worker of ours finds after a job of this text. In a Node of its own: it takes globals away. */
function residueOf(job: string): unknown {
  const program = `
    import { Residue } from ${JSON.stringify(new URL('residue.ts', import.meta.url).href)}
    const { log, exit, text } = { log: console.log, exit: process.exit, text: JSON.stringify }
    const residue = new Residue()
    ${job}
    log(text(await residue.find()))
    exit()`
  const flags = ['--conditions=runtimo-source', '--input-type=module', '--eval', program]
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

test('a job that leaves nothing is found to leave nothing, though Node has loaded more for it', () => {
  const job = `
    const { readFile } = await import('node:fs/promises')
    await readFile('/proc/self/stat')
    new TextDecoder().decode(new Uint8Array(1)); structuredClone({}); new URL('file:///'); await null`
  expect(residueOf(job)).toEqual([])
})

test.each([
  ['a global', 'globalThis.left = 1', ['globalThis.left']],
  ['a global of its own making', 'globalThis.FormData = class {}', ['globalThis.FormData']],
  ['a global that is another', 'globalThis.fetch = () => 1', ['globalThis.fetch']],
  ['a prototype', 'Object.prototype.left = 1', ['Object.prototype.left']],
  ['a method', 'Array.prototype.map = () => []', ['Array.prototype.map']],
  ['a function that all share', 'JSON.parse = () => 1', ['JSON.parse']],
  ['a variable', "process.env.LEFT = '1'", ['process.env.LEFT']],
  ['a member of the process', 'process.cwd = () => 1', ['process.cwd']],
  [
    'what hides it: an iterator',
    'Array.prototype[Symbol.iterator] = function* () {}',
    ['Array.prototype.Symbol(Symbol.iterator)'],
  ],
  ['what hides it: a way to look', 'Reflect.ownKeys = () => []', ['Reflect.ownKeys']],
  [
    'what hides it: a way to compare',
    'Object.is = () => true; globalThis.left = 1',
    ['globalThis.left', 'Object.is'],
  ],
  ['another process', 'globalThis.process = {}', ['globalThis.process']],
  ['another Buffer', 'globalThis.Buffer = {}', ['globalThis.Buffer']],
  ['a timer', 'setInterval(() => {}, 1000)', ['open timers or handles']],
  ['a watch', "process.getBuiltinModule('node:fs').watch('/')", ['open timers or handles']],
])('what a job left is named: %s', (_name, job, residue) => {
  expect(residueOf(job)).toEqual(residue)
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorsPage, errorsPagePath } from '../../tools/errors-page.ts'
import { anchorsOf, linksOf, pages, read, root } from './pages.ts'

test('docs/errors.md is what the catalogue says', () => {
  expect(readFileSync(errorsPagePath, 'utf8')).toBe(errorsPage())
})

test('every link of the documents leads to a file, and to a heading of it', () => {
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter(({ path, anchor }) => {
        if (!existsSync(join(root, path))) return true
        return anchor !== undefined && !anchorsOf(path).includes(anchor)
      })
      .map(({ path, anchor = '' }) => `${page}: ${path}#${anchor}`),
  )
  expect(pages.length).toBeGreaterThan(15)
  expect(dead).toEqual([])
})

test('every page can be reached from the README', () => {
  const reached = new Set(['README.md'])
  for (const page of reached) {
    for (const { path } of linksOf(page)) if (pages.includes(path)) reached.add(path)
  }
  const exceptions = new Set(['CHANGELOG.md'])
  const isLoose = (page: string): boolean => !page.startsWith('docs/decisions/') && !exceptions.has(page)
  expect(pages.filter((page) => isLoose(page) && !reached.has(page))).toEqual([])
})

test('decisions are numbered without gaps', () => {
  const numbers = readdirSync(join(root, 'docs/decisions')).map((name) => Number(name.slice(0, 4)))
  expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1))
  for (const name of readdirSync(join(root, 'docs/decisions'))) {
    expect(read(`docs/decisions/${name}`)).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. `, 'u'))
  }
})

test('every dependency has its line', () => {
  const page = read('docs/dependencies.md')
  const folders = ['.', 'packages/capabilities', 'packages/worker', 'packages/supervisor']
  const names = folders.flatMap((folder) => dependenciesOf(folder))
  const isNamed = (name: string): boolean => page.includes(name)
  expect(names.filter((name) => !isNamed(name))).toEqual([])
  // And no line is of one that is not used.
  const lines = page.matchAll(/^\| (?!package|-)([^|]+?) +\|/gmu)
  const listed = [...lines].flatMap(([, cell = '']) => cell.split(', '))
  expect(listed.filter((name) => !names.includes(name))).toEqual([])
})

function dependenciesOf(folder: string): string[] {
  const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(
    read(join(folder, 'package.json')),
  )
  return ['dependencies', 'devDependencies', 'optionalDependencies']
    .flatMap((kind) => Object.keys(manifest[kind] ?? {}))
    .filter((name) => !name.startsWith('@runtimo/') && !name.startsWith('@types/'))
}

test('no source file is longer than 250 lines', () => {
  const files = readdirSync(join(root, 'packages'), { recursive: true })
    .map(String)
    .filter((name) => /\/src\/.*\.ts$/u.test(name) && !name.includes('node_modules'))
  const long = files.filter((name) => read(join('packages', name)).split('\n').length > 251)
  expect(files.length).toBeGreaterThan(100)
  expect(long).toEqual([])
})

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** All that people read, by path. */
export const pages: readonly string[] = [
  ...readdirSync(root),
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((page) => join('docs', String(page))),
].filter((name) => name.endsWith('.md'))

export interface Link {
  /** From the root; of a link to the page itself, the page. */
  readonly path: string
  readonly anchor: string | undefined
}

export function linksOf(page: string): Link[] {
  const links = read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/gu)
  return [...links].map(([, path = '', anchor]) => ({
    path: path === '' ? page : join(dirname(page), path),
    anchor,
  }))
}

/** What GitHub makes of the headings of a page. */
export function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** A test that a page names: `[word](file.test.ts) "title", "another title"`. */
export interface NamedTest {
  readonly path: string
  readonly title: string
}

export function testsOf(page: string): NamedTest[] {
  const mentions = read(page).matchAll(/\]\(([^)#]+\.test\.ts)\)((?: "[^"|]+",?)*)/gu)
  return [...mentions].flatMap(([, path = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/gu)].map(([, title = '']) => ({ path: join(dirname(page), path), title })),
  )
}

/** Whether a file of tests has a string of just these characters: a title, or the name of a row. */
export function hasTitle(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))
}

/** The rows of all tables of a page, as cells. */
export function rowsOf(page: string): string[][] {
  return read(page)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ |:-]+\|$/u.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/u)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

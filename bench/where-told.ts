import { readFileSync } from 'node:fs'

const page = 'docs/performance.md'

/** Where the page on performance has the paragraph or heading that begins so: file and line. */
export function whereTold(beginning: string | undefined): string | undefined {
  if (beginning === undefined) return undefined
  const lines = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8').split('\n')
  const line = lines.findIndex((text) => text.replace(/^[#*\s]+/u, '').startsWith(beginning))
  return line === -1 ? undefined : `${page}:${line + 1} "${beginning}"`
}

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { differences } from '../packages/worker/src/launch/seccomp/differences.ts'
import { ociRefusals, ociYounger } from '../packages/worker/src/launch/seccomp/oci-default.ts'
import type { Refusal } from '../packages/worker/src/launch/seccomp/refusal.ts'

export const filterPagePath: string = fileURLToPath(new URL('../docs/filter.md', import.meta.url))

/** `node tools/filter-page.ts` writes the lists of docs/filter.md; a test compares. */
export function filterPage(page: string): string {
  const lists = {
    differences: lines(differences),
    profile: lines(ociRefusals),
    younger: [`${code(ociYounger)}.`],
  }
  let filled = page
  for (const [name, list] of Object.entries(lists)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end -->)`, 'u')
    if (!place.test(filled)) throw new Error(`docs/filter.md has no place for ${name}`)
    filled = filled.replace(place, (_, start: string, end: string) => `${start}\n${list.join('\n')}\n${end}`)
  }
  return filled
}

/** A line for each reason. */
function lines(refusals: readonly Refusal[]): string[] {
  const byReason = Map.groupBy(refusals, ({ reason }) => reason)
  return Array.from(
    byReason,
    ([reason, group]) => `- ${group.map((refusal) => what(refusal)).join('; ')}. ${reason}`,
  )
}

function what({ names, answer, whenText, level }: Refusal): string {
  const at = level === undefined ? '' : `, at level ${level} only`
  return `${code(names)}${whenText === undefined ? '' : ` ${whenText}`}: ${answer}${at}`
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

if (import.meta.main) writeFileSync(filterPagePath, filterPage(readFileSync(filterPagePath, 'utf8')))

import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../json/json.ts'

/** What the first line of a journal takes as the sum of the line before. */
export const noSum = ''

export interface Line {
  readonly bytes: string
  readonly sum: string
}

const sumMember = ',"sum":"'
const sumPattern = /^[0-9a-f]{64}"\}$/u

/** One line with its newline. Its sum covers the line before, so that a line cannot be taken out unseen. */
export function encodeLine(value: object, previous: string): Line {
  const body = JSON.stringify(value).slice(0, -1)
  const sum = hash('sha256', previous + body)
  return { bytes: `${body}${sumMember}${sum}"}\n`, sum }
}

/** The object of a line without its newline, or undefined when it is not what was written. */
export function decodeLine(
  line: string,
  previous: string,
): { readonly value: JsonObject; readonly sum: string } | undefined {
  const at = line.lastIndexOf(sumMember)
  if (at < 0 || !sumPattern.test(line.slice(at + sumMember.length))) return undefined
  const body = line.slice(0, at)
  const sum = line.slice(at + sumMember.length, -2)
  if (hash('sha256', previous + body) !== sum) return undefined
  try {
    const value: unknown = JSON.parse(`${body}}`)
    return isJsonObject(value) ? { value, sum } : undefined
  } catch {
    return undefined
  }
}

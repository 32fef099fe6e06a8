import { resolve } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts'
import type { Change, DirectoryAttributes, FileState } from './state.ts'

/** A change as it was written, or undefined. A temporary file must be one of that very job, beside its path. */
export function parseChange(value: Json, jobId: string): Change | undefined {
  if (!isJsonObject(value)) return undefined
  const { path, temporary } = value
  const before = parseState(value['before'])
  const after = parseState(value['after'])
  if (!isPath(path) || before === undefined || after === undefined) return undefined
  if (temporary === undefined) return { path, before, after }
  return isTemporary(temporary, jobId) ? { path, before, after, temporary } : undefined
}

export function parseDirectories(value: Json | undefined): Map<string, DirectoryAttributes> | undefined {
  if (!isJsonObject(value)) return undefined
  const parsed = new Map<string, DirectoryAttributes>()
  for (const [path, item] of Object.entries(value)) {
    const attributes = isJsonObject(item) ? parseAttributes(item) : undefined
    if (attributes === undefined || !isPath(path)) return undefined
    parsed.set(path, attributes)
  }
  return parsed
}

export function parsePaths(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isPath) ? value : undefined
}

function parseState(value: Json | undefined): FileState | undefined {
  if (!isJsonObject(value)) return undefined
  const { kind, target } = value
  if (kind === 'absent') return { kind }
  if (kind === 'link') return typeof target === 'string' && target !== '' ? { kind, target } : undefined
  const attributes = parseAttributes(value)
  if (attributes === undefined) return undefined
  if (kind === 'directory') return { kind, ...attributes }
  return kind === 'file' ? parseFile(value, attributes) : undefined
}

function parseFile(value: JsonObject, attributes: DirectoryAttributes): FileState | undefined {
  const { sha256, size, xattrs } = value
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/u.test(sha256)) return undefined
  if (!isWithin(size, Number.MAX_SAFE_INTEGER) || !isXattrs(xattrs)) return undefined
  return { kind: 'file', sha256, size, ...attributes, xattrs }
}

function parseAttributes({ mode, uid, gid }: JsonObject): DirectoryAttributes | undefined {
  const isValid = isWithin(mode, 0o7777) && isWithin(uid, 0xffff_ffff) && isWithin(gid, 0xffff_ffff)
  return isValid ? { mode, uid, gid } : undefined
}

/** Absolute and without steps to nowhere: what a place says of itself. */
function isPath(value: Json | undefined): value is string {
  return typeof value === 'string' && !value.includes('\0') && resolve(value) === value && value !== '/'
}

function isTemporary(value: Json, jobId: string): value is string {
  return (
    typeof value === 'string' &&
    value.startsWith(`.runtimo-${jobId}-`) &&
    /^[0-9A-Za-z._-]{1,255}$/u.test(value)
  )
}

function isWithin(value: Json | undefined, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum
}

function isXattrs(value: Json | undefined): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((item) => typeof item === 'string')
}

import type { FileHandle } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import {
  type Context,
  defineCapability,
  type FileAccess,
  type FunctionCapability,
  type Output,
} from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import type { Json } from '../json/json.ts'
import { measureJson } from '../json/measure.ts'
import { jsonStringBytes } from '../json/string-bytes.ts'
import { defaultBounds } from '../paths/default-bounds.ts'
import { toFileError } from '../paths/file-error.ts'
import { openPlace } from '../paths/open-place.ts'
import { manifest, maxFileBytes } from './manifest.ts'
import { openRegular } from './open.ts'
import { trimToCharacter } from '../text/trim.ts'

interface Args {
  readonly path: string
  readonly max_bytes?: number
}

/**
 * Control bytes take six in JSON: text that is full of them is shorter as base64. 24 MiB are less than a worker's
 * reply, 32 MiB, with room for the rest of it: JSON text has no such bytes, takes at most 20 MiB and leaves 12 to
 * the value that is parsed from it.
 */
const maxTextBytes = 25_165_824

const maxAttempts = 40

/** Reads the file once, up to the limit; sizes in /proc and /sys are not true, so the end is found by reading. */
async function execute(args: Args, context: Context, access?: FileAccess): Promise<Output> {
  const limit = args.max_bytes ?? maxFileBytes
  const { path, file: opened } = await find(args.path, context, access)
  await using file = opened
  try {
    const bytes = await readUpTo(file, limit + 1)
    const truncated = bytes.length > limit
    const content = decode(truncated ? bytes.subarray(0, limit) : bytes, truncated)
    const size = Math.max((await file.stat()).size, bytes.length)
    const data = {
      path,
      size,
      bytes_read: content.length,
      truncated,
      ...content.fields,
      ...(truncated || content.fields.encoding === 'base64'
        ? {}
        : parseJson(args.path, content.fields.content)),
    }
    return { success: true, data, message: `Read ${content.length} bytes of ${basename(args.path)}` }
  } catch (error) {
    throw toFileError(error, path)
  }
}

interface Found {
  /** Absolute, without links. */
  readonly path: string
  readonly file: FileHandle
}

/** Anew when a link has come to the place since it was found, as when a file is being exchanged for one. */
async function find(path: string, context: Context, access?: FileAccess): Promise<Found> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    using place = openPlace(path, {
      access: access ?? defaultBounds(context),
      workingDir: context.workingDir,
      purpose: 'read',
    })
    const file = await openRegular(place)
    if (file !== undefined) return { path: place.path, file }
  }
  throw new RuntimoError('RT_FILE_IO', `${path} becomes a link each time it is opened`, {
    path,
    errno: 'ELOOP',
  })
}

async function readUpTo(file: FileHandle, limit: number): Promise<Buffer> {
  const { size } = await file.stat()
  let buffer = Buffer.alloc(Math.min(limit, Math.max(size + 1, 65_536)))
  let filled = 0
  while (filled < limit) {
    if (filled === buffer.length) {
      buffer = Buffer.concat([buffer], Math.min(limit, buffer.length * 2))
    }
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

interface Content {
  readonly length: number
  readonly fields: { readonly encoding: 'utf8' | 'base64'; readonly content: string }
}

/** Text when it is valid UTF-8 without NUL; a character that the limit cut in two is left out. */
function decode(bytes: Buffer, truncated: boolean): Content {
  const text = truncated ? trimToCharacter(bytes) : bytes
  if (!text.includes(0)) {
    try {
      const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
      const isCompact = jsonStringBytes(content, maxTextBytes) <= maxTextBytes
      if (isCompact) return { length: text.length, fields: { encoding: 'utf8', content } }
    } catch {
      // Not UTF-8: given as base64 below.
    }
  }
  return { length: bytes.length, fields: { encoding: 'base64', content: bytes.toString('base64') } }
}

/** The parsed value beside the text, for a .json file whose content can be passed on as plain data. */
function parseJson(path: string, content: string): { readonly json?: Json } {
  if (extname(path).toLowerCase() !== '.json') return {}
  try {
    const json: Json = JSON.parse(content)
    return typeof measureJson(json, { maxBytes: maxFileBytes }) === 'number' ? { json } : {}
  } catch {
    return {}
  }
}

export const fileRead: FunctionCapability<Args> = defineCapability<Args>({ manifest, execute })

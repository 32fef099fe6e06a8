import { createReadStream } from 'node:fs'
import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { findDuplicateKey } from './duplicate-key.ts'

export interface ArgsOptions {
  readonly args?: string
  readonly argsFile?: string
  readonly argsStdin?: boolean
}

/** Text may be longer than the arguments in it, by white space and escapes; more than this is refused unread. */
const maxTextBytes = 16_777_216

/** The arguments from where the command line says; `{}` when it says nothing. @throws RT_USAGE */
export async function readArgs(options: ArgsOptions): Promise<unknown> {
  const { args, argsFile, argsStdin } = options
  const given = [args, argsFile, argsStdin].filter((source) => source !== undefined)
  if (given.length > 1)
    throw new RuntimoError('RT_USAGE', 'expected one of --args, --args-file and --args-stdin, got more')
  if (argsFile !== undefined) return parse(await readAll(createReadStream(argsFile), argsFile), argsFile)
  if (argsStdin === true) return parse(await readAll(process.stdin, 'standard input'), 'standard input')
  return args === undefined ? {} : parse(args, '--args')
}

async function readAll(stream: AsyncIterable<Buffer>, name: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxTextBytes) break
    }
  } catch (error) {
    throw new RuntimoError('RT_USAGE', `${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (bytes <= maxTextBytes) return Buffer.concat(chunks).toString('utf8')
  throw new RuntimoError('RT_ARGS_TOO_LARGE', `${name} holds more than ${maxTextBytes} bytes`, {
    limit: maxTextBytes,
  })
}

function parse(text: string, name: string): unknown {
  const value = parseJson(text, name)
  const twice = findDuplicateKey(text)
  if (twice === undefined) return value
  const got = `'${twice.slice(0, 60)}' twice`
  throw new RuntimoError('RT_USAGE', `${name}: expected each key once, got ${got}`, {
    expected: 'each key once',
    got,
  })
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const preview = text.length > 60 ? `${text.slice(0, 59)}…` : text
    throw new RuntimoError('RT_USAGE', `${name}: expected JSON, got ${preview} (${reason})`, {
      expected: 'JSON',
      got: preview,
    })
  }
}

import process from 'node:process'

// What JSON may hold raw and a terminal may obey: DEL, C1, and the marks that reorder text on screen.
const dangerous = /[\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** The one JSON document of a command: the same value to a program, and harmless on a terminal. */
export function printJson(value: object): void {
  const text = JSON.stringify(value).replaceAll(
    dangerous,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  process.stdout.write(`${text}\n`)
}

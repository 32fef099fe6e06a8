import { StringDecoder } from 'node:string_decoder'

// C0 but for tab and newline, DEL, C1, and the marks that reorder text on screen.
const dangerous = /(?![\t\n])[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Text that cannot steer a terminal: control characters are shown, not obeyed. */
export function escapeControls(text: string): string {
  return text.replaceAll(dangerous, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** The same on one line, for names and table cells. */
export function escapeLine(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** Escapes a stream of bytes, in which a character may be cut in two between chunks. */
export function escaper(): (bytes: Uint8Array) => string {
  const decoder = new StringDecoder('utf8')
  // A carriage return before a newline is how some programs end lines: no trick in it.
  return (bytes) => escapeControls(decoder.write(Buffer.from(bytes)).replaceAll('\r\n', '\n'))
}

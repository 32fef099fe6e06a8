/** So many values may a reply hold: more and the reader's event loop would stand still. */
export const maxValues = 250_000

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBracket = 0x5b
const openBrace = 0x7b

/**
 * How many values a JSON text holds, give or take one for each empty array or object, without building
 * any of them: a text of 32 MB may make objects of a gigabyte.
 */
export function countValues(json: Uint8Array): number {
  let values = 1
  let isInString = false
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]
    if (byte === quote) isInString = !isInString
    else if (isInString) {
      if (byte === backslash) index++
    } else if (byte === comma || byte === openBracket || byte === openBrace) values++
  }
  return values
}

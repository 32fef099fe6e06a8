/**
 * Bytes of `JSON.stringify(text)` as UTF-8, quotes included. Stops counting once past `budget`:
 * the answer is then only known to be larger.
 */
export function jsonStringBytes(text: string, budget: number): number {
  let bytes = 2
  // Each UTF-16 unit makes at least one byte.
  if (text.length + bytes > budget) return text.length + bytes
  for (let index = 0; index < text.length && bytes <= budget; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20) bytes += isShortEscape(unit) ? 2 : 6
    else if (unit === 0x22 || unit === 0x5c) bytes += 2
    else if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3
    else if (unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4
      index += 1
    } else bytes += 6 // a lone surrogate is written as \udXXX
  }
  return bytes
}

/** \b \t \n \f \r */
function isShortEscape(unit: number): boolean {
  return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

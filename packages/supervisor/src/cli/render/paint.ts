import { styleText } from 'node:util'

type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

/** Colours for one stream: none unless it is a terminal that takes them; NO_COLOR is respected. */
export function paint(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  return (style, text) => styleText(style, text, { stream })
}

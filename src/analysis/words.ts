/** The names and keywords in a piece of a program's text, in strings and comments too. */
export const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];

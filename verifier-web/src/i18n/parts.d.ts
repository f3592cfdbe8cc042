// The parts of a language, as vite/words.ts makes them.
declare module '*.ts?first' {
  export const words: Record<import('./first-words.ts').FirstKey, import('./zh.ts').Message>
}

declare module '*.ts?rest' {
  export const words: Record<
    Exclude<import('./index.ts').MessageKey, import('./first-words.ts').FirstKey>,
    import('./zh.ts').Message
  >
}

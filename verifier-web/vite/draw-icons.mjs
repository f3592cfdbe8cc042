// node verifier-web/vite/draw-icons.mjs: draws public/icon-*.png from the mark, with the browser that the tests use. Only when the mark changes.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const sprite = readFileSync(here('../src/sprite.svg'), 'utf8')
// The three stamps inside the circle that launchers may cut out (80 % of the width).
const stamp = (name, x, y) => `<svg x="${x}" y="${y}" width="26" height="26"><use href="#s-${name}"/></svg>`
const mark = stamp('place', 23, 18) + stamp('time', 51, 29) + stamp('quality', 27, 52)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
for (const size of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>html{--seal:#c2321d;--seal-cut:#faf7f1;background:#faf7f1}body{margin:0}[fill=none]{stroke-linecap:butt}</style>${sprite}<svg width="${size}" height="${size}" viewBox="0 0 100 100" style="display:block">${mark}</svg>`,
  )
  await page.screenshot({ path: here(`../public/icon-${size}.png`) })
  await page.close()
}
await browser.close()

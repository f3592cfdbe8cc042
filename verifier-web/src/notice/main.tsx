import './style/index.css'
import { render } from 'preact'
import { recallOf } from './read.ts'
import { NoticeApp } from './view/app.tsx'
import { chooseLanguage } from './words/index.ts'

const root = document.getElementById('page')!
root.replaceChildren()
const lang = chooseLanguage(location.search, navigator.languages)
render(<NoticeApp id={recallOf(location.search)} initial={lang} />, root)

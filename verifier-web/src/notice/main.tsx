import './style/index.css'
import { render } from 'preact'
import { chooseLanguage } from '../i18n/languages.ts'
import { recallOf } from './read.ts'
import { NoticeApp } from './view/app.tsx'

const root = document.getElementById('page')!
root.replaceChildren()
const lang = chooseLanguage(location.search, navigator.languages)
render(<NoticeApp id={recallOf(location.search)} initial={lang} />, root)

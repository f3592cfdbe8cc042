import './style/index.css'
import { render } from 'preact'
import { chooseLanguage } from '../i18n/languages.ts'
import { CarryApp } from './view/app.tsx'

const root = document.getElementById('page')!
root.replaceChildren()
render(<CarryApp initial={chooseLanguage(location.search, navigator.languages)} />, root)

import type { Lang } from '../../format.ts'

/** Provinces by their ISO 3166-2 codes, as people call them. */
const PROVINCES: Record<string, [zh: string, en: string]> = {
  'CN-AH': ['安徽', 'Anhui'],
  'CN-BJ': ['北京', 'Beijing'],
  'CN-CQ': ['重庆', 'Chongqing'],
  'CN-FJ': ['福建', 'Fujian'],
  'CN-GD': ['广东', 'Guangdong'],
  'CN-GS': ['甘肃', 'Gansu'],
  'CN-GX': ['广西', 'Guangxi'],
  'CN-GZ': ['贵州', 'Guizhou'],
  'CN-HA': ['河南', 'Henan'],
  'CN-HB': ['湖北', 'Hubei'],
  'CN-HE': ['河北', 'Hebei'],
  'CN-HI': ['海南', 'Hainan'],
  'CN-HK': ['香港', 'Hong Kong'],
  'CN-HL': ['黑龙江', 'Heilongjiang'],
  'CN-HN': ['湖南', 'Hunan'],
  'CN-JL': ['吉林', 'Jilin'],
  'CN-JS': ['江苏', 'Jiangsu'],
  'CN-JX': ['江西', 'Jiangxi'],
  'CN-LN': ['辽宁', 'Liaoning'],
  'CN-MO': ['澳门', 'Macao'],
  'CN-NM': ['内蒙古', 'Inner Mongolia'],
  'CN-NX': ['宁夏', 'Ningxia'],
  'CN-QH': ['青海', 'Qinghai'],
  'CN-SC': ['四川', 'Sichuan'],
  'CN-SD': ['山东', 'Shandong'],
  'CN-SH': ['上海', 'Shanghai'],
  'CN-SN': ['陕西', 'Shaanxi'],
  'CN-SX': ['山西', 'Shanxi'],
  'CN-TJ': ['天津', 'Tianjin'],
  'CN-TW': ['台湾', 'Taiwan'],
  'CN-XJ': ['新疆', 'Xinjiang'],
  'CN-XZ': ['西藏', 'Tibet'],
  'CN-YN': ['云南', 'Yunnan'],
  'CN-ZJ': ['浙江', 'Zhejiang'],
}

/** Codes and names to choose from, in the order of the names. */
export function provinces(lang: Lang): [code: string, name: string][] {
  const named = Object.entries(PROVINCES).map(([code, [zh, en]]): [string, string] => [code, lang === 'zh' ? zh : en])
  return named.sort(([, a], [, b]) => a.localeCompare(b, lang))
}

/** The name of a province; undefined for a time zone. */
export function provinceName(code: string, lang: Lang): string | undefined {
  return PROVINCES[code]?.[lang === 'zh' ? 0 : 1]
}

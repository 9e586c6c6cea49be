"""One map of character variants, applied before anything is matched: full to half width, traditional to simplified.

Every entry maps one character to one character, so that places in the text stay true. The patterns and the options are
then read in one form only; what is shown, stored or returned is always the original text.

>>> unified("答案應為Ｂ")
'答案应为B'
"""

from __future__ import annotations

import re

# Full-width ASCII (U+FF01..U+FF5E) lies 0xFEE0 above ASCII.
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PAIRS = (
    "藍蓝 綠绿 蘋苹 貝贝 蘇苏 蔣蒋 趙赵 錢钱 鄭郑 馮冯 衝冲 許许 龐庞 嫻娴 與与 兩两 個个 為为 爲为 麼么 於于 從从 "
    "們们 會会 實实 將将 對对 並并 應应 當当 總总 懷怀 擇择 敘叙 斷断 無无 樣样 確确 種种 終终 結结 給给 綜综 編编 "
    "覺觉 見见 認认 論论 設设 話话 該该 語语 誤误 選选 還还 這这 適适 錯错 問问 難难 項项 須须 題题 類类 顯显 別别 "
    "務务 號号 員员 則则 沒没 寫写 準准 輸输 僅仅 後后 條条 據据 視视 點点 時时 過过 說说 間间 關关 裡里 裏里 滿满 "
    "經经 檢检 驗验 處处 單单 雙双 觀观 證证 讓让 請请 連连 達达 邏逻 輯辑 長长 門门 開开 雖虽 體体 現现 爾尔 測测 "
    "試试 訊讯 組组 級级 細细 約约 紅红 純纯 紙纸 網网 緊紧 線线 練练 縣县 義义 習习 聽听 聯联 聰聪 職职 腳脚 膽胆 "
    "興兴 舊旧 葉叶 藥药 蟲虫 術术 衛卫 補补 規规 親亲 計计 訂订 記记 訪访 診诊 詞词 詢询 詩诗 詳详 課课 調调 談谈 "
    "諸诸 謊谎 謝谢 識识 譯译 議议 護护 讀读 變变 貓猫 負负 財财 責责 貨货 買买 費费 賣卖 質质 賽赛 車车 軍军 軟软 "
    "較较 載载 輕轻 輛辆 輪轮 轉转 辦办 農农 進进 運运 遊游 違违 遠远 遲迟 遺遗 鄰邻 醫医 釋释 針针 銀银 鍵键 鐘钟 "
    "鐵铁 閉闭 閱阅 陣阵 陰阴 陳陈 陸陆 陽阳 隊队 階阶 際际 隨随 險险 隱隐 雞鸡 離离 電电 靈灵 靜静 響响 頁页 順顺 "
    "預预 頭头 願愿 顏颜 風风 飛飞 飯饭 飲饮 館馆 馬马 駕驾 騎骑 驚惊 魚鱼 鳥鸟 麗丽 黃黄 黨党 齊齐 齡龄 龍龙 東东 "
    "業业 樂乐 樓楼 橋桥 機机 權权 歡欢 歲岁 殺杀 氣气 決决 況况 湯汤 溝沟 滅灭 漢汉 潔洁 濟济 濕湿 燈灯 燒烧 營营 "
    "爭争 牆墙 獎奖 獨独 獲获 環环 產产 畢毕 畫画 異异 療疗 發发 盡尽 監监 盤盘 眾众 矯矫 碼码 禮礼 禍祸 積积 穩稳 "
    "窮穷 競竞 筆笔 節节 範范 築筑 簡简 簽签 籃篮 糧粮 係系 倉仓 側侧 偉伟 傳传 傷伤 傾倾 價价 億亿 優优 兒儿 內内 "
    "冊册 凍冻 劃划 劇剧 劉刘 劑剂 勝胜 勞劳 動动 勢势 匯汇 區区 協协 卻却 參参 吳吴 喪丧 喬乔 嗎吗 嚴严 國国 圍围 "
    "園园 圓圆 圖图 團团 執执 報报 場场 塊块 壓压 壞坏 壯壮 壽寿 夠够 夢梦 夾夹 婦妇 孫孙 學学 寧宁 審审 寬宽 寶宝 "
    "專专 導导 屆届 屬属 島岛 嶺岭 師师 帶带 幣币 幫帮 幾几 庫库 廠厂 廢废 廣广 張张 強强 彈弹 復复 徹彻 恆恒 悅悦 "
    "惡恶 愛爱 態态 慣惯 慮虑 慶庆 憂忧 憑凭 憶忆 懶懒 戰战 戲戏 戶户 拋抛 掃扫 掛挂 揮挥 換换 損损 搖摇 擁拥 擊击 "
    "擔担 擴扩 擺摆 擾扰 攔拦 敗败 數数 敵敌 斃毙 晉晋 暈晕 暫暂 曆历 書书 來来 楊杨 極极 榮荣 構构 標标 檔档 檯台 "
    "櫃柜 殘残 毀毁 漸渐 澤泽 濃浓 煙烟 熱热 犧牺 狀状 狹狭 獅狮 獵猎 瑪玛 稱称 禦御 穀谷 窩窝 竊窃 紀纪 紋纹 納纳 "
    "紛纷 紮扎 絕绝 絲丝 統统 綁绑 維维 綱纲 綿绵 緒绪 緣缘 縮缩 績绩 織织 繞绕 繪绘 繼继 續续 輩辈 釘钉 鈴铃 鋼钢 "
    "錄录 錶表 鎖锁 鏡镜 鑰钥 "
)
_SIMPLE = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
_TABLE: dict[int, int | str] = {**NARROW, **_SIMPLE}
# Only letters, digits and the signs that carry TeX or JSON force a translation: full-width punctuation is read as is.
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ＼＂＄＊＿]")
_TRADITIONAL = re.compile("[" + "".join(map(chr, _SIMPLE)) + "]")


def unified(text: str) -> str:
    """Return the text with every variant in its plain form, of the same length."""
    if text.isascii():
        return text
    if _WIDE.search(text):
        return text.translate(_TABLE)
    return text.translate(_SIMPLE) if _TRADITIONAL.search(text) else text

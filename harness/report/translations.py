"""What the page's script says, and the ways in which answers are read, in English and Chinese.

All other words of the report stand where they are used: in the charts and in the templates.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.bilingual import Bilingual

SCRIPT_WORDS: Mapping[str, Bilingual] = {
    "loading": Bilingual("Unpacking …", "正在解压……"),
    "search": Bilingual("Search: id, text, options ( / )", "搜索：编号、题干、选项（/）"),
    "wrong": Bilingual("wrong", "错误"),
    "split_vote": Bilingual("split vote", "有分歧"),
    "no_answer": Bilingual("no answer", "无答案"),
    "disputed": Bilingual("disputed", "答案存疑"),
    "changed": Bilingual("answers differ", "答案不同"),
    "only": Bilingual("only {} right", "仅 {} 正确"),
    "wrong_tip": Bilingual("The answer is not the key's, or there is none", "答案与标准答案不符，或没有答案"),
    "split_vote_tip": Bilingual("The samples do not all agree", "样本意见不一"),
    "no_answer_tip": Bilingual(
        "At least one sample gave no answer, or the question has none",
        "至少一个样本无答案，或本题无答案",
    ),
    "disputed_tip": Bilingual(
        "The models agree on another answer than the key's: perhaps the key is wrong",
        "模型一致给出与标准答案不同的答案：标准答案可能有误",
    ),
    "changed_tip": Bilingual("The runs answer differently", "各次运行的答案不同"),
    "only_tip": Bilingual("Right in this run and wrong in the others", "仅在此次运行中正确"),
    "every_family": Bilingual("every family", "全部题型"),
    "every_split": Bilingual("every split", "全部部分"),
    "every_options": Bilingual("any number of options", "任意选项数"),
    "options_n": Bilingual("{} options", "{} 个选项"),
    "sort_file": Bilingual("in the file's order", "按文件顺序"),
    "sort_share": Bilingual("least agreement first", "分歧大者在前"),
    "sort_samples": Bilingual("most samples first", "样本多者在前"),
    "sort_dispute": Bilingual("most disputed first", "存疑程度高者在前"),
    "sort_by": Bilingual("order", "排序"),
    "reset": Bilingual("Clear", "清除"),
    "shown": Bilingual("{} of {} questions", "{} / {} 题"),
    "none_found": Bilingual("No question fits. Clear a filter.", "没有符合的题目，请清除筛选。"),
    "pick": Bilingual("Choose a question.", "请选择题目。"),
    "problem": Bilingual("Problem", "题干"),
    "question": Bilingual("Question", "问题"),
    "options": Bilingual("Options and votes", "选项与得票"),
    "no_text": Bilingual("(text not at hand)", "（无原文）"),
    "key": Bilingual("key", "标准答案"),
    "answer": Bilingual("answer", "作答"),
    "right": Bilingual("right", "正确"),
    "is_wrong": Bilingual("wrong", "错误"),
    "no_key": Bilingual("no key", "无标准答案"),
    "without": Bilingual("no answer", "无答案"),
    "samples": Bilingual("{} samples", "{} 个样本"),
    "tokens": Bilingual("{} tokens", "{} 词元"),
    "share": Bilingual("{} of the votes", "得票 {}"),
    "stopped": Bilingual("stopped: {}", "停止原因：{}"),
    "not_asked": Bilingual("This run does not have the question.", "此次运行没有这道题。"),
    "chain": Bilingual("sample {}", "样本 {}"),
    "read_as": Bilingual("shown as {}", "显示为 {}"),
    "closed": Bilingual("closed", "续写得出"),
    "closed_tip": Bilingual(
        "The chain gave no letter; the model was asked for the letter alone", "原文无字母，追问后仅取字母"
    ),
    "cut": Bilingual("cut at the length limit", "达到长度上限"),
    "same_text": Bilingual("same text as sample {}", "与样本 {} 文字相同"),
    "empty": Bilingual("(no text)", "（无文字）"),
    "retries": Bilingual("{} retries", "重试 {} 次"),
    "logprob": Bilingual("mean log-probability {}", "平均对数概率 {}"),
    "letter_logprob": Bilingual("of the letter {}", "字母 {}"),
    "strength": Bilingual("disputed, strength {}", "存疑，强度 {}"),
    "previous": Bilingual("Previous (k)", "上一题（k）"),
    "next": Bilingual("Next (j)", "下一题（j）"),
    "fold": Bilingual("Fold all", "全部折叠"),
    "unfold": Bilingual("Unfold all", "全部展开"),
    "level": Bilingual("level {}", "难度 {}"),
    "help_title": Bilingual("Keys", "快捷键"),
    "help_search": Bilingual("search", "搜索"),
    "help_move": Bilingual("next, previous question", "下一题、上一题"),
    "help_ends": Bilingual("first, last question", "第一题、最后一题"),
    "help_filters": Bilingual("switch filters", "切换筛选"),
    "help_fold": Bilingual("fold or unfold the chains", "折叠或展开样本"),
    "help_clear": Bilingual("leave the search, clear the filters", "离开搜索、清除筛选"),
    "help_language": Bilingual("language", "语言"),
    "help_theme": Bilingual("light, dark, as the system", "浅色、深色、跟随系统"),
    "help_help": Bilingual("this list", "本列表"),
    "close": Bilingual("Close", "关闭"),
    "list_label": Bilingual("Questions", "题目列表"),
    "position": Bilingual("{} of {}", "第 {} / {} 题"),
}
"""What the page's script says; handed to it as JSON."""

OUTCOMES: Mapping[str, Bilingual] = {
    "declared": Bilingual("declared", "明确声明"),
    "declared_text": Bilingual("declared by text", "声明选项文字"),
    "bare": Bilingual("bare letter", "仅有字母"),
    "labelled": Bilingual("letter with text", "字母与文字"),
    "option_text": Bilingual("option's text", "选项文字"),
    "implied": Bilingual("implied", "措辞推断"),
    "closing": Bilingual("closed", "续写得出"),
    "ambiguous": Bilingual("ambiguous", "自相矛盾"),
    "out_of_range": Bilingual("letter out of range", "字母超出范围"),
    "no_option": Bilingual("says none fits", "称无正确选项"),
    "off_list": Bilingual("value not on offer", "结果不在选项中"),
    "refusal": Bilingual("refusal", "拒绝作答"),
    "nothing": Bilingual("nothing to read", "没有答案"),
    "answered": Bilingual("answered", "已作答"),
    "no_answer": Bilingual("no answer", "无答案"),
    "truncated": Bilingual("truncated", "被截断"),
    "failed": Bilingual("failed", "失败"),
}
"""Ways in which an answer was read, or not (``question_facts.outcome_of``)."""

"""Pools of names for the entities of puzzles, by kind and language.

``draw(voice, "person", 4)`` gives four different names that a reader can tell apart. Pools mix Chinese names, foreign
names in Chinese letters and in Latin letters, and bare letters (甲乙丙, A B C), as puzzles in the wild do.
"""

from __future__ import annotations

from synth.puzzles.voice import Voice

PERSONS_ZH = (
    tuple("小" + c for c in "明红刚丽强芳军静伟燕华梅林峰雪宇杰娜涛敏波琳磊洁鹏莉斌颖超慧"),
    tuple(
        "张伟 王芳 李娜 刘洋 陈静 杨帆 赵磊 黄敏 周涛 吴倩 徐丽 孙浩 马超 朱琳 胡斌 郭颖 何平 高远 罗兰 郑爽 "
        "梁宇 谢芳 宋佳 唐亮 许晴 韩雪 冯刚 邓洁 曹阳 彭博 曾敏 萧然 田甜 董强 潘虹 袁野 蔡明 蒋欣 余波 杜鹃".split()
    ),
    tuple("老赵 老钱 老孙 老李 老周 老吴 老郑 老王 老冯 老陈 老卫 老蒋 老沈 老韩 老杨 老朱".split()),
    tuple(
        "爱丽丝 鲍勃 查理 大卫 伊芙 弗兰克 格蕾丝 亨利 艾琳 杰克 凯特 利奥 玛丽 尼克 奥利维亚 彼得 昆西 罗斯 萨姆 蒂娜 "
        "维克多 温蒂 泽维尔 约翰 汤姆 安娜 露西 迈克 艾玛 本杰明".split()
    ),
    tuple("甲 乙 丙 丁 戊 己 庚 辛 壬 癸".split()),
)
PERSONS_EN = (
    tuple(
        "Alice Bob Carol David Emma Frank Grace Henry Irene Jack Kate Leo Mary Nick Olivia Peter Quinn Rose Sam Tina "
        "Victor Wendy Xavier Yvonne Zoe Anna Brian Chloe Daniel Ella George Hannah Ivan Julia Kevin Lucy Mark Nora "
        "Oscar Paula Rachel Steve Tom Ursula Vera Walter".split()
    ),
    tuple("Wei Ling Jun Mei Hao Yan Lei Xia Bo Ning Tao Fang Kai Min Rui Shan".split()),
)
_LETTERS = tuple("ABCDEFGHJKLMNPQRSTUVWXYZ")
_ZH_POOLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "person": (*PERSONS_ZH, PERSONS_EN[0], _LETTERS),
    "city": (
        tuple(
            "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 长沙 青岛 大连 厦门 昆明 兰州 桂林 洛阳 "
            "开封 扬州 泉州 拉萨 海口 三亚".split()
        ),
        tuple(
            "巴黎 伦敦 罗马 柏林 马德里 维也纳 东京 首尔 曼谷 开罗 雅典 里斯本 奥斯陆 悉尼 孟买 莫斯科 "
            "纽约 芝加哥 波士顿".split()
        ),
        tuple(c + "镇" for c in "东西南北石河林云金银玉龙凤松柳桃"),
        tuple(c + "市" for c in "甲乙丙丁戊己庚辛壬癸"),
        _LETTERS,
    ),
    "thing": (
        tuple("苹果 香蕉 橙子 葡萄 西瓜 草莓 桃子 樱桃 芒果 柠檬 菠萝 荔枝 石榴 梨子 李子 杏子".split()),
        tuple("铅笔 橡皮 尺子 书包 水杯 雨伞 台灯 闹钟 钥匙 手表 帽子 围巾 手套 相机 耳机 钱包".split()),
        tuple("足球 篮球 排球 网球 羽毛球 乒乓球 象棋 围棋 钢琴 吉他 笛子 二胡 小提琴 风筝 积木 拼图".split()),
    ),
    "animal": (
        tuple(
            "猫 狗 兔子 老虎 狮子 大象 猴子 熊猫 马 牛 羊 鸡 鸭子 鹅 狐狸 狼 鹿 松鼠 乌龟 青蛙 海豚 鲸鱼 企鹅 鹦鹉".split()
        ),
    ),
    "color": (tuple("红 橙 黄 绿 青 蓝 紫 黑 白 灰 粉 棕".split()),),
    "job": (
        tuple("医生 律师 教师 工程师 厨师 画家 歌手 作家 司机 警察 护士 记者 会计 木匠 渔夫 农民 演员 飞行员".split()),
    ),
    "food": (tuple("米饭 面条 饺子 包子 馒头 汤圆 豆腐 火锅 烤鸭 寿司 披萨 汉堡 沙拉 牛排 蛋糕 饼干".split()),),
    "place": (
        tuple("图书馆 公园 学校 医院 超市 车站 银行 邮局 博物馆 电影院 体育馆 餐厅 书店 广场 码头 机场".split()),
    ),
    "node": (
        _LETTERS,
        tuple("abcdefghijkmnpqrstuvwxyz"),
        tuple("甲乙丙丁戊己庚辛壬癸"),
        tuple(f"v{number}" for number in range(1, 17)),
        tuple(f"节点{number}" for number in range(1, 17)),
    ),
    # Properties that anyone may have or lack; closed world.
    "trait": (
        tuple("勤奋 聪明 善良 勇敢 安静 快乐 谨慎 幽默 诚实 耐心 热情 大方 细心 坚强 谦虚 果断 可靠 灵活".split()),
    ),
    # Invented nouns, so that nothing is known about them beforehand.
    "pet": (
        tuple(
            "小白 小黑 小灰 小花 阿黄 点点 豆豆 毛毛 球球 团团 圆圆 皮皮 嘟嘟 米米 多多 旺旺 咪咪 跳跳 闪闪 呼呼".split()
        ),
        tuple("雪球 墨团 栗子 桂圆 芝麻 布丁 糯米 年糕 奶茶 可可 花生 核桃 红豆 汤圆 豆沙 杏仁".split()),
        _LETTERS,
    ),
    "coinage": (
        tuple(
            "波姆 塔克 尼洛 扎普 维卡 莫比 鲁特 卡瓦 吉普 多纳 菲鲁 哈姆 佐格 雷皮 索塔 比克 伦多 古拉 帕西 沃尼".split()
        ),
        tuple(
            "wump tark nilo zapp vika mobi rutt kava jipo dona firu hamo zogg repi sota bick lundo gula pasi wonny".split()
        ),
    ),
}
_EN_POOLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "person": (*PERSONS_EN, _LETTERS),
    "city": (
        tuple(
            "Paris London Rome Berlin Madrid Vienna Tokyo Seoul Cairo Athens Lisbon Oslo Sydney Boston Chicago "
            "Denver Dublin Prague Warsaw Geneva".split()
        ),
        _LETTERS,
    ),
    "thing": (
        tuple("apple banana orange grape melon peach cherry mango lemon plum pear fig kiwi lime".split()),
        tuple("pencil ruler cup umbrella lamp clock key watch hat scarf camera wallet book bag pen".split()),
    ),
    "animal": (
        tuple("cat dog rabbit tiger lion elephant monkey panda horse cow sheep duck goose fox wolf deer frog".split()),
    ),
    "color": (tuple("red orange yellow green blue purple black white gray pink brown".split()),),
    "job": (
        tuple("doctor lawyer teacher engineer cook painter singer writer driver nurse farmer actor pilot".split()),
    ),
    "food": (
        tuple("rice noodles dumplings tofu sushi pizza burger salad steak cake cookies soup bread cheese".split()),
    ),
    "place": (
        tuple("library park school hospital market station bank museum cinema gym bookshop square airport".split()),
    ),
    "node": (_LETTERS, tuple("abcdefghijkmnpqrstuvwxyz"), tuple(f"v{number}" for number in range(1, 17))),
    "trait": (
        tuple(
            "diligent clever kind brave quiet happy careful funny honest patient warm generous strong modest".split()
        ),
    ),
    "pet": (
        tuple("Rex Bella Max Coco Lucky Fluffy Spot Bruno Luna Milo Rocky Simba Pip Toby Misty Shadow Ginger".split()),
        _LETTERS,
    ),
    "coinage": (
        tuple(
            "wump tark nilo zapp vika mobi rutt kava jipo dona firu hamo zogg repi sota bick lundo gula pasi wonny".split()
        ),
    ),
}


# Characters and syllables for made-up names, so that a reader must take names as they come.
_ZH_SYLLABLES = (
    "安柏晨达恩菲歌浩佳凯澜曼诺欧佩奇睿莎泰薇熙雅泽艾贝策丹尔芬冠海吉卡莱米娜帕琪若斯汀维西扬祖阿布查德厄弗格赫杰科勒玛尼奥普雷塞特沃夏约"
    "东来春生建国志平秀英桂兰玉珍文斌少华光明立新永康子轩雨桐思远一诺梓涵欣怡俊熙天佑书瑶清远嘉树"
)
_ZH_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹柏章苏潘葛范彭鲁马方任袁柳唐薛雷贺倪汤罗毕安常于傅齐康伍余顾孟黄"
_EN_SYLLABLES = "ba be bo da de do fa fi ga go ha hi jo ka ke ki la le li lo ma me mi mo na ne no pa pe ra re ri ro sa se so ta te ti to va vi wa wo ya za ze zo".split()
_MADE_UP = {"person", "city"}
_MADE_UP_SHARE = 0.2
"""Share of casts of people and cities with made-up names: a guess, high enough that training never knows all names."""


def draw(voice: Voice, kind: str, count: int) -> tuple[str, ...]:
    """Draw ``count`` different names of one kind, all from one pool.

    Args:
        kind: ``person``, ``city``, ``thing``, ``animal``, ``color``, ``job``, ``food``, ``place``, ``node``,
            ``trait``, ``coinage`` or ``pet``.

    Raises:
        ValueError: no pool of that kind is large enough.
    """
    if kind in _MADE_UP and voice.rng.random() < _MADE_UP_SHARE:
        return _made_up(voice, kind, count)
    pools = [pool for pool in (_ZH_POOLS if voice.zh else _EN_POOLS)[kind] if len(pool) >= count]
    if not pools:
        raise ValueError(f"no pool of {kind} names holds {count}")
    return tuple(voice.rng.sample(pools[int(voice.rng.random() * len(pools))], count))


def _made_up(voice: Voice, kind: str, count: int) -> tuple[str, ...]:
    """Build names from syllables; no name is part of another, and nobody is called None (no + ne)."""
    rng = voice.rng
    is_chinese = voice.zh and rng.random() < 0.75
    length = 1 + int(rng.random() * 2)
    names: list[str] = []
    while len(names) < count:
        if is_chinese:
            name = "".join(rng.sample(_ZH_SYLLABLES, length if kind == "person" else 2))
            name = rng.choice(_ZH_SURNAMES) + name if kind == "person" else name
        else:
            name = "".join(rng.sample(_EN_SYLLABLES, length + 1)).capitalize()
        if name != "None" and not any(name in other or other in name for other in names):
            names.append(name)
    return tuple(names)

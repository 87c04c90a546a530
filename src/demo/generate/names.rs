//! Invented names of villages and people, put together from syllables.

use std::collections::BTreeSet;

use super::{county::Kind, random::Random};

const SURNAMES: &str = "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 邓 韩 \
                        冯 曹 彭 曾 萧 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 魏 苏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 \
                        陆 汪 范 石";
/// Given names have two syllables, of sets that seldom make the name of anybody known.
const FIRST: &str =
    "长 树 满 春 秋 丰 喜 来 怀 保 发 根 守 运 善 存 献 茂 延 培 启 允 承 宪 兆 麦 稳 得";
const LAST_OF_MEN: &str = "根 柱 栓 锁 田 堂 顺 旺 贵 祥 聚 安 岭 河 川 仓 印 魁 舟 垒 垠 驰 岗 园";
const LAST_OF_WOMEN: &str = "芝 荣 娥 莲 枝 叶 香 云 珍 芬 苗 禾 穗 杏 棉 桃";

const WORDS: &str = "柳 槐 枣 杏 榆 桑 竹 荷 沙 青 鹤 雁 牛 鹿 芦 苇 桐 椿 棠 梨 松 茅 艾 葛";
const SIDES: &str = "东 西 南 北 前 后 上 下 大 小";
const ENDS: &str = "庄 营 寨 屯 楼 集 店 桥 湾 洼 堤 岗 口 铺 坡 沟 井 塘 园 林 渡 堡";
const STREETS: &str = "小南关 北月城 鼓楼 文庙 钟楼 粮市 盐店 驿前 水门 北仓 书院 染坊 桥头 柳巷 槐荫 河沿 \
                       堤口 新渡 杏坛 雁桥 鹤林 青禾";

/// Returns a name that its township does not have yet.
pub(super) fn village(kind: Kind, taken: &mut BTreeSet<String>, random: &mut Random) -> String {
    loop {
        let name = match kind {
            Kind::Subdistrict => {
                let part = ["", "", "东", "西"][random.below(4)];
                format!("{}{part}社区", one_of(STREETS, random))
            }
            Kind::Town | Kind::Township => format!("{}{}村", stem(random), one_of(ENDS, random)),
        };
        if taken.insert(name.clone()) {
            return name;
        }
    }
}

fn stem(random: &mut Random) -> String {
    match random.below(10) {
        0..3 => one_of(SURNAMES, random).to_owned(),
        3..5 => format!("{}家", one_of(SURNAMES, random)),
        5..8 => format!("{}{}", one_of(SIDES, random), one_of(SURNAMES, random)),
        _ => one_of(WORDS, random).to_owned(),
    }
}

/// Returns a person's name; `women` in a hundred are women.
pub(super) fn person(women: usize, random: &mut Random) -> String {
    let surname = one_of(SURNAMES, random);
    let first = one_of(FIRST, random);
    let last = if random.below(100) < women { LAST_OF_WOMEN } else { LAST_OF_MEN };
    format!("{surname}{first}{}", one_of(last, random))
}

fn one_of(words: &'static str, random: &mut Random) -> &'static str {
    let words: Vec<&str> = words.split_whitespace().collect();
    words[random.below(words.len())]
}

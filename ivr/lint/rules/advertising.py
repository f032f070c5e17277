"""A government hotline advertises nothing (GB/T 33358: 不应出现商业广告)."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, red, rule
from ivr.lint.study import Study

WORDS = (
    "优惠", "促销", "特价", "打折", "折扣", "抽奖", "中奖", "红包", "返现", "秒杀", "限时", "广告",
    "赞助", "加盟", "贷款", "理财", "投资回报", "免费领取", "会员", "商城", "套餐",
    "special offer", "discount", "promotion", "sponsored", "sale price", "free gift", "lottery",
)  # fmt: skip


@rule("advertising")
def prompts_advertise_nothing(study: Study) -> Iterator[Remark]:
    """By words that no government sentence on the phone needs."""
    for name, said in study.spoken.items():
        for field, key in said:
            text = study.around.sounds.text(key).lower()
            for word in WORDS:
                if word in text:
                    yield red(
                        study.flow.nodes[name],
                        f"The prompt '{key}' says '{word}'; advertising is not allowed here.",
                        field,
                    )

"""What people, machines and attackers send."""

from __future__ import annotations

from hypothesis import strategies as st

ODD_TEXTS = {
    "nothing": "",
    "blanks": "  \t\n ",
    "NUL": "我\x00要报修",
    "control characters": "\x01\x02\x1b[31m\x7f",
    "emoji only": "🙂🏠👵🏻👨‍👩‍👧‍👦",
    "right to left": "\u202eמה שלומך\u202c مرحبا",
    "combining": "e" + "\u0301" * 500,
    "ten thousand characters": "字" * 10_000,
    "a long word": "a" * 10_000,
    "markup": "<script>alert(1)</script><b>&amp;</b>",
    "a template": "{name} {0} %s %(x)s {{7*7}} ${7*7}",
    "SQL": "'; DROP TABLE request; --",
    "a formula": '=HYPERLINK("http://evil.example","x")',
    "line ends": "a\r\nBcc: x@evil.example\r\n\r\nb",
    "a huge number": "9" * 400,
    "odd digits": "１２３４①②③٣٤",
    "a byte order mark": "\ufeff你好",
    "no characters": "\ufffe\uffff\ufdd0",
    "private use": "\ue000\U000f0000",
    "a path": "../../../../etc/passwd\x00.jpg",
    "our own words": "request.accept:1001",
    "a button's data": "m1:0",
    "way out words": "!cancel !menu resume:1 flow:repair",
}
"""What may stand in a text; surrogates are added where a format can carry them (JSON)."""

texts = st.one_of(
    st.sampled_from(list(ODD_TEXTS.values())),
    st.sampled_from(
        [
            "1",
            "2",
            "注册",
            "报修",
            "你好",
            "返回",
            "取消",
            "菜单",
            "人工",
            "漏水",
            "是",
            "否",
            "没有",
            "退订",
            "0",
            "99",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
numbers = st.sampled_from(
    [
        "0",
        "-1",
        "1",
        "1.5",
        "99999999999999999999",
        "2147483648",
        "9223372036854775808",
        "1e9",
        "٣",
        "",
        "x",
        "1.2.3",
    ]
)
names = st.sampled_from(
    ["From", "To", "Body", "MessageSid", "SmsSid", "NumMedia", "MediaUrl0", "MediaContentType0", "OptOutType",
     "MessageStatus", "ErrorCode", "CallSid", "Digits", "SpeechResult", "Confidence", "CallStatus", "AnsweredBy",
     "Direction", "", "x" * 300]
)  # fmt: skip
values = st.one_of(
    texts, numbers,
    st.sampled_from(["+8613800000001", "+14155552345", "failed", "delivered", "read", "completed", "machine_start", "STOP",
                     "START", "HELP", "outbound-api", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"]),
)  # fmt: skip
forms = st.dictionaries(names, values, max_size=14)

json_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), texts, numbers,
    st.sampled_from([2**31, 2**63, 2**64, -1, 10**30, "\ud800", "a\udfffb"]),
)  # fmt: skip
json_values = st.recursive(
    json_leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)

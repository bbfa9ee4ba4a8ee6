"""What a text costs is not estimated too low. The counts are those of o200k, of which tests/node counts the tools."""

# ruff: noqa: RUF001 - texts as people write them

import base64
import json
import random
import uuid

import pytest

from telnyx_tools.results.tokens import MOST_TOKENS, fits, tokens

NOISE = random.Random(7)

SAMPLES = {
    "english": "Hello! Your order 4711 will arrive on Monday between 9:00 and 11:30; reply STOP to end these messages. "
    * 20,
    "json": json.dumps(
        [
            {"id": index, "status": "delivered", "parts": 1, "errors": [], "cost": {"amount": "0.0040"}}
            for index in range(60)
        ]
    ),
    "identifiers": json.dumps([str(uuid.UUID(int=NOISE.getrandbits(128))) for _ in range(60)]),
    "base64": base64.b64encode(NOISE.randbytes(1_500)).decode(),
    "hexadecimal": NOISE.randbytes(1_000).hex(),
    "numbers": json.dumps([f"+1312555{NOISE.randrange(10_000):04}" for _ in range(80)]),
    "noise": "".join(chr(NOISE.randrange(33, 127)) for _ in range(2_000)),
    "addresses": " ".join(
        f"https://example.com/webhooks/{NOISE.getrandbits(40):x}?retry=true&key=v{index}" for index in range(40)
    ),
    "German": "Ihre Bestellung verspätet sich; wir rufen Sie morgen wegen der neuen Lieferzeit zurück. " * 20,
    "Russian": "Ваш заказ задерживается, мы перезвоним вам завтра и сообщим новое время. " * 20,
    "Chinese": "您的包裹被延迟了，我们明天会给您回电话告诉您新的时间。" * 20,
    "Japanese": "ご注文の配達が遅れています。明日、新しい時間についてお電話いたします。" * 20,
    "Korean": "주문하신 상품이 지연되고 있습니다. 내일 새로운 시간을 전화로 알려 드리겠습니다. " * 20,
    "Arabic": "طلبك متأخر، وسنتصل بك غدًا لإبلاغك بالموعد الجديد. " * 20,
    "Hindi": "आपका पार्सल देर से आएगा; हम कल आपको नए समय के बारे में फोन करेंगे। " * 20,
    "Thai": "พัสดุของคุณล่าช้า เราจะโทรกลับหาคุณพรุ่งนี้เพื่อแจ้งเวลาใหม่ " * 20,
    "Amharic": "ይህ ስለ ስልክ ቁጥሮች እና የጽሑፍ መልእክቶች የሙከራ ጽሑፍ ነው። " * 20,
    "emoji": "".join(chr(NOISE.randrange(0x1F300, 0x1F5FF)) for _ in range(500)),
}

COUNTED = {
    "english": 581,
    "json": 2161,
    "identifiers": 1489,
    "base64": 1363,
    "hexadecimal": 1117,
    "numbers": 480,
    "noise": 1497,
    "addresses": 785,
    "German": 381,
    "Russian": 361,
    "Chinese": 420,
    "Japanese": 440,
    "Korean": 422,
    "Arabic": 421,
    "Hindi": 402,
    "Thai": 481,
    "Amharic": 1520,
    "emoji": 1109,
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_no_kind_of_text_is_estimated_too_low_nor_much_too_high(kind: str) -> None:
    assert COUNTED[kind] <= tokens(SAMPLES[kind]) <= 5 * COUNTED[kind]


@pytest.mark.parametrize("kind", SAMPLES)
def test_what_is_said_to_fit_fits(kind: str) -> None:
    for times in (1, 3, 6, 12, 25, 60):
        if fits(SAMPLES[kind] * times):
            assert COUNTED[kind] * times <= 1.01 * MOST_TOKENS
    assert fits("")
    assert not fits(SAMPLES[kind] * 100)

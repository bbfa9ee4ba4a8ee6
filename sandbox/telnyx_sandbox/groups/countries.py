"""The country a number belongs to, by its calling code and, in North America, its area code."""

from .area_codes import CANADIAN_AREA_CODES

CALLING_CODES = {
    "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "36": "HU", "39": "IT",
    "40": "RO", "41": "CH", "43": "AT", "44": "GB", "45": "DK", "46": "SE", "47": "NO", "48": "PL", "49": "DE",
    "52": "MX", "54": "AR", "55": "BR", "56": "CL", "57": "CO", "60": "MY", "61": "AU", "62": "ID", "63": "PH",
    "64": "NZ", "65": "SG", "66": "TH", "81": "JP", "82": "KR", "84": "VN", "86": "CN", "90": "TR", "91": "IN",
    "92": "PK", "234": "NG", "254": "KE", "351": "PT", "352": "LU", "353": "IE", "354": "IS", "358": "FI",
    "370": "LT", "371": "LV", "372": "EE", "380": "UA", "420": "CZ", "421": "SK", "852": "HK", "886": "TW",
    "966": "SA", "971": "AE", "972": "IL",
}  # fmt: skip


def country_of(number: str) -> str | None:
    """ISO 3166-1 alpha-2, or None for a calling code that the sandbox does not know."""
    digits = number.removeprefix("+")
    if digits.startswith("1"):
        return "CA" if digits[1:4] in CANADIAN_AREA_CODES else "US"
    return CALLING_CODES.get(digits[:2]) or CALLING_CODES.get(digits[:3])

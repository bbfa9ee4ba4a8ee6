"""The countries of phone numbers: calling codes and, for North America, the area codes with numbers in the sandbox."""

CALLING_CODES = {
    "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "36": "HU", "39": "IT",
    "40": "RO", "41": "CH", "43": "AT", "44": "GB", "45": "DK", "46": "SE", "47": "NO", "48": "PL", "49": "DE",
    "52": "MX", "54": "AR", "55": "BR", "56": "CL", "57": "CO", "60": "MY", "61": "AU", "62": "ID", "63": "PH",
    "64": "NZ", "65": "SG", "66": "TH", "81": "JP", "82": "KR", "84": "VN", "86": "CN", "90": "TR", "91": "IN",
    "92": "PK", "234": "NG", "254": "KE", "351": "PT", "352": "LU", "353": "IE", "354": "IS", "358": "FI",
    "370": "LT", "371": "LV", "372": "EE", "380": "UA", "420": "CZ", "421": "SK", "852": "HK", "886": "TW",
    "966": "SA", "971": "AE", "972": "IL",
}  # fmt: skip

US_AREA_CODES = {
    "201": ("JERSEY CITY", "NJ"), "202": ("WASHINGTON", "DC"), "206": ("SEATTLE", "WA"),
    "210": ("SAN ANTONIO", "TX"), "212": ("NEW YORK", "NY"), "213": ("LOS ANGELES", "CA"),
    "214": ("DALLAS", "TX"), "215": ("PHILADELPHIA", "PA"), "216": ("CLEVELAND", "OH"),
    "301": ("ROCKVILLE", "MD"), "303": ("DENVER", "CO"), "305": ("MIAMI", "FL"), "310": ("BEVERLY HILLS", "CA"),
    "312": ("CHICAGO", "IL"), "313": ("DETROIT", "MI"), "314": ("SAINT LOUIS", "MO"),
    "317": ("INDIANAPOLIS", "IN"), "404": ("ATLANTA", "GA"), "408": ("SAN JOSE", "CA"), "412": ("PITTSBURGH", "PA"),
    "415": ("SAN FRANCISCO", "CA"), "503": ("PORTLAND", "OR"), "504": ("NEW ORLEANS", "LA"),
    "512": ("AUSTIN", "TX"), "602": ("PHOENIX", "AZ"), "612": ("MINNEAPOLIS", "MN"), "614": ("COLUMBUS", "OH"),
    "615": ("NASHVILLE", "TN"), "617": ("BOSTON", "MA"), "619": ("SAN DIEGO", "CA"), "646": ("NEW YORK", "NY"),
    "702": ("LAS VEGAS", "NV"), "704": ("CHARLOTTE", "NC"), "713": ("HOUSTON", "TX"), "718": ("BROOKLYN", "NY"),
    "773": ("CHICAGO", "IL"), "801": ("SALT LAKE CITY", "UT"), "808": ("HONOLULU", "HI"),
    "813": ("TAMPA", "FL"), "816": ("KANSAS CITY", "MO"), "907": ("ANCHORAGE", "AK"), "917": ("NEW YORK", "NY"),
}  # fmt: skip

CANADIAN_AREA_CODES = {
    "204": ("WINNIPEG", "MB"), "403": ("CALGARY", "AB"), "416": ("TORONTO", "ON"), "418": ("QUEBEC", "QC"),
    "514": ("MONTREAL", "QC"), "604": ("VANCOUVER", "BC"), "613": ("OTTAWA", "ON"), "780": ("EDMONTON", "AB"),
    "902": ("HALIFAX", "NS"),
}  # fmt: skip

TOLL_FREE_CODES = ("800", "833", "844", "855", "866", "877", "888")


def country_of(number: str) -> str | None:
    """ISO 3166-1 alpha-2, or None for a calling code that the sandbox does not know."""
    digits = number.removeprefix("+")
    if digits.startswith("1"):
        return "CA" if digits[1:4] in CANADIAN_AREA_CODES else "US"
    return CALLING_CODES.get(digits[:2]) or CALLING_CODES.get(digits[:3])

"""Area codes of the United States and Canada that the sandbox has numbers in."""

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
